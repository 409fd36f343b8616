import type { ErrorCode, PluginSystemError } from '../errors/index.js';
import type { PluginDependency } from '../plugin/index.js';
import { getOrInsert } from '../resolution/get-or-insert.js';
import type { Candidate, PluginConflict } from '../resolution/index.js';
import { satisfies } from '../resolution/ranges.js';

/** One plugin, as a graph shows it. */
export interface GraphPlugin {
  readonly name: string;
  readonly version: string;
  /** The `PluginState` of the manager: `loaded`, `registered`, `initialised`, `running`, `stopped`, `disabled`, `failed` or `abandoned`. */
  readonly state: string;
  readonly isCore: boolean;
  /** Absent for a TypeScript plugin. */
  readonly path?: string | undefined;
  /** Why it does not run. */
  readonly error?: { readonly code: ErrorCode; readonly message: string } | undefined;
  /** Its place in the order of starting, from 0; absent if it does not run. */
  readonly position?: number | undefined;
}

/**
 * `met`: what is asked for runs, in a version within the range. `missing`: no plugin of the name is here; `wrong_version`: none within the range is, or another one runs;
 * `refused`: one is here, and does not run. Of one that excludes another: `refused` if one of the two gave way, `met` if both run all the same.
 */
export type GraphEdgeState = 'met' | 'missing' | 'wrong_version' | 'refused';

/** One plugin to another, by name. */
export interface GraphEdge {
  readonly from: string;
  /** May be the name of one that is not here. */
  readonly to: string;
  /** A required dependency, an optional one, a service that was found, or a conflict. */
  readonly kind: 'requires' | 'wants' | 'uses' | 'excludes';
  /** As written. */
  readonly range?: string | undefined;
  readonly state: GraphEdgeState;
}

/** Plugins and what they are to each other: plain data, in a fixed order. */
export interface PluginGraph {
  /** Those that run first, in the order in which they are started. */
  readonly plugins: readonly GraphPlugin[];
  readonly edges: readonly GraphEdge[];
}

export interface GraphEntry {
  readonly candidate: Candidate;
  readonly state: string;
  readonly error?: PluginSystemError | undefined;
  /** Names of the plugins whose services it found. */
  readonly uses?: readonly string[];
}

/**
 * The graph of what is known after resolution.
 * @param order names of those that run, in the order in which they were started
 */
export function graphOf(
  entries: readonly GraphEntry[],
  order: readonly string[],
  conflicts: readonly PluginConflict[],
): PluginGraph {
  const positions = new Map(order.map((name, position) => [name, position]));
  const byName = new Map<string, GraphEntry[]>();
  for (const entry of entries) {
    getOrInsert(byName, entry.candidate.metadata.name, () => []).push(entry);
  }
  const runs = (entry: GraphEntry) => entry.error === undefined && positions.has(entry.candidate.metadata.name);
  const stateOf = ({ name, range }: PluginDependency, { metadata }: Candidate): GraphEdgeState => {
    const here = byName.get(name) ?? [];
    if (here.length === 0) return 'missing';
    const fits = (entry: GraphEntry) => satisfies(entry.candidate.metadata.version, range, metadata.rangeSyntax);
    const running = here.find(runs);
    if (running !== undefined) return fits(running) ? 'met' : 'wrong_version';
    return here.some(fits) ? 'refused' : 'wrong_version';
  };
  const plugins = entries.map((entry): GraphPlugin => {
    const { metadata, isCore, path } = entry.candidate;
    return {
      name: metadata.name,
      version: metadata.version,
      state: entry.state,
      isCore,
      path,
      ...(entry.error === undefined ? {} : { error: { code: entry.error.code, message: entry.error.detail } }),
      ...(runs(entry) ? { position: positions.get(metadata.name) } : {}),
    };
  });
  // One of each name speaks for it: what another version of it would need is of no use.
  const speakers = [...byName.values()].map((here) => here.find(runs) ?? here.find(isNoDuplicate) ?? (here[0] as GraphEntry));
  const edges = speakers.flatMap(({ candidate }) =>
    candidate.metadata.dependencies.map(
      (dependency): GraphEdge => ({
        from: candidate.metadata.name,
        to: dependency.name,
        kind: dependency.required ? 'requires' : 'wants',
        range: dependency.range,
        state: stateOf(dependency, candidate),
      }),
    ),
  );
  const uses = entries.flatMap(({ candidate, uses: names = [] }) =>
    names.map((to): GraphEdge => ({ from: candidate.metadata.name, to, kind: 'uses', state: 'met' })),
  );
  return { plugins: plugins.sort(byPosition), edges: [...edges, ...conflicts.flatMap(exclusions), ...uses] };
}

function isNoDuplicate({ error }: { readonly error?: { readonly code: ErrorCode } | undefined }): boolean {
  return error?.code !== 'PluginDuplicate';
}

/** Conflicts between two; what more have with each other shows in the ranges of what they need. */
function exclusions({ kind, plugins, refused }: PluginConflict): GraphEdge[] {
  const [from, to] = plugins;
  if (kind === 'duplicate' || kind === 'version' || from === undefined || to === undefined) return [];
  return [{ from, to, kind: 'excludes', state: refused.length > 0 ? 'refused' : 'met' }];
}

function byPosition(a: GraphPlugin, b: GraphPlugin): number {
  return (a.position ?? Number.MAX_SAFE_INTEGER) - (b.position ?? Number.MAX_SAFE_INTEGER);
}

/** By name: the plugin at which edges end; of several, the one that runs, else one that failed for reasons of its own. */
export function representatives({ plugins }: PluginGraph): Map<string, GraphPlugin> {
  const found = new Map<string, GraphPlugin>();
  const rank = (plugin: GraphPlugin) => (plugin.position !== undefined ? 0 : isNoDuplicate(plugin) ? 1 : 2);
  for (const plugin of plugins) {
    const known = found.get(plugin.name);
    if (known === undefined || rank(plugin) < rank(known)) found.set(plugin.name, plugin);
  }
  return found;
}
