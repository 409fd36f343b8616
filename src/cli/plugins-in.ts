import { type BootReport, type FailedPlugin, PluginManager } from '../core/index.js';
import type { PluginGraph } from '../graph/index.js';
import { APPLICATION_OPTIONS, applicationOf } from './application.js';
import { usageError } from './arguments.js';
import type { Command, CommandCall, OptionSpec } from './command.js';

/** Options of the commands that look at plugins without running stages of theirs. */
export const LOOK_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  ...APPLICATION_OPTIONS,
  start: { type: 'boolean', help: 'also start the plugins, to see what fails after resolution; they are stopped again' },
};

/** Opens and resolves the plugins in `directories`, starts them where that is asked for, and stops them when `look` is done. */
export async function withPluginsIn<Result>(
  { options, output }: CommandCall,
  directories: readonly string[],
  command: Command,
  look: (manager: PluginManager, boot: BootReport) => Promise<Result>,
): Promise<Result> {
  if (options.flag('preflight') && !options.flag('start'))
    throw usageError('--preflight is for preflight checks, which are made with --start', command);
  const manager = await PluginManager.create({
    ...applicationOf(options, directories, command),
    maxPlugins: Number.MAX_SAFE_INTEGER,
  });
  output.progress('looking at plugins');
  try {
    return await look(manager, await (options.flag('start') ? manager.start() : manager.loadAll()));
  } finally {
    await manager.stop();
    output.endProgress();
  }
}

/** Those that are not in the graph, since they could not be opened. */
export function unopened({ failed }: BootReport, { plugins }: PluginGraph): FailedPlugin[] {
  return failed.filter(({ path }) => !plugins.some((plugin) => plugin.path === path));
}
