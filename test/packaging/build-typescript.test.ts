import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { json, mortise } from '../cli/mortise.js';
import { filesIn, typeScriptProject, write } from './projects.js';

describe('mortise build with tsc', () => {
  it('[W27] compiles a plugin with the compiler of its project', async () => {
    const folder = typeScriptProject();
    const { code, document, stderr } = await json('build', folder);
    expect(code, stderr).toBe(0);
    expect(document).toMatchObject({
      plugin: 'reporter',
      version: '2.0.0',
      tool: 'tsc',
      platform: 'any',
      unstripped: null,
      result: join(folder, 'dist/plugin.js'),
      document: {
        language: 'typescript',
        entry: 'any/plugin.js',
        files: [{ path: 'any/plugin.js', platform: 'any' }, { path: 'any/words.js' }],
      },
    });
    expect(document).toMatchObject({
      probed: true,
      document: { declared: { priority: { category: 'third_party' } }, stages: [{ id: 'reporter:greet' }] },
    });
    expect(filesIn(join(folder, 'dist'))).toEqual(['metadata.json', 'plugin.d.ts', 'plugin.js', 'words.d.ts', 'words.js']);
    expect(filesIn(folder).filter((path) => path.startsWith('.mortise'))).toEqual([]);
    const { default: plugin } = await import(pathToFileURL(join(folder, 'dist/plugin.js')).href);
    expect(plugin.metadata).toMatchObject({ name: 'reporter', version: '2.0.0' });
  });

  it('writes source maps for a debugger', async () => {
    const folder = typeScriptProject();
    expect((await json('build', folder, '--debug')).code).toBe(0);
    expect(filesIn(join(folder, 'dist'))).toContain('plugin.js.map');
  });

  it('takes modules away that are gone from the sources, and nothing else', async () => {
    const folder = write(typeScriptProject(), { 'src/gone.ts': 'export const gone = 1;\n', 'dist/notes.js': '// mine\n' });
    expect((await json('build', folder)).code).toBe(0);
    expect(existsSync(join(folder, 'dist/gone.js'))).toBe(true);
    rmSync(join(folder, 'src/gone.ts'));
    expect((await json('build', folder)).code).toBe(0);
    expect(existsSync(join(folder, 'dist/gone.js'))).toBe(false);
    expect(existsSync(join(folder, 'dist/notes.js'))).toBe(true);
  });

  it('[W27] [G12] takes no verdict that the plugin writes itself', async () => {
    const verdict = JSON.stringify({ verdict: { stages: [], warnings: [], ledger: [] } });
    const folder = write(typeScriptProject(), {
      'src/plugin.ts': `
        declare const process: any;
        process.getBuiltinModule('node:fs').writeSync(3, '\\n' + ${JSON.stringify(verdict)} + '\\n');
        process.exit(0);
        export default {};`,
    });
    const { code, stderr } = await mortise('build', folder);
    expect(code).toBe(1);
    expect(stderr).toContain('error FirstLookCrashed: the process of the plugin ended with exit code 0 during the import');
    expect(existsSync(join(folder, 'dist'))).toBe(false);
  });

  it('shows what the compiler says, and writes nothing then', async () => {
    const folder = typeScriptProject();
    writeFileSync(join(folder, 'src/words.ts'), 'export const words: string = 42;\n');
    const { code, stderr } = await mortise('build', folder);
    expect(code).toBe(1);
    expect(stderr).toMatch(/words\.ts\S+ ?(- )?error TS2322/);
    expect(stderr).toMatch(/error BuildFailed: tsc failed: exit code \d/);
    expect(existsSync(join(folder, 'dist'))).toBe(false);
  });

  it('refuses a module that is no plugin, and one of another version', async () => {
    const folder = typeScriptProject();
    const other =
      "import { definePlugin } from 'mortise';\nexport default definePlugin({ name: 'reporter', version: '1.0.0' });\n";
    writeFileSync(join(folder, 'src/plugin.ts'), other);
    expect(await json('build', folder)).toMatchObject({
      code: 1,
      document: {
        error: { code: 'ManifestMismatch', message: 'version: "2.0.0" in manifest.json, "1.0.0" in definePlugin' },
      },
    });
    writeFileSync(join(folder, 'src/plugin.ts'), 'export default 7;\n');
    expect(await json('build', folder)).toMatchObject({
      code: 1,
      document: { error: { code: 'ModuleInvalid', path: folder } },
    });
    expect(filesIn(folder).filter((path) => /^(dist|\.mortise)/.test(path))).toEqual([]);
  });

  it('says how to get a compiler', async () => {
    const { code, document } = await json('build', typeScriptProject({}, { compiler: false }));
    expect(code).toBe(1);
    expect(document).toMatchObject({
      error: {
        code: 'BuildFailed',
        message: 'the project has no TypeScript compiler',
        remedy: expect.stringContaining('npm install --save-dev typescript'),
      },
    });
  });

  it.each([
    [{ exports: './dist/main.js' }, 'tsc made no main.js, in which the plugin begins as package.json says'],
    [
      { exports: './src/plugin.ts' },
      'package.json says that the plugin begins in ./src/plugin.ts, which is no JavaScript in dist/',
    ],
    [{ exports: './dist/../plugin.js' }, 'which is no JavaScript in dist/'],
  ])('refuses %j, which names no module that it made', async (description, message) => {
    const { code, document } = await json('build', typeScriptProject(description));
    expect(code).toBe(1);
    expect(document).toMatchObject({ error: { code: 'BuildFailed', message: expect.stringContaining(message) } });
  });

  it.each([
    [{ exports: { '.': { types: './dist/plugin.d.ts', default: './dist/plugin.js' } } }],
    [{ exports: { import: './dist/plugin.js' } }],
    [{ exports: undefined, main: 'dist/plugin.js' }],
  ])('finds the module in %j', async (description) => {
    expect(await json('build', typeScriptProject(description))).toMatchObject({
      code: 0,
      document: { document: { entry: 'any/plugin.js' } },
    });
  });
});
