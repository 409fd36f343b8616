import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary.js';
import { root } from './installed.js';

const dist = join(root, 'dist');

/** What a strict application that also checks the declarations of its libraries is told about `text`. */
function compile(text: string): string {
  const folder = temporaryFolder();
  const compilerOptions = {
    target: 'es2022',
    module: 'nodenext',
    lib: ['es2023', 'esnext.disposable'],
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    paths: { mortise: [join(dist, 'index.d.ts')], 'mortise/testing': [join(dist, 'testing/index.d.ts')] },
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    noEmit: true,
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['application.mts'] }));
  writeFileSync(join(folder, 'application.mts'), text);
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout, stderr } = spawnSync(process.execPath, [compiler, '-p', folder], { cwd: folder, encoding: 'utf8' });
  return stdout + stderr;
}

const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');

/** Names that the package exports. */
function exported(): string[] {
  const text = withoutComments(readFileSync(join(dist, 'index.d.ts'), 'utf8'));
  const lists = [...text.matchAll(/\{([^}]*)\}/g)].flatMap(([, list = '']) => list.split(','));
  return lists.map((name) => name.replace(/\btype\b/, '').trim()).filter(Boolean);
}

interface Declared {
  readonly file: string;
  readonly text: string;
}

/** Declarations of each file of dist by name, and where the names that it imports come from. */
function declarations(): Map<string, Map<string, string>> {
  const files = (readdirSync(dist, { recursive: true, encoding: 'utf8' }) as string[]).filter((name) => name.endsWith('.d.ts'));
  return new Map(
    files.map((name) => {
      const text = withoutComments(readFileSync(join(dist, name), 'utf8'));
      const starts = [
        ...text.matchAll(/^(?:export )?(?:declare )?(?:abstract )?(?:interface|type|class|function|const) (\w+)/gm),
      ];
      const own = starts.map(
        ({ index, 1: declared = '' }, at) => [declared, text.slice(index, starts[at + 1]?.index)] as const,
      );
      return [resolve(dist, name), new Map(own)];
    }),
  );
}

/** Where `name` is declared, seen from `file`. */
function find(
  all: Map<string, Map<string, string>>,
  file: string,
  name: string,
  seen = new Set<string>(),
): Declared | undefined {
  if (seen.has(file)) return undefined;
  seen.add(file);
  const own = all.get(file)?.get(name);
  if (own !== undefined) return { file, text: own };
  const text = withoutComments(readFileSync(file, 'utf8'));
  for (const [, names = '', from = ''] of text.matchAll(/(?:import|export) (?:type )?(\{[^}]*\}|\*) from '(\.[^']+)'/g)) {
    if (names !== '*' && !new RegExp(`\\b${name}\\b`).test(names)) continue;
    const found = find(all, resolve(dirname(file), from.replace(/\.js$/, '.d.ts')), name, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

describe('the types of the package', () => {
  it('can all be imported by a strict application that checks its libraries', () => {
    const names = exported();
    const application = `import type { ${names.join(', ')} } from 'mortise';\nexport type { ${names.join(', ')} };\n`;
    expect(compile(application)).toBe('');
  }, 120_000);

  it('name no other type of the package that an application could not name', () => {
    const all = declarations();
    const names = new Set(exported());
    const hidden = new Set<string>();
    for (const name of names) {
      const declared = find(all, join(dist, 'index.d.ts'), name);
      if (declared === undefined) throw new Error(`${name} is declared nowhere`);
      // Only managers call these constructors; a constant is no type.
      const text = declared.text.replaceAll(/'[^']*'|constructor\([^)]*\);|\b[A-Z_]+\b/g, '');
      for (const [used] of text.matchAll(/\b[A-Z]\w+\b/g)) {
        // What no file exports is a part of the type that has it.
        if (names.has(used) || find(all, declared.file, used)?.text.startsWith('export') !== true) continue;
        hidden.add(`${used}, of ${basename(declared.file)}, used by ${name}`);
      }
    }
    expect([...hidden]).toEqual([]);
  });

  it('let what the package gives be given back to it', () => {
    expect(
      compile(`
        import { definePlugin, type Plugin, type PluginManager, type RunOptions, type RunReport } from 'mortise';

        export const copy = ({ metadata }: Plugin) =>
          definePlugin({ name: 'copy', version: metadata.version, description: metadata.description, dependencies: metadata.dependencies, requiredStages: metadata.requiredStages, incompatibleWith: metadata.incompatibleWith });
        export const again = (manager: PluginManager, report: RunReport, signal?: AbortSignal) => {
          const options: RunOptions = { data: report.data, signal, mode: undefined, skip: undefined };
          return manager.run([{ stage: 'a:b', after: undefined, timeoutMs: undefined }], options);
        };
      `),
    ).toBe('');
  }, 120_000);

  it('[G23] let a strict test use the test kit', () => {
    expect(
      compile(`
        import type { PluginInfo, RunReport, StageRegistry } from 'mortise';
        import { type Capability, type HostLimit, type LogRecord, librarySuffix, type MemoryContext, memoryContext, memoryRegistry, type PluginCall, type PluginLedgerEntry, type StandInDefinition, standIn, type TestHost, type TestHostBuilder, type TestRun, testHost } from 'mortise/testing';

        const definition: StandInDefinition = { stages: { 'text:survey': (context) => context.set('text.lines', 1n) } };
        const denied: Capability = 'network';
        const builder: TestHostBuilder = testHost().plugin('greeter' + librarySuffix).config({ volume: 11 }).plugin(standIn('text', definition)).denyCapability(denied).timeout(5000).limits({ memoryMb: 16 });

        export async function test(): Promise<[PluginInfo, readonly HostLimit[], readonly LogRecord[], readonly PluginCall[], readonly PluginLedgerEntry[]]> {
          await using host: TestHost = await builder.start();
          const run: TestRun = await host.run('text:survey', { path: 'x' }, { mode: 'dry_run' });
          const report: RunReport = await host.tryRun(['text:survey']);
          const context: MemoryContext = memoryContext({ rows: [{ a: 1 }] }, { mode: run.report.mode });
          const stages: StageRegistry = await memoryRegistry(standIn('a', { version: '2.0.0' }));
          void [report, context.get<string>('x'), stages.list()];
          return [host.plugin('text'), host.limits, host.logs, host.calls, host.ledger];
        }
      `),
    ).toBe('');
  }, 120_000);

  it('[G15] let rows of an interface be written to a context, and be read without a cast', () => {
    expect(
      compile(`
        import { encodeValues, type StageContext } from 'mortise';

        interface Row { word: string; count?: number | undefined }

        export function execute(context: StageContext, rows: Row[], row: Row) {
          context.set('rows', rows);
          context.set('row', row);
          context.set('values', [1, 'two', null, { three: [3n] }]);
          context.set('bytes', new Uint8Array(1));
          const read: Row[] | undefined = context.get<Row[]>('rows');
          const value = context.get('row');
          return [read, typeof value === 'bigint' ? value : undefined, encodeValues({ rows })];
        }
      `),
    ).toBe('');
  }, 120_000);

  it('[G15] keep from a context what is surely a mistake', () => {
    const told = compile(`
      import type { StageContext } from 'mortise';

      export async function execute(context: StageContext) {
        context.set('nothing', undefined);
        context.set('symbol', Symbol());
        context.set('function', () => 1);
        context.set('promise', fetch('http://localhost'));
      }
    `);
    expect(told.match(/error TS\d+/g)?.length, told).toBe(4);
  }, 120_000);
});
