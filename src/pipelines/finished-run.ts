import type { PluginSystemError } from '../errors/index.js';
import type { ContextValue, JsonValue, RunMode } from '../plugin/index.js';
import type { RunReport, SerializedRunReport, StageReport } from './report.js';

/** Plain data, but for `toJSON`: it can be copied, spread and sent to a worker. */
export class FinishedRun implements RunReport {
  readonly pipeline: string;
  readonly mode: RunMode;
  readonly status: RunReport['status'];
  readonly ok: boolean;
  readonly stages: readonly StageReport[];
  readonly data: Readonly<Record<string, ContextValue>>;
  readonly error?: PluginSystemError;
  readonly milliseconds: number;

  constructor(
    run: { readonly name: string; readonly mode: RunMode },
    stages: readonly StageReport[],
    data: Readonly<Record<string, ContextValue>>,
    error: PluginSystemError | undefined,
    milliseconds: number,
  ) {
    this.pipeline = run.name;
    this.mode = run.mode;
    this.status = error === undefined ? 'ok' : error.code === 'Cancelled' ? 'cancelled' : 'failed';
    this.ok = error === undefined;
    this.stages = stages;
    this.data = data;
    if (error !== undefined) this.error = error;
    this.milliseconds = milliseconds;
  }

  toJSON(): SerializedRunReport {
    const { pipeline, mode, status, stages, error, milliseconds } = this;
    const data = Object.fromEntries(Object.entries(this.data).map(([key, value]) => [key, jsonForm(value)]));
    const serialized = stages.map(({ error: cause, ...stage }) => ({ ...stage, ...(cause && { error: cause.toJSON() }) }));
    return { pipeline, mode, status, milliseconds, stages: serialized, data, ...(error && { error: error.toJSON() }) };
  }
}

function jsonForm(value: ContextValue): JsonValue {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (value instanceof Uint8Array) return { bytes: value.length };
  return value;
}
