import { type ErrorCode, nearest, PluginSystemError, shown } from '../errors/index.js';
import { getOrInsert } from '../resolution/get-or-insert.js';
import { type GraphEdge, type GraphPlugin, type PluginGraph, representatives } from './graph.js';

/** What is known of one plugin and its neighbours. */
export interface Explanation {
  /** Of several of the name, the one that runs, or that failed for reasons of its own. */
  readonly plugin: GraphPlugin;
  /** The others of the name. */
  readonly others: readonly GraphPlugin[];
  readonly neededBy: readonly GraphEdge[];
  /** Shortest ways down to it from those that nobody needs, the shorter first; at most MAX_CHAINS. */
  readonly chains: ReadonlyArray<readonly string[]>;
  readonly needs: ReadonlyArray<{
    readonly edge: GraphEdge;
    /** The one that is here. */
    readonly version: string | undefined;
  }>;
  readonly conflicts: ReadonlyArray<{ readonly plugin: string; readonly isAllowed: boolean }>;
  /** If it does not run: its own reason, then that of what it needs, and so on, down to the one that has no other. */
  readonly reasons: ReadonlyArray<{ readonly plugin: string; readonly code: ErrorCode; readonly message: string }>;
}

const MAX_CHAINS = 10;

/**
 * Says of one plugin why it is here, what it needs, and why it does not run if it does not.
 * @throws `PluginNotFound`, with the nearest name that exists
 */
export function explainPlugin(graph: PluginGraph, name: string): Explanation {
  const plugins = representatives(graph);
  const plugin = plugins.get(name);
  if (plugin === undefined) {
    const near = nearest(name, [...plugins.keys()]);
    throw new PluginSystemError('PluginNotFound', `there is no plugin ${shown(name)}`, {
      ...(near === undefined ? {} : { remedy: `Did you mean ${JSON.stringify(near)}?` }),
    });
  }
  const isNeed = ({ kind }: GraphEdge) => kind !== 'excludes';
  const needs = graph.edges.filter((edge) => edge.from === name && isNeed(edge));
  return {
    plugin,
    others: graph.plugins.filter((other) => other.name === name && other !== plugin),
    neededBy: graph.edges.filter((edge) => edge.to === name && edge.from !== name && isNeed(edge)),
    chains: chainsTo(graph, name),
    needs: needs.map((edge) => ({ edge, version: plugins.get(edge.to)?.version })),
    conflicts: graph.edges
      .filter(({ kind, from, to }) => kind === 'excludes' && (from === name || to === name))
      .map(({ from, to, state }) => ({ plugin: from === name ? to : from, isAllowed: state === 'met' })),
    reasons: reasonsOf(graph, plugins, plugin),
  };
}

function chainsTo(graph: PluginGraph, name: string): string[][] {
  const dependents = new Map<string, string[]>();
  for (const { from, to, kind } of graph.edges) {
    if (kind === 'excludes' || from === to) continue;
    getOrInsert(dependents, to, () => []).push(from);
  }
  const next = new Map<string, string | undefined>([[name, undefined]]);
  const chains: string[][] = [];
  // What is found is visited too, nearest first.
  for (const [at] of next) {
    for (const dependent of dependents.get(at) ?? []) if (!next.has(dependent)) next.set(dependent, at);
    if (at === name || dependents.has(at)) continue;
    const chain: string[] = [];
    for (let link: string | undefined = at; link !== undefined; link = next.get(link)) chain.push(link);
    chains.push(chain);
    if (chains.length === MAX_CHAINS) break;
  }
  return chains;
}

function reasonsOf(graph: PluginGraph, plugins: ReadonlyMap<string, GraphPlugin>, plugin: GraphPlugin): Explanation['reasons'] {
  const refused = new Map<string, string>();
  for (const { from, to, kind, state } of graph.edges) {
    if (kind === 'requires' && state === 'refused' && !refused.has(from)) refused.set(from, to);
  }
  const reasons: Array<Explanation['reasons'][number]> = [];
  const seen = new Set<string>();
  for (let at: GraphPlugin | undefined = plugin; at?.error !== undefined && !seen.has(at.name); ) {
    seen.add(at.name);
    reasons.push({ plugin: at.name, ...at.error });
    const isInherited: boolean = at.error.code === 'DependencyFailed' || at.error.code === 'DependencyDisabled';
    const cause: string | undefined = isInherited ? refused.get(at.name) : undefined;
    at = cause === undefined ? undefined : plugins.get(cause);
  }
  return reasons;
}
