import type { GraphEdge, GraphPlugin, PluginGraph } from './graph.js';
import { wanted } from './wording.js';

/** The graph for a terminal: those that run in their order, then the others, each with what it needs. */
export function graphText(graph: PluginGraph): string {
  const edges = new Map<string, GraphEdge[]>();
  for (const edge of graph.edges) {
    const known = edges.get(edge.from);
    if (known === undefined) edges.set(edge.from, [edge]);
    else known.push(edge);
  }
  const lines: string[] = [];
  const width = String(graph.plugins.length).length + 1;
  const shown = new Set<string>();
  for (const plugin of graph.plugins) {
    const { name, position, error } = plugin;
    const place = position === undefined ? '-' : `${position + 1}.`;
    lines.push(`${place.padStart(width)} ${headline(plugin)}`);
    const indent = ' '.repeat(width + 3);
    if (error !== undefined) lines.push(`${indent}${error.code}: ${oneLine(error.message)}`);
    // The first of a name stands for it.
    if (!shown.has(name)) for (const edge of edges.get(name) ?? []) lines.push(`${indent}${edgeText(edge)}`);
    shown.add(name);
  }
  return lines.map((line) => `${line}\n`).join('');
}

function headline({ name, version, state, isCore }: GraphPlugin): string {
  return oneLine(`${name} ${version}  ${state}${isCore ? ', core' : ''}`);
}

export function edgeText({ kind, to, range, state }: GraphEdge): string {
  const what = `${kind} ${oneLine(wanted({ name: to, range }))}`;
  if (kind === 'excludes') return `${what}${state === 'met' ? ', and both run' : ''}`;
  return `${what}: ${state}`;
}

/** Text of others, without what would move the cursor or colour the rest. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
}
