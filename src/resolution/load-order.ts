import { PRIORITY_BANDS } from '../abi/index.js';
import { PluginSystemError } from '../errors/index.js';
import type { PluginMetadata } from '../plugin/index.js';

/** What the order is made of. */
export interface Candidate {
  readonly metadata: PluginMetadata;
}

export interface LoadOrder<Entry extends Candidate> {
  /** Dependencies before dependents; where free, by priority, then name. The same on every run. */
  readonly order: readonly Entry[];
  readonly failed: ReadonlyArray<{ readonly entry: Entry; readonly error: PluginSystemError }>;
}

/**
 * Orders plugins. A plugin whose required dependency is missing, or part of a cycle of required ones, fails; so does what depends on it.
 * `present`: names that run already.
 */
export function loadOrder<Entry extends Candidate>(entries: readonly Entry[], present: ReadonlySet<string>): LoadOrder<Entry> {
  const byName = new Map(entries.map((entry) => [entry.metadata.name, entry]));
  const failed = new Map<string, PluginSystemError>();
  const placed = new Set<string>();
  const order: Entry[] = [];
  const sorted = [...entries].sort(byPriority);

  const visit = (entry: Entry, path: readonly string[]): PluginSystemError | undefined => {
    const { name, dependencies } = entry.metadata;
    const known = failed.get(name);
    if (known !== undefined || placed.has(name)) return known;
    const chain = [...path, name];
    for (const dependency of [...dependencies].sort((a, b) => compare(a.name, b.name))) {
      const error = visitDependency(dependency.name, chain);
      if (error === undefined || !dependency.required) continue;
      failed.set(name, error);
      return error;
    }
    if (!placed.has(name)) {
      placed.add(name);
      order.push(entry);
    }
    return undefined;
  };

  const visitDependency = (name: string, chain: readonly string[]): PluginSystemError | undefined => {
    const dependent = chain.at(-1) as string;
    const place = { plugin: dependent, phase: 'resolution', operation: 'dependencies' } as const;
    if (present.has(name)) return undefined;
    const at = chain.indexOf(name);
    if (at >= 0) {
      const loop = [...chain.slice(at), name].join(' → ');
      return new PluginSystemError('DependencyCycle', `the plugins depend on each other in a circle: ${loop}`, place);
    }
    const entry = byName.get(name);
    if (entry === undefined) {
      return new PluginSystemError('DependencyMissing', `${chain.join(' → ')} needs plugin ${name}, which is not here`, place);
    }
    const error = visit(entry, chain);
    if (error === undefined) return undefined;
    if (error.code === 'DependencyCycle') return new PluginSystemError('DependencyCycle', error.detail, place);
    return new PluginSystemError('DependencyFailed', `${dependent} needs plugin ${name}, which failed: ${error.detail}`, {
      ...place,
      cause: error,
    });
  };

  for (const entry of sorted) visit(entry, []);
  return {
    order,
    failed: sorted.flatMap((entry) => {
      const error = failed.get(entry.metadata.name);
      return error === undefined ? [] : [{ entry, error }];
    }),
  };
}

function byPriority(a: Candidate, b: Candidate): number {
  const [left, right] = [a.metadata, b.metadata];
  return (
    categoryIndex(left) - categoryIndex(right) || left.priority.value - right.priority.value || compare(left.name, right.name)
  );
}

function categoryIndex(metadata: PluginMetadata): number {
  return PRIORITY_BANDS.findIndex(({ category }) => category === metadata.priority.category);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
