import { checkOptionNames, nearest, PluginSystemError } from '../errors/index.js';
import type { BatchedStage, Stage, StageRunner } from '../plugin/index.js';
import type { RegisteredStage, StageTable } from './stage-table.js';

/**
 * One step: a stage id, which runs after the step before it, or a stage with the stages that it runs after (none: at once, beside others).
 */
export type PipelineStep = string | { readonly stage: string; readonly after?: readonly string[] };

/** A list of stages with their order. Each stage occurs once. */
export type Pipeline = readonly PipelineStep[];

/** Stages that run one after the other without coming back in between: one TypeScript stage, or a chain with one runner. */
export interface Segment {
  readonly index: number;
  readonly stages: readonly Stage[];
  readonly plugins: readonly string[];
  readonly runner: StageRunner | undefined;
  /** Indices of segments that must have succeeded before. */
  readonly after: readonly number[];
  /** Indices of all segments that have ended before this one begins. */
  readonly ancestors: ReadonlySet<number>;
}

/** A pipeline made ready to run: topologically ordered segments. */
export interface PipelinePlan {
  readonly segments: readonly Segment[];
  /** Each segment runs after the one before it: nothing is ever parallel. */
  readonly isLinear: boolean;
  /** Plugins that take part. */
  readonly plugins: readonly string[];
}

const KNOWN = ['stage', 'after'];

interface Node {
  readonly entry: RegisteredStage;
  readonly after: readonly number[];
}

/**
 * Resolves the stages of a pipeline and orders them.
 * @throws `PipelineInvalid` (empty, a stage twice, an unknown `after`, a cycle), `InvalidOption` (a misspelt step), `StageNotFound`
 */
export function planPipeline(name: string, pipeline: Pipeline, table: StageTable): PipelinePlan {
  const nodes = readSteps(name, pipeline, table);
  const order = topologicalOrder(name, nodes);
  const segments = formSegments(nodes, order);
  return {
    segments,
    isLinear: segments.every((segment, index) => index === 0 || segment.after.includes(index - 1)),
    plugins: [...new Set(segments.flatMap((segment) => segment.plugins))],
  };
}

function readSteps(name: string, pipeline: Pipeline, table: StageTable): Node[] {
  if (!Array.isArray(pipeline) || pipeline.length === 0)
    throw invalid(name, 'it has no stages; a list of stage ids was wanted');
  const ids = pipeline.map((step) => (typeof step === 'string' ? step : step?.stage));
  ids.forEach((id, index) => {
    if (typeof id !== 'string') throw invalid(name, `step ${index} names no stage`);
    if (ids.indexOf(id) !== index) throw invalid(name, `stage ${id} occurs twice`);
  });
  return pipeline.map((step, index) => {
    const entry = table.get(ids[index] as string);
    if (typeof step === 'string') return { entry, after: index === 0 ? [] : [index - 1] };
    checkOptionNames(step, KNOWN, `step ${index} of pipeline ${JSON.stringify(name)}`);
    if (step.after !== undefined && !Array.isArray(step.after))
      throw invalid(name, `after of ${step.stage} is no list of stage ids`);
    const after = (step.after ?? []).map((id: string) => {
      const at = ids.indexOf(id);
      if (at >= 0) return at;
      const near = nearest(id, ids as string[]);
      throw invalid(
        name,
        `${step.stage} is to run after ${JSON.stringify(id)}, which is no stage of the pipeline${near ? `; did you mean ${near}?` : ''}`,
      );
    });
    return { entry, after };
  });
}

/** Kahn's algorithm; among those that may come next, the one that is written first. */
function topologicalOrder(name: string, nodes: readonly Node[]): number[] {
  const missing = nodes.map((node) => new Set(node.after).size);
  const followers = nodes.map((): number[] => []);
  nodes.forEach((node, index) => {
    for (const before of new Set(node.after)) followers[before]?.push(index);
  });
  const ready = nodes.flatMap((_, index) => (missing[index] === 0 ? [index] : []));
  const order: number[] = [];
  while (ready.length > 0) {
    ready.sort((a, b) => b - a);
    const next = ready.pop() as number;
    order.push(next);
    for (const follower of followers[next] ?? []) {
      missing[follower] = (missing[follower] as number) - 1;
      if (missing[follower] === 0) ready.push(follower);
    }
  }
  if (order.length < nodes.length) throw invalid(name, `its stages wait for each other: ${cycle(nodes, order)}`);
  return order;
}

function cycle(nodes: readonly Node[], done: readonly number[]): string {
  const left = new Set(nodes.keys());
  for (const index of done) left.delete(index);
  let [at] = left;
  const path: number[] = [];
  while (at !== undefined && !path.includes(at)) {
    path.push(at);
    at = nodes[at]?.after.find((before) => left.has(before));
  }
  const loop = at === undefined ? path : [...path.slice(path.indexOf(at)), at];
  return loop.map((index) => nodes[index]?.entry.stage.id).join(' → ');
}

function formSegments(nodes: readonly Node[], order: readonly number[]): Segment[] {
  const followers = nodes.map((_, index) => nodes.filter((node) => node.after.includes(index)).length);
  const segmentOf = new Map<number, number>();
  const segments: Array<Segment & { stages: Stage[]; plugins: string[] }> = [];
  for (const index of order) {
    const node = nodes[index] as Node;
    const { stage, plugin } = node.entry;
    const runner = runnerOf(stage);
    const previous = segments.at(-1);
    const [only] = node.after;
    const continues =
      runner !== undefined &&
      previous?.runner === runner &&
      node.after.length === 1 &&
      only !== undefined &&
      segmentOf.get(only) === previous.index &&
      nodes[only]?.entry.stage === previous.stages.at(-1) &&
      followers[only] === 1;
    if (continues) {
      previous.stages.push(stage);
      previous.plugins.push(plugin);
      segmentOf.set(index, previous.index);
      continue;
    }
    const after = [...new Set(node.after.map((before) => segmentOf.get(before) as number))];
    const ancestors = new Set(after.flatMap((before) => [before, ...(segments[before]?.ancestors ?? [])]));
    segmentOf.set(index, segments.length);
    segments.push({ index: segments.length, stages: [stage], plugins: [plugin], runner, after, ancestors });
  }
  return segments;
}

/** Any object may have a field of that name; a runner has its functions. */
function runnerOf(stage: Stage): StageRunner | undefined {
  const { runner } = stage as Partial<BatchedStage>;
  return typeof runner?.runBatch === 'function' && typeof runner.release === 'function' ? runner : undefined;
}

function invalid(name: string, what: string): PluginSystemError {
  return new PluginSystemError('PipelineInvalid', `pipeline ${JSON.stringify(name)}: ${what}`, {
    phase: 'operation',
    operation: name,
  });
}
