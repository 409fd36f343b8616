import type { Phase, PluginSystemError } from '../errors/index.js';
import type { ContextValue, PluginMetadata, PluginWarning, RunMode } from '../plugin/index.js';

/**
 * Where a plugin is: `loaded` (metadata read), `registered` (stages known), `running` (init and preflight passed), `stopped` (shut down),
 * `failed`, `abandoned` (a native call did not return; it is never called again).
 */
export type PluginState = 'loaded' | 'registered' | 'initialised' | 'running' | 'stopped' | 'failed' | 'abandoned';

/** One plugin as `list` and `get` show it: a snapshot. */
export interface PluginInfo extends PluginMetadata {
  readonly kind: 'native' | 'typescript';
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

/** What became of one stage. `not_run`: an earlier one failed, or the run was cancelled. */
export interface StageReport {
  readonly stage: string;
  readonly plugin: string;
  readonly status: 'ok' | 'failed' | 'not_run';
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
  /** All values of the context at the end; of a failed run, those of the stages that succeeded. */
  readonly data: Readonly<Record<string, ContextValue>>;
  /** The first failure. */
  readonly error?: PluginSystemError | undefined;
  readonly milliseconds: number;
  /** Bigints become numbers where exact, else strings; bytes become `{ bytes: length }`. */
  toJSON(): unknown;
}
