import { resolve } from 'node:path';
import type { PluginManagerOptions } from '../core/index.js';
import { PluginSystemError } from '../errors/index.js';
import { usageError } from './arguments.js';
import type { Command, OptionSpec, ParsedOptions } from './command.js';
import { kindOf, readObject } from './files.js';
import { parseSetting } from './values.js';

/** Says where the decisions of an application are kept. */
export const CONFIG_OPTION: OptionSpec = {
  type: 'string',
  value: 'DIR',
  help: 'configuration folder of the application: what is disabled and decided there counts, and its pipelines',
};

/** Options of the commands that look at plugins as an application would. */
export const APPLICATION_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  core: { type: 'string', multiple: true, value: 'DIR', help: 'folder whose plugins may be core' },
  config: CONFIG_OPTION,
  options: {
    type: 'string',
    value: 'FILE',
    help: 'options of plugins by plugin name, .json or .toml: {"text": {"limit": 5}}',
  },
  preflight: {
    type: 'string',
    multiple: true,
    value: 'KEY=VALUE',
    help: 'value that preflight checks find; typed as by --set',
  },
  'api-version': { type: 'string', value: 'VERSION', help: 'host API version of the application; 0.1.0 where not given' },
};

/**
 * The options of a manager that the options of a command stand for. `files`: plugins that are given beside folders.
 * @throws `InvalidOption`, `FileNotFound` (the configuration folder, the file of --options)
 */
export function applicationOf(
  options: ParsedOptions,
  directories: readonly string[],
  command: Command,
  files: readonly string[] = [],
): PluginManagerOptions {
  const core = options.all('core');
  if (directories.length === 0 && core.length === 0 && files.length === 0)
    throw usageError(`mortise ${command.name} needs a folder of plugins: DIR… or --core DIR`, command);
  for (const path of [...directories, ...core]) checkNoFile(path, command);
  const config = options.text('config');
  const file = options.text('options');
  return {
    app: 'mortise',
    apiVersion: options.text('api-version') ?? '0.1.0',
    directories: directories.map((path) => resolve(path)),
    coreDirectories: core.map((path) => resolve(path)),
    userDirectory: false,
    preflight: Object.fromEntries(options.all('preflight').map((setting) => parseSetting(setting, 'preflight'))),
    ...(file === undefined
      ? {}
      : { config: readObject(resolve(file), '--options', 'InvalidOption') as NonNullable<PluginManagerOptions['config']> }),
    ...(config === undefined ? {} : { configDirectory: configFolder(config) }),
  };
}

/**
 * The absolute path of a configuration folder that is there.
 * @throws `FileNotFound`
 */
export function configFolder(path: string): string {
  const absolute = resolve(path);
  const kind = kindOf(absolute);
  if (kind === 'folder') return absolute;
  throw new PluginSystemError('FileNotFound', kind === undefined ? 'there is no such folder' : 'it is no folder', {
    path: absolute,
    operation: '--config',
    remedy: 'Give the configuration folder of the application; make it first if it has none yet.',
  });
}

/** @throws `InvalidOption` if a file was given where a folder was wanted */
export function checkNoFile(path: string, command: Command): void {
  if (kindOf(path) !== 'file') return;
  const remedy = `Give the folder that it lies in, or run \`mortise probe ${path}\` to look at it alone.`;
  throw usageError(`mortise ${command.name} takes folders, and ${path} is a file`, command, remedy);
}
