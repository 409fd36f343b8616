import { checkKey, fromTransfer, toTransfer } from '../abi/index.js';
import { PluginSystemError } from '../errors/index.js';
import type { BatchChange, ContextInput, ContextValue, StageRunner, TransferValue } from '../plugin/index.js';

export type Changes = ReadonlyMap<string, TransferValue | undefined>;

interface LogEntry {
  readonly key: string;
  readonly source: StageRunner | undefined;
}

/** Who wrote a key last, for telling whether two writers could have run at the same time. */
export interface Writer {
  readonly stage: string;
  readonly segment: number;
}

/** The committed values of one run. */
export class RunData {
  readonly #values = new Map<string, TransferValue>();
  readonly #log: LogEntry[] = [];
  readonly #seen = new Map<StageRunner, number>();
  readonly #writers = new Map<string, Writer>();

  constructor(initial: Readonly<Record<string, ContextInput>> = {}) {
    for (const [key, value] of Object.entries(initial)) {
      checkKey(key);
      this.#set(key, toTransfer(value, key), undefined);
    }
  }

  get values(): ReadonlyMap<string, TransferValue> {
    return this.#values;
  }

  /** A copy that later commits do not touch. */
  snapshot(): ReadonlyMap<string, TransferValue> {
    return new Map(this.#values);
  }

  /** What `runner` has not seen of the values yet. It counts as seen from now on, as does what it changes itself. */
  takeUnseen(runner: StageRunner): Changes {
    const seen = this.#seen.get(runner);
    const unseen = new Map<string, TransferValue | undefined>(seen === undefined ? this.#values : undefined);
    for (let at = seen ?? this.#log.length; at < this.#log.length; at++) {
      const { key, source } = this.#log[at] as LogEntry;
      if (source === runner) unseen.delete(key);
      else unseen.set(key, this.#values.get(key));
    }
    this.#seen.set(runner, this.#log.length);
    return unseen;
  }

  /** What `runner` kept is gone: it has seen nothing. */
  forget(runner: StageRunner): void {
    this.#seen.delete(runner);
  }

  /**
   * Makes the changes of a stage visible to others. `isBefore` tells whether the stages of one segment end before `segment` begins.
   * @throws `ContextConflict` if another stage that could have run at the same time wrote one of the keys
   */
  commit(changes: Changes, writer: Writer, isBefore?: (segment: number) => boolean): void {
    if (isBefore !== undefined) this.#checkConflicts(changes.keys(), writer, isBefore);
    for (const [key, value] of changes) {
      this.#set(key, value, undefined);
      this.#writers.set(key, writer);
    }
  }

  /**
   * The same for the `completed` stages of a batch; `runner` has seen these changes, where it is given. Where a stage wrote a key that another one may have
   * written at the same time, its changes and those of the stages after it are dropped: returned with its index.
   */
  commitBatch(
    changes: ReadonlyMap<string, BatchChange>,
    completed: number,
    runner: StageRunner | undefined,
    writers: readonly Writer[],
    isBefore?: (segment: number) => boolean,
  ): { readonly completed: number; readonly conflict: unknown } {
    let end = completed;
    let conflict: unknown;
    for (const [key, { writer }] of isBefore === undefined ? [] : changes) {
      if (writer >= end) continue;
      try {
        this.#checkConflicts([key], writers[writer] as Writer, isBefore as (segment: number) => boolean);
      } catch (error) {
        end = writer;
        conflict = error;
      }
    }
    for (const [key, change] of changes) {
      if (change.writer >= end) continue;
      this.#set(key, change.value, runner);
      this.#writers.set(key, writers[change.writer] as Writer);
    }
    return { completed: end, conflict };
  }

  toObject(): Record<string, ContextValue> {
    const object: Record<string, ContextValue> = {};
    for (const [key, value] of this.#values) {
      Object.defineProperty(object, key, { value: fromTransfer(value), enumerable: true, configurable: true, writable: true });
    }
    return object;
  }

  #checkConflicts(keys: Iterable<string>, writer: Writer, isBefore: (segment: number) => boolean): void {
    for (const key of keys) {
      const other = this.#writers.get(key);
      if (other === undefined || other.segment === writer.segment || isBefore(other.segment)) continue;
      throw new PluginSystemError(
        'ContextConflict',
        `${other.stage} and ${writer.stage} both write ${JSON.stringify(key)}, and neither runs after the other`,
        { phase: 'operation', operation: writer.stage },
      );
    }
  }

  #set(key: string, value: TransferValue | undefined, source: StageRunner | undefined): void {
    if (value === undefined) this.#values.delete(key);
    else this.#values.set(key, value);
    this.#log.push({ key, source });
  }
}
