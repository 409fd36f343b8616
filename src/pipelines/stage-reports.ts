import type { PluginSystemError } from '../errors/index.js';
import type { BatchResult, RunMode, Stage } from '../plugin/index.js';
import type { Segment } from './plan.js';
import type { PlannedStage } from './planned-stage.js';
import type { StageReport } from './report.js';

type Draft = { -readonly [Key in keyof StageReport]: StageReport[Key] };

function draft(planned: PlannedStage, status: StageReport['status'], milliseconds: number): Draft {
  const report: Draft = { stage: planned.stage.id, plugin: planned.plugin, status, milliseconds };
  if (planned.requiredBy !== undefined) report.requiredBy = planned.requiredBy;
  return report;
}

export function notRun(planned: PlannedStage): StageReport {
  return draft(planned, 'not_run', 0);
}

export function skipped(planned: PlannedStage, reason: string): StageReport {
  const report = draft(planned, 'skipped', 0);
  report.reason = reason;
  return report;
}

export function succeeded(
  planned: PlannedStage,
  startedAfterMs: number,
  milliseconds: number,
  descriptions: readonly string[] | undefined,
): StageReport {
  // Not a draft: made for every stage of every run, and twice as fast in one piece.
  const report: Draft = { stage: planned.stage.id, plugin: planned.plugin, status: 'ok', startedAfterMs, milliseconds };
  if (planned.requiredBy !== undefined) report.requiredBy = planned.requiredBy;
  if (descriptions !== undefined) report.descriptions = descriptions;
  return report;
}

/** `startedAfterMs` undefined: it was not begun. */
export function failed(
  planned: PlannedStage,
  startedAfterMs: number | undefined,
  milliseconds: number,
  error: PluginSystemError,
): StageReport {
  const isCancelled = error.code === 'Cancelled';
  const report = draft(planned, !isCancelled ? 'failed' : startedAfterMs === undefined ? 'not_run' : 'cancelled', milliseconds);
  if (startedAfterMs !== undefined) report.startedAfterMs = startedAfterMs;
  report.error = error;
  return report;
}

/**
 * Adds the reports of the stages of `segment` that a batch ran, `from` the first of them: those that succeeded, then the one that failed with `error`, if one did.
 * `endedAfterMs`: when the batch ended.
 */
export function addBatchReports(
  reports: StageReport[],
  segment: Segment,
  from: number,
  { milliseconds, descriptions }: BatchResult,
  end: { readonly completed: number; readonly error: PluginSystemError | undefined; readonly endedAfterMs: number },
  mode: RunMode,
): void {
  let startedAfterMs = end.endedAfterMs;
  for (const time of milliseconds) startedAfterMs -= time;
  if (startedAfterMs < 0) startedAfterMs = 0;
  const { completed, error } = end;
  for (let at = 0; at < completed; at++) {
    const planned = segment.planned[from + at] as PlannedStage;
    const time = milliseconds[at] ?? 0;
    const said = mode === 'live' ? undefined : (descriptions[at] ?? [describe(planned.stage)]);
    reports.push(succeeded(planned, startedAfterMs, time, said));
    startedAfterMs += time;
  }
  const planned = segment.planned[from + completed];
  if (error === undefined || planned === undefined) return;
  const time = milliseconds[completed];
  error.within({ plugin: planned.plugin, phase: 'operation', operation: planned.stage.id });
  reports.push(failed(planned, time === undefined ? undefined : startedAfterMs, time ?? 0, error));
}

/** What stands for a stage that does not say itself what it would do. */
export function describe(stage: Stage): string {
  return stage.description ?? `would run ${stage.name ?? stage.id}`;
}
