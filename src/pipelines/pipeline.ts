import { checkOptionNames, isOurs, nearest, PluginSystemError, shown, thrownText } from '../errors/index.js';
import { circleIn, circleText, inOrder } from './order.js';

/** What a failing stage means for the rest: the run ends, or what does not depend on the stage goes on. */
export type FailurePolicy = 'stop' | 'continue';

/**
 * One step: a stage id, which runs after the step before it, or a stage with more to say.
 *
 * `after`: the stages that it runs after; none or absent: at once, beside others; `previous`: after the step before it, as a plain id. Stages that are named there are
 * needed: where one of them failed, this stage is skipped. The step before it is mere sequence.
 *
 * `timeoutMs`: the deadline of the stage, in milliseconds from its turn.
 */
export type PipelineStep =
  | string
  | {
      readonly stage: string;
      readonly after?: readonly string[] | 'previous' | undefined;
      readonly timeoutMs?: number | undefined;
    };

/** Stages with their order, and how they are run. Each stage occurs once. */
export interface PipelineDefinition {
  readonly steps: readonly PipelineStep[];
  /** For people. */
  readonly description?: string | undefined;
  /** Default `stop`. */
  readonly onFailure?: FailurePolicy | undefined;
  /** How many stages, or chains of native stages, are in progress at once at most. Default: no limit. */
  readonly concurrency?: number | undefined;
}

/** A list of steps, or a definition. */
export type Pipeline = readonly PipelineStep[] | PipelineDefinition;

/** A step as it was read. */
export interface Step {
  readonly stage: string;
  /** Steps that have ended before this one begins. */
  readonly after: readonly Step[];
  /** Those of them without whose success this one is not to run. */
  readonly needs: readonly Step[];
  readonly timeoutMs: number | undefined;
}

/** A pipeline that makes sense in itself; whether its stages exist is another matter. */
export interface ReadPipeline {
  /** Each after those that it runs after; as written, where that leaves it open. */
  readonly steps: readonly Step[];
  readonly onFailure: FailurePolicy;
  readonly concurrency: number;
}

const DEFINITION = ['steps', 'description', 'onFailure', 'concurrency'];
const STEP = ['stage', 'after', 'timeoutMs'];
/** The longest time that a timer can wait for. */
const MAX_MILLISECONDS = 2 ** 31 - 1;

/**
 * Reads a pipeline and orders its steps.
 * @throws `PipelineInvalid` (no steps, a stage twice, an unknown `after`, a cycle, a value of the wrong kind), `InvalidOption` (a misspelt field)
 */
export function readPipeline(name: string, pipeline: Pipeline): ReadPipeline {
  const { steps, ...how } = readWritten(name, pipeline);
  const ordered = inOrder(steps);
  if (ordered.length < steps.length) {
    const circle = circleIn(steps, ordered).map((step) => step.stage);
    throw invalidPipeline(name, `its stages wait for each other: ${circleText(circle)}`);
  }
  return { steps: ordered, ...how };
}

export function isFailurePolicy(value: unknown): value is FailurePolicy {
  return value === 'stop' || value === 'continue';
}

export function isConcurrency(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
}

export function invalidPipeline(name: string, what: string): PluginSystemError {
  return new PluginSystemError('PipelineInvalid', `pipeline ${shown(name)}: ${what}`, {
    phase: 'operation',
    operation: name,
  });
}

/** The steps are in the order in which they are written. */
function readWritten(name: string, pipeline: Pipeline): ReadPipeline {
  try {
    const { steps, onFailure = 'stop', concurrency = Number.POSITIVE_INFINITY } = readDefinition(name, pipeline);
    return { steps: readSteps(name, steps), onFailure, concurrency };
  } catch (thrown) {
    throw isOurs(thrown) ? thrown : invalidPipeline(name, `it cannot be read: ${thrownText(thrown)}`);
  }
}

