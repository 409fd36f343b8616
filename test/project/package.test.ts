import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocks } from '../docs/markdown.js';
import { npm, pack, privateEnvironment, root } from './installed.js';

const folder = mkdtempSync(join(tmpdir(), 'mortise-package-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const archive = pack(folder);
const application = join(folder, 'application');
const env = privateEnvironment(folder);
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const libraries = (path: string) =>
  (readdirSync(path, { recursive: true, encoding: 'utf8' }) as string[]).filter((name) =>
    /\.(so|dll|dylib|node|o|obj)$/.test(name),
  );

/** Each file of each template: npm leaves out some by their name. */
function templates(): string[] {
  return readdirSync(join(root, 'templates'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
}

describe('the package', () => {
  const packed = execFileSync('tar', ['-tzf', archive], { encoding: 'utf8' })
    .split('\n')
    .filter(Boolean)
    .map((path) => path.replace(/^package\//, ''));

  it('has what is needed to use it and to build its native parts', () => {
    for (const path of [
      'package.json',
      'README.md',
      'ARCHITECTURE.md',
      'docs/guide.md',
      'docs/errors.md',
      'docs/features.md',
      'docs/testing.md',
      'dist/index.js',
      'dist/index.d.ts',
      'dist/cli/main.js',
      'dist/isolation/first-look-child.js',
      'dist/core/module-look-child.js',
      'dist/testing/index.js',
      'dist/testing/index.d.ts',
      'native-abi/README.md',
      'examples/survey/survey.mjs',
      'examples/bullmq/README.md',
      'examples/bullmq/worker.mjs',
      'native-abi/include/mortise.h',
      'native-abi/host/host.c',
      'native-abi/host/sources.cmake',
      'c-plugins/text/survey.cpp',
      'c-plugins/checksum/Cargo.lock',
      'CMakeLists.txt',
      ...templates(),
    ]) {
      expect(packed).toContain(path);
    }
  });

  it('has no tests, no plugins that break the contract, and nothing that was built of C or Rust', () => {
    // A template of a plugin has the test of that plugin.
    const own = packed.filter((path) => !path.startsWith('templates/'));
    expect(own.filter((path) => /(^|\/)(test|tests|hostile|bench|target|build)\//.test(path))).toEqual([]);
    expect(own.filter((path) => /\.test\./.test(path))).toEqual([]);
    expect(packed.filter((path) => /\.(so$|dll$|dylib$|node$|o$|tgz$)/.test(path))).toEqual([]);
  });

  it('has in dist what src makes, and nothing older', () => {
    const made = packed
      .filter((path) => /^dist\/.*\.js$/.test(path))
      .map((path) => path.replace(/^dist\/(.*)\.js$/, 'src/$1.ts'));
    expect(made.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('runs no script when it is installed', () => {
    expect(Object.keys(manifest.scripts).filter((name) => /^(pre|post)?install$|^prepare$/.test(name))).toEqual([]);
    expect(manifest.gypfile).toBe(false);
  });

  it('satisfies publint', async () => {
    const tarball = readFileSync(archive);
    const { messages, pkg } = await publint({
      pack: { tarball: tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.length) },
      strict: true,
    });
    expect(messages.map((message) => formatMessage(message, pkg ?? manifest))).toEqual([]);
  });
});

describe('installed in an empty folder', () => {
  beforeAll(() => {
    mkdirSync(application, { recursive: true });
    writeFileSync(join(application, 'package.json'), '{ "name": "application", "private": true }\n');
    npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', archive], application, env);
  }, 300_000);

  const run = (command: string, args: readonly string[]) =>
    spawnSync(command, args, { cwd: application, env, encoding: 'utf8', shell: process.platform === 'win32' });

  it('nothing was compiled', () => {
    expect(existsSync(join(application, 'node_modules/mortise/build'))).toBe(false);
    expect(libraries(join(application, 'node_modules/mortise'))).toEqual([]);
  });

  it('says how to get the host library when a compiled plugin is to be opened without it', () => {
    const { status, stdout } = run('npx', ['mortise', 'probe', join(root, 'build/native/plugins', firstPlugin()), '--json']);
    expect(status).toBe(1);
    const { error } = JSON.parse(stdout);
    expect(error).toMatchObject({ code: 'HostLibraryMissing', remedy: expect.stringContaining('npx mortise setup') });
  });

  it('setup builds the host library and the example plugins, and the example of README.md runs with them', () => {
    const setup = run('npx', ['mortise', 'setup', '--examples', 'plugins']);
    expect({ status: setup.status, stderr: setup.status === 0 ? '' : setup.stderr }).toEqual({ status: 0, stderr: '' });
    const built = libraries(join(application, 'plugins')).map((name) => name.replace(/\.\w+$/, ''));
    expect(built).toEqual(expect.arrayContaining(['base-layout-c', 'environment-check', 'text']));

    const [example] = blocks('README.md').filter(({ language, words }) => language === 'js' && words.includes('run'));
    const text = example?.text ?? '';
    writeFileSync(join(application, 'survey.mjs'), built.includes('checksum') ? text : text.replace("'checksum:crc32c', ", ''));
    copyFileSync(join(root, 'README.md'), join(application, 'README.md'));
    const { status, stdout, stderr } = run(process.execPath, ['survey.mjs']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^report:write report ok /m);
    expect(JSON.parse(readFileSync(join(application, 'report.json'), 'utf8')).words).toBeGreaterThan(100);
  }, 300_000);

  it('has types that a strict application compiles with', () => {
    writeFileSync(
      join(application, 'application.mts'),
      blocks('README.md').find(({ words }) => words.includes('run'))?.text ?? '',
    );
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];
    const options = [
      '--noEmit',
      '--strict',
      '--exactOptionalPropertyTypes',
      '--module',
      'nodenext',
      '--target',
      'es2022',
      ...types,
    ];
    const { status, stdout } = run(process.execPath, [compiler, ...options, 'application.mts']);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });
});

function firstPlugin(): string {
  const [first] = libraries(join(root, 'build/native/plugins')).filter((name) => name.startsWith('text.'));
  if (first === undefined) throw new Error('the plugin text was not built; run `npm run build:native`');
  return first;
}
