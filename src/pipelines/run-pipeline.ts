import { PluginSystemError } from '../errors/index.js';
import type { BatchResult, ContextValue, JsonValue, Logger, RunMode, Stage } from '../plugin/index.js';
import type { CancellationSource } from './cancellation.js';
import type { PipelinePlan, Segment } from './pipeline.js';
import type { RunReport, SerializedRunReport, StageReport } from './report.js';
import { RunData, type Writer } from './run-data.js';
import { StageContextView } from './stage-context.js';

export interface RunRequest {
  readonly name: string;
  readonly plan: PipelinePlan;
  readonly mode: RunMode;
  readonly data: Readonly<Record<string, ContextValue>> | undefined;
  readonly configDirectory: string;
  readonly cancellation: CancellationSource;
  log(plugin: string, stage: string): Logger;
}

/** Runs a planned pipeline. A failing stage ends the run: what has begun is finished, the rest is not run. */
export async function runPipeline(request: RunRequest): Promise<RunReport> {
  const run = new PipelineRun(request);
  await (request.plan.isLinear ? run.inOrder() : run.inParallel());
  return run.report();
}

class PipelineRun {
  readonly #request: RunRequest;
  readonly #data: RunData;
  readonly #reports: Array<StageReport[] | undefined>;
  readonly #began = performance.now();
  #error: PluginSystemError | undefined;

  constructor(request: RunRequest) {
    this.#request = request;
    this.#data = new RunData(request.data);
    this.#reports = new Array(request.plan.segments.length);
  }

