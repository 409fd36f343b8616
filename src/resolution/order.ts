import type { PluginWarning } from '../plugin/index.js';
import { components } from './components.js';
import { satisfies } from './ranges.js';
import { compareRank } from './rank.js';
import type { Candidate, Edge } from './types.js';
import { wanted } from './wording.js';

/** Those that run together, in the order in which they are started. */
export interface Sequence<Entry extends Candidate> {
  /** Those that run already first. */
  readonly all: readonly Entry[];
  readonly edges: ReadonlyArray<Edge<Entry>>;
  readonly warnings: ReadonlyArray<{ readonly entry: Entry; readonly warning: PluginWarning }>;
}

/**
 * Puts plugins in order: dependencies before dependents; where free, by rank, what is needed being pulled forward by who needs it. Optional dependencies that lie within
 * a circle order nothing.
 * @param chosen one of each name, whose required dependencies are among them
 */
export function sequenceOf<Entry extends Candidate>(chosen: readonly Entry[]): Sequence<Entry> {
  const isRunning = (entry: Entry) => entry.isRunning === true;
  const sorted = [...chosen].sort((a, b) => Number(isRunning(b)) - Number(isRunning(a)) || compareRank(a, b));
  const numbers = new Map(sorted.map((entry, number) => [entry.metadata.name, number]));
  const warnings: Array<{ entry: Entry; warning: PluginWarning }> = [];
  const needs: number[][] = [];
  const required: boolean[][] = [];
  for (const [number, entry] of sorted.entries()) {
    const targets: number[] = [];
    const flags: boolean[] = [];
    for (const dependency of entry.metadata.dependencies) {
      const target = numbers.get(dependency.name);
      if (target === undefined || target === number) continue;
      const other = sorted[target] as Entry;
      // What runs was ordered when it was started: nothing that comes later goes before it.
      if (isRunning(entry) && !isRunning(other)) continue;
      const { version } = other.metadata;
      if ((!dependency.required || isRunning(entry)) && !satisfies(version, dependency.range, entry.metadata.rangeSyntax)) {
        if (isRunning(entry)) continue;
        const message = `${entry.metadata.name} would use plugin ${wanted(dependency)}, but version ${version} is the one that runs: it goes without`;
        warnings.push({ entry, warning: { code: 'DependencyVersion', message } });
        continue;
      }
      const known = targets.indexOf(target);
      if (known === -1) {
        targets.push(target);
        flags.push(dependency.required);
      } else {
        flags[known] ||= dependency.required;
      }
    }
    needs.push(targets);
    required.push(flags);
  }
  const component = components(sorted.length, (number) => needs[number] as number[]);
  const edges: Edge<Entry>[] = [];
  for (const [number, targets] of needs.entries()) {
    const kept: number[] = [];
    for (let at = 0; at < targets.length; at++) {
      const to = targets[at] as number;
      const isRequired = required[number]?.[at] === true;
      if (!isRequired && component[to] === component[number]) continue;
      edges.push({ from: sorted[number] as Entry, to: sorted[to] as Entry, isRequired });
      kept.push(to);
    }
    needs[number] = kept.sort((a, b) => a - b);
  }
  return { all: depthFirst(needs).map((number) => sorted[number] as Entry), edges, warnings };
}

/** Numbers, each after those that it needs. */
function depthFirst(needs: ReadonlyArray<readonly number[]>): number[] {
  const order: number[] = [];
  const at = new Int32Array(needs.length).fill(-1);
  const path: number[] = [];
  for (const root of needs.keys()) {
    if (at[root] !== -1) continue;
    path.push(root);
    at[root] = 0;
    while (path.length > 0) {
      const number = path.at(-1) as number;
      const next = needs[number]?.[at[number] as number];
      if (next === undefined) {
        path.pop();
        order.push(number);
        continue;
      }
      at[number] = (at[number] as number) + 1;
      if (at[next] !== -1) continue;
      at[next] = 0;
      path.push(next);
    }
  }
  return order;
}
