import type { Phase, PluginSystemError } from '../errors/index.js';
import type { LedgerEntry, PluginMetadata, PluginWarning } from '../plugin/index.js';
import type { PluginConflict } from '../resolution/index.js';

/**
 * Where a plugin is: `loaded` (metadata read), `registered` (stages known), `initialised` (init passed), `running` (preflight passed), `stopped` (shut down),
 * `disabled` (by the operator), `failed` (or refused, such as for a conflict), `abandoned` (a native call did not return; it is never called again).
 */
export type PluginState = 'loaded' | 'registered' | 'initialised' | 'running' | 'stopped' | 'disabled' | 'failed' | 'abandoned';

/** One plugin as `list` and `get` show it: a snapshot. */
export interface PluginInfo {
  readonly name: string;
  readonly version: string;
  /** What runs it: `typescript`, `native`. The list may grow. */
  readonly kind: string;
  /** What the plugin says of itself. */
  readonly metadata: PluginMetadata;
  /** It says that it is core, and the application named the directory that it lies in, or handed it in itself. */
  readonly isCore: boolean;
  /** Absolute path of the library or module; absent for a plugin that the application handed in. */
  readonly path?: string | undefined;
  readonly state: PluginState;
  /** Ids of its registered stages. */
  readonly stages: readonly string[];
  readonly warnings: readonly PluginWarning[];
  /** What was taken from it and given back so far; empty for a TypeScript plugin. */
  readonly ledger: readonly LedgerEntry[];
  /** Why it failed. */
  readonly error?: PluginSystemError | undefined;
  /** Wall time of each phase that it went through. */
  readonly milliseconds: Readonly<Partial<Record<Phase, number>>>;
}

/** A plugin that did not start, or whose shutdown failed. */
export interface FailedPlugin {
  /** Absent if it failed before its metadata was read. */
  readonly name?: string | undefined;
  readonly path?: string | undefined;
  readonly error: PluginSystemError;
}

/** What `start` or `loadAll` did. */
export interface BootReport {
  /** In the order in which they were started, or will be. */
  readonly loaded: readonly PluginInfo[];
  readonly failed: readonly FailedPlugin[];
  /** Those that the operator switched off. */
  readonly disabled: readonly PluginInfo[];
  /** Conflicts that were found, with what was done about each. */
  readonly conflicts: readonly PluginConflict[];
  /** Remarks that belong to no plugin: a directory that is not there. */
  readonly warnings: readonly PluginWarning[];
  /** Wall time of each phase over all plugins. */
  readonly milliseconds: Readonly<Partial<Record<Phase, number>>>;
  readonly totalMilliseconds: number;
}

/** What `enable`, `disable` or `resolveConflict` changed. */
export interface ChangeReport {
  /** In the order in which they were started. */
  readonly started: readonly PluginInfo[];
  /** Names, in the order in which they were stopped. */
  readonly stopped: readonly string[];
  /** Those that were to be started and were not, and those whose shutdown failed. */
  readonly failed: readonly FailedPlugin[];
  readonly conflicts: readonly PluginConflict[];
}

/** What `stop` did. */
export interface StopReport {
  /** In the order in which they were stopped: those that depend on others first. */
  readonly stopped: readonly string[];
  readonly failed: readonly FailedPlugin[];
  /** Pipelines whose runs had not ended after all waiting: a TypeScript stage that does not come back, or a native one that was abandoned a moment before. */
  readonly unfinished: readonly string[];
  /** What hooks had against it: `stop` cannot be forbidden. */
  readonly warnings: readonly PluginWarning[];
}
