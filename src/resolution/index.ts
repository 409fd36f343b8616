export { accessesExclude } from './conflicts.js';
export * from './explain.js';
export { loadOrder } from './load-order.js';
export { compareVersions, isRange, rangesMeet, satisfies } from './ranges.js';
export * from './resolve.js';
export type * from './types.js';
