import { resolve } from 'node:path';
import { type BootReport, PluginManager } from '../core/index.js';
import type { CommandCall, OptionSpec } from './command.js';

/** Options of the commands that look at plugins as an application would. */
export const APPLICATION_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  core: { type: 'string', multiple: true, value: 'DIR', help: 'folder whose plugins may be core' },
  config: {
    type: 'string',
    value: 'DIR',
    help: 'configuration folder of the application: what is disabled and decided there counts',
  },
  'api-version': { type: 'string', value: 'VERSION', help: 'host API version of the application; 0.1.0 where not given' },
  start: { type: 'boolean', help: 'also start the plugins, to see what fails after resolution; they are stopped again' },
};

/** Opens and resolves the plugins in `directories`, starts them where that is asked for, and stops them when `look` is done. */
export async function withPluginsIn<Result>(
  { options, output }: CommandCall,
  directories: readonly string[],
  look: (manager: PluginManager, boot: BootReport) => Promise<Result>,
): Promise<Result> {
  const config = options.text('config');
  const manager = await PluginManager.create({
    app: 'mortise',
    apiVersion: options.text('api-version') ?? '0.1.0',
    directories: directories.map((path) => resolve(path)),
    coreDirectories: options.all('core').map((path) => resolve(path)),
    userDirectory: false,
    maxPlugins: Number.MAX_SAFE_INTEGER,
    ...(config === undefined ? {} : { configDirectory: resolve(config) }),
  });
  output.progress('looking at plugins');
  try {
    return await look(manager, await (options.flag('start') ? manager.start() : manager.loadAll()));
  } finally {
    await manager.stop();
    output.endProgress();
  }
}
