export { compareVersions, isRange, rangesMeet, satisfies } from './ranges.js';
export { resolve } from './resolve.js';
export type * from './types.js';
