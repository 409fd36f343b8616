import { circleThrough, components } from '../components.js';
import { getOrInsert } from '../get-or-insert.js';
import type { Candidate } from '../types.js';
import type { Option, Pool, Span } from './pool.js';
import { type Answer, type Literal, not, Solver, type Work } from './solver.js';

/** Steps of the solver for each question that is asked after all others are used up: enough for what has little to do with the rest. */
const LAST_STEPS = 32;

/**
 * Which names can run together, where some can be had in several versions. Only what such a name can have a say in is looked at; everything else that is feasible can
 * always run.
 */
export class Constraints<Entry extends Candidate> {
  readonly #pool: Pool<Entry>;
  /** By name: its options that are feasible. */
  readonly #optionsOf: ReadonlyArray<readonly number[]>;
  readonly #solver = new Solver();
  /** By name and by option; undefined where nothing depends on a choice. */
  readonly #nameLiterals = new Map<number, Literal>();
  readonly #optionLiterals = new Map<number, Literal>();
  readonly #nameOf = new Map<Literal, number>();
  /** By name: for each of its options, that it or one before it is chosen. */
  readonly #rungs = new Map<number, readonly Literal[]>();
  /** Groups of options that could stand on a circle. */
  readonly #suspects: ReadonlyArray<readonly number[]>;
  readonly #admitted: number[] = [];
  readonly #work: Work;

  /** @param work steps of the solver; once they are used up, what was found so far is kept, and a name is admitted only if it fits in easily */
  constructor(pool: Pool<Entry>, feasible: Uint8Array, work: Work) {
    this.#pool = pool;
    this.#work = work;
    this.#optionsOf = pool.optionsOf.map((options) => options.filter((option) => feasible[option] === 1));
    const names = this.#entangled(feasible);
    if (names.length > 0) this.#encode(names);
    this.#suspects = this.#findSuspects();
  }

  /** The options of a name that are feasible, the better choice first. */
  optionsOf(name: number): readonly number[] {
    return this.#optionsOf[name] ?? [];
  }

  /** Whether what runs beside it can matter to a name. */
  isEntangled(name: number): boolean {
    return this.#nameLiterals.has(name);
  }

  /**
   * Admits a name beside those that were admitted before, if all of them can run together. Undefined if so; otherwise it is not admitted: for names, this one included,
   * that cannot run together, or because it was not found out.
   */
  admit(name: number): Answer {
    const literal = this.#nameLiterals.get(name);
    if (literal === undefined) return undefined;
    const isCovered = this.#solver.isTrue(literal);
    this.#solver.assume(literal);
    let answer = isCovered ? undefined : this.#solve(this.#work);
    if (answer === 'gave up') {
      this.#solver.retract();
      this.#solver.fallBack();
      this.#solve({ left: LAST_STEPS });
      this.#solver.assume(literal);
      answer = this.#solve({ left: LAST_STEPS });
    }
    if (answer === undefined) this.#admitted.push(name);
    else this.#solver.retract();
    if (answer === undefined && !isCovered) this.#solver.confirm();
    return answer;
  }

  /** After `admit` failed: whether it is certain that `name` cannot be admitted either. */
  isRuledOut(name: number): boolean {
    const literal = this.#nameLiterals.get(name);
    return literal !== undefined && this.#solver.isFalse(literal);
  }

  /** Names among these that cannot run together; undefined if all can, or if it was not found out. What is admitted does not count. */
  conflictAmong(names: readonly number[]): readonly number[] | undefined {
    this.#solver.reset();
    this.#assume(names);
    const answer = this.#solve(this.#work);
    this.#solver.reset();
    this.#assume(this.#admitted);
    return answer === 'gave up' ? undefined : answer;
  }

  /**
   * For each name that was admitted and is entangled its option: the best for the first, the best that this leaves for the second, and so on. Without work left, what was
   * found last.
   */
  choose(): Map<number, number> {
    const chosen = new Map<number, number>();
    if (this.#admitted.length === 0) return chosen;
    this.#solver.reset();
    this.#assume(this.#admitted);
    if (this.#solve(this.#work) === 'gave up') {
      this.#solver.fallBack();
      this.#solve({ left: LAST_STEPS });
    }
    for (const name of this.#admitted) {
      const option = this.optionsOf(name).find((id) => this.#isTrue(id));
      if (option !== undefined) chosen.set(name, option);
    }
    return chosen;
  }

  #assume(names: readonly number[]): void {
    for (const name of names) {
      const literal = this.#nameLiterals.get(name);
      if (literal !== undefined) this.#solver.assume(literal);
    }
  }

  #isTrue(option: number): boolean {
    const literal = this.#optionLiterals.get(option);
    return literal !== undefined && this.#solver.isTrue(literal);
  }

  #solve(work: Work): Answer {
    for (;;) {
      const answer = this.#solver.solve(work);
      if (answer === 'gave up') return answer;
      if (answer !== undefined) return answer.map((literal) => this.#nameOf.get(literal) as number);
      const circle = this.#findCircle();
      if (circle === undefined) return undefined;
      if (work.left-- <= 0) return 'gave up';
      this.#solver.clause(circle.map((option) => not(this.#optionLiterals.get(option) as Literal)));
    }
  }