  async inOrder(): Promise<void> {
    try {
      for (const segment of this.#request.plan.segments) {
        if (!this.#mayBegin()) return;
        const ran = this.#runSegment(segment);
        if (ran !== undefined) await ran;
      }
    } finally {
      this.#release();
    }
  }

  async inParallel(): Promise<void> {
    const { segments } = this.#request.plan;
    const running = new Map<number, Promise<void>>();
    const done = new Set<number>();
    try {
      for (;;) {
        for (const segment of segments) {
          const isReady =
            !running.has(segment.index) && !done.has(segment.index) && segment.after.every((index) => done.has(index));
          if (!isReady || !this.#mayBegin()) continue;
          const ran = Promise.resolve(this.#runSegment(segment));
          running.set(
            segment.index,
            ran.then(() => {
              running.delete(segment.index);
              done.add(segment.index);
            }),
          );
        }
        if (running.size === 0) return;
        await Promise.race(running.values());
      }
    } finally {
      this.#release();
    }
  }

  report(): RunReport {
    const { plan } = this.#request;
    // A loop: flatMap takes as long as a batch of ten stages.
    const stages: StageReport[] = [];
    for (const segment of plan.segments) stages.push(...(this.#reports[segment.index] ?? notRun(segment, 0)));
    return new FinishedRun(this.#request, stages, this.#data, this.#error, performance.now() - this.#began);
  }

  #mayBegin(): boolean {
    if (this.#error === undefined && this.#request.cancellation.cancelled) {
      this.#error = new PluginSystemError('Cancelled', 'the run was cancelled', {
        phase: 'operation',
        operation: this.#request.name,
        cause: this.#request.cancellation.reason,
      });
    }
    return this.#error === undefined;
  }

  #runSegment(segment: Segment): void | Promise<void> {
    return segment.runner === undefined ? this.#runStage(segment) : this.#runBatch(segment);
  }

  #runBatch(segment: Segment): void | Promise<void> {
    const { plan, mode, cancellation } = this.#request;
    const runner = segment.runner as NonNullable<Segment['runner']>;
    const exclusive = plan.isLinear;
    const values = exclusive ? this.#data.takeUnseen(runner) : this.#data.snapshot();
    const failed = (thrown: unknown) => this.#failSegment(segment, PluginSystemError.fromThrown(thrown, 'Internal'));
    try {
      const result = runner.runBatch(segment.stages, { mode, cancellation, run: this.#data, exclusive, values });
      if (result instanceof Promise) return result.then((settled) => this.#endBatch(segment, settled)).catch(failed);
      this.#endBatch(segment, result);
    } catch (thrown) {
      failed(thrown);
    }
  }

  /** The segment failed as a whole: its first stage bears the error. */
  #failSegment(segment: Segment, error: PluginSystemError): void {
    const [plugin] = segment.plugins;
    const [stage] = segment.stages;
    error.within({ plugin, phase: 'operation', operation: stage?.id });
    this.#reports[segment.index] = notRun(segment, 0).map((report, index) =>
      index === 0 ? { ...report, status: 'failed', error } : report,
    );
    this.#error ??= error;
  }

  #endBatch(segment: Segment, result: BatchResult): void {
    const isDry = this.#request.mode === 'dry_run';
    let error =
      result.error === undefined ? undefined : PluginSystemError.from(result.error, 'StageFailed', { phase: 'operation' });
    let { completed } = result;
    if (result.changes.size > 0) {
      const writers = segment.stages.map((stage): Writer => ({ stage: stage.id, segment: segment.index }));
      const runner = segment.runner as NonNullable<Segment['runner']>;
      const committed = this.#data.commitBatch(result.changes, completed, runner, writers, this.#isBefore(segment));
      completed = committed.completed;
      if (committed.conflict !== undefined) error = PluginSystemError.from(committed.conflict, 'Internal');
    }
    this.#reports[segment.index] = segment.stages.map((stage, index): StageReport => {
      const plugin = segment.plugins[index] as string;
      const milliseconds = result.milliseconds[index] ?? 0;
      if (index < completed) {
        return isDry
          ? {
              stage: stage.id,
              plugin,
              status: 'ok',
              milliseconds,
              descriptions: result.descriptions[index] ?? [describe(stage)],
            }
          : { stage: stage.id, plugin, status: 'ok', milliseconds };
      }
      if (index > completed || error === undefined) return { stage: stage.id, plugin, status: 'not_run', milliseconds: 0 };
      error.within({ plugin, operation: stage.id });
      return {
        stage: stage.id,
        plugin,
        status: error.code !== 'Cancelled' ? 'failed' : milliseconds === 0 ? 'not_run' : 'cancelled',
        milliseconds,
        error,
      };
    });
    this.#error ??= error;
  }

  async #runStage(segment: Segment): Promise<void> {
    const { mode, cancellation, configDirectory, plan } = this.#request;
    const stage = segment.stages[0] as Stage;
    const plugin = segment.plugins[0] as string;
    const values = plan.isLinear ? this.#data.values : this.#data.snapshot();
    const view = new StageContextView({
      stage: stage.id,
      mode,
      configDirectory,
      cancellation,
      values,
      log: () => this.#request.log(plugin, stage.id),
    });
    const began = performance.now();
    try {
      if (mode === 'live') await stage.execute(view);
      else await stage.dryRun?.(view);
      this.#data.commit(view.end(), { stage: stage.id, segment: segment.index }, this.#isBefore(segment));
      const milliseconds = performance.now() - began;
      const descriptions = mode === 'live' ? undefined : stage.dryRun === undefined ? [describe(stage)] : view.descriptions;
      this.#reports[segment.index] = [
        { stage: stage.id, plugin, status: 'ok', milliseconds, ...(descriptions && { descriptions }) },
      ];
    } catch (thrown) {
      view.end();
      const wasCancelled =
        cancellation.cancelled && (thrown === cancellation.reason || (thrown as Error)?.name === 'AbortError');
      const error = PluginSystemError.fromThrown(thrown, wasCancelled ? 'Cancelled' : 'StageFailed', {
        plugin,
        phase: 'operation',
        operation: stage.id,
      });
      this.#reports[segment.index] = [
        {
          stage: stage.id,
          plugin,
          status: error.code === 'Cancelled' ? 'cancelled' : 'failed',
          milliseconds: performance.now() - began,
          error,
        },
      ];
      this.#error ??= error;
    }
  }

  #isBefore(segment: Segment): ((other: number) => boolean) | undefined {
    return this.#request.plan.isLinear ? undefined : (other) => segment.ancestors.has(other);
  }

  #release(): void {
    const runners = new Set(this.#request.plan.segments.map((segment) => segment.runner));
    for (const runner of runners) runner?.release(this.#data);
  }
}

function describe(stage: Stage): string {
  return stage.description ?? `would run ${stage.name ?? stage.id}`;
}

function notRun(segment: Segment, milliseconds: number): StageReport[] {
  return segment.stages.map((stage, index) => ({
    stage: stage.id,
    plugin: segment.plugins[index] as string,
    status: 'not_run',
    milliseconds,
  }));
}

/** Plain data, but for `toJSON`: it can be copied, spread and sent to a worker. */
class FinishedRun implements RunReport {
  readonly pipeline: string;
  readonly mode: RunMode;
  readonly status: RunReport['status'];
  readonly ok: boolean;
  readonly stages: readonly StageReport[];
  readonly data: Readonly<Record<string, ContextValue>>;
  readonly error?: PluginSystemError;
  readonly milliseconds: number;

  constructor(
    request: RunRequest,
    stages: readonly StageReport[],
    data: RunData,
    error: PluginSystemError | undefined,
    milliseconds: number,
  ) {
    this.pipeline = request.name;
    this.mode = request.mode;
    this.status = error === undefined ? 'ok' : error.code === 'Cancelled' ? 'cancelled' : 'failed';
    this.ok = error === undefined;
    this.stages = stages;
    this.data = data.toObject();
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
