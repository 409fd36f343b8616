import { isOurs, PluginSystemError, thrownText } from '../errors/index.js';
import type { BatchResult, ContextInput, Logger, RunMode, Stage } from '../plugin/index.js';
import type { CallHooks, StageCall } from './call-hooks.js';
import type { CancellationSource } from './cancellation.js';
import { Deadline } from './deadline.js';
import { FinishedRun } from './finished-run.js';
import type { FailurePolicy } from './pipeline.js';
import { type Course, isBefore, type Segment } from './plan.js';
import type { PlannedStage } from './planned-stage.js';
import type { RunReport, StageReport } from './report.js';
import { RunData, type Writer } from './run-data.js';
import { runInParallel } from './schedule.js';
import { StageContextView } from './stage-context.js';
import { addBatchReports, describe, failed, notRun, skipped, succeeded } from './stage-reports.js';

export interface RunRequest {
  readonly name: string;
  readonly course: Course;
  readonly mode: RunMode;
  readonly onFailure: FailurePolicy;
  readonly concurrency: number;
  readonly data: Readonly<Record<string, ContextInput>> | undefined;
  readonly configDirectory: string;
  readonly cancellation: CancellationSource;
  /** Told of each call; then each segment is one stage. */
  readonly hooks: CallHooks | undefined;
  log(plugin: string, stage: string): Logger;
}

/**
 * Runs a planned pipeline.
 * @throws `ContextValueInvalid`, `InvalidOption` for data that cannot be read
 */
export async function runPipeline(request: RunRequest): Promise<RunReport> {
  const run = new PipelineRun(request, initialData(request.data));
  try {
    await (request.course.isLinear ? run.inOrder() : run.inParallel());
  } catch (thrown) {
    // No stage brings a run here. What does is a defect, and has a code like all else.
    throw PluginSystemError.fromThrown(thrown, 'Internal', { phase: 'operation', operation: request.name });
  } finally {
    run.release();
  }
  return run.report();
}

function initialData(data: RunRequest['data']): RunData {
  try {
    return new RunData(data);
  } catch (thrown) {
    if (isOurs(thrown)) throw thrown;
    throw new PluginSystemError('InvalidOption', `option data cannot be read: ${thrownText(thrown)}`, {
      operation: 'run',
      cause: thrown,
    });
  }
}

class PipelineRun {
  readonly #request: RunRequest;
  readonly #data: RunData;
  /** By segment, in the order of its stages; those that are missing were not run. */
  readonly #reports: Array<StageReport[] | undefined>;
  /** Stages that failed or were not run because of one that did, and what happened to them. */
  readonly #fallen: Map<PlannedStage, string> = new Map();
  readonly #began = performance.now();
  #error: PluginSystemError | undefined;

  constructor(request: RunRequest, data: RunData) {
    this.#request = request;
    this.#data = data;
    this.#reports = new Array(request.course.segments.length);
  }

