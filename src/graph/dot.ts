import { type GraphEdge, type GraphPlugin, type PluginGraph, representatives } from './graph.js';
import { oneLine } from './text.js';

const EDGE_STYLES: Readonly<Record<GraphEdge['kind'], string>> = {
  requires: 'style=solid',
  wants: 'style=dashed',
  uses: 'style=dotted',
  excludes: 'style=bold, dir=none',
};

/** The graph in the language of Graphviz. An arrow points to what is needed; what failed is red and dashed. */
export function graphDot(graph: PluginGraph): string {
  const ids = new Map(graph.plugins.map((plugin, index) => [plugin, `p${index}`]));
  const nodes = graph.plugins.map((plugin) => `  ${ids.get(plugin)} [${nodeStyle(plugin)}];`);
  const at = new Map([...representatives(graph)].map(([name, plugin]) => [name, ids.get(plugin) as string]));
  for (const name of graph.edges.flatMap(({ from, to }) => [from, to])) {
    if (at.has(name)) continue;
    at.set(name, `m${at.size}`);
    nodes.push(`  ${at.get(name)} [label=${quoted(`${name}\nnot here`)}, style=dotted, color=gray50, fontcolor=gray50];`);
  }
  const edges = graph.edges.map((edge) => `  ${at.get(edge.from)} -> ${at.get(edge.to)} [${edgeStyle(edge)}];`);
  const lines = ['digraph plugins {', '  rankdir=BT;', '  node [shape=box, fontname="sans-serif"];', ...nodes, ...edges, '}'];
  return `${lines.join('\n')}\n`;
}

function nodeStyle({ name, version, state, isCore, error }: GraphPlugin): string {
  const label = `label=${quoted(`${name} ${version}\n${state}${isCore ? ', core' : ''}`)}`;
  if (error === undefined) return isCore ? `${label}, style=bold` : label;
  return `${label}, style=dashed, color=red, tooltip=${quoted(`${error.code}: ${error.message}`)}`;
}

function edgeStyle({ kind, range, state }: GraphEdge): string {
  const label = range === undefined ? '' : `, label=${quoted(range)}`;
  const isBad = state !== 'met' || kind === 'excludes';
  return `${EDGE_STYLES[kind]}${label}${isBad ? ', color=red' : ''}`;
}

/** In a quoted string of Graphviz a backslash begins an escape, in labels also of names (`\N`). */
function quoted(text: string): string {
  const lines = text.split('\n').map((line) => oneLine(line).replaceAll('\\', '\\\\').replaceAll('"', '\\"'));
  return `"${lines.join('\\n')}"`;
}
