import { COMMON_OPTIONS } from './arguments.js';
import type { Command, OptionSpec } from './command.js';
import { COMMANDS } from './commands.js';
import { columns } from './text.js';

/** `mortise --help` */
export async function programHelp(): Promise<string> {
  const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));
  const rows = commands.map((command) => [`${command.name} ${command.operands}`.trim(), command.summary]);
  return [
    'mortise: opens compiled plugins, holds them to a contract, and runs their stages.',
    '',
    'usage: mortise COMMAND [OPTION…]',
    '',
    ...columns(rows, '  '),
    '',
    'Each command takes --help and --json. Exit codes: 0 success, 1 failure, 2 wrong usage, 130 interrupted.',
  ].join('\n');
}

/** `mortise COMMAND --help` */
export function commandHelp(command: Command): string {
  const rows = Object.entries({ ...command.options, ...COMMON_OPTIONS }).map(([name, spec]) => [
    optionText(name, spec),
    spec.help,
  ]);
  const notes = command.notes === undefined ? [] : ['', command.notes];
  return [
    `usage: mortise ${[command.name, command.operands].filter(Boolean).join(' ')} [OPTION…]`,
    '',
    command.summary,
    '',
    ...columns(rows, '  '),
    ...notes,
  ].join('\n');
}

function optionText(name: string, { short, value, multiple }: OptionSpec): string {
  return `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}${multiple ? ' …' : ''}`;
}
