export { accessesExclude } from './conflicts.js';
export * from './explain.js';
export { compareVersions, isRange, rangesMeet, satisfies } from './ranges.js';
export * from './resolve.js';
export type * from './types.js';
