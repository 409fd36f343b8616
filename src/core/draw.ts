import { PluginSystemError } from '../errors/index.js';
import type { Explanation, PluginGraph } from '../resolution/index.js';

/** How a graph can be drawn: for a terminal, for Graphviz, as a picture. */
export type GraphFormat = 'text' | 'dot' | 'svg';

export const GRAPH_FORMATS: readonly GraphFormat[] = ['text', 'dot', 'svg'];

/**
 * Draws what `graph()` of a manager gave. Files are not written.
 * @throws `InvalidOption`
 */
export async function drawGraph(graph: PluginGraph, format: GraphFormat = 'text'): Promise<string> {
  if (!GRAPH_FORMATS.includes(format)) {
    throw new PluginSystemError(
      'InvalidOption',
      `the format is ${JSON.stringify(format)}; ${GRAPH_FORMATS.join(', ')} are known`,
    );
  }
  // Imported here: few applications draw.
  const { graphText, graphDot, graphSvg } = await import('../resolution/index.js');
  return { text: graphText, dot: graphDot, svg: graphSvg }[format](graph);
}

/** Writes out what `why()` of a manager gave, for a terminal. */
export async function explanationText(explanation: Explanation): Promise<string> {
  const resolution = await import('../resolution/index.js');
  return resolution.explanationText(explanation);
}
