export type { CallHooks, StageCall } from './call-hooks.js';
export { CancellationSource } from './cancellation.js';
export type { FailurePolicy, Pipeline, PipelineDefinition, PipelineStep } from './pipeline.js';
export type { PipelineRuns } from './pipeline-runs.js';
export type * from './report.js';
export type { RunOptions } from './run-options.js';
export { StageContextView } from './stage-context.js';
export { StageRegistry } from './stage-registry.js';
export { type RegisteredStage, type StageNeed, StageTable } from './stage-table.js';
