import { parseArgs } from 'node:util';
import { nearest, PluginSystemError } from '../errors/index.js';
import { type Command, type OptionSpec, ParsedOptions } from './command.js';

/** Every command takes these. */
export const COMMON_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  json: { type: 'boolean', help: 'print one JSON document instead of text' },
  help: { type: 'boolean', short: 'h', help: 'print this' },
};

export interface ParsedArguments {
  readonly options: ParsedOptions;
  readonly operands: readonly string[];
}

/**
 * Reads the arguments behind the name of a command.
 * @throws `InvalidOption`, with what was probably meant
 */
export function parseCommandArguments(command: Command, args: string[]): ParsedArguments {
  const specs = { ...command.options, ...COMMON_OPTIONS };
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { type, short, multiple = false }]) => [
      name,
      { type, multiple, ...(short && { short }) },
    ]),
  );
  // Not strict: the checks below know what was meant.
  const { tokens } = parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true });
  const values = new Map<string, Array<string | true>>();
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const spec = Object.hasOwn(specs, token.name) ? specs[token.name] : undefined;
    if (spec === undefined) throw unknown(token.rawName, command, specs);
    const value = checkValue(token.rawName, token.value, token.inlineValue === true, spec, command);
    values.set(token.name, [...(values.get(token.name) ?? []), value]);
  }
  const parsed = { options: new ParsedOptions(values), operands };
  if (!parsed.options.flag('help')) checkOperands(operands, command);
  return parsed;
}

function checkValue(
  raw: string,
  value: string | undefined,
  isInline: boolean,
  spec: OptionSpec,
  command: Command,
): string | true {
  if (spec.type === 'boolean') {
    if (value !== undefined) throw usageError(`${raw} takes no value`, command);
    return true;
  }
  if (value === undefined) throw usageError(`${raw} needs a value: ${raw} ${spec.value}`, command);
  if (!isInline && value.length > 1 && value.startsWith('-')) {
    throw usageError(
      `${raw} needs a value, and ${value} looks like another option`,
      command,
      `Write ${raw}=${value} if that is the value.`,
    );
  }
  return value;
}

function unknown(raw: string, command: Command, specs: Readonly<Record<string, OptionSpec>>): PluginSystemError {
  const near = nearest(raw.replace(/^-+/, ''), Object.keys(specs));
  const remedy = near === undefined ? undefined : `Did you mean --${near}?`;
  return usageError(`mortise ${command.name} has no option ${raw}`, command, remedy);
}

function checkOperands(operands: readonly string[], command: Command): void {
  const { min, max } = command.arity;
  if (operands.length < min) throw usageError(`mortise ${command.name} needs ${command.operands}`, command);
  if (operands.length > max) {
    throw usageError(
      `mortise ${command.name} takes ${max === 0 ? 'no operands' : `${command.operands} only`}, not ${operands[max]}`,
      command,
    );
  }
}

/** A mistake in the arguments: ends with exit code 2. */
export function usageError(message: string, command: Command, remedy?: string): PluginSystemError {
  return new PluginSystemError('InvalidOption', message, { remedy: remedy ?? `See \`mortise ${command.name} --help\`.` });
}

/** Milliseconds as an option gives them. */
export function milliseconds(options: ParsedOptions, name: string, command: Command): number | undefined {
  const text = options.text(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 2 ** 31 - 1) {
    throw usageError(`--${name} is ${JSON.stringify(text)}; milliseconds, 1 to 2147483647, were wanted`, command);
  }
  return value;
}