function readDefinition(name: string, pipeline: unknown): PipelineDefinition {
  if (Array.isArray(pipeline)) return { steps: pipeline };
  const wanted = 'a list of stage ids was wanted, or an object with the list as its steps';
  if (typeof pipeline !== 'object' || pipeline === null) throw invalidPipeline(name, `it has no stages; ${wanted}`);
  const { steps, description, onFailure, concurrency } = pipeline as Partial<Record<keyof PipelineDefinition, unknown>>;
  // Where something else was meant by `steps`, the suggestion says more.
  if (steps !== undefined || nearest('steps', Object.keys(pipeline)) !== undefined)
    checkOptionNames(pipeline, DEFINITION, `pipeline ${shown(name)}`);
  if (!Array.isArray(steps)) throw invalidPipeline(name, `it has no list of steps; ${wanted}`);
  if (description !== undefined && typeof description !== 'string') throw invalidPipeline(name, 'its description is no text');
  if (onFailure !== undefined && !isFailurePolicy(onFailure))
    throw invalidPipeline(name, `onFailure is ${shown(onFailure)}; "stop" or "continue" was wanted`);
  if (concurrency !== undefined && !isConcurrency(concurrency))
    throw invalidPipeline(name, `concurrency is ${shown(concurrency)}; a whole number from 1 was wanted`);
  return pipeline as PipelineDefinition;
}

function readSteps(name: string, written: readonly unknown[]): Step[] {
  if (written.length === 0) throw invalidPipeline(name, 'it has no stages; a list of stage ids was wanted');
  const byId = new Map<string, Step & { after: readonly Step[]; needs: readonly Step[] }>();
  for (const [index, step] of written.entries()) {
    const stage = typeof step === 'string' ? step : (step as { stage?: unknown } | null | undefined)?.stage;
    if (typeof stage !== 'string') throw namesNoStage(name, index, step);
    if (byId.has(stage)) throw invalidPipeline(name, `stage ${stage} occurs twice`);
    byId.set(stage, { stage, after: [], needs: [], timeoutMs: readTimeout(name, index, step) });
  }
  const steps = [...byId.values()];
  for (const [index, step] of steps.entries()) {
    const { after } = typeof written[index] === 'string' ? { after: 'previous' } : (written[index] as { after?: unknown });
    const previous = steps[index - 1];
    if (after === 'previous') step.after = previous === undefined ? [] : [previous];
    else step.after = step.needs = readAfter(name, step.stage, after, byId);
  }
  return steps;
}

function namesNoStage(name: string, index: number, step: unknown): PluginSystemError {
  const error = invalidPipeline(name, `step ${index} names no stage; an id was wanted, or an object with the id as its stage`);
  const isMeant = typeof step === 'object' && step !== null && !('stage' in step);
  // Files of pipelines say `id`.
  const near = !isMeant ? undefined : 'id' in step ? 'id' : nearest('stage', Object.keys(step));
  if (near !== undefined) error.remedy = `Did you mean "stage" by ${JSON.stringify(near)}?`;
  return error;
}

function readTimeout(name: string, index: number, step: unknown): number | undefined {
  if (typeof step === 'string') return undefined;
  checkOptionNames(step, STEP, `step ${index} of pipeline ${shown(name)}`);
  const { stage, timeoutMs } = step as { stage: string; timeoutMs?: unknown };
  if (timeoutMs === undefined || (typeof timeoutMs === 'number' && timeoutMs >= 1 && timeoutMs <= MAX_MILLISECONDS))
    return timeoutMs;
  throw invalidPipeline(
    name,
    `timeoutMs of ${stage} is ${shown(timeoutMs)}; milliseconds, 1 to ${MAX_MILLISECONDS}, were wanted`,
  );
}

function readAfter(name: string, stage: string, after: unknown, byId: ReadonlyMap<string, Step>): Step[] {
  if (after !== undefined && !Array.isArray(after)) throw invalidPipeline(name, `after of ${stage} is no list of stage ids`);
  const steps = new Set<Step>();
  for (const id of after ?? []) {
    const step = byId.get(id);
    if (step === undefined) {
      const near = nearest(id, [...byId.keys()]);
      throw invalidPipeline(
        name,
        `${stage} is to run after ${shown(id)}, which is no stage of the pipeline${near ? `; did you mean ${near}?` : ''}`,
      );
    }
    steps.add(step);
  }
  return [...steps];
}