  async inOrder(): Promise<void> {
    for (const segment of this.#request.course.segments) {
      if (!this.#mayBegin()) return;
      const ran = this.#runSegment(segment);
      if (ran !== undefined) await ran;
    }
  }

  inParallel(): Promise<void> {
    const { course, concurrency } = this.#request;
    const run = (segment: Segment) => this.#runSegment(segment);
    return runInParallel(course.segments, concurrency, () => this.#mayBegin(), run);
  }

  report(): RunReport {
    // Loops: flatMap takes as long as a batch of ten stages.
    let stages: StageReport[] = [];
    for (const { index, planned } of this.#request.course.segments) {
      const reports = this.#reports[index] ?? [];
      for (let at = reports.length; at < planned.length; at++) reports.push(notRun(planned[at] as PlannedStage));
      if (stages.length === 0) stages = reports;
      else for (const report of reports) stages.push(report);
    }
    return new FinishedRun(this.#request, stages, this.#data.toObject(), this.#error, performance.now() - this.#began);
  }

  release(): void {
    for (const runner of this.#request.course.runners) runner.release(this.#data);
  }

  #mayBegin(): boolean {
    const { cancellation, name, onFailure } = this.#request;
    if (cancellation.cancelled) {
      this.#error ??= new PluginSystemError('Cancelled', 'the run was cancelled', {
        phase: 'operation',
        operation: name,
        cause: cancellation.reason,
      });
      return false;
    }
    return this.#error === undefined || onFailure === 'continue';
  }

  /** Never throws and never rejects. */
  #runSegment(segment: Segment): void | Promise<void> {
    const { hooks } = this.#request;
    const reports: StageReport[] = [];
    this.#reports[segment.index] = reports;
    if (segment.skipped !== undefined) {
      reports.push(skipped(segment.planned[0] as PlannedStage, segment.skipped));
      return undefined;
    }
    if (segment.runner === undefined && hooks === undefined && this.#fallen.size === 0) return this.#runStage(segment, reports);
    try {
      const ran =
        hooks !== undefined
          ? this.#runHooked(segment, reports, hooks)
          : this.#fallen.size === 0
            ? this.#runAll(segment, reports)
            : this.#runFrom(segment, 0, reports);
      return ran?.catch((thrown) => this.#fail(segment, reports, thrown));
    } catch (thrown) {
      this.#fail(segment, reports, thrown);
      return undefined;
    }
  }

  async #runHooked(segment: Segment, reports: StageReport[], hooks: CallHooks): Promise<void> {
    const { name: pipeline, mode } = this.#request;
    const [planned] = segment.planned as [PlannedStage];
    if (this.#skip(planned, reports)) return;
    const { stage, plugin } = planned;
    const call: StageCall = { pipeline, stage: stage.id, plugin, mode };
    const veto = await hooks.before(call);
    if (veto !== undefined) this.#fail(segment, reports, veto);
    else if (this.#mayBegin()) await this.#runAll(segment, reports);
    const [report] = reports;
    if (report !== undefined) await hooks.after(call, report);
  }

  #runAll(segment: Segment, reports: StageReport[]): void | Promise<void> {
    if (segment.runner === undefined) return this.#runStage(segment, reports);
    const result = this.#runBatch(segment, segment.stages);
    if (result instanceof Promise)
      return result.then((settled) => this.#endBatch(segment, 0, segment.stages.length, settled, reports));
    return this.#endBatch(segment, 0, segment.stages.length, result, reports);
  }

  /** Runs the stages of a segment from one on, but for those that are not to be run after all that failed. */
  async #runFrom(segment: Segment, from: number, reports: StageReport[]): Promise<void> {
    const { planned, stages } = segment;
    let at = from;
    while (at < planned.length && this.#skip(planned[at] as PlannedStage, reports)) at++;
    if (at === planned.length || !this.#mayBegin()) return;
    if (segment.runner === undefined) return this.#runStage(segment, reports);
    let end = at + 1;
    while (end < planned.length && this.#obstacle(planned[end] as PlannedStage) === undefined) end++;
    const batch = end - at === stages.length ? stages : stages.slice(at, end);
    await this.#endBatch(segment, at, batch.length, await this.#runBatch(segment, batch), reports);
  }

  /** Reports a stage as skipped if one that it needs has failed. */
  #skip(planned: PlannedStage, reports: StageReport[]): boolean {
    const obstacle = this.#obstacle(planned);
    if (obstacle === undefined) return false;
    this.#fallen.set(planned, 'was not run');
    reports.push(skipped(planned, obstacle));
    return true;
  }

  #obstacle(planned: PlannedStage): string | undefined {
    for (const { stage, because } of planned.needs) {
      const fate = this.#fallen.get(stage);
      if (fate === undefined) continue;
      const how = because === 'after' ? 'runs after' : `${planned.plugin} requires`;
      return `${how} ${stage.stage.id}, which ${fate}`;
    }
    return undefined;
  }

  /** The segment failed as a whole: the first stage of it that has no report yet bears the error. */
  #fail(segment: Segment, reports: StageReport[], thrown: unknown): void {
    const error = PluginSystemError.fromThrown(thrown, 'Internal');
    const planned = segment.planned[reports.length];
    this.#error ??= error;
    if (planned === undefined) return;
    error.within({ plugin: planned.plugin, phase: 'operation', operation: planned.stage.id });
    this.#fallen.set(planned, 'failed');
    reports.push(failed(planned, undefined, 0, error));
  }

  #runBatch(segment: Segment, stages: readonly Stage[]): BatchResult | Promise<BatchResult> {
    const { mode, cancellation } = this.#request;
    const runner = segment.runner as NonNullable<Segment['runner']>;
    const timeoutMs = segment.planned[0]?.timeoutMs;
    if (timeoutMs !== undefined) return this.#runLimited(segment, timeoutMs);
    const exclusive = this.#isExclusive(segment);
    const values = exclusive ? this.#data.takeUnseen(runner) : this.#data.snapshot();
    return runner.runBatch(stages, { mode, cancellation, run: this.#data, exclusive, values });
  }

  /** A raised flag stays up: the stage gets values of its own, which no other batch uses. */
  async #runLimited({ runner, stages, planned }: Segment, timeoutMs: number): Promise<BatchResult> {
    const { mode } = this.#request;
    const id = (planned[0] as PlannedStage).stage.id;
    const deadline = new Deadline(id, timeoutMs, this.#request.cancellation);
    const { cancellation } = deadline;
    const request = { mode, cancellation, run: {}, exclusive: false, values: this.#data.snapshot(), interruptible: true };
    try {
      const result = await (runner as NonNullable<Segment['runner']>).runBatch(stages, request);
      if (!deadline.passed || (result.error as Partial<PluginSystemError> | undefined)?.code === 'Abandoned') return result;
      const begun = result.milliseconds.length > 0;
      return { ...result, completed: 0, changes: new Map(), error: deadline.error(begun) };
    } finally {
      deadline.end();
    }
  }

  /** `from`, `count`: the stages of the segment that were in the batch. */
  #endBatch(segment: Segment, from: number, count: number, result: BatchResult, reports: StageReport[]): void | Promise<void> {
    const { mode, onFailure } = this.#request;
    const { completed, error } = this.#commitBatch(segment, from, result);
    const endedAfterMs = performance.now() - this.#began;
    addBatchReports(reports, segment, from, result, { completed, error, endedAfterMs }, mode);
    const next = from + completed;
    if (error === undefined) {
      // Those behind the batch are behind something that failed.
      if (completed < count || next === segment.planned.length) return undefined;
      return this.#runFrom(segment, next, reports);
    }
    this.#error ??= error;
    if (onFailure === 'stop') return undefined;
    this.#fallen.set(segment.planned[next] as PlannedStage, 'failed');
    if (this.#isExclusive(segment)) {
      // The runner may have lost what it kept.
      const runner = segment.runner as NonNullable<Segment['runner']>;
      runner.release(this.#data);
      this.#data.forget(runner);
    }
    return this.#runFrom(segment, next + 1, reports);
  }

  /** Makes what the batch changed visible. How many of its stages count as completed, and why not all. */
  #commitBatch(segment: Segment, from: number, { completed, error, changes }: BatchResult) {
    const failure = error === undefined ? undefined : PluginSystemError.from(error, 'StageFailed', { phase: 'operation' });
    if (changes.size === 0) return { completed, error: failure };
    const writers = segment.stages.slice(from).map(({ id }): Writer => ({ stage: id, segment: segment.index }));
    const seenBy = this.#isExclusive(segment) ? segment.runner : undefined;
    const committed = this.#data.commitBatch(changes, completed, seenBy, writers, this.#isBefore(segment));
    if (committed.conflict === undefined) return { completed: committed.completed, error: failure };
    return { completed: committed.completed, error: PluginSystemError.from(committed.conflict, 'Internal') };
  }

  /** No other batch is in progress, and the store of the runner can be used again. */
  #isExclusive(segment: Segment): boolean {
    return this.#request.course.isLinear && segment.planned[0]?.timeoutMs === undefined;
  }

  async #runStage(segment: Segment, reports: StageReport[]): Promise<void> {
    const { mode, configDirectory, course } = this.#request;
    const [planned] = segment.planned as [PlannedStage];
    const { stage, plugin, timeoutMs } = planned;
    const deadline = timeoutMs === undefined ? undefined : new Deadline(stage.id, timeoutMs, this.#request.cancellation);
    const cancellation = deadline?.cancellation ?? this.#request.cancellation;
    const values = course.isLinear ? this.#data.values : this.#data.snapshot();
    const log = () => this.#request.log(plugin, stage.id);
    const view = new StageContextView({ stage: stage.id, mode, configDirectory, cancellation, values, log });
    const began = performance.now();
    const startedAfterMs = began - this.#began;
    try {
      const work = mode === 'live' ? stage.execute(view) : stage.dryRun?.(view);
      await (deadline === undefined ? work : deadline.limit(work));
      this.#data.commit(view.end(), { stage: stage.id, segment: segment.index }, this.#isBefore(segment));
      const descriptions = mode === 'live' ? undefined : stage.dryRun === undefined ? [describe(stage)] : view.descriptions;
      reports.push(succeeded(planned, startedAfterMs, performance.now() - began, descriptions));
    } catch (thrown) {
      view.end();
      const place = { plugin, phase: 'operation', operation: stage.id } as const;
      const isObedient = cancellation.cancelled && (thrown === cancellation.reason || isAbortError(thrown));
      const error = deadline?.passed
        ? deadline.error().within(place)
        : PluginSystemError.fromThrown(thrown, isObedient ? 'Cancelled' : 'StageFailed', place);
      this.#error ??= error;
      this.#fallen.set(planned, 'failed');
      reports.push(failed(planned, startedAfterMs, performance.now() - began, error));
    } finally {
      deadline?.end();
    }
  }

  #isBefore(segment: Segment): ((other: number) => boolean) | undefined {
    const { isLinear, segments } = this.#request.course;
    return isLinear ? undefined : (other) => isBefore(segments, other, segment.index);
  }
}

/** What is thrown is of others, and may throw when it is looked at. */
function isAbortError(thrown: unknown): boolean {
  try {
    return (thrown as Partial<Error> | null | undefined)?.name === 'AbortError';
  } catch {
    return false;
  }
}
