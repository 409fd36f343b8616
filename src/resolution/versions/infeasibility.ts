import { nearest, type PluginSystemError } from '../../errors/index.js';
import type { PluginDependency } from '../../plugin/index.js';
import { circleThrough, components } from '../components.js';
import { satisfies } from '../ranges.js';
import type { Candidate } from '../types.js';
import { Chain, versionsOf, wanted } from '../wording.js';
import type { Need, Option, Pool } from './pool.js';
import { dependencyError, inheritedReason, ownReason, type Reason } from './reason.js';

/** Those that are here but may not be chosen, and why. */
export interface Bystanders<Entry extends Candidate> {
  /** By name. */
  readonly refused: ReadonlyMap<string, readonly Entry[]>;
  readonly errors: ReadonlyMap<Entry, PluginSystemError>;
  /** Known by name only. */
  readonly failed: ReadonlyMap<string, PluginSystemError>;
}

/** A look at all names for each that is missing: for so many names, and no more. */
const MAX_SUGGESTIONS = 64;

/** Why each option that is not feasible cannot run: what it lacks. By option. */
export function infeasibility<Entry extends Candidate>(
  pool: Pool<Entry>,
  feasible: Uint8Array,
  bystanders: Bystanders<Entry>,
): ReadonlyMap<number, Reason> {
  return new Infeasibility(pool, feasible, bystanders).reasons();
}

class Infeasibility<Entry extends Candidate> {
  readonly #pool: Pool<Entry>;
  readonly #feasible: Uint8Array;
  readonly #bystanders: Bystanders<Entry>;
  readonly #reasons = new Map<number, Reason>();
  readonly #suggestions = new Map<string, string | undefined>();

  constructor(pool: Pool<Entry>, feasible: Uint8Array, bystanders: Bystanders<Entry>) {
    this.#pool = pool;
    this.#feasible = feasible;
    this.#bystanders = bystanders;
  }

  reasons(): ReadonlyMap<number, Reason> {
    const unmet = this.#pool.options.filter(({ id, entry }) => this.#feasible[id] === 0 && !this.#isRefused(entry));
    const left = this.#pool.spans.map(
      ({ options }) => options.filter((option) => !this.#isRefused(this.#entryOf(option))).length,
    );
    const queue: number[] = [];
    for (const option of unmet) {
      const need = option.needs.find(({ span }) => left[span.id] === 0 || span.name === option.name);
      if (need === undefined) continue;
      if (need.span.name === option.name) this.#noteCircle([option.id]);
      else this.#reasons.set(option.id, ownReason(option.entry, this.#lack(option, need.dependency)));
      queue.push(option.id);
    }
    this.#follow(queue, left);
    const rest = unmet.filter(({ id }) => !this.#reasons.has(id));
    if (rest.length > 0) this.#follow(this.#findCircles(rest), left);
    return this.#reasons;
  }

  #entryOf(option: number): Entry {
    return (this.#pool.options[option] as Option<Entry>).entry;
  }

  #isRefused(entry: Entry): boolean {
    return this.#bystanders.errors.has(entry);
  }

  /** Fails all that need what has failed. */
  #follow(queue: number[], left: number[]): void {
    const { options, spans, spansOf } = this.#pool;
    for (let at = 0; at < queue.length; at++) {
      for (const id of spansOf[queue[at] as number] ?? []) {
        left[id] = (left[id] as number) - 1;
        if (left[id] !== 0) continue;
        for (const user of spans[id]?.users ?? []) {
          if (this.#reasons.has(user)) continue;
          const option = options[user] as Option<Entry>;
          const need = option.needs.find(({ span }) => span.id === id) as Need;
          const cause = need.span.options.map((id) => this.#reasons.get(id)).find((reason) => reason !== undefined) as Reason;
          this.#reasons.set(user, inheritedReason(option.entry, need.dependency, cause));
          queue.push(user);
        }
      }
    }
  }

  /** What is neither met nor lacking anything stands on a circle, or needs what does. Returns those that stand on one. */
  #findCircles(rest: ReadonlyArray<Option<Entry>>): number[] {
    const { options } = this.#pool;
    const onOrBehind = new Set(rest.map(({ id }) => id));
    const edges = new Map<number, number[]>();
    for (const { id, needs } of rest) {
      const failing = needs.filter(({ span }) => !span.options.some((option) => this.#feasible[option] === 1));
      edges.set(id, [...new Set(failing.flatMap(({ span }) => span.options.filter((option) => onOrBehind.has(option))))]);
    }
    const component = components(options.length, (node) => edges.get(node) ?? []);
    const onCircles: number[] = [];
    for (const { id } of rest) {
      if (this.#reasons.has(id)) continue;
      const inside = (node: number) => (edges.get(node) ?? []).filter((next) => component[next] === component[node]);
      const circle = inside(id).length === 0 ? undefined : circleThrough(id, inside);
      if (circle !== undefined) onCircles.push(...this.#noteCircle(circle));
    }
    return onCircles;
  }

  /** Returns those of the circle that had not failed before. */
  #noteCircle(circle: readonly number[]): number[] {
    const spelt = Chain.of([...circle, circle[0] as number].map((option) => this.#pool.nameOf(option)));
    const text = `the plugins depend on each other in a circle: ${spelt}`;
    const news = circle.filter((member) => !this.#reasons.has(member));
    for (const member of news) {
      const { entry } = this.#pool.options[member] as Option<Entry>;
      this.#reasons.set(member, ownReason(entry, dependencyError('DependencyCycle', text, entry)));
    }
    return news;
  }

  /** None that is here and may be chosen meets the dependency. The text begins with the name of the dependent. */
  #lack(option: Option<Entry>, dependency: PluginDependency): PluginSystemError {
    const { entry } = option;
    const { name, range } = dependency;
    const who = `${entry.metadata.name} needs plugin ${wanted(dependency)}`;
    const number = this.#pool.numberOf(name);
    const refused = this.#bystanders.refused.get(name) ?? [];
    const fitting = refused.find(({ metadata }) => satisfies(metadata.version, range, entry.metadata.rangeSyntax));
    if (fitting !== undefined) {
      const cause = this.#bystanders.errors.get(fitting) as PluginSystemError;
      if (cause.code === 'PluginDisabled') {
        return dependencyError('DependencyDisabled', `${who}, which is disabled`, entry, { cause });
      }
      return dependencyError('DependencyFailed', `${who}, which failed: ${cause.detail}`, entry, { cause });
    }
    const all = number === undefined ? [] : (this.#pool.optionsOf[number] ?? []).map((id) => this.#entryOf(id));
    const usable = all.filter((other) => !this.#isRefused(other));
    const here = usable.length > 0 ? usable : refused;
    if (here.length > 0) {
      return dependencyError('DependencyVersion', `${who}, which is here only in ${versionsOf(here)}`, entry);
    }
    const failed = this.#bystanders.failed.get(name);
    if (failed !== undefined) {
      return dependencyError('DependencyFailed', `${who}, which failed: ${failed.detail}`, entry, { cause: failed });
    }
    const near = this.#suggestion(name);
    const remedy = near && `If ${near} was meant, which is here, correct the name; otherwise install ${name}.`;
    return dependencyError('DependencyMissing', `${who}, which is not here`, entry, { remedy });
  }

  #suggestion(name: string): string | undefined {
    if (!this.#suggestions.has(name) && this.#suggestions.size < MAX_SUGGESTIONS) {
      this.#suggestions.set(name, nearest(name, [...this.#pool.names, ...this.#bystanders.refused.keys()]));
    }
    return this.#suggestions.get(name);
  }
}
