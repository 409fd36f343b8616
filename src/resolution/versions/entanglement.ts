import { components } from '../components.js';
import { getOrInsert } from '../get-or-insert.js';
import type { Candidate } from '../types.js';
import type { Option, Pool } from './pool.js';

/** By name: its options that are feasible, the better choice first. */
export type FeasibleOptions = ReadonlyArray<readonly number[]>;

/** Names that have a say in each other's versions, through others too, and in no version of any other name. */
export interface Entangled {
  readonly names: readonly number[];
  /** Groups of their options that could stand on a circle. */
  readonly suspects: ReadonlyArray<readonly number[]>;
}

/** Sorts the names that can be had in several versions, and all that need them, near and far, into sets that have nothing to do with each other. */
export function entangledNames<Entry extends Candidate>(
  pool: Pool<Entry>,
  feasible: Uint8Array,
  optionsOf: FeasibleOptions,
): Entangled[] {
  const names = dependentsOfChoices(pool, feasible, optionsOf);
  if (names.length === 0) return [];
  const setOf = joined(pool, optionsOf, names);
  const sets = new Map<number, { names: number[]; suspects: number[][] }>();
  for (const name of names) getOrInsert(sets, setOf(name), () => ({ names: [], suspects: [] })).names.push(name);
  for (const group of suspects(pool, optionsOf, names)) {
    sets.get(setOf((pool.options[group[0] as number] as Option<Entry>).name))?.suspects.push(group);
  }
  return [...sets.values()];
}

function dependentsOfChoices<Entry extends Candidate>(
  { options, spans, spansOf }: Pool<Entry>,
  feasible: Uint8Array,
  optionsOf: FeasibleOptions,
): number[] {
  const names = new Set<number>();
  const seen = new Uint8Array(spans.length);
  for (const [name, ids] of optionsOf.entries()) if (ids.length > 1) names.add(name);
  // What is added is visited too.
  for (const name of names) {
    for (const span of (optionsOf[name] ?? []).flatMap((option) => spansOf[option] ?? [])) {
      if (seen[span] === 1) continue;
      seen[span] = 1;
      for (const user of spans[span]?.users ?? []) {
        const { name: dependent } = options[user] as Option<Entry>;
        if (feasible[user] === 1) names.add(dependent);
      }
    }
  }
  return [...names].sort((a, b) => a - b);
}

/** Joins names of which one needs the other: of each name, the number of its set. */
function joined<Entry extends Candidate>(
  { names: all, options }: Pool<Entry>,
  optionsOf: FeasibleOptions,
  names: readonly number[],
): (name: number) => number {
  const parent = new Int32Array(all.length).fill(-1);
  for (const name of names) parent[name] = name;
  const rootOf = (name: number) => {
    let root = name;
    for (let above = parent[root] as number; above !== root; above = parent[root] as number) {
      parent[root] = parent[above] as number;
      root = above;
    }
    return root;
  };
  for (const name of names) {
    for (const option of optionsOf[name] as readonly number[]) {
      for (const { span } of (options[option] as Option<Entry>).needs) {
        const needed = span.name as number;
        if (parent[needed] !== -1) parent[rootOf(needed)] = rootOf(name);
      }
    }
  }
  return rootOf;
}

function suspects<Entry extends Candidate>(
  { options, spans }: Pool<Entry>,
  optionsOf: FeasibleOptions,
  names: readonly number[],
): number[][] {
  const isEntangled = new Uint8Array(options.length);
  for (const name of names) for (const option of optionsOf[name] as readonly number[]) isEntangled[option] = 1;
  // Spans are nodes too, behind the options: an edge for each that asks and one for each that is offered, not for each pair.
  const edges = [
    ...options.map(({ id, needs }) => (isEntangled[id] === 1 ? needs.map(({ span }) => options.length + span.id) : [])),
    ...spans.map((span) => span.options.filter((option) => isEntangled[option] === 1)),
  ];
  const component = components(edges.length, (node) => edges[node] as readonly number[]);
  const groups = new Map<number, number[]>();
  for (const name of names) {
    for (const option of optionsOf[name] as readonly number[]) {
      getOrInsert(groups, component[option] as number, () => []).push(option);
    }
  }
  return [...groups.values()].filter((group) => group.length > 1);
}
