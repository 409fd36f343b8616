import type { PluginSystemError, SerializedError } from '../errors/index.js';
import type { ContextValue, JsonValue, RunMode } from '../plugin/index.js';

/**
 * What became of one stage. `cancelled`: it was in progress when the run was cancelled. `skipped`: it was not to be run, or a stage that it needs failed; `reason` says
 * which. `not_run`: the run ended before it.
 */
export interface StageReport {
  readonly stage: string;
  readonly plugin: string;
  readonly status: 'ok' | 'failed' | 'cancelled' | 'skipped' | 'not_run';
  /** When it began, from the begin of the run, in milliseconds; absent where it did not begin. */
  readonly startedAfterMs?: number | undefined;
  readonly milliseconds: number;
  readonly error?: PluginSystemError | undefined;
  /** Dry run: what the stage would do. */
  readonly descriptions?: readonly string[] | undefined;
  /** Why it was skipped. */
  readonly reason?: string | undefined;
  /** The pipeline does not name the stage: it was run because this plugin requires it. */
  readonly requiredBy?: string | undefined;
}

/** What became of a run. */
export interface RunReport {
  readonly pipeline: string;
  readonly mode: RunMode;
  readonly status: 'ok' | 'failed' | 'cancelled';
  readonly ok: boolean;
  /** In the order of the plan. */
  readonly stages: readonly StageReport[];
  /**
   * All values of the context at the end; of a failed run, those of the stages that succeeded. What native stages wrote in one go with one that had to be
   * abandoned is lost.
   */
  readonly data: Readonly<Record<string, ContextValue>>;
  /** The first failure. */
  readonly error?: PluginSystemError | undefined;
  readonly milliseconds: number;
  toJSON(): SerializedRunReport;
}

/** A report as JSON carries it. */
export interface SerializedRunReport {
  readonly pipeline: string;
  readonly mode: RunMode;
  readonly status: RunReport['status'];
  readonly milliseconds: number;
  readonly stages: ReadonlyArray<Omit<StageReport, 'error'> & { readonly error?: SerializedError }>;
  /** Bigints are numbers where exact, else strings; bytes are `{ bytes: length }`: their content is left out. `encodeValues` keeps all. */
  readonly data: Readonly<Record<string, JsonValue>>;
  readonly error?: SerializedError;
}
