export {
  type BootReport,
  definePlugin,
  type FailedPlugin,
  type PhaseEvent,
  type PluginDefinition,
  type PluginInfo,
  PluginManager,
  type PluginManagerOptions,
  type PluginState,
  probe,
  type StopReport,
} from './core/index.js';
export {
  ERROR_TABLE,
  type ErrorCategory,
  type ErrorCode,
  type Phase,
  PluginSystemError,
  type SerializedError,
} from './errors/index.js';
export type { LookStep, ProbeOptions, ProbeReport, ProbeStep, RecordSummary, StageSummary } from './isolation/index.js';
export type {
  Pipeline,
  PipelineStep,
  RegisteredStage,
  RunOptions,
  RunReport,
  SerializedRunReport,
  StageRegistry,
  StageReport,
} from './pipelines/index.js';
export type {
  ContextValue,
  JsonValue,
  Logger,
  LogLevel,
  Plugin,
  PluginDependency,
  PluginHost,
  PluginMetadata,
  PluginWarning,
  Priority,
  PriorityCategory,
  RunMode,
  Stage,
  StageContext,
  StageRequirement,
} from './plugin/index.js';
