import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { json, mortise } from '../cli/mortise.js';
import { suffix } from '../support/plugins.js';
import { temporaryFolder } from '../support/temporary.js';
import {
  built,
  cargoProject,
  cmakeProject,
  createdSource,
  DIES,
  filesIn,
  gypProject,
  HANGS,
  here,
  isHere,
  MANIFEST,
  typeScriptProject,
  write,
} from './projects.js';

const isWindows = process.platform === 'win32';

interface Listed {
  path: string;
  size: number;
  sha256: string;
}

/** A plugin in TypeScript as a build has left it, with no compiler run. */
function builtScript(): string {
  const folder = typeScriptProject({}, { compiler: false });
  const text =
    "import { definePlugin } from 'mortise';\nexport default definePlugin({ name: 'reporter', version: '2.0.0' });\n";
  write(folder, { 'dist/plugin.js': text });
  const file = { platform: 'any', arch: 'any', path: 'any/plugin.js', ...measured(text) };
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as object;
  const document = { format: 1, manifest, language: 'typescript', entry: file.path, declared: {}, stages: [], files: [file] };
  return write(folder, { 'dist/metadata.json': document });
}

function measured(text: string): Pick<Listed, 'size' | 'sha256'> {
  return { size: Buffer.byteLength(text), sha256: createHash('sha256').update(text).digest('hex') };
}

/** Changes what dist/metadata.json says. */
function rewrite(folder: string, change: (document: { files: Listed[] } & Record<string, unknown>) => unknown): void {
  const file = join(folder, 'dist/metadata.json');
  const document = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify(change(document) ?? document));
}

describe('mortise pack of what somebody else wrote', () => {
  it('packs what a build has left', async () => {
    expect(await json('pack', builtScript())).toMatchObject({ code: 0, document: { warnings: [] } });
  });

  it.each([
    'any/../evil.txt',
    'any/./plugin.js',
    '../evil.txt',
    '/etc/hostname',
    'any\\..\\evil.txt',
    'any/..\\evil.txt',
    'any/C:/evil.txt',
    'any/',
    'any',
    'linux-x64/evil.txt',
    '',
    7,
  ])('[W27] packs nothing where the document lists %j', async (path) => {
    const folder = builtScript();
    write(folder, { 'evil.txt': 'evil', 'dist/evil.txt': 'evil' });
    rewrite(folder, ({ files }) => {
      files.push({ ...files[0], path: path as string, ...measured('evil') } as Listed);
    });
    expect(await json('pack', folder)).toMatchObject({
      code: 1,
      document: {
        error: {
          code: 'PackFailed',
          path: join(folder, 'dist/metadata.json'),
          message: expect.stringContaining('files[1].path'),
        },
      },
    });
    expect(readdirSync(folder).filter((name) => name.endsWith('.tgz'))).toEqual([]);
  });

  it.each([
    ['a file that is null', (document: object) => ({ ...document, files: [null] })],
    ['files that are no list', (document: object) => ({ ...document, files: {} })],
    ['no manifest', (document: object) => ({ ...document, manifest: undefined })],
    ['a manifest that is null', (document: object) => ({ ...document, manifest: null })],
    ['no stages', (document: object) => ({ ...document, stages: undefined })],
    ['a stage that is null', (document: object) => ({ ...document, stages: [null] })],
    ['an entry that is no file of it', (document: object) => ({ ...document, entry: 'any/other.js' })],
    ['no object', () => []],
  ])('refuses a document with %s', async (_, change) => {
    const folder = builtScript();
    rewrite(folder, change);
    expect(await json('pack', folder)).toMatchObject({
      code: 1,
      document: { error: { code: 'PackFailed', path: join(folder, 'dist/metadata.json') } },
    });
  });

  it.skipIf(isWindows)('does not follow links to files that a document lists, nor on the way to them', async () => {
    const folder = builtScript();
    const secret = write(temporaryFolder(), { 'a.js': 'secret' });
    symlinkSync(secret, join(folder, 'dist/sub'));
    rewrite(folder, ({ files }) => {
      files.push({ ...files[0], path: 'any/sub/a.js', ...measured('secret') } as Listed);
    });
    const onTheWay = { code: 'PackFailed', message: expect.stringContaining('sub is a link') };
    expect((await json('pack', folder)).document).toMatchObject({ error: onTheWay });
    rewrite(folder, ({ files }) => {
      (files[1] as Listed).path = 'any/b.js';
    });
    symlinkSync(join(secret, 'a.js'), join(folder, 'dist/b.js'));
    const itself = { code: 'PackFailed', message: expect.stringContaining('it is a link') };
    expect((await json('pack', folder)).document).toMatchObject({ error: itself });
  });

  it.skipIf(isWindows)('[W27] leaves out a README that is a link, and says so', async () => {
    const folder = builtScript();
    const secret = write(temporaryFolder(), { id_rsa: 'secret' });
    symlinkSync(join(secret, 'id_rsa'), join(folder, 'LICENSE'));
    const { document } = await json('pack', folder);
    expect((document['files'] as Listed[]).map(({ path }) => path)).not.toContain('LICENSE');
    expect(document).toMatchObject({
      warnings: [{ code: 'NotPacked', message: expect.stringContaining('LICENSE is not packed: it is a link') }],
    });
  });

  it('refuses a file in the place of a folder', async () => {
    const folder = builtScript();
    writeFileSync(join(folder, 'dist/win32-x64'), '');
    expect(await json('pack', folder)).toMatchObject({
      code: 1,
      document: {
        error: { code: 'PackFailed', path: join(folder, 'dist/win32-x64'), message: expect.stringContaining('a file') },
      },
    });
  });

  it.skipIf(isWindows)('does not wait for a manifest that is a FIFO', async () => {
    const folder = temporaryFolder();
    execFileSync('mkfifo', [join(folder, 'manifest.json')]);
    for (const command of ['build', 'pack']) {
      expect(await json(command, folder)).toMatchObject({
        code: 1,
        document: { error: { code: 'FileUnreadable', message: expect.stringContaining('this is a FIFO') } },
      });
    }
  });
});

