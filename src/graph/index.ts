export { formatExplanation, formatGraph, GRAPH_FORMATS, type GraphFormat } from './format.js';
export type { GraphEdge, GraphEdgeState, GraphPlugin, PluginGraph } from './graph.js';
export type { Explanation } from './why.js';
