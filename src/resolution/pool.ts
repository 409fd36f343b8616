import type { PluginDependency } from '../plugin/index.js';
import { satisfies } from './ranges.js';
import { comparePreference, compareRank } from './rank.js';
import type { Candidate } from './types.js';

/** One plugin in one version, among those that may be chosen. */
export interface Option<Entry extends Candidate> {
  readonly id: number;
  /** Number of its name. */
  readonly name: number;
  readonly entry: Entry;
  /** What it requires; nothing if it runs already. */
  readonly needs: readonly Need[];
}

/** A required dependency, with those that meet it. */
export interface Need {
  readonly dependency: PluginDependency;
  readonly span: Span;
}

/** The options of one name within one range; shared by all that ask for it. */
export interface Span {
  readonly id: number;
  /** Number of the name; undefined if no option has it. */
  readonly name: number | undefined;
  /** The better choice first. */
  readonly options: readonly number[];
  /** Options that need it. */
  readonly users: number[];
}

/**
 * Candidates as numbers, for what looks at all of them. Names are numbered in the order in which they load where dependencies leave it open, options in the order of
 * their names, and the better choice first.
 */
export class Pool<Entry extends Candidate> {
  readonly names: readonly string[];
  readonly options: ReadonlyArray<Option<Entry>>;
  /** By number of the name. */
  readonly optionsOf: ReadonlyArray<readonly number[]>;
  readonly spans: readonly Span[];
  /** By option: the spans in which it lies. */
  readonly spansOf: ReadonlyArray<readonly number[]>;
  readonly #numbers = new Map<string, number>();

  /** @param groups candidates of one name each, the better choice first */
  constructor(groups: ReadonlyArray<readonly Entry[]>) {
    const sorted = [...groups].sort((a, b) => compareRank(a[0] as Entry, b[0] as Entry));
    this.names = sorted.map((group) => (group[0] as Entry).metadata.name);
    for (const [number, name] of this.names.entries()) this.#numbers.set(name, number);
    let id = 0;
    this.optionsOf = sorted.map((group) => group.map(() => id++));
    const entries = sorted.flat();
    const spans: Span[] = [];
    const spansOf = entries.map((): number[] => []);
    const known = new Map<string, Span>();
    const spanFor = (dependency: PluginDependency, syntax: 'npm' | 'cargo'): Span => {
      const { name, range } = dependency;
      const key = range === undefined ? name : `${name} ${syntax} ${range}`;
      const found = known.get(key);
      if (found !== undefined) return found;
      const number = this.#numbers.get(name);
      const options = (number === undefined ? [] : (this.optionsOf[number] as readonly number[])).filter((option) =>
        satisfies((entries[option] as Entry).metadata.version, range, syntax),
      );
      const span: Span = { id: spans.length, name: number, options, users: [] };
      for (const option of options) (spansOf[option] as number[]).push(span.id);
      spans.push(span);
      known.set(key, span);
      return span;
    };
    this.options = sorted.flatMap((group, name) =>
      group.map((entry, index): Option<Entry> => {
        const option = (this.optionsOf[name] as readonly number[])[index] as number;
        const needs: Need[] = [];
        const { dependencies, rangeSyntax } = entry.metadata;
        for (const dependency of entry.isRunning === true ? [] : dependencies) {
          if (!dependency.required) continue;
          const span = spanFor(dependency, rangeSyntax);
          span.users.push(option);
          needs.push({ dependency, span });
        }
        return { id: option, name, entry, needs };
      }),
    );
    this.spans = spans;
    this.spansOf = spansOf;
  }

  numberOf(name: string): number | undefined {
    return this.#numbers.get(name);
  }

  nameOf(option: number): string {
    return this.names[(this.options[option] as Option<Entry>).name] as string;
  }
}

/** Groups candidates by name, the better choice first. */
export function groupByName<Entry extends Candidate>(entries: readonly Entry[]): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const { name } = entry.metadata;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [entry]);
    else group.push(entry);
  }
  for (const group of groups.values()) if (group.length > 1) group.sort(comparePreference);
  return groups;
}

/** Those of one name that may be chosen: one that runs, and the application's own, leave nothing to the others. */
export function contenders<Entry extends Candidate>(group: readonly Entry[]): readonly Entry[] {
  const [best] = group as [Entry];
  if (best.isRunning === true) return [best];
  return best.isCore ? group.filter(({ isCore }) => isCore) : group;
}
