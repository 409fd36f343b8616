export * from './graph.js';
export { graphDot } from './graph-dot.js';
export { graphSvg } from './graph-svg.js';
export { graphText } from './graph-text.js';
export type * from './types.js';
export { type Explanation, explanationText } from './why.js';
