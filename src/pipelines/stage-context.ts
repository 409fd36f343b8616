import { checkKey, fromTransfer, toTransfer } from '../abi/index.js';
import { PluginSystemError } from '../errors/index.js';
import type { ContextInput, ContextValue, Logger, RunMode, StageContext, TransferValue } from '../plugin/index.js';
import type { CancellationSource } from './cancellation.js';
import type { Changes } from './run-data.js';

const NONE: Changes = new Map();

export interface StageContextParts {
  readonly stage: string;
  readonly mode: RunMode;
  readonly configDirectory: string;
  readonly cancellation: CancellationSource;
  readonly values: ReadonlyMap<string, TransferValue>;
  readonly readOnly?: boolean;
  /** Made when the stage first logs. */
  log(): Logger;
}

/** What one TypeScript stage sees of a run: committed values under its own, uncommitted changes. */
export class StageContextView implements StageContext {
  readonly #parts: StageContextParts;
  #changes: Map<string, TransferValue | undefined> | undefined;
  #descriptions: string[] | undefined;
  #log: Logger | undefined;
  #ended = false;

  constructor(parts: StageContextParts) {
    this.#parts = parts;
  }

  get mode(): RunMode {
    return this.#parts.mode;
  }

  get stage(): string {
    return this.#parts.stage;
  }

  get configDirectory(): string {
    return this.#parts.configDirectory;
  }

  get signal(): AbortSignal {
    return this.#parts.cancellation.signal;
  }

  get log(): Logger {
    this.#log ??= this.#parts.log();
    return this.#log;
  }

  get<Value = ContextValue>(key: string): Value | undefined {
    const value = this.#changes?.has(key) ? this.#changes.get(key) : this.#parts.values.get(key);
    return value === undefined ? undefined : (fromTransfer(value) as Value);
  }

  set(key: string, value: ContextInput): void {
    checkKey(key);
    this.#write(key, toTransfer(value, key));
  }

  has(key: string): boolean {
    return this.#changes?.has(key) ? this.#changes.get(key) !== undefined : this.#parts.values.has(key);
  }

  delete(key: string): boolean {
    if (!this.has(key)) return false;
    this.#write(key, undefined);
    return true;
  }

  keys(): string[] {
    const keys = new Set(this.#parts.values.keys());
    for (const [key, value] of this.#changes ?? NONE) {
      if (value === undefined) keys.delete(key);
      else keys.add(key);
    }
    return [...keys];
  }

  describe(text: string): void {
    if (this.mode !== 'dry_run') {
      throw new PluginSystemError('InvalidState', 'describe is for dry runs; this run is live', { operation: this.stage });
    }
    this.#descriptions ??= [];
    this.#descriptions.push(String(text));
  }

  get descriptions(): readonly string[] {
    return this.#descriptions ?? [];
  }

  /** What the stage changed. The view takes no writes from now on: a stage that keeps its context gets an error. */
  end(): Changes {
    this.#ended = true;
    return this.#changes ?? NONE;
  }

  #write(key: string, value: TransferValue | undefined): void {
    if (this.#parts.readOnly === true) {
      throw new PluginSystemError(
        'ContextReadOnly',
        `${JSON.stringify(key)} was to be written in a context that may only be read`,
      );
    }
    if (this.#ended) {
      throw new PluginSystemError('InvalidState', `${JSON.stringify(key)} was to be written after ${this.stage} had ended`, {
        operation: this.stage,
      });
    }
    this.#changes ??= new Map();
    this.#changes.set(key, value);
  }
}
