import type { PluginDependency, RangeSyntax } from '../../plugin/index.js';
import { getOrInsert } from '../get-or-insert.js';
import { satisfies } from '../ranges.js';
import { comparePreference, compareRank } from '../rank.js';
import type { Candidate } from '../types.js';

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
  readonly options: number[];
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
  readonly spans: Span[] = [];
  /** By option: the spans in which it lies. */
  readonly spansOf: ReadonlyArray<number[]>;
  readonly #numbers = new Map<string, number>();
  /** By name and range. */
  readonly #known: Readonly<Record<RangeSyntax, Map<string, Map<string | undefined, Span>>>> = {
    npm: new Map(),
    cargo: new Map(),
  };

  /** @param groups candidates of one name each, the better choice first */
  constructor(groups: ReadonlyArray<readonly Entry[]>) {
    const sorted = [...groups].sort((a, b) => compareRank(a[0] as Entry, b[0] as Entry));
    const optionsOf: number[][] = [];
    const entries: Entry[] = [];
    for (const [name, group] of sorted.entries()) {
      this.#numbers.set((group[0] as Entry).metadata.name, name);
      optionsOf.push(group.map((_, index) => entries.length + index));
      for (const entry of group) entries.push(entry);
    }
    this.names = [...this.#numbers.keys()];
    this.optionsOf = optionsOf;
    this.spansOf = entries.map(() => []);
    const options: Array<Option<Entry>> = [];
    for (const [name, group] of sorted.entries()) {
      for (const entry of group) {
        const id = options.length;
        options.push({ id, name, entry, needs: entry.isRunning === true ? [] : this.#needsOf(id, entry, entries) });
      }
    }
    this.options = options;
  }

  #needsOf(option: number, { metadata }: Entry, entries: readonly Entry[]): Need[] {
    const needs: Need[] = [];
    for (const dependency of metadata.dependencies) {
      if (!dependency.required) continue;
      const span = this.#spanFor(dependency, metadata.rangeSyntax, entries);
      span.users.push(option);
      needs.push({ dependency, span });
    }
    return needs;
  }

  #spanFor({ name, range }: PluginDependency, syntax: RangeSyntax, entries: readonly Entry[]): Span {
    const ranges = getOrInsert(this.#known[syntax], name, () => new Map<string | undefined, Span>());
    const found = ranges.get(range);
    if (found !== undefined) return found;
    const number = this.#numbers.get(name);
    const span: Span = { id: this.spans.length, name: number, options: [], users: [] };
    for (const option of number === undefined ? [] : (this.optionsOf[number] as readonly number[])) {
      if (!satisfies((entries[option] as Entry).metadata.version, range, syntax)) continue;
      span.options.push(option);
      (this.spansOf[option] as number[]).push(span.id);
    }
    this.spans.push(span);
    ranges.set(range, span);
    return span;
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
    getOrInsert(groups, entry.metadata.name, (): Entry[] => []).push(entry);
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
