#!/usr/bin/env node
import { nearest, PluginSystemError } from '../errors/index.js';
import { packageVersion } from '../package/index.js';
import { parseCommandArguments } from './arguments.js';
import { COMMANDS } from './commands.js';
import { commandHelp, programHelp } from './help.js';
import { followSignals } from './interruption.js';
import { Output } from './output.js';

const USAGE = 2;
const FAILURE = 1;
/** What somebody mistyped. */
const MISTAKES: readonly string[] = ['InvalidOption', 'NameUnusable'];

/** Runs the program and returns its exit code. */
async function main(args: readonly string[]): Promise<number> {
  const isJson = args.includes('--json');
  const output = new Output(isJson);
  const interruption = followSignals();
  try {
    return await dispatch(args, output, interruption.signal);
  } catch (thrown) {
    output.endProgress();
    const error = PluginSystemError.from(thrown, 'Internal');
    if (error.code === 'Internal' && thrown instanceof Error && thrown !== error) error.cause ??= thrown.stack;
    output.failure(error);
    return MISTAKES.includes(error.code) ? USAGE : FAILURE;
  } finally {
    interruption.end();
    process.exitCode = interruption.exitCode;
  }
}

async function dispatch(args: readonly string[], output: Output, signal: AbortSignal): Promise<number> {
  const [first, ...rest] = args[0] === '--json' ? [...args.slice(1), '--json'] : args;
  switch (first) {
    case undefined:
      output.note(await programHelp());
      return USAGE;
    case '--help':
    case '-h':
      process.stdout.write(`${await programHelp()}\n`);
      return 0;
    case 'help': {
      const topic = rest.find((word) => !word.startsWith('-'));
      process.stdout.write(`${topic === undefined ? await programHelp() : commandHelp(await findCommand(topic))}\n`);
      return 0;
    }
    case '--version': {
      const version = packageVersion();
      output.result({ version }, () => [version]);
      return 0;
    }
  }
  const command = await findCommand(first);
  const { options, operands } = parseCommandArguments(command, rest);
  if (options.flag('help')) {
    process.stdout.write(`${commandHelp(command)}\n`);
    return 0;
  }
  return await command.run({ options, operands, output, signal });
}

async function findCommand(name: string) {
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load !== undefined) return await load();
  const what = name.startsWith('-') ? 'option' : 'command';
  const near = nearest(name.replace(/^-+/, ''), what === 'command' ? Object.keys(COMMANDS) : ['help', 'version', 'json']);
  const meant =
    near === undefined ? 'See `mortise --help`.' : `Did you mean \`mortise ${what === 'command' ? '' : '--'}${near}\`?`;
  throw new PluginSystemError('InvalidOption', `there is no ${what} ${name}`, { remedy: meant });
}

// A reader that went away (`mortise list | head -1`) has all it wanted.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : FAILURE));
process.stderr.on('error', () => {});

const code = await main(process.argv.slice(2));
process.exitCode ??= code;
