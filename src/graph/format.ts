import { PluginSystemError, shown } from '../errors/index.js';
import type { PluginGraph } from './graph.js';
import type { Explanation } from './why.js';

/** How a graph can be written: for a terminal, for Graphviz, as a picture. */
export type GraphFormat = 'text' | 'dot' | 'svg';

export const GRAPH_FORMATS: readonly GraphFormat[] = ['text', 'dot', 'svg'];

/**
 * Writes out what `graph()` of a manager gave. No file is written. A promise, because what writes is imported on the first call only: importing the package must stay
 * cheap for the many applications that show no graph.
 * @throws `InvalidOption`
 */
export async function formatGraph(graph: PluginGraph, format: GraphFormat = 'text'): Promise<string> {
  switch (format) {
    case 'text':
      return (await import('./text.js')).graphText(graph);
    case 'dot':
      return (await import('./dot.js')).graphDot(graph);
    case 'svg':
      return (await import('./svg.js')).graphSvg(graph);
    default:
      throw new PluginSystemError('InvalidOption', `the format is ${shown(format)}; ${GRAPH_FORMATS.join(', ')} are known`);
  }
}

/** Writes out what `why()` of a manager gave, for a terminal. A promise, for the same reason as `formatGraph`. */
export async function formatExplanation(explanation: Explanation): Promise<string> {
  return (await import('./text.js')).explanationText(explanation);
}