describe('mortise build of a plugin in TypeScript, with its init', () => {
  const withInit = (body: string) => {
    const folder = typeScriptProject();
    const text = `import { definePlugin } from 'mortise';\nexport default definePlugin({ name: 'reporter', version: '2.0.0', ${body} });\n`;
    return write(folder, { 'src/plugin.ts': text });
  };

  it('[W27] builds one whose init says no, and quotes it', async () => {
    const folder = withInit("init() { throw new Error('no key is set'); }");
    const { code, document } = await json('build', folder);
    expect(code).toBe(0);
    expect(document).toMatchObject({
      failedHere: { where: 'init', message: expect.stringContaining('no key is set') },
      warnings: [{ code: 'InitFailed', message: expect.stringContaining('no key is set') }],
    });
    const { stdout, stderr } = await mortise('build', folder);
    expect(stdout).toMatch(/^ {2}probed +its init failed here: .*no key is set/m);
    expect(stderr).toContain('InitFailed');
  });

  it('refuses one that ends the process in init, with a remedy for its author', async () => {
    const folder = withInit('init() { process.exit(3); }');
    const { code, document } = await json('build', folder);
    expect(code).toBe(1);
    expect(document).toMatchObject({
      error: { code: 'FirstLookCrashed', phase: 'init', remedy: expect.stringMatching(/^Mend it in the source/) },
    });
    expect(existsSync(join(folder, 'dist'))).toBe(false);
  });

  it('writes a document anew that it cannot read, and removes what a killed build has left', async () => {
    const folder = withInit('');
    write(folder, { 'dist/metadata.json': { format: 1, files: [null] }, '.mortise-build-a1B2c3/plugin.js': '' });
    const dead = execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' });
    write(folder, { '.mortise-build-lock': { pid: Number(dead), host: hostname() } });
    expect((await json('build', folder)).code).toBe(0);
    expect(JSON.parse(readFileSync(join(folder, 'dist/metadata.json'), 'utf8'))).toMatchObject({ files: [{}, {}] });
    expect(readdirSync(folder).filter((name) => name.startsWith('.mortise'))).toEqual([]);
  });

  it('[W27] says who builds in the folder already', async () => {
    const folder = withInit('');
    write(folder, { '.mortise-build-lock': { pid: process.pid, host: hostname() } });
    expect(await json('build', folder)).toMatchObject({
      code: 1,
      document: {
        error: {
          code: 'BuildFailed',
          message: `process ${process.pid} is building in this folder`,
          remedy: expect.stringContaining('.mortise-build-lock'),
        },
      },
    });
    expect(existsSync(join(folder, 'dist'))).toBe(false);
    expect(existsSync(join(folder, '.mortise-build-lock'))).toBe(true);
  });
});

