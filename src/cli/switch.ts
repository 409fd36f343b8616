import { NAME_PATTERN } from '../abi/index.js';
import { Preferences } from '../core/preferences.js';
import { nearest, PluginSystemError } from '../errors/index.js';
import { CONFIG_OPTION, configFolder } from './application.js';
import { usageError } from './arguments.js';
import type { Command, CommandCall } from './command.js';
import { printable } from './text.js';

const SHARED = {
  operands: 'NAME',
  arity: { min: 1, max: 1 },
  options: { config: CONFIG_OPTION },
  notes:
    'Writes plugins.json of the folder that --config names, which the application reads when it starts. Nothing is loaded.',
} as const;

/** `mortise disable NAME --config DIR` */
export const disable: Command = {
  ...SHARED,
  name: 'disable',
  summary: 'switches a plugin off, for later starts of the application',
  run: (call) => change(call, disable, true),
};

/** `mortise enable NAME --config DIR` */
export const enable: Command = {
  ...SHARED,
  name: 'enable',
  summary: 'switches a plugin on again, for later starts of the application',
  run: (call) => change(call, enable, false),
};

async function change(
  { operands: [name = ''], options, output }: CommandCall,
  command: Command,
  off: boolean,
): Promise<number> {
  if (!NAME_PATTERN.test(name)) throw usageError(`${JSON.stringify(name)} is no name of a plugin`, command);
  const config = options.text('config');
  if (config === undefined) throw usageError(`mortise ${command.name} needs --config DIR`, command);
  const preferences = new Preferences(configFolder(config), (warning) => output.warning(warning));
  const warning = preferences.read();
  if (warning !== undefined) output.warning(warning);
  const changed = preferences.disabled.has(name) !== off;
  if (!changed && !off) refuseSlip(name, preferences);
  if (changed) preferences.setDisabled(name, off);
  const { path, disabled } = preferences;
  const now = `is ${off ? 'disabled' : 'enabled'} from the next start on`;
  const what = changed ? now : off ? 'was disabled already' : 'was not disabled';
  output.result({ plugin: name, changed, disabled: [...disabled].sort(), path }, () => [
    `${name} ${what}`,
    `  file: ${printable(path)}`,
  ]);
  return 0;
}

/** @throws `PluginNotFound` if the name is nearly that of one that is disabled */
function refuseSlip(name: string, { disabled, path }: Preferences): void {
  const near = nearest(name, [...disabled]);
  if (near === undefined) return;
  throw new PluginSystemError('PluginNotFound', `no plugin ${JSON.stringify(name)} is disabled`, {
    path,
    operation: 'enable',
    remedy: `Did you mean ${JSON.stringify(near)}?`,
  });
}
