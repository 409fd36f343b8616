import type { Phase, PluginSystemError, SerializedError } from '../errors/index.js';
import type { ContextValue, JsonValue, PluginMetadata, PluginWarning, RunMode } from '../plugin/index.js';

/**
 * Where a plugin is: `loaded` (metadata read), `registered` (stages known), `initialised` (init passed), `running` (preflight passed), `stopped` (shut down),
 * `failed`, `abandoned` (a native call did not return; it is never called again).
 */
export type PluginState = 'loaded' | 'registered' | 'initialised' | 'running' | 'stopped' | 'failed' | 'abandoned';

/** One plugin as `list` and `get` show it: a snapshot. */
export interface PluginInfo {
  readonly name: string;
  readonly version: string;
  /** What runs it: `typescript`, `native`. The list may grow. */
  readonly kind: string;
  /** What the plugin says of itself. */
  readonly metadata: PluginMetadata;
  /** Absolute path of the library; absent for a TypeScript plugin. */
  readonly path?: string | undefined;
  readonly state: PluginState;
  /** Ids of its registered stages. */
  readonly stages: readonly string[];
  readonly warnings: readonly PluginWarning[];
  /** Why it failed. */
  readonly error?: PluginSystemError | undefined;
  /** Wall time of each phase that it went through. */
  readonly milliseconds: Readonly<Partial<Record<Phase, number>>>;
}

/** A plugin that did not start. */
export interface FailedPlugin {
  /** Absent if it failed before its metadata was read. */
  readonly name?: string | undefined;
  readonly path?: string | undefined;
  readonly error: PluginSystemError;
}

/** What `start` did. */
export interface BootReport {
  /** In the order in which they were started. */
  readonly loaded: readonly PluginInfo[];
  readonly failed: readonly FailedPlugin[];
  /** Remarks that belong to no plugin: a directory that is not there. */
  readonly warnings: readonly PluginWarning[];
  /** Wall time of each phase over all plugins. */
  readonly milliseconds: Readonly<Partial<Record<Phase, number>>>;
  readonly totalMilliseconds: number;
}

/** What `stop` did. */
export interface StopReport {
  /** In the order in which they were stopped: the reverse of the start. */
  readonly stopped: readonly string[];
  readonly failed: readonly FailedPlugin[];
}

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