  /** Names of several options, and all that need them, near and far. */
  #entangled(feasible: Uint8Array): number[] {
    const { options, spans, spansOf } = this.#pool;
    const names = new Set<number>();
    const seen = new Uint8Array(spans.length);
    for (const [name, ids] of this.#optionsOf.entries()) if (ids.length > 1) names.add(name);
    // What is added is visited too.
    for (const name of names) {
      for (const span of this.optionsOf(name).flatMap((option) => spansOf[option] ?? [])) {
        if (seen[span] === 1) continue;
        seen[span] = 1;
        for (const user of spans[span]?.users ?? []) {
          if (feasible[user] === 1) names.add((options[user] as Option<Entry>).name);
        }
      }
    }
    return [...names].sort((a, b) => a - b);
  }

  #encode(names: readonly number[]): void {
    const solver = this.#solver;
    for (const name of names) {
      const options = this.optionsOf(name);
      const literals = options.map((option) => {
        const literal = solver.variable();
        this.#optionLiterals.set(option, literal);
        return literal;
      });
      const literal = this.#encodeLadder(name, literals);
      this.#nameLiterals.set(name, literal);
      this.#nameOf.set(literal, name);
      if (options.length > 1) solver.group(literal, literals);
    }
    const literalOf = new Map<Span, Literal | undefined>();
    for (const name of names) {
      for (const option of this.optionsOf(name)) {
        const literal = this.#optionLiterals.get(option) as Literal;
        for (const { span } of (this.#pool.options[option] as Option<Entry>).needs) {
          if (!literalOf.has(span)) literalOf.set(span, this.#spanLiteral(span));
          const needed = literalOf.get(span);
          if (needed !== undefined) solver.clause([not(literal), needed]);
        }
      }
    }
  }

  /**
   * At most one option of a name is true. Each rung of the ladder says that one up to here is; the last, that one is at all: it is returned. A range is a stretch of the
   * ladder as a rule, which takes two short clauses, however many versions there are.
   */
  #encodeLadder(name: number, literals: readonly Literal[]): Literal {
    const solver = this.#solver;
    let below = literals[0] as Literal;
    const rungs = [below];
    for (const literal of literals.slice(1)) {
      const rung = solver.variable();
      solver.clause([not(literal), rung]);
      solver.clause([not(below), rung]);
      solver.clause([not(rung), literal, below]);
      solver.clause([not(below), not(literal)]);
      rungs.push(rung);
      below = rung;
    }
    this.#rungs.set(name, rungs);
    return below;
  }

  /** True if one of the span is chosen; undefined where its name is not entangled, and can always run. */
  #spanLiteral(span: Span): Literal | undefined {
    const name = span.name as number;
    const nameLiteral = this.#nameLiterals.get(name);
    if (nameLiteral === undefined) return undefined;
    const options = this.optionsOf(name);
    const rungs = this.#rungs.get(name) as readonly Literal[];
    const inside = new Set(span.options);
    const isIn = options.map((option) => inside.has(option));
    if (!isIn.includes(false)) return nameLiteral;
    const literal = this.#solver.variable();
    this.#solver.clause([not(literal), rungs[isIn.lastIndexOf(true)] as Literal]);
    // Each stretch that is left out: none of it, so one before it, or none up to its end.
    for (let start = isIn.indexOf(false); start !== -1 && start < isIn.lastIndexOf(true); ) {
      const end = isIn.indexOf(true, start);
      const before = start === 0 ? [] : [rungs[start - 1] as Literal];
      this.#solver.clause([not(literal), ...before, not(rungs[end - 1] as Literal)]);
      start = isIn.indexOf(false, end);
    }
    return literal;
  }

  #findSuspects(): number[][] {
    const { options, spans } = this.#pool;
    if (this.#optionLiterals.size === 0) return [];
    // Spans are nodes too, behind the options: an edge for each that asks and one for each that is offered, not for each pair.
    const edges = [
      ...options.map(({ id, needs }) =>
        this.#optionLiterals.has(id) ? needs.map(({ span }) => options.length + span.id) : [],
      ),
      ...spans.map((span) => span.options.filter((option) => this.#optionLiterals.has(option))),
    ];
    const component = components(edges.length, (node) => edges[node] as readonly number[]);
    const groups = new Map<number, number[]>();
    for (const option of this.#optionLiterals.keys()) {
      getOrInsert(groups, component[option] as number, () => []).push(option);
    }
    return [...groups.values()].filter((group) => group.length > 1);
  }

  /** A circle among the options that the solver chose. */
  #findCircle(): number[] | undefined {
    for (const group of this.#suspects) {
      const chosen = group.filter((option) => this.#isTrue(option));
      if (chosen.length < 2) continue;
      const numbers = new Map(chosen.map((option, at) => [this.#pool.nameOf(option), at]));
      // One of each name is chosen: what needs the name is met by it.
      const edges = chosen.map((option) => {
        const { needs } = this.#pool.options[option] as Option<Entry>;
        return needs.map(({ dependency }) => numbers.get(dependency.name)).filter((at) => at !== undefined);
      });
      const component = components(chosen.length, (at) => edges[at] as number[]);
      const sizes = new Map<number, number>();
      for (const at of component) sizes.set(at, (sizes.get(at) ?? 0) + 1);
      const start = component.findIndex((at) => (sizes.get(at) as number) > 1);
      if (start === -1) continue;
      const circle = circleThrough(start, (at) => edges[at] as number[]) as number[];
      return circle.map((at) => chosen[at] as number);
    }
    return undefined;
  }
}
