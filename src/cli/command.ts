import type { Output } from './output.js';

export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly multiple?: boolean;
  readonly short?: string;
  /** Stands for the value in the help. */
  readonly value?: string;
  readonly help: string;
}

/** One command of the program; each has a file of its own, which is loaded when it is used. */
export interface Command {
  readonly name: string;
  /** What follows the name: `FILE`, `DIR…`. */
  readonly operands: string;
  /** How many operands it takes. */
  readonly arity: { readonly min: number; readonly max: number };
  readonly summary: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Behind the options in the help. */
  readonly notes?: string;
  /** Returns the exit code. */
  run(call: CommandCall): Promise<number>;
}

/** What a command was called with. */
export interface CommandCall {
  readonly operands: readonly string[];
  readonly options: ParsedOptions;
  readonly output: Output;
  /** Raised by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
}

/** Values of options by name; names are checked when they are parsed. */
export class ParsedOptions {
  readonly #values: ReadonlyMap<string, ReadonlyArray<string | true>>;

  constructor(values: ReadonlyMap<string, ReadonlyArray<string | true>>) {
    this.#values = values;
  }

  flag(name: string): boolean {
    return this.#values.has(name);
  }

  /** The last one given. */
  text(name: string): string | undefined {
    return this.all(name).at(-1);
  }

  all(name: string): string[] {
    return (this.#values.get(name) ?? []).filter((value) => typeof value === 'string');
  }
}
