import { conflictOf, decide, type SettledConflict, type Stakes } from '../conflicts/decisions.js';
import { getOrInsert } from '../get-or-insert.js';
import { compareText } from '../rank.js';
import type { Candidate, PluginConflict, ResolutionOptions } from '../types.js';
import { Constraints } from './constraints.js';
import { minimalConflict } from './minimal-conflict.js';
import type { Need, Option, Pool, Span } from './pool.js';
import { dependencyError, inheritedReason, ownReason, type Reason } from './reason.js';
import type { Work } from './solver.js';
import { VersionStory } from './version-story.js';

/** Which names run, and in which version. */
export interface VersionChoice<Entry extends Candidate> {
  readonly chosen: readonly Entry[];
  /** By number of the name: why one that could run by itself does not. */
  readonly reasons: ReadonlyMap<number, Reason>;
  /** Those in which what gave way is not chosen. */
  readonly conflicts: readonly PluginConflict[];
  /** Those in which plugins give way that were admitted before: all is to be resolved anew without them, and what is chosen counts for nothing. */
  readonly settled: ReadonlyArray<SettledConflict<Entry>>;
  readonly warnings: SettledConflict<Entry>['warnings'];
}

/**
 * Admits names in order: each that can run together with all that were admitted before it. What cannot is refused, with a smallest set of plugins that cannot all run,
 * and what was decided about that set is done. Of each name the highest version is taken that this leaves.
 * @param work what may be spent on looking for versions; without any left, names are admitted only if that is easy, and versions may be lower than they could be
 */
export function chooseVersions<Entry extends Candidate>(
  pool: Pool<Entry>,
  feasible: Uint8Array,
  options: ResolutionOptions,
  work: Work,
): VersionChoice<Entry> {
  return new Chooser(pool, new Constraints(pool, feasible, work), options, work).run();
}

class Chooser<Entry extends Candidate> {
  readonly #pool: Pool<Entry>;
  readonly #constraints: Constraints<Entry>;
  readonly #options: ResolutionOptions;
  readonly #work: Work;
  readonly #chosen: Entry[] = [];
  readonly #conflicts: PluginConflict[] = [];
  readonly #settled: Array<SettledConflict<Entry>> = [];
  /** By number of the name. */
  readonly #reasons = new Map<number, Reason>();

  constructor(pool: Pool<Entry>, constraints: Constraints<Entry>, options: ResolutionOptions, work: Work) {
    this.#pool = pool;
    this.#constraints = constraints;
    this.#options = options;
    this.#work = work;
  }

