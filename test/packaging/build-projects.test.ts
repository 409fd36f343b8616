import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { json, mortise } from '../cli/mortise.js';
import { temporaryFolder } from '../support/temporary.js';
import { cmakeProject, MANIFEST, write } from './projects.js';

describe('mortise build', () => {
  it('refuses a folder that is none, and one that is not of a plugin', async () => {
    expect((await json('build', '/no/such/folder')).document).toMatchObject({
      error: { code: 'FileNotFound', path: '/no/such/folder' },
    });
    const folder = temporaryFolder();
    expect(await json('build', folder)).toMatchObject({
      code: 1,
      document: {
        error: {
          code: 'FileNotFound',
          message: expect.stringContaining('no manifest.json'),
          path: join(folder, 'manifest.json'),
        },
      },
    });
  });

  it.each([
    ['{ "name": "greeter", }', /^manifest\.json is not JSON: /],
    ['["greeter"]', /^manifest\.json must hold one JSON object/],
    ['{ "version": "1.0.0" }', /"name" must be a letter, then letters.*; it is missing$/],
    ['{ "name": "7up", "version": "1.0.0" }', /"name" must be a letter, then letters.*; it is "7up"$/],
    ['{ "name": "greeter", "version": "1.0" }', /"version" must be a semantic version such as 1\.0\.0; it is "1\.0"$/],
  ])('[W27] holds manifest.json to the rules of the compilers: %s', async (text, message) => {
    const folder = write(temporaryFolder(), { 'manifest.json': text, 'CMakeLists.txt': '' });
    const { code, document } = await json('build', folder);
    expect(code).toBe(1);
    expect(document).toMatchObject({
      error: { code: 'ManifestInvalid', message: expect.stringMatching(message), path: join(folder, 'manifest.json') },
    });
  });

  it('says which project files it looks for', async () => {
    const folder = write(temporaryFolder(), { 'manifest.json': MANIFEST });
    expect(await json('build', folder)).toMatchObject({
      code: 1,
      document: {
        error: {
          code: 'BuildFailed',
          message: 'there is nothing to build: no Cargo.toml, CMakeLists.txt, binding.gyp or tsconfig.json',
        },
      },
    });
  });

  it('refuses a tool that the project has no file for', async () => {
    const folder = cmakeProject();
    expect(await json('build', folder, '--tool', 'cargo')).toMatchObject({
      code: 1,
      document: { error: { code: 'BuildFailed', message: 'cargo needs Cargo.toml, which is not here' } },
    });
    expect(existsSync(join(folder, 'build'))).toBe(false);
  });

  it.each([
    [['build', '.', '--tool', 'cmaek'], '--tool is "cmaek", which is none', 'Did you mean cmake?'],
    [['build', '.', '--tool', 'zzzzzzzz'], '--tool is "zzzzzzzz", which is none', 'Tools are: cargo, cmake, node-gyp, tsc.'],
    [['build', 'a', 'b'], 'mortise build takes [DIR] only, not b', 'See `mortise build --help`.'],
    [['build', '.', '--timeout', 'soon'], '--timeout is "soon"; milliseconds', ''],
    [['pack', '.', '--uot', 'x'], 'mortise pack has no option --uot', 'Did you mean --out?'],
  ])('[W28] says what is wrong with %j', async (args, message, remedy) => {
    const { code, stderr } = await mortise(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toContain(remedy);
  });
});
