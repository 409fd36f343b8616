export { inlineDriver, type PluginDriver } from './driver.js';
export { FirstLook, type FirstLookOptions } from './first-look.js';
export type { LookStep, StageSummary } from './first-look-protocol.js';
export type { ProbeOptions } from './probe.js';
export type { ProbeReport, ProbeStep, RecordSummary } from './probe-report.js';
