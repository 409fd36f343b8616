import type { PluginManager } from '../core/index.js';
import type { Phase, PluginSystemError } from '../errors/index.js';
import type { RunReport } from '../pipelines/index.js';

/** What is done to a plugin: its phases, and the calls of its stages. */
export type PluginOperation =
  | 'open'
  | 'metadata'
  | 'register_stages'
  | 'init'
  | 'preflight_check'
  | 'execute'
  | 'dry_run'
  | 'shutdown'
  | 'destroy';

/** One operation on a plugin, and how it ended. */
export interface PluginCall {
  readonly plugin: string;
  readonly operation: PluginOperation;
  /** Of `execute` and `dry_run`. */
  readonly stage?: string | undefined;
  readonly outcome: 'ok' | 'failed' | 'cancelled';
  readonly error?: PluginSystemError | undefined;
}

/** Discovery, resolution and registration are work of the host: nothing of the plugin is called. */
const OPERATIONS: Partial<Record<Phase, PluginOperation>> = {
  loading: 'open',
  metadata: 'metadata',
  stages: 'register_stages',
  init: 'init',
  preflight: 'preflight_check',
  shutdown: 'shutdown',
  unloading: 'destroy',
};

/** Adds what a manager does to its plugins to `calls`, in order; stages when their run has ended, in the order in which they began. */
export function recordCalls(manager: PluginManager, calls: PluginCall[]): void {
  manager.on('phase', ({ plugin, phase, error }) => {
    const operation = OPERATIONS[phase];
    if (operation === undefined || plugin === undefined) return;
    calls.push({ plugin, operation, ...outcomeOf(error) });
  });
  manager.on('run', (report) => {
    calls.push(...stageCalls(report));
  });
}

function stageCalls({ mode, stages }: RunReport): PluginCall[] {
  return stages
    .filter(({ startedAfterMs }) => startedAfterMs !== undefined)
    .sort((a, b) => (a.startedAfterMs as number) - (b.startedAfterMs as number))
    .map(({ plugin, stage, status, error }) => ({
      plugin,
      operation: mode === 'live' ? 'execute' : 'dry_run',
      stage,
      ...outcomeOf(error, status === 'cancelled'),
    }));
}

function outcomeOf(error: PluginSystemError | undefined, isCancelled = false): Pick<PluginCall, 'outcome' | 'error'> {
  if (error === undefined) return { outcome: isCancelled ? 'cancelled' : 'ok' };
  return { outcome: isCancelled ? 'cancelled' : 'failed', error };
}
