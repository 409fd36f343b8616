import type { PluginSystemError, SerializedError } from '../errors/index.js';
import type { ContextValue, JsonValue, RunMode } from '../plugin/index.js';

/** What became of one stage. `cancelled`: it was in progress when the run was cancelled. `not_run`: an earlier one failed, or the run was cancelled before it. */
export interface StageReport {
  readonly stage: string;
  readonly plugin: string;
  readonly status: 'ok' | 'failed' | 'cancelled' | 'not_run';
  readonly milliseconds: number;
  readonly error?: PluginSystemError | undefined;
  /** Dry run: what the stage would do. */
  readonly descriptions?: readonly string[] | undefined;
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
  /** Bigints are numbers where exact, else strings; bytes are `{ bytes: length }`: their content is left out. */
  readonly data: Readonly<Record<string, JsonValue>>;
  readonly error?: SerializedError;
}
