import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { json, mortise, start } from '../cli/mortise.js';
import { looksOf } from '../isolation/processes.js';
import { root } from '../project/installed.js';
import { suffix } from '../support/plugins.js';
import { temporaryFolder } from '../support/temporary.js';
import {
  built,
  cmakeProject,
  DIES,
  filesIn,
  HANGS,
  here,
  isHere,
  MANIFEST,
  sharedFolder,
  typeScriptProject,
  write,
} from './projects.js';

const MINGW = 'x86_64-w64-mingw32-gcc';
const hasTools = isHere('cmake') && process.platform !== 'win32';

describe.skipIf(!hasTools)('mortise pack', () => {
  /** Built once; each test has a copy. */
  const original = sharedFolder();
  beforeAll(async () => {
    cmakeProject({ folder: original });
    const { code, stderr } = await mortise('build', original);
    expect(code, stderr).toBe(0);
    write(original, { LICENSE: 'MIT\n' });
  }, 120_000);

  const project = () => {
    const folder = temporaryFolder();
    cpSync(original, folder, { recursive: true, filter: (path) => !path.startsWith(join(original, 'build')) });
    return folder;
  };

  it('[W27] packs what was built, so that the system can unpack, check and open it', async () => {
    const folder = project();
    const { code, document, stderr } = await json('pack', folder);
    expect(code, stderr).toBe(0);
    const archive = join(folder, 'greeter-1.2.3.tgz');
    const library = `${here}/greeter${suffix}`;
    expect(document).toMatchObject({
      plugin: 'greeter',
      version: '1.2.3',
      archive,
      probed: here,
      warnings: [],
      unchanged: false,
    });
    const contents = ['manifest.json', 'metadata.json', library, 'LICENSE', 'README.md', 'SHA256SUMS'];
    expect((document['files'] as Array<{ path: string }>).map(({ path }) => path)).toEqual(contents);
    expect(execFileSync('tar', ['-tzf', archive], { encoding: 'utf8' }).trim().split('\n')).toEqual(contents);

    const unpacked = temporaryFolder();
    execFileSync('tar', ['-xzf', archive, '-C', unpacked]);
    expect(filesIn(unpacked)).toEqual([...contents].sort());
    const checked = spawnSync('sha256sum', ['-c', '--strict', 'SHA256SUMS'], { cwd: unpacked, encoding: 'utf8' });
    if (checked.error === undefined) expect(checked).toMatchObject({ status: 0, stderr: '' });
    const summed = spawnSync('sha256sum', [archive], { encoding: 'utf8' });
    if (summed.error === undefined) expect(summed.stdout.split(' ')[0]).toBe(document['sha256']);
    expect(readFileSync(join(unpacked, 'manifest.json'))).toEqual(readFileSync(join(folder, 'manifest.json')));
    const metadata = JSON.parse(readFileSync(join(unpacked, 'metadata.json'), 'utf8'));
    expect(metadata).toEqual(JSON.parse(readFileSync(join(folder, 'dist/metadata.json'), 'utf8')));
    expect(metadata.files[0].path).toBe(library);
    const probed = await json('probe', join(unpacked, library), '--init');
    expect(probed.document).toMatchObject({ ok: true, metadata: { name: 'greeter', version: '1.2.3' } });
  });

  it('[W27] makes the same bytes of the same files, whenever and wherever it packs them', async () => {
    const [first, second] = [project(), project()];
    for (const path of filesIn(second)) utimesSync(join(second, path), 1, 1);
    execFileSync('chmod', ['-R', 'go-rwx', second]);
    const reports = await Promise.all([json('pack', first), json('pack', second)]);
    expect(reports[0]?.document['sha256']).toBe(reports[1]?.document['sha256']);
    expect(readFileSync(join(first, 'greeter-1.2.3.tgz')).equals(readFileSync(join(second, 'greeter-1.2.3.tgz')))).toBe(true);
    expect(await json('pack', first)).toMatchObject({
      code: 0,
      document: { unchanged: true, sha256: reports[0]?.document['sha256'] },
    });
  });

  it('prints the contents with their sizes', async () => {
    const { code, stdout, stderr } = await mortise('pack', project());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^greeter 1\.2\.3: packed\n {2}archive +\S+greeter-1\.2\.3\.tgz {2}[\d ]+ bytes\n {2}sha256 +[0-9a-f]{64}\n/,
    );
    expect(stdout).toMatch(new RegExp(`^ +[\\d ]+ bytes {2}${here}/greeter`, 'm'));
  });

  it('puts the archive where it is told, and replaces another one', async () => {
    const folder = project();
    const elsewhere = join(temporaryFolder(), 'new');
    expect(await json('pack', folder, '--out', elsewhere)).toMatchObject({
      code: 0,
      document: { archive: join(elsewhere, 'greeter-1.2.3.tgz') },
    });
    const named = join(elsewhere, 'mine.tgz');
    writeFileSync(named, 'something else');
    expect(await json('pack', folder, '--out', named)).toMatchObject({
      code: 0,
      document: { archive: named, unchanged: false },
    });
    expect(filesIn(elsewhere)).toEqual(['greeter-1.2.3.tgz', 'mine.tgz']);
    expect(readFileSync(named).equals(readFileSync(join(elsewhere, 'greeter-1.2.3.tgz')))).toBe(true);
    expect(await json('pack', folder, '--out', '/dev/null/x')).toMatchObject({
      code: 1,
      document: { error: { code: 'PackFailed' } },
    });
  });

  it('says to build first where nothing was', async () => {
    const folder = project();
    rmSync(join(folder, 'dist'), { recursive: true });
    const { code, document } = await json('pack', folder);
    expect(code).toBe(1);
    expect(document).toMatchObject({
      error: {
        code: 'PackFailed',
        message: expect.stringContaining('nothing to pack'),
        remedy: expect.stringContaining('mortise build'),
      },
    });
    expect(existsSync(join(folder, 'greeter-1.2.3.tgz'))).toBe(false);
    expect((await json('pack', temporaryFolder())).document).toMatchObject({ error: { code: 'FileNotFound' } });
  });

  it('names a library that has another name than the plugin', async () => {
    const folder = project();
    renameSync(join(folder, built('greeter')), join(folder, 'dist', here, `libgreeter${suffix}`));
    expect((await json('pack', folder)).document).toMatchObject({
      error: { code: 'PackFailed', message: expect.stringContaining(`libgreeter${suffix} has another name`) },
    });
    copyFileSync(join(original, built('greeter')), join(folder, built('greeter')));
    expect((await json('pack', folder)).document).toMatchObject({
      warnings: [{ code: 'NotPacked', message: expect.stringContaining(`libgreeter${suffix} is not packed`) }],
    });
  });

  it('refuses a library that another manifest was compiled into', async () => {
    const folder = project();
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...MANIFEST, version: '1.2.4' }));
    expect(await json('pack', folder)).toMatchObject({
      code: 1,
      document: { error: { code: 'ManifestMismatch', message: 'version: "1.2.4" in manifest.json, "1.2.3" in the library' } },
    });
  });

  it('refuses a library in the folder of another platform', async () => {
    const folder = project();
    const other = process.arch === 'arm64' ? 'x64' : 'arm64';
    cpSync(join(folder, 'dist', here), join(folder, 'dist', `${process.platform}-${other}`), { recursive: true });
    expect((await json('pack', folder)).document).toMatchObject({
      error: {
        code: 'WrongMachine',
        message: `the folder is for ${process.platform}-${other}, and the library was built for ${here}`,
        remedy: expect.stringContaining(`dist/${here}`),
      },
    });
    rmSync(join(folder, 'dist', `${process.platform}-${other}`), { recursive: true });
    mkdirSync(join(folder, 'dist/win32-x64'));
    copyFileSync(join(folder, built('greeter')), join(folder, 'dist/win32-x64/greeter.dll'));
    expect((await json('pack', folder)).document).toMatchObject({
      error: { code: 'WrongPlatform', message: `the folder is for win32-x64, and the library was built for ${here}` },
    });
  });

  it('refuses a library of which the end is missing', async () => {
    const folder = project();
    truncateSync(join(folder, built('greeter')), 9000);
    expect((await json('pack', folder)).document).toMatchObject({
      error: { code: 'LibraryTruncated', path: join(folder, built('greeter')) },
    });
  });

  it('refuses a plugin that dies when it is opened', async () => {
    const dying = cmakeProject({ above: DIES });
    await mortise('build', dying);
    const folder = project();
    copyFileSync(join(dying, 'build/cmake', `greeter${suffix}`), join(folder, built('greeter')));
    expect(await json('pack', folder)).toMatchObject({
      code: 1,
      document: { error: { code: 'FirstLookCrashed', phase: 'loading' } },
    });
  });

  it('leaves no archive when it is interrupted', async () => {
    const hanging = cmakeProject({ above: HANGS });
    await mortise('build', hanging, '--timeout', '500');
    const folder = project();
    copyFileSync(join(hanging, 'build/cmake', `greeter${suffix}`), join(folder, built('greeter')));
    const before = filesIn(folder);
    const { child, ended } = start(['pack', folder]);
    await expect.poll(() => looksOf(child.pid as number).length, { timeout: 30_000 }).toBe(1);
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130, stderr: expect.stringContaining('error Cancelled') });
    expect(filesIn(folder)).toEqual(before);
  });

  describe.skipIf(!isHere(MINGW) || here === 'win32-x64')('with libraries of other machines', () => {
    /** As a CI machine would have built it. */
    function addWindows(folder: string): void {
      const header = join(folder, 'mortise_manifest.h');
      const toolchain = join(root, 'native-abi/toolchain');
      execFileSync(process.execPath, [join(toolchain, 'manifest-header.mjs'), join(folder, 'manifest.json'), header]);
      mkdirSync(join(folder, 'dist/win32-x64'));
      const flags = ['-shared', '-static', '-std=c11', `-I${folder}`, `-I${join(root, 'native-abi/include')}`];
      execFileSync(MINGW, [...flags, '-o', join(folder, 'dist/win32-x64/greeter.dll'), join(folder, 'src/plugin.c')]);
      rmSync(header);
    }

    it('[W27] packs them all', async () => {
      const folder = project();
      addWindows(folder);
      const { document } = await json('pack', folder);
      expect(document).toMatchObject({
        probed: here,
        document: {
          files: [{ platform: process.platform }, { platform: 'win32', arch: 'x64', path: 'win32-x64/greeter.dll' }],
        },
      });
      expect((document['files'] as Array<{ path: string }>).map(({ path }) => path)).toContain('win32-x64/greeter.dll');
    });

    it('believes the document of a build where none of them runs here', async () => {
      const folder = project();
      addWindows(folder);
      mkdirSync(join(folder, 'build'));
      cpSync(join(original, 'CMakeLists.txt'), join(folder, 'CMakeLists.txt'));
      // Lists the other library as well.
      const rebuilt = await json('build', folder);
      expect(rebuilt.document, JSON.stringify(rebuilt.document)).toMatchObject({
        document: { files: [{}, { platform: 'win32' }] },
      });
      rmSync(join(folder, 'dist', here), { recursive: true });
      const { document } = await json('pack', folder);
      expect(document).toMatchObject({
        probed: null,
        document: { stages: [{ id: 'greeter:greet' }], files: [{ path: 'win32-x64/greeter.dll' }] },
      });
      rmSync(join(folder, 'dist/metadata.json'));
      expect((await json('pack', folder)).document).toMatchObject({
        error: {
          code: 'PackFailed',
          message: expect.stringContaining(`runs on ${here}`),
          remedy: expect.stringContaining('dist/metadata.json'),
        },
      });
    });

    it('warns in a build of one that is of another manifest', async () => {
      const folder = project();
      addWindows(folder);
      writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...MANIFEST, version: '2.0.0' }));
      const { code, document } = await json('build', folder);
      expect(code).toBe(0);
      expect(document).toMatchObject({
        document: { files: [{ platform: process.platform }] },
        warnings: [
          { code: 'ManifestMismatch', message: expect.stringContaining('greeter.dll: version: "2.0.0" in manifest.json') },
        ],
      });
    });
  });
});

