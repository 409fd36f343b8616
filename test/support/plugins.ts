import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe } from 'vitest';
import { temporaryFolder } from './temporary.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** How libraries end on this platform. */
export const suffix = process.platform === 'darwin' ? '.dylib' : process.platform === 'win32' ? '.dll' : '.so';

/** A plugin that is shipped. */
export const shipped = (name: string) => join(root, 'build/native/plugins', name + suffix);

/** A plugin of c-plugins/hostile. */
export const fixture = (name: string) => join(root, 'build/native/hostile', name + suffix);

/** `describe` for tests that need the fixture plugins, which are POSIX only. */
export const describeWithFixtures: typeof describe | typeof describe.skip = existsSync(fixture('static-vtable'))
  ? describe
  : describe.skip;

if (!existsSync(fixture('static-vtable'))) {
  console.log(
    'skipped: the fixture plugins were not built; `npm run build:native` builds them where there is a POSIX compiler',
  );
}

/** The fixture `name` compiled under another name, so that both can run. */
export const fixtureAs = (name: string, stem: string) => compilePlugin(join('../../../c-plugins/hostile', name), stem);

let compiled: string | undefined;

afterAll(() => {
  if (compiled !== undefined) rmSync(compiled, { recursive: true, force: true });
});

/**
 * Compiles a plugin of test/support/plugins, `source.c` or a source that ends in `.cpp`, under the name `stem`; `needs` is the name of a plugin that it depends on, `defines` are further options of the
 * compiler: builds with others lie in folders of their own.
 * The file stays until the tests of the file have ended; its mapping until the process does.
 */
export function compilePlugin(
  source: string,
  stem = basename(source, '.cpp'),
  options: string | { defines: readonly string[] } = { defines: [] },
): string {
  if (compiled === undefined) {
    compiled = mkdtempSync(join(tmpdir(), 'mortise-compiled-'));
  }
  const given = typeof options === 'string' ? [`-DFIXTURE_NEEDS="${options}"`] : options.defines;
  const variant = createHash('sha256')
    .update(JSON.stringify([source, ...given]))
    .digest('hex')
    .slice(0, 16);
  const folder = given.length === 0 ? compiled : join(compiled, variant);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, stem + suffix);
  if (existsSync(path)) return path;
  const defines = [`-DFIXTURE_STEM="${stem}"`, ...given, '-D_GNU_SOURCE'];
  const includes = [`-I${join(root, 'c-plugins/hostile')}`, `-I${join(root, 'native-abi/include')}`];
  const isCpp = source.endsWith('.cpp');
  const compiler = isCpp ? (process.env['CXX'] ?? 'c++') : (process.env['CC'] ?? 'cc');
  const flags = ['-shared', '-fPIC', '-O1', isCpp ? '-std=c++17' : '-std=gnu11', '-fvisibility=hidden', '-pthread'];
  const file = join(root, 'test/support/plugins', isCpp ? source : `${source}.c`);
  const { status, stderr, error } = spawnSync(compiler, [...flags, ...defines, ...includes, file, '-o', path]);
  if (status !== 0) throw new Error(`${file} does not compile: ${error ?? stderr}`);
  return path;
}

/** A new folder that holds copies of the libraries: each copy is a library of its own. */
export function folderOf(...libraries: string[]): string {
  const folder = temporaryFolder();
  for (const path of libraries) copyFileSync(path, join(folder, basename(path)));
  return folder;
}

/** Reads a counter of the fixture plugin at `path`, which was loaded from there. */
export function counter(path: string, name: string): number {
  // The engine that opened the plugin: a second one would do as well, since the loader maps a file once.
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  const read = koffi.load(path).func('int64_t fixture_counter(const char*)');
  return Number(read(name));
}

const GIVEN = [
  'name',
  'version',
  'compatible_api_versions',
  'dependencies',
  'required_stages',
  'conflicts_with',
  'incompatible_with',
];

/** What the fixture plugin at `path` handed out and did not get back, instances and stages included. Empty: everything is balanced. */
export function outstanding(path: string): Record<string, number> {
  const pairs: Array<[string, string, string]> = GIVEN.map((slot) => [slot, `given:${slot}`, `freed:${slot}`]);
  pairs.push(['instance', 'entries', 'destroyed'], ['stages', 'registered', 'stages_destroyed']);
  const differences = pairs.map(([what, taken, given]) => [what, counter(path, taken) - counter(path, given)] as const);
  return Object.fromEntries(differences.filter(([, difference]) => difference !== 0));
}
