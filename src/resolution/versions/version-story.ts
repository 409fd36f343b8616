import { getOrInsert } from '../get-or-insert.js';
import { rangesMeet } from '../ranges.js';
import type { Candidate } from '../types.js';
import { Chain, listed, versionsOf, wanted } from '../wording.js';
import type { Constraints } from './constraints.js';
import { minimalConflict } from './minimal-conflict.js';
import type { Need, Option, Pool } from './pool.js';

interface Wish {
  readonly option: number;
  readonly need: Need;
}

/**
 * Why names that are each fine cannot run together: who asks for which versions of what, and that none suits all of them. Follows what is forced until no version of
 * something is left; where only trying would show it, no single name is to blame.
 */
export class VersionStory<Entry extends Candidate> {
  readonly #pool: Pool<Entry>;
  readonly #constraints: Constraints<Entry>;
  readonly #names: readonly number[];
  readonly #left = new Map<number, readonly number[]>();
  readonly #wishes = new Map<number, Wish[]>();
  /** By name: the option through which it was first asked for. */
  readonly #askedBy = new Map<number, number>();
  /** The name of which no version is left. */
  readonly #contested: number | undefined;
  /** A smallest set of wishes for it that no version suits. */
  readonly #clashing: readonly Wish[];

  /** @param names numbers of a set that cannot run together although every part of it can */
  constructor(pool: Pool<Entry>, constraints: Constraints<Entry>, names: readonly number[]) {
    this.#pool = pool;
    this.#constraints = constraints;
    this.#names = names;
    this.#contested = this.#follow();
    this.#clashing = this.#contested === undefined ? [] : this.#clashOver(this.#contested);
  }

  /** Names that ask for versions that clash; empty where no single name is to blame, or one that asks could be had in several versions itself. */
  get askers(): number[] {
    const names = this.#clashing.map(({ option }) => (this.#pool.options[option] as Option<Entry>).name);
    return names.every((name) => this.#constraints.optionsOf(name).length === 1) ? [...new Set(names)] : [];
  }

  toString(): string {
    const all = this.#names.map((name) => this.#pool.names[name] as string);
    const reason = this.#contested === undefined ? this.#vague() : this.#about(this.#contested);
    return all.length === 1 ? `${all[0]} cannot run: ${reason}` : `${reason}: remove any one of ${listed(all)}`;
  }

  #follow(): number | undefined {
    const isDone = new Set<number>();
    const queue = [...this.#names];
    for (let at = 0; at < queue.length; at++) {
      const name = queue[at] as number;
      const [option, ...others] = this.#leftOf(name);
      if (option === undefined || others.length > 0 || isDone.has(option)) continue;
      isDone.add(option);
      for (const need of (this.#pool.options[option] as Option<Entry>).needs) {
        const needed = need.span.name as number;
        if (!this.#constraints.isEntangled(needed)) continue;
        if (!this.#names.includes(needed) && !this.#askedBy.has(needed)) this.#askedBy.set(needed, option);
        getOrInsert(this.#wishes, needed, () => []).push({ option, need });
        const left = this.#leftOf(needed).filter((id) => need.span.options.includes(id));
        this.#left.set(needed, left);
        if (left.length === 0) return needed;
        queue.push(needed);
      }
    }
    return undefined;
  }

  #leftOf(name: number): readonly number[] {
    return this.#left.get(name) ?? this.#constraints.optionsOf(name);
  }

  #clashOver(name: number): readonly Wish[] {
    const options = this.#constraints.optionsOf(name);
    const isMet = (some: readonly Wish[]) => options.some((id) => some.every(({ need }) => need.span.options.includes(id)));
    const wishes = [...new Map((this.#wishes.get(name) ?? []).map((wish) => [wish.need.span, wish])).values()];
    return minimalConflict(wishes, (some) => (isMet(some) ? undefined : some));
  }

  /** `a needs x <3, b → c needs x >1, and no version of x that is here suits both of them (here: versions 1.0.0 and 3.0.0)` */
  #about(name: number): string {
    const wishes = this.#clashing;
    const texts = wishes.map(({ option, need }) => `${this.#chainTo(option)} needs ${wanted(need.dependency)}`);
    const here = this.#constraints.optionsOf(name).map((id) => (this.#pool.options[id] as Option<Entry>).entry);
    const isHopeless = wishes.some((one) => wishes.some((other) => !this.#canMeet(one, other)));
    const verdict = isHopeless ? 'could ever suit' : 'that is here suits';
    const who = `no version of ${this.#pool.names[name]} ${verdict} ${wishes.length === 2 ? 'both' : 'all'} of them`;
    return `${texts.join(', ')}, and ${who} (here: ${versionsOf(here)})`;
  }

  #canMeet(one: Wish, other: Wish): boolean {
    const [a, b] = [one.need.dependency.range, other.need.dependency.range];
    if (a === undefined || b === undefined) return true;
    const syntax = ({ option }: Wish) => (this.#pool.options[option] as Option<Entry>).entry.metadata.rangeSyntax;
    return rangesMeet(a, b, syntax(one), syntax(other));
  }

  /** Names from the one that is to run to the one whose option asks. */
  #chainTo(option: number): Chain {
    const names: string[] = [];
    for (let at: number | undefined = option; at !== undefined; ) {
      const { name } = this.#pool.options[at] as Option<Entry>;
      names.push(this.#pool.names[name] as string);
      at = this.#askedBy.get(name);
    }
    return Chain.of(names.reverse());
  }

  #vague(): string {
    const open = [...this.#wishes.keys(), ...this.#names].filter((name) => this.#constraints.optionsOf(name).length > 1);
    const names = [...new Set(open)].sort((a, b) => a - b).map((name) => this.#pool.names[name] as string);
    return `whichever versions of ${listed(names)} are chosen, something that is needed lacks what it needs itself`;
  }
}
