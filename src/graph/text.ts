import { getOrInsert } from '../resolution/get-or-insert.js';
import { Chain, wanted } from '../resolution/wording.js';
import type { GraphEdge, GraphPlugin, PluginGraph } from './graph.js';
import type { Explanation } from './why.js';

/** The graph for a terminal: those that run in their order, then the others, each with what it needs. */
export function graphText(graph: PluginGraph): string {
  const edges = new Map<string, GraphEdge[]>();
  for (const edge of graph.edges) getOrInsert(edges, edge.from, () => []).push(edge);
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

/** The explanation for a terminal. */
export function explanationText({ plugin, others, neededBy, chains, needs, conflicts, reasons }: Explanation): string {
  const { name, version, state, isCore, path, position } = plugin;
  const lines = [oneLine(`${name} ${version}: ${state}${isCore ? ', core' : ''}`)];
  lines.push(`  file: ${path === undefined ? 'none, it is a TypeScript plugin' : oneLine(path)}`);
  if (position !== undefined) lines.push(`  place in the order of starting: ${position + 1}`);
  for (const other of others) {
    lines.push(oneLine(`  also here: ${other.version}, ${other.state}${other.path === undefined ? '' : `, ${other.path}`}`));
  }
  if (reasons.length > 0) {
    lines.push('why it does not run:');
    const shown = reasons.length > 8 ? [...reasons.slice(0, 4), undefined, ...reasons.slice(-3)] : reasons;
    for (const reason of shown) {
      lines.push(
        reason === undefined
          ? `  … ${reasons.length - 7} more …`
          : `  ${reason.plugin}: ${reason.code}: ${oneLine(reason.message)}`,
      );
    }
  }
  lines.push(neededBy.length === 0 ? 'nobody needs it' : 'needed by:');
  for (const { from, kind, range, state: met } of neededBy) {
    lines.push(`  ${from}, which ${kind} ${oneLine(wanted({ name, range }))}: ${met.replace('_', ' ')}`);
  }
  const far = chains.filter((chain) => chain.length > 2);
  for (const chain of far) lines.push(`  ${Chain.of(chain)}`);
  lines.push(needs.length === 0 ? 'it needs nothing' : 'it needs:');
  for (const { edge, version: here } of needs) {
    lines.push(`  ${edgeText(edge)}${here === undefined ? '' : ` (${here} is here)`}`);
  }
  if (conflicts.length > 0) lines.push('conflicts:');
  for (const conflict of conflicts) lines.push(`  with ${conflict.plugin}${conflict.isAllowed ? ', and both run' : ''}`);
  return lines.map((line) => `${line}\n`).join('');
}

export function edgeText({ kind, to, range, state }: GraphEdge): string {
  const what = `${kind} ${oneLine(wanted({ name: to, range }))}`;
  if (kind === 'excludes') return `${what}${state === 'met' ? ', and both run' : ''}`;
  return `${what}: ${state.replace('_', ' ')}`;
}

/** Text of others, without what would move the cursor or colour the rest. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
}
