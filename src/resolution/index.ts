export { loadOrder } from './load-order.js';
export { compareVersions, isRange, rangesMeet, satisfies } from './ranges.js';
export type * from './types.js';
