export { inlineDriver, type PluginDriver } from './driver.js';
export { FirstLook, type FirstLookOptions } from './first-look.js';
export type { LookStep, StageSummary } from './first-look-protocol.js';
export { type ProbeOptions, type ProbeReport, type ProbeStep, probe, type RecordSummary } from './probe.js';
