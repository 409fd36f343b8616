import type { Logger } from './logger.js';
import type { ContextInput, ContextValue } from './value.js';

/** `live` does it; `dry_run` only says what would be done. */
export type RunMode = 'live' | 'dry_run';

/**
 * The shared, typed data of one run as one stage sees it; native stages see the same through `MortiseContext`.
 *
 * What a stage writes is visible to itself at once, to others when it succeeds, and is dropped when it fails. A stage sees what had
 * succeeded when it started. Two stages of which neither runs after the other must not write one key (`ContextConflict`).
 */
export interface StageContext {
  readonly mode: RunMode;
  /** Id of the stage; empty in a preflight check. */
  readonly stage: string;
  /** Absolute path of the application's configuration folder; it may not exist. */
  readonly configDirectory: string;
  /** Raised when the caller gives up. */
  readonly signal: AbortSignal;
  /** Child logger with plugin and stage. */
  readonly log: Logger;
  /**
   * The value of `key`, or undefined. Objects and arrays are fresh copies; bytes are shared and must not be changed. `Value` is what the caller says it is: nothing
   * checks that.
   */
  get<Value = ContextValue>(key: string): Value | undefined;
  /**
   * Sets `key` (1–255 bytes of UTF-8). Objects and arrays are copied; bytes are taken, so do not change them afterwards.
   * @throws `ContextValueInvalid`, `ContextReadOnly`
   */
  set(key: string, value: ContextInput): void;
  has(key: string): boolean;
  /** Removes `key`; false if it was not there. */
  delete(key: string): boolean;
  /** Keys in the order in which they were first set; one that was removed and set again may stand at its old place or at the end. */
  keys(): string[];
  /** Dry run: one sentence for each thing that `execute` would do. */
  describe(text: string): void;
}

/** A named operation of a plugin over a context. */
export interface Stage {
  /** `namespace:stage`; a namespace belongs to the plugin that uses it first. */
  readonly id: string;
  /** For people; the id where absent. */
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  /** Does the work; failing means throwing or rejecting. */
  execute(context: StageContext): void | Promise<void>;
  /** Says through `context.describe` what `execute` would do; the description is used where absent. */
  dryRun?(context: StageContext): void | Promise<void>;
}

/** A value as a runner takes and gives it outside this heap. JSON is text, bytes are borrowed for the batch. */
export interface TransferValue {
  readonly tag: 'null' | 'bool' | 'int64' | 'double' | 'string' | 'bytes' | 'json';
  readonly value: null | boolean | bigint | number | string | Uint8Array;
}

/** Whether the caller gave up, and a way to be told. */
export interface Cancellation {
  readonly cancelled: boolean;
  /** Why; a `TimedOut` error where a deadline passed. */
  readonly reason: unknown;
  /** Calls `listener` once when the caller gives up, at once if it has; returns the way to unsubscribe. */
  subscribe(listener: () => void): () => void;
}

/** What a batch of stages is run with. */
export interface BatchRequest {
  readonly mode: RunMode;
  readonly cancellation: Cancellation;
  /** Identity of the run: a runner may keep the values of it between batches, until `release`. */
  readonly run: object;
  /** False if another batch of the same run may be in progress: then nothing may be kept for it, and `values` are all there are. */
  readonly exclusive: boolean;
  /** Keys changed since the last exclusive batch of this run (all, on the first); undefined removes. */
  readonly values: ReadonlyMap<string, TransferValue | undefined>;
  /** The stages have a deadline: they must not run on the calling thread, where nothing could tell them that it has passed. */
  readonly interruptible?: boolean;
}

export interface BatchChange {
  /** Undefined: the key was removed. */
  readonly value: TransferValue | undefined;
  /** Index in the batch of the stage that wrote it last. */
  readonly writer: number;
}

export interface BatchResult {
  /** How many stages succeeded, in order. */
  readonly completed: number;
  /** Why stage `completed` failed or was not begun; undefined if all succeeded. */
  readonly error?: Error | undefined;
  /** Wall time of each stage that was begun. */
  readonly milliseconds: readonly number[];
  /** What a dry run described, by stage; undefined: the stage cannot say, its description serves. */
  readonly descriptions: ReadonlyArray<readonly string[] | undefined>;
  /** What the stages that succeeded left changed. */
  readonly changes: ReadonlyMap<string, BatchChange>;
}

/**
 * Stages with one runner that follow each other are handed to it together, so that it can run them without coming back in between.
 * They run in order; the first that fails ends the batch.
 */
export interface StageRunner {
  runBatch(stages: readonly Stage[], request: BatchRequest): BatchResult | Promise<BatchResult>;
  /** The run is over: forget what was kept for it. */
  release(run: object): void;
}

/** A stage that has a runner. */
export interface BatchedStage extends Stage {
  readonly runner: StageRunner;
}