  run(): VersionChoice<Entry> {
    const constraints = this.#constraints;
    for (const name of this.#pool.names.keys()) {
      const [first] = constraints.optionsOf(name);
      if (first === undefined || this.#reasons.has(name)) continue;
      if (constraints.isEntangled(name)) this.#admit(name);
      else this.#chosen.push(this.#optionOf(first).entry);
    }
    const options = this.#settled.length === 0 ? constraints.choose() : new Map<number, number>();
    for (const option of options.values()) this.#chosen.push(this.#optionOf(option).entry);
    return {
      chosen: this.#chosen,
      reasons: this.#reasons,
      conflicts: this.#conflicts,
      settled: firstToGo(this.#settled),
      warnings: this.#work.left > 0 ? [] : this.#perhapsTooLow(options),
    };
  }

  #admit(name: number): void {
    if (this.#isBlocked(name)) return;
    const answer = this.#constraints.admit(name);
    if (answer === undefined) return;
    if (answer === 'gave up') {
      this.#giveUp(name);
      return;
    }
    const path = this.#pathToCulprit(name);
    const culprit = path.at(-1) as number;
    if (!this.#reasons.has(culprit)) this.#refuse(culprit, culprit === name ? answer : undefined);
    for (const dependent of path.slice(0, -1).reverse()) this.#isBlocked(dependent);
  }

  #optionOf(id: number): Option<Entry> {
    return this.#pool.options[id] as Option<Entry>;
  }

  /** The version of a name that would be taken if it had the choice. */
  #bestOf(name: number): Entry {
    return this.#optionOf(this.#constraints.optionsOf(name)[0] as number).entry;
  }

  /** Whether each option of a name needs one that was refused; then it is refused too. */
  #isBlocked(name: number): boolean {
    if (this.#reasons.size === 0) return false;
    const blocking = this.#constraints
      .optionsOf(name)
      .map((id) => this.#optionOf(id).needs.find(({ span }) => this.#reasons.has(span.name as number)));
    if (blocking.includes(undefined)) return false;
    const { dependency, span } = blocking[0] as Need;
    const entry = this.#bestOf(name);
    this.#reasons.set(name, inheritedReason(entry, dependency, this.#reasons.get(span.name as number) as Reason));
    return true;
  }

  /** From a name that cannot be admitted down to what cannot be admitted for reasons of its own. */
  #pathToCulprit(name: number): number[] {
    const path = [name];
    const seen = new Set(path);
    for (let at: number | undefined = name; at !== undefined && !this.#reasons.has(at); ) {
      const [option, ...others] = this.#constraints.optionsOf(at);
      if (option === undefined || others.length > 0) break;
      const { needs } = this.#optionOf(option);
      at = needs.map(({ span }) => span.name as number).find((next) => !seen.has(next) && this.#constraints.isRuledOut(next));
      if (at === undefined) break;
      seen.add(at);
      path.push(at);
    }
    return path;
  }

  /** Says of each version that was chosen in want of work that a better one is here, unless that does not suit those that need it. */
  #perhapsTooLow(chosen: ReadonlyMap<number, number>): VersionChoice<Entry>['warnings'] {
    const needs = [...chosen.values()].flatMap((option) => this.#optionOf(option).needs);
    const spans = new Map<number, Set<Span>>();
    for (const { span } of needs) getOrInsert(spans, span.name as number, () => new Set<Span>()).add(span);
    return [...chosen].flatMap(([name, option]) => {
      const options = this.#constraints.optionsOf(name);
      const better = options.slice(0, options.indexOf(option));
      const best = better.find((id) => [...(spans.get(name) ?? [])].every((span) => span.options.includes(id)));
      if (best === undefined) return [];
      const { entry } = this.#optionOf(option);
      const { version } = this.#optionOf(best).entry.metadata;
      const message = `${entry.metadata.name} runs in version ${entry.metadata.version}, and ${version} is here: the search for the best versions was given up`;
      return [{ entry, warning: { code: 'DependencyVersion', message } }];
    });
  }

  /** Refuses a name of which it could not be found out whether it can run. */
  #giveUp(name: number): void {
    const entry = this.#bestOf(name);
    const who = entry.metadata.name;
    const detail = `whether ${who} can run beside the others was not found out: the search among the versions that are here was given up`;
    const remedy = `Remove versions that are not needed, of what ${who} needs and of ${who} itself.`;
    this.#reasons.set(name, ownReason(entry, dependencyError('DependencyConflict', detail, entry, { remedy })));
  }

  /** Refuses a name that cannot be admitted; if others are to give way too, or in its place, it is refused for now. */
  #refuse(culprit: number, blamed: readonly number[] | undefined): void {
    const { members, story } = this.#explain(culprit, blamed);
    const entry = this.#bestOf(culprit);
    const fail = (detail: string) =>
      this.#reasons.set(culprit, ownReason(entry, dependencyError('DependencyConflict', detail, entry)));
    if (members.length === 1) {
      fail(story);
      return;
    }
    fail(`${story}; ${entry.metadata.name} loads last, and gives way`);
    const entries = members.map((name) => this.#bestOf(name));
    const names = entries.map(({ metadata }) => metadata.name);
    const id = `version:${[...names].sort(compareText).join('+')}`;
    const decision = decide(id, entries, this.#stakes(), this.#options);
    const conflict = conflictOf({ id, kind: 'version', detail: story }, entries, decision);
    if (decision.refused.length === 1 && decision.refused[0] === entry) this.#conflicts.push(conflict);
    else this.#settled.push(this.#settle(conflict, members));
  }

  /** All versions of a name that gives way are refused. */
  #settle(conflict: PluginConflict, members: readonly number[]): SettledConflict<Entry> {
    const versionsOf = (name: number) => (this.#pool.optionsOf[name] ?? []).map((id) => this.#optionOf(id).entry);
    const isRefused = (name: number) => conflict.refused.includes(this.#pool.names[name] as string);
    const refused = members.filter(isRefused);
    const winners = refused.length > 1 ? [] : members.filter((name) => !isRefused(name));
    const others = winners.length === 0 ? 'all of them are refused' : 'so it was decided';
    const error = (entry: Entry) => dependencyError('DependencyConflict', `${conflict.detail}; ${others}`, entry);
    return {
      conflict,
      refusals: refused.flatMap(versionsOf).map((entry) => ({ entry, error: error(entry) })),
      winners: winners.map(versionsOf),
      warnings: [],
    };
  }

  #stakes(): Stakes<Entry> {
    const names = this.#protectedNames();
    const isProtected = ({ metadata }: Entry) => names.has(this.#pool.numberOf(metadata.name) as number);
    return { kind: 'version', isProtected, isFixed: ({ isRunning }) => isRunning === true };
  }

  /** Names of core plugins, and of what they need in any case. */
  #protectedNames(): ReadonlySet<number> {
    const found = new Set<number>();
    for (const { name, entry } of this.#pool.options) if (entry.isCore) found.add(name);
    for (const name of found) {
      const [option, ...others] = this.#constraints.optionsOf(name);
      if (option === undefined || others.length > 0) continue;
      for (const { span } of this.#optionOf(option).needs) found.add(span.name as number);
    }
    return found;
  }

  /**
   * A smallest set of names that cannot all run, the culprit last, and how that comes.
   * @param blamed names that cannot all run, where they are known
   */
  #explain(culprit: number, blamed: readonly number[] | undefined): { members: readonly number[]; story: string } {
    const constraints = this.#constraints;
    const latestFirst = (names: readonly number[]) => [...names].sort((a, b) => b - a);
    const conflictIn = (names: readonly number[]) => constraints.conflictAmong(names);
    const order = (names: readonly number[]) => [...names.filter((name) => name !== culprit).sort((a, b) => a - b), culprit];
    // What is ruled out by those that were admitted is refused without a search.
    const conflict = blamed ?? (constraints.admit(culprit) as readonly number[]);
    const found = minimalConflict(latestFirst(conflict), conflictIn);
    let members = order(found);
    let story = new VersionStory(this.#pool, constraints, members);
    // Those that ask themselves are a better answer than those that need them.
    const { askers } = story;
    if (members.length > 1 && askers.includes(culprit)) {
      members = order(minimalConflict(latestFirst(askers), conflictIn));
      story = new VersionStory(this.#pool, constraints, members);
    }
    return { members, story: story.toString() };
  }
}

/** Those that the operator named first: without them there may be no other conflicts. */
function firstToGo<Entry extends Candidate>(
  settled: ReadonlyArray<SettledConflict<Entry>>,
): ReadonlyArray<SettledConflict<Entry>> {
  const named = settled.filter(({ winners }) => winners.length > 0);
  return named.length > 0 ? named : settled;
}
