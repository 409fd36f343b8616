import { join } from 'node:path';
import { PluginManager, type PluginManagerOptions } from 'mortise';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './temporary.js';

/** A manager that writes to folders of its own, trusts its directories, waits for nothing, and is stopped after the test. */
export async function createManager(options: Partial<PluginManagerOptions> = {}): Promise<PluginManager> {
  const folder = temporaryFolder();
  const manager = await PluginManager.create({
    app: 'acme',
    apiVersion: '0.1.0',
    userDirectory: false,
    firstLook: false,
    configDirectory: join(folder, 'config'),
    cacheDirectory: join(folder, 'cache'),
    drainMs: 2000,
    cancelGraceMs: 2000,
    ...options,
  });
  onTestFinished(async () => {
    await manager.stop();
  });
  return manager;
}

/** A manager with these compiled plugins running, in this order. */
export async function managerWith(libraries: string | readonly string[], options: Partial<PluginManagerOptions> = {}) {
  const manager = await createManager(options);
  for (const path of [libraries].flat()) await manager.load(path);
  return manager;
}
