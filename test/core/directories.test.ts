import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { appDirectories } from '../../dist/core/directories.js';
import { setEnvironment } from '../support/calls.js';
import { createManager } from '../support/managers.js';
import { describeWithFixtures, folderOf, shipped, suffix } from '../support/plugins.js';
import { temporaryFolder } from '../support/temporary.js';

describe('the places of an application', () => {
  it.each([
    ['linux', {}, '/home/user', '/home/user/.local/share/acme/plugins', '/home/user/.config/acme', '/home/user/.cache/acme'],
    [
      'linux',
      { XDG_DATA_HOME: '/data', XDG_CONFIG_HOME: '/config', XDG_CACHE_HOME: '/cache' },
      '/home/user',
      '/data/acme/plugins',
      '/config/acme',
      '/cache/acme',
    ],
    // XDG Base Directory Specification: a relative path is to be ignored, and an empty one counts as not set.
    [
      'linux',
      { XDG_DATA_HOME: 'data', XDG_CONFIG_HOME: '' },
      '/home/user',
      '/home/user/.local/share/acme/plugins',
      '/home/user/.config/acme',
      '/home/user/.cache/acme',
    ],
    [
      'darwin',
      {},
      '/Users/user',
      '/Users/user/Library/Application Support/acme/plugins',
      '/Users/user/Library/Application Support/acme/config',
      '/Users/user/Library/Caches/acme',
    ],
    [
      'win32',
      { APPDATA: 'D:\\Roaming', LOCALAPPDATA: 'D:\\Local' },
      'C:\\Users\\user',
      'D:\\Roaming\\acme\\plugins',
      'D:\\Roaming\\acme\\config',
      'D:\\Local\\acme\\cache',
    ],
    [
      'win32',
      {},
      'C:\\Users\\user',
      'C:\\Users\\user\\AppData\\Roaming\\acme\\plugins',
      'C:\\Users\\user\\AppData\\Roaming\\acme\\config',
      'C:\\Users\\user\\AppData\\Local\\acme\\cache',
    ],
  ] as const)('[G19] on %s with %o', (platform, environment, home, plugins, config, cache) => {
    expect(appDirectories('acme', { platform, environment, home })).toEqual({ plugins, config, cache });
  });
});

describeWithFixtures('plugin directories', () => {
  it.skipIf(process.platform !== 'linux')(
    '[G19] the folder of the user is searched after those of the application, and what is remembered lies in that of the configuration',
    async () => {
      const home = temporaryFolder();
      setEnvironment({
        XDG_DATA_HOME: join(home, 'data'),
        XDG_CONFIG_HOME: join(home, 'config'),
        XDG_CACHE_HOME: join(home, 'cache'),
      });
      const folder = join(home, 'data/acme/plugins');
      mkdirSync(folder, { recursive: true });
      const { copyFileSync, existsSync } = await import('node:fs');
      copyFileSync(shipped('text'), join(folder, `text${suffix}`));
      const manager = await createManager({
        directories: [folderOf(shipped('environment-check'))],
        userDirectory: true,
        configDirectory: join(home, 'config/acme'),
      });
      const { loaded } = await manager.start();
      expect(loaded.map(({ name }) => name).sort()).toEqual(['environment-check', 'text']);
      await manager.disable('text');
      expect(existsSync(join(home, 'config/acme/plugins.json'))).toBe(true);
    },
  );

  it('[W2] are searched in the order given, each sorted by name; one bad plugin does not keep the rest from loading', async () => {
    const { writeFileSync } = await import('node:fs');
    const bad = temporaryFolder();
    writeFileSync(join(bad, `broken${suffix}`), 'no library');
    const manager = await createManager({
      directories: [folderOf(shipped('text'), shipped('environment-check')), bad, join(bad, 'none')],
    });
    const found: string[] = [];
    manager.on('phase', ({ phase, path, error }) => {
      if (phase === 'loading') found.push(`${path?.replace(/.*[/\\]/, '').replace(suffix, '')} ${error?.code ?? 'ok'}`);
    });
    const { loaded, failed, warnings } = await manager.start();
    expect(found).toEqual(['broken NotALibrary', 'environment-check ok', 'text ok']);
    expect(loaded.map(({ name }) => name)).toEqual(['environment-check', 'text']);
    expect(failed).toMatchObject([{ path: join(bad, `broken${suffix}`), error: { code: 'NotALibrary' } }]);
    expect(warnings).toMatchObject([{ code: 'FileNotFound' }]);
  });
});
