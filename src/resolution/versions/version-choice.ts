import { decisionOn } from '../conflicts/decisions.js';
import { compareText } from '../rank.js';
import type { Candidate, PluginConflict, ResolutionOptions } from '../types.js';
import { Constraints } from './constraints.js';
import { minimalConflict } from './minimal-conflict.js';
import type { Need, Option, Pool } from './pool.js';
import { dependencyError, inheritedReason, ownReason, type Reason } from './reason.js';
import { VersionStory } from './version-story.js';

/** A conflict for which plugins have to give way that were admitted: all is to be resolved anew without them. */
export interface Eviction {
  readonly conflict: PluginConflict;
  /** Names of those that run in their place; empty where all give way. */
  readonly winners: readonly string[];
}

/**
 * Admits names in order: each that can run together with all that were admitted before it. What cannot is refused, with a smallest set of plugins that cannot all run,
 * and what was decided about that set is done.
 */
export class Admission<Entry extends Candidate> {
  /** By number of the name. */
  readonly chosen = new Map<number, Entry>();
  readonly conflicts: PluginConflict[] = [];
  readonly evictions: Eviction[] = [];
  readonly #pool: Pool<Entry>;
  readonly #choices: Constraints<Entry>;
  readonly #options: ResolutionOptions;
  /** By number of the name. */
  readonly #failures = new Map<number, Reason>();

  constructor(pool: Pool<Entry>, feasible: Uint8Array, options: ResolutionOptions) {
    this.#pool = pool;
    this.#choices = new Constraints(pool, feasible);
    this.#options = options;
    this.#run();
  }

  /** Why a name that could run by itself was not admitted. */
  failureOf(name: number): Reason | undefined {
    return this.#failures.get(name);
  }

  #run(): void {
    const choices = this.#choices;
    for (const name of this.#pool.names.keys()) {
      const [first] = choices.optionsOf(name);
      if (first === undefined || this.#failures.has(name)) continue;
      if (!choices.isEntangled(name)) {
        this.chosen.set(name, this.#optionOf(first).entry);
        continue;
      }
      if (this.#isBlocked(name) || choices.admit(name) === undefined) continue;
      const path = this.#pathToCulprit(name);
      const culprit = path.at(-1) as number;
      if (!this.#failures.has(culprit)) this.#refuse(culprit);
      for (const dependent of path.slice(0, -1).reverse()) this.#isBlocked(dependent);
    }
    if (this.evictions.length > 0) return;
    for (const [name, option] of choices.choose()) this.chosen.set(name, this.#optionOf(option).entry);
  }

  #optionOf(id: number): Option<Entry> {
    return this.#pool.options[id] as Option<Entry>;
  }

  /** Whether each option of a name needs one that was refused; then it is refused too. */
  #isBlocked(name: number): boolean {
    if (this.#failures.size === 0) return false;
    const blocking = this.#choices
      .optionsOf(name)
      .map((id) => this.#optionOf(id).needs.find(({ span }) => this.#failures.has(span.name as number)));
    if (blocking.includes(undefined)) return false;
    const { dependency, span } = blocking[0] as Need;
    const { entry } = this.#optionOf(this.#choices.optionsOf(name)[0] as number);
    this.#failures.set(name, inheritedReason(entry, dependency, this.#failures.get(span.name as number) as Reason));
    return true;
  }

  /** From a name that cannot be admitted down to what cannot be admitted for reasons of its own. */
  #pathToCulprit(name: number): number[] {
    const path = [name];
    const seen = new Set(path);
    for (let at: number | undefined = name; at !== undefined && !this.#failures.has(at); ) {
      const [option, ...others] = this.#choices.optionsOf(at);
      if (option === undefined || others.length > 0) break;
      const { needs } = this.#optionOf(option);
      at = needs.map(({ span }) => span.name as number).find((next) => !seen.has(next) && this.#choices.isRuledOut(next));
      if (at === undefined) break;
      seen.add(at);
      path.push(at);
    }
    return path;
  }

  /** Refuses a name that cannot be admitted; if others are to give way too, or in its place, it is refused for now. */
  #refuse(culprit: number): void {
    const { members, story } = this.#explain(culprit);
    const { entry } = this.#optionOf(this.#choices.optionsOf(culprit)[0] as number);
    const fail = (detail: string) =>
      this.#failures.set(culprit, ownReason(entry, dependencyError('DependencyConflict', detail, entry)));
    if (members.length === 1) {
      fail(story);
      return;
    }
    const entries = members.map((name) => this.#optionOf(this.#choices.optionsOf(name)[0] as number).entry);
    const plugins = entries.map(({ metadata }) => metadata.name);
    const id = `version:${[...plugins].sort(compareText).join('+')}`;
    const { resolution, isDecided } = decisionOn(id, plugins, this.#options);
    const refused = this.#givingWay(members, culprit, resolution);
    const conflict: PluginConflict = {
      id,
      kind: 'version',
      severity: 'fatal',
      plugins,
      paths: entries.map(({ path }) => path),
      detail: story,
      resolution,
      isDecided,
      refused: refused.map((name) => this.#pool.names[name] as string),
    };
    fail(`${story}; ${entry.metadata.name} loads last, and gives way`);
    if (refused.length === 1 && refused[0] === culprit) {
      this.conflicts.push(conflict);
    } else {
      const winners = refused.length > 1 ? [] : plugins.filter((name) => !conflict.refused.includes(name));
      this.evictions.push({ conflict, winners });
    }
  }

  /** What is the application's own, or needed by it, stays; so does what loads first, unless all are to be refused. */
  #givingWay(members: readonly number[], culprit: number, resolution: PluginConflict['resolution']): readonly number[] {
    const isOwn = this.#ownNames();
    if (typeof resolution === 'object') {
      const named = members.find((name) => this.#pool.names[name] === resolution.disable) as number;
      return isOwn.has(named) ? [culprit] : [named];
    }
    if (resolution !== 'refuse' || isOwn.has(culprit)) return [culprit];
    return members.filter((name) => name === culprit || !isOwn.has(name));
  }

  /** Names of core plugins, and of what they need in any case. */
  #ownNames(): ReadonlySet<number> {
    const own = new Set<number>();
    for (const { name, entry } of this.#pool.options) if (entry.isCore) own.add(name);
    for (const name of own) {
      const [option, ...others] = this.#choices.optionsOf(name);
      if (option === undefined || others.length > 0) continue;
      for (const { span } of this.#optionOf(option).needs) own.add(span.name as number);
    }
    return own;
  }

  /** A smallest set of names that cannot all run, the culprit last, and how that comes. */
  #explain(culprit: number): { members: readonly number[]; story: string } {
    const choices = this.#choices;
    const latestFirst = (names: readonly number[]) => [...names].sort((a, b) => b - a);
    const conflictIn = (names: readonly number[]) => choices.conflictAmong(names);
    const order = (names: readonly number[]) => [...names.filter((name) => name !== culprit).sort((a, b) => a - b), culprit];
    const found = minimalConflict(latestFirst(choices.admit(culprit) as number[]), conflictIn);
    let members = order(found);
    let story = new VersionStory(this.#pool, choices, members);
    // Those that ask themselves are a better answer than those that need them.
    const { askers } = story;
    if (members.length > 1 && askers.includes(culprit)) {
      members = order(minimalConflict(latestFirst(askers), conflictIn));
      story = new VersionStory(this.#pool, choices, members);
    }
    return { members, story: story.toString() };
  }
}
