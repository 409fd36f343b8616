import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { json, start } from '../cli/mortise.js';
import { temporaryFolder } from '../support/temporary.js';
import { built, gypProject, isHere, pathOf } from './projects.js';

const hasPython = isHere('python3') || isHere('python');

describe.skipIf(process.platform === 'win32')('mortise build with node-gyp', () => {
  it.skipIf(!hasPython)(
    '[W27] builds a plugin',
    async () => {
      const folder = gypProject();
      const { code, document, stderr } = await json('build', folder);
      expect(code, stderr).toBe(0);
      expect(document).toMatchObject({
        plugin: 'greeter',
        tool: 'node-gyp',
        probed: true,
        document: { stages: [{ id: 'greeter:greet' }] },
      });
      expect(existsSync(join(folder, built('greeter')))).toBe(true);
      expect((document['unstripped'] as { path: string }).path.startsWith(join(folder, 'build/Release'))).toBe(true);
    },
    120_000,
  );

  it('says how to get node-gyp, and that it needs Python', async () => {
    const folder = gypProject();
    const python = await start(['build', folder], { PATH: pathOf('node'), PYTHON: '', npm_config_python: '' }).ended;
    expect(python.code).toBe(1);
    expect(python.stderr).toContain('error BuildFailed: node-gyp needs Python 3, which was not found');
    rmSync(join(folder, 'node_modules'), { recursive: true });
    const env = { PATH: temporaryFolder(), npm_config_node_gyp: undefined };
    const none = await start(['build', folder], env).ended;
    expect(none.stderr).toContain('error BuildFailed: node-gyp was not found');
    expect(none.stderr).toContain('npm install --save-dev node-gyp');
  });
});
