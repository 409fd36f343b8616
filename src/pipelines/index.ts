export { CancellationSource } from './cancellation.js';
export type { Pipeline, PipelineStep } from './pipeline.js';
export type { PipelineRuns, RunOptions } from './pipeline-runs.js';
export type * from './report.js';
export { StageContextView } from './stage-context.js';
export { StageRegistry } from './stage-registry.js';
export { type RegisteredStage, StageTable } from './stage-table.js';
