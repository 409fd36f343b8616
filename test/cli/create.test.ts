import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../project/installed.js';
import { temporaryFolder } from '../support/temporary.js';
import { json, startIn } from './mortise.js';

const COMMON = [
  '.github/workflows/ci.yml',
  '.gitignore',
  'README.md',
  'manifest.json',
  'package.json',
  'test/greeter.test.mjs',
];
const FILES = {
  c: ['CMakeLists.txt', 'binding.gyp', 'src/plugin.c'],
  cpp: ['CMakeLists.txt', 'binding.gyp', 'src/plugin.cpp'],
  rust: ['Cargo.toml', 'src/lib.rs'],
  ts: ['src/plugin.ts', 'tsconfig.json'],
};

/** Files below a folder, with `/`. */
const filesIn = (folder: string) =>
  (readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' }) as import('node:fs').Dirent<string>[])
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();

const created = async (language: string, ...args: string[]) => {
  const folder = join(temporaryFolder(), 'greeter');
  const { code, document, stderr } = await json('create', 'greeter', '--lang', language, '--dir', folder, ...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return { folder, document };
};
const packageOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

describe('mortise create', () => {
  it.each(Object.entries(FILES))('[W27] writes a project in %s, with --json the list of its files', async (language, own) => {
    const { folder, document } = await created(language);
    const files = [...COMMON, ...own].sort();
    expect(document).toMatchObject({ name: 'greeter', language, folder, files });
    expect(filesIn(folder)).toEqual(files);
    expect(readdirSync(join(folder, '..'))).toEqual(['greeter']);
    for (const file of files) {
      const text = readFileSync(join(folder, file), 'utf8');
      expect(text, file).not.toMatch(/@[a-z]+@/);
      if (!file.startsWith('src/')) continue;
      expect(text).toMatch(/greet/);
    }
    expect(readFileSync(join(folder, '.github/workflows/ci.yml'), 'utf8')).toContain("name: 'greeter'");
    expect(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))).toMatchObject({
      name: 'greeter',
      version: '0.1.0',
    });
  });

  it.each(Object.keys(FILES))(
    '[W27] makes a package in %s that depends on this version, and that npm compiles nothing for',
    async (language) => {
      const { version } = packageOf(root);
      const made = packageOf((await created(language)).folder);
      expect(made).toMatchObject({ name: 'greeter', private: true, devDependencies: { mortise: `^${version}` } });
      expect(made.scripts).toEqual({ build: 'mortise build', test: 'node --test', pack: 'mortise pack' });
      if (language === 'c' || language === 'cpp') expect(made.gypfile).toBe(false);
    },
  );

  it('[W27] depends on what --mortise names: a version, or a folder or archive by its path', async () => {
    const spec = async (text: string) => packageOf((await created('c', '--mortise', text)).folder).devDependencies.mortise;
    expect(await spec('1.2.3')).toBe('1.2.3');
    const archive = join(temporaryFolder(), 'a "b".tgz');
    writeFileSync(archive, '');
    expect(await spec(archive)).toMatch(/^file:\.\.\/\.\.\/[^/]+\/a "b"\.tgz$/);
  });

  it('[W27] writes to ./NAME, says what it wrote and what comes next', async () => {
    const folder = temporaryFolder();
    const { code, stdout, stderr } = await startIn(folder, ['create', 'greeter', '--lang', 'c']).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^greeter is in .*greeter\n {2}\.github\/workflows\/ci\.yml\n/);
    expect(stdout).toMatch(
      /\nnext:\n {2}cd greeter\n {2}npm install .*\n {2}npx mortise setup .*\n {2}npm run build .*\n {2}npm test /,
    );
    expect(existsSync(join(folder, 'greeter/src/plugin.c'))).toBe(true);
    mkdirSync(join(folder, 'here'));
    const here = await startIn(join(folder, 'here'), ['create', 'greeter', '--lang', 'ts', '--dir', '.']).ended;
    expect(here.code).toBe(0);
    expect(here.stdout).toMatch(/\nnext:\n {2}npm install /);
    expect(here.stdout).not.toContain('mortise setup');
  });

  it('[W27] overwrites nothing', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'README.md'), 'mine');
    const { code, document } = await json('create', 'greeter', '--lang', 'c', '--dir', folder);
    expect(code).toBe(1);
    expect(document).toMatchObject({ error: { code: 'FolderTaken', path: folder, operation: 'create' } });
    expect(filesIn(folder)).toEqual(['README.md']);
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe('mine');
  });

  it('[W27] says of a name what is wrong with it, suggests another, and ends with 2 as for any mistake', async () => {
    const folder = temporaryFolder();
    const { code, stdout, stderr } = await startIn(folder, ['create', 'My.Greeter', '--lang', 'rust']).ended;
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('error NameUnusable: a plugin cannot be created as "My.Greeter"');
    expect(stderr).toContain('Name it my-greeter, for example.');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('[W27] gives a project in TypeScript the compiler and the types that this package is made with', async () => {
    const { devDependencies } = packageOf(root);
    expect(packageOf((await created('ts')).folder).devDependencies).toMatchObject({
      typescript: `^${devDependencies.typescript}`,
      '@types/node': `^${devDependencies['@types/node']}`,
    });
  });

  it('[W27] hands from machine to machine, in the workflow of a compiled plugin, what `mortise pack` brings together', async () => {
    const workflow = async (language: string) =>
      readFileSync(join((await created(language)).folder, '.github/workflows/ci.yml'), 'utf8');
    const compiled = await workflow('c');
    const [build = '', pack = ''] = compiled.split(/^ {2}pack:$/m);
    expect(build).toMatch(/name: dist-\$\{\{ matrix\.os \}\}\n {10}path: dist\/$/m);
    expect(pack).toMatch(/pattern: dist-\*\n {10}path: dist\n {10}merge-multiple: true\n {6}- run: npm run pack$/m);
    expect(build).not.toContain('npm run pack');
    expect(await workflow('ts')).not.toContain('mortise setup');
  });

  it('[W27] has one text for what is the same in each language', () => {
    const templates = join(root, 'templates');
    const text = (language: string, file: string) => readFileSync(join(templates, language, file), 'utf8');
    const common = filesIn(join(templates, 'common'));
    for (const language of Object.keys(FILES)) {
      const laidOver = filesIn(join(templates, language)).filter((file) => common.includes(file));
      expect(laidOver.filter((file) => text(language, file) === text('common', file))).toEqual([]);
    }
    const own = (language: string) =>
      text(language, 'CMakeLists.txt').replace('LANGUAGES CXX', 'LANGUAGES C').replace('.cpp', '.c');
    expect(own('cpp')).toBe(own('c'));
  });
});