describe('mortise pack of a plugin in TypeScript', () => {
  it('[W27] packs the JavaScript, as modules that find their manifest', async () => {
    const folder = typeScriptProject();
    expect((await json('build', folder)).code).toBe(0);
    const { code, document, stderr } = await json('pack', folder);
    expect(code, stderr).toBe(0);
    const paths = (document['files'] as Array<{ path: string }>).map(({ path }) => path);
    expect(paths).toEqual([
      'manifest.json',
      'metadata.json',
      'any/plugin.js',
      'any/words.js',
      'any/package.json',
      'README.md',
      'SHA256SUMS',
    ]);
    const unpacked = temporaryFolder();
    execFileSync('tar', ['-xzf', document['archive'] as string, '-C', unpacked]);
    mkdirSync(join(unpacked, 'node_modules'));
    execFileSync('ln', ['-s', root, join(unpacked, 'node_modules/mortise')]);
    const program =
      "const { default: plugin } = await import('./any/plugin.js'); console.log(JSON.stringify(plugin.metadata));";
    const { stdout, stderr: said } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: unpacked,
      encoding: 'utf8',
    });
    expect(said).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({ name: 'reporter', version: '2.0.0' });
    expect(await json('pack', folder)).toMatchObject({ document: { unchanged: true } });
  });

  it('refuses packages that an archive does not carry, other than this one', async () => {
    const folder = typeScriptProject({ dependencies: { mortise: '^0.1.0', 'left-pad': '^1.0.0' } });
    expect((await json('build', folder)).code).toBe(0);
    expect(await json('pack', folder)).toMatchObject({
      code: 1,
      document: {
        error: {
          code: 'PackFailed',
          message: 'the plugin needs packages that an archive does not carry: left-pad',
          remedy: expect.stringContaining('Bundle'),
        },
      },
    });
  });

  it('refuses JavaScript that is not what was built, or not of this manifest', async () => {
    const folder = typeScriptProject();
    expect((await json('build', folder)).code).toBe(0);
    const before = readFileSync(join(folder, 'dist/words.js'));
    writeFileSync(join(folder, 'dist/words.js'), 'export const words = ["changed"];\n');
    expect((await json('pack', folder)).document).toMatchObject({
      error: { code: 'PackFailed', path: join(folder, 'dist/words.js') },
    });
    writeFileSync(join(folder, 'dist/words.js'), before);
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...MANIFEST, name: 'reporter', version: '3.0.0' }));
    expect((await json('pack', folder)).document).toMatchObject({
      error: { code: 'ManifestMismatch', message: 'version: "3.0.0" in manifest.json, "2.0.0" when it was built' },
    });
    expect(filesIn(folder).filter((path) => path.endsWith('.tgz'))).toEqual([]);
  });
});
