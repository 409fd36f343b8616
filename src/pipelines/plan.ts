import type { BatchedStage, Stage, StageRunner } from '../plugin/index.js';
import { type FailurePolicy, type Pipeline, readPipeline, type Step } from './pipeline.js';
import { type PlannedStage, plannedStage } from './planned-stage.js';
import { withRequiredStages } from './required-stages.js';
import type { StageTable } from './stage-table.js';

/** Stages that run one after the other without coming back in between: one stage, or a chain with one runner. */
export interface Segment {
  readonly index: number;
  readonly planned: readonly PlannedStage[];
  /** Those of `planned`. A runner knows them again by this list. */
  readonly stages: readonly Stage[];
  readonly runner: StageRunner | undefined;
  /** Indices of segments that have ended before this one begins. */
  readonly after: readonly number[];
  /** Indices of segments that have this one in their `after`. */
  readonly followers: readonly number[];
  /** Why the one stage of it is not run. */
  readonly skipped: string | undefined;
}

/** The segments of a plan, in order. */
export interface Course {
  readonly segments: readonly Segment[];
  /** Each segment runs after the one before it: nothing is ever parallel. */
  readonly isLinear: boolean;
  readonly runners: ReadonlySet<StageRunner>;
}

/** A pipeline made ready to run. */
export class PipelinePlan {
  /** Each behind those that it runs after. */
  readonly stages: readonly PlannedStage[];
  readonly onFailure: FailurePolicy;
  readonly concurrency: number;
  /** Plugins that take part. */
  readonly plugins: ReadonlySet<string>;
  #chained: Course | undefined;
  #single: Course | undefined;

  constructor(stages: readonly PlannedStage[], onFailure: FailurePolicy, concurrency: number) {
    this.stages = stages;
    this.onFailure = onFailure;
    this.concurrency = concurrency;
    this.plugins = new Set(stages.map((planned) => planned.plugin));
  }

  /** Native stages that follow each other are one segment. */
  get chained(): Course {
    this.#chained ??= courseOf(this.stages);
    return this.#chained;
  }

  /** Each stage is a segment. */
  get single(): Course {
    this.#single ??= courseOf(this.stages, { single: true });
    return this.#single;
  }

  /** Stages in `skip` are not run, for the reason given. */
  without(skip: ReadonlyMap<string, string>, single: boolean): Course {
    return courseOf(this.stages, { single, skip });
  }
}

/**
 * Resolves the stages of a pipeline and orders them. `path`: of the file that defines it.
 * @throws `PipelineInvalid`, `InvalidOption` (a misspelt field), `StageNotFound`, `StageRequirementMissing`
 */
export function planPipeline(name: string, pipeline: Pipeline, table: StageTable, path?: string): PipelinePlan {
  const { steps, onFailure, concurrency } = readPipeline(name, pipeline);
  const wanting = { pipeline: name, path };
  const planned = new Map<Step, PlannedStage>();
  const plannedOf = (step: Step) => planned.get(step) as PlannedStage;
  for (const step of steps) {
    const after = step.after.map(plannedOf);
    const needs = step.needs.map((needed) => ({ stage: plannedOf(needed), because: 'after' }) as const);
    planned.set(step, plannedStage(table.get(step.stage, wanting), { after, needs, timeoutMs: step.timeoutMs }));
  }
  return new PipelinePlan(withRequiredStages(wanting, [...planned.values()], table), onFailure, concurrency);
}

/** Whether segment `earlier` has ended before segment `later` begins. */
export function isBefore(segments: readonly Segment[], earlier: number, later: number): boolean {
  const seen = new Set<number>();
  const open = [...(segments[later]?.after ?? [])];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at === earlier) return true;
    // Segments are in order: what stands before `earlier` cannot come after it.
    if (at < earlier || seen.has(at)) continue;
    seen.add(at);
    open.push(...(segments[at]?.after ?? []));
  }
  return false;
}

interface CourseOptions {
  readonly single?: boolean;
  readonly skip?: ReadonlyMap<string, string>;
}

type Growing = Segment & { planned: PlannedStage[]; stages: Stage[]; followers: number[] };

function courseOf(stages: readonly PlannedStage[], { single = false, skip }: CourseOptions = {}): Course {
  const followers = new Map<PlannedStage, number>();
  for (const { after } of stages) for (const before of after) followers.set(before, (followers.get(before) ?? 0) + 1);
  const segmentOf = new Map<PlannedStage, number>();
  const segments: Growing[] = [];
  for (const planned of stages) {
    const { stage, after } = planned;
    const skipped = skip?.get(stage.id);
    const runner = skipped === undefined ? runnerOf(stage) : undefined;
    const previous = segments.at(-1);
    const last = previous?.planned.at(-1);
    const continues =
      !single &&
      runner !== undefined &&
      previous?.runner === runner &&
      last !== undefined &&
      after.length === 1 &&
      after[0] === last &&
      followers.get(last) === 1 &&
      // A deadline is for one stage.
      planned.timeoutMs === undefined &&
      last.timeoutMs === undefined;
    if (continues) {
      previous.planned.push(planned);
      previous.stages.push(stage);
      segmentOf.set(planned, previous.index);
      continue;
    }
    const index = segments.length;
    const before = [...new Set(after.map((other) => segmentOf.get(other) as number))];
    for (const other of before) segments[other]?.followers.push(index);
    segmentOf.set(planned, index);
    segments.push({ index, planned: [planned], stages: [stage], runner, after: before, followers: [], skipped });
  }
  return {
    segments,
    isLinear: segments.every(({ index, after }) => index === 0 || after.includes(index - 1)),
    runners: new Set(segments.flatMap(({ runner }) => runner ?? [])),
  };
}

/** Any object may have a field of that name; a runner has its functions. */
function runnerOf(stage: Stage): StageRunner | undefined {
  const { runner } = stage as Partial<BatchedStage>;
  return typeof runner?.runBatch === 'function' && typeof runner.release === 'function' ? runner : undefined;
}