describe.skipIf(!isHere('cmake') || isWindows)('mortise build of a plugin in C, with its init', () => {
  const withInit = (body: string) => {
    const folder = cmakeProject();
    const init = `static FfiResult init(void* state, const MortiseHost* host, MortiseError* error) {\n  (void)state; (void)host; (void)error;\n  ${body}\n}\n`;
    const source = createdSource(folder);
    const [before, after] = source.split('MORTISE_EXPORT_PLUGIN(MORTISE_THREADS_SAFE,');
    return write(folder, {
      'src/plugin.c': `${before}${init}MORTISE_EXPORT_PLUGIN(MORTISE_THREADS_SAFE, .init = init,${after}`,
    });
  };

  it('[W27] builds and packs one whose init says no, and quotes it', async () => {
    const folder = withInit('return mortise_fail(error, MORTISE_ERR, "no device");');
    const said = {
      failedHere: { where: 'init', message: expect.stringContaining('no device') },
      warnings: [{ code: 'InitFailed' }],
    };
    expect(await json('build', folder)).toMatchObject({ code: 0, document: { ...said, probed: true } });
    expect(await json('pack', folder)).toMatchObject({ code: 0, document: { ...said, probed: here } });
  });

  it.each([
    ['crashes', '*(volatile int*)8 = 1; return MORTISE_OK;', 'FirstLookCrashed'],
    ['hangs', 'for (volatile int i = 1; i;) { } return MORTISE_OK;', 'FirstLookHung'],
  ])('refuses one that %s in init', async (_, body, error) => {
    const { code, document } = await json('build', withInit(body), '--timeout', '3000');
    expect(code).toBe(1);
    expect(document).toMatchObject({ error: { code: error, phase: 'init', remedy: expect.stringContaining('in the source') } });
  });

  it('keeps to what the compiler says where the configuration goes well, and shows all where not', async () => {
    const well = await mortise('build', cmakeProject({ more: 'message(STATUS "a note")\nmessage(WARNING "a warning")\n' }));
    expect(well.code).toBe(0);
    expect(well.stderr).not.toMatch(/^-- |Not searching/m);
    expect(well.stderr).toContain('a warning');
    expect(well.stderr).toContain('Building C object');
    const badly = await mortise('build', cmakeProject({ more: 'message(STATUS "a note")\nmessage(FATAL_ERROR "an error")\n' }));
    expect(badly.code).toBe(1);
    expect(badly.stderr).toContain('-- a note');
    expect(badly.stderr).toContain('an error');
  });

  it('[W27] removes the library of a former name where the document lists it, and leaves others', async () => {
    const folder = cmakeProject();
    expect((await json('build', folder)).code).toBe(0);
    write(folder, { 'manifest.json': { ...MANIFEST, name: 'welcomer' }, [`dist/${here}/other${suffix}`]: 'mine' });
    const { code, document } = await json('build', folder);
    expect(code, JSON.stringify(document)).toBe(0);
    expect(document).toMatchObject({
      removed: [join(folder, built('greeter'))],
      warnings: [{ code: 'NotPacked', message: expect.stringContaining(`other${suffix} is of another name`) }],
    });
    expect(filesIn(join(folder, 'dist', here))).toEqual([`other${suffix}`, `welcomer${suffix}`]);
  });

  it('refuses a file in the place of a folder before it builds', async () => {
    const folder = write(cmakeProject({ above: DIES + HANGS }), { 'dist/win32-x64': '' });
    expect(await json('build', folder)).toMatchObject({
      code: 1,
      document: { error: { code: 'BuildFailed', path: join(folder, 'dist/win32-x64') } },
    });
    expect(existsSync(join(folder, 'build'))).toBe(false);
  });
});

describe.skipIf(isWindows)('mortise build in a workspace', () => {
  /** The project in packages/, with mortise in node_modules of the folder above. */
  const hoisted = (project: string) => {
    const workspace = temporaryFolder();
    mkdirSync(join(workspace, 'packages'));
    const folder = join(workspace, 'packages/greeter');
    renameSync(project, folder);
    renameSync(join(folder, 'node_modules'), join(workspace, 'node_modules'));
    return folder;
  };

  it('[W27] says what to write in Cargo.toml', async () => {
    expect(await json('build', hoisted(cargoProject()))).toMatchObject({
      code: 1,
      document: {
        error: {
          code: 'BuildFailed',
          message: 'Cargo.toml looks for mortise in node_modules/mortise, but it is in ../../node_modules/mortise',
          remedy: 'Write in Cargo.toml: mortise = { path = "../../node_modules/mortise/native-abi/rust" }.',
        },
      },
    });
  });

  it('[W27] says what to write in binding.gyp, which then builds', async () => {
    const folder = hoisted(gypProject());
    const { document } = await json('build', folder);
    expect(document).toMatchObject({
      error: {
        code: 'BuildFailed',
        message: 'binding.gyp looks for mortise in node_modules/mortise, but it is in ../../node_modules/mortise',
        remedy: 'Write ../../node_modules/mortise for node_modules/mortise in binding.gyp, each time.',
      },
    });
    const file = join(folder, 'binding.gyp');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll("'node_modules/mortise", "'../../node_modules/mortise"));
    expect((await json('build', folder)).document).toMatchObject({ plugin: 'greeter', tool: 'node-gyp' });
  });
});
