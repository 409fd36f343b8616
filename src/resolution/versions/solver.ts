/** A variable, or its opposite: twice the number of the variable, plus one for the opposite. */
export type Literal = number;

/** One of these must be true. The first two are watched. */
type Clause = Literal[];

interface Level {
  /** Length of the trail before it. */
  readonly trail: number;
  readonly nextAssumption: number;
  readonly nextGroup: number;
  readonly isAssumption: boolean;
}

interface Group {
  readonly trigger: Literal;
  readonly members: readonly Literal[];
}

/** How much may be done yet. Shared by all who take from it. */
export interface Work {
  left: number;
}

export function not(literal: Literal): Literal {
  return literal ^ 1;
}

/** Undefined: all clauses hold. Literals: assumptions that cannot hold together. `gave up`: neither was found within the limit. */
export type Answer = undefined | 'gave up' | readonly Literal[];

/**
 * A small solver for clauses: unit propagation over watched literals with a trail that is undone, learning from each conflict and jumping back to what caused it
 * (CDCL). It is complete, does not recurse, and what it says does not depend on chance.
 *
 * Why not try versions one after the other, going back where one does not fit: whether versions can be had together is as hard a question as there is, and going back
 * step by step takes exponential time in cases that do occur, such as a choice that has nothing to do with what clashes. This one learns what must not be repeated; the
 * assumptions that it blames are what the message names; and its work can be counted, so that it ends in time where metadata is made to keep it busy.
 *
 * Only groups are decided: where the trigger of one is true, one of its members must be, the first that can. Groups are tried in the order in which they were
 * added, so that the first answer after `reset` is the best: each group has the best member that those before it leave. All other variables are true only where
 * clauses force them, so clauses must hold when what is not forced is false.
 */
export class Solver {
  /** By literal: 1 true, -1 false, 0 open. */
  readonly #values: number[] = [];
  /** By literal: clauses to look at when it becomes false. */
  readonly #watchers: Clause[][] = [];
  /** By variable. */
  readonly #levelOf: number[] = [];
  readonly #reasons: Array<Clause | undefined> = [];
  readonly #seen: number[] = [];
  readonly #groupOf: Array<number | undefined> = [];
  readonly #trail: Literal[] = [];
  readonly #levels: Level[] = [];
  readonly #groups: Group[] = [];
  #assumptions: Literal[] = [];
  #propagated = 0;
  /** Length of the trail when it was confirmed as a solution; -1 if there was none since, or it is kept in `#solution` by now. */
  #confirmed = -1;
  #solution: readonly Literal[] = [];
  /** What groups take first where they can. */
  #preferred: ReadonlySet<Literal> = new Set();
  #nextAssumption = 0;
  #nextGroup = 0;

  /** A new variable, as literal. */
  variable(): Literal {
    const literal = this.#values.length;
    this.#values.push(0, 0);
    this.#watchers.push([], []);
    this.#levelOf.push(0);
    this.#reasons.push(undefined);
    this.#seen.push(0);
    this.#groupOf.push(undefined);
    return literal;
  }

  /** Decisions are taken back, assumptions are kept. */
  clause(literals: readonly Literal[]): void {
    this.#cancel(0);
    if (literals.some((literal) => this.#values[literal] === 1)) return;
    const open = literals.filter((literal) => this.#values[literal] === 0);
    if (open.length === 0) throw new Error('clauses must hold when nothing is forced');
    if (open.length === 1) this.#set(open[0] as Literal, undefined);
    else this.#watch(open);
  }

  group(trigger: Literal, members: readonly Literal[]): void {
    this.#groupOf[trigger >> 1] = this.#groups.length;
    this.#groups.push({ trigger, members });
  }

  /** What is set now is a solution, to which `fallBack` returns. */
  confirm(): void {
    this.#confirmed = this.#trail.length;
  }

  /** From now on, groups take what they had in the last solution that was confirmed: with its assumptions, `solve` finds it again without a step. */
  fallBack(): void {
    this.#cancel(0);
    this.#preferred = new Set(this.#solution);
  }

  /** Forgets assumptions and decisions; what was learnt stays. */
  reset(): void {
    this.#cancel(0);
    this.#assumptions = [];
    this.#nextAssumption = 0;
  }

  assume(literal: Literal): void {
    this.#assumptions.push(literal);
  }

  /** Takes back the last assumption; for one with which `solve` failed. */
  retract(): void {
    this.#assumptions.pop();
  }

  isTrue(literal: Literal): boolean {
    return this.#values[literal] === 1;
  }

  isFalse(literal: Literal): boolean {
    return this.#values[literal] === -1;
  }

  /**
   * Looks for values with which all clauses hold, under the assumptions; if there are any, they are set. If assumptions cannot hold together, what is set is what the
   * others force.
   * @param work how many steps may be taken, each a conflict from which something is learnt; they are subtracted
   */
  solve(work: Work): Answer {
    for (;;) {
      const conflict = this.#propagate();
      if (conflict === undefined) {
        const failed = this.#decide();
        if (failed !== 'more') return failed;
      } else {
        if (work.left <= 0) {
          this.#cancel(0);
          return 'gave up';
        }
        work.left--;
        this.#learn(conflict);
      }
    }
  }

  /** Sets the next open assumption, else a member of the next group that lacks one. */
  #decide(): Literal[] | undefined | 'more' {
    for (; this.#nextAssumption < this.#assumptions.length; this.#nextAssumption++) {
      const literal = this.#assumptions[this.#nextAssumption] as Literal;
      const value = this.#values[literal];
      if (value === 1) continue;
      if (value === 0) {
        this.#open(literal, true);
        return 'more';
      }
      // It may be false only because of what was decided: then that has to wait.
      const decided = this.#levels.findIndex(({ isAssumption }) => !isAssumption);
      if (decided === -1) return this.#failedAssumptions(literal);
      this.#cancel(decided);
      return 'more';
    }
    for (; this.#nextGroup < this.#groups.length; this.#nextGroup++) {
      const { trigger, members } = this.#groups[this.#nextGroup] as Group;
      if (this.#values[trigger] !== 1 || members.some((member) => this.#values[member] === 1)) continue;
      const isOpen = (member: Literal) => this.#values[member] === 0;
      const preferred = members.find((member) => isOpen(member) && this.#preferred.has(member));
      this.#open(preferred ?? (members.find(isOpen) as Literal), false);
      return 'more';
    }
    return undefined;
  }

  #open(literal: Literal, isAssumption: boolean): void {
    const { length: trail } = this.#trail;
    this.#levels.push({ trail, nextAssumption: this.#nextAssumption, nextGroup: this.#nextGroup, isAssumption });
    this.#set(literal, undefined);
  }

  #set(literal: Literal, reason: Clause | undefined): void {
    const variable = literal >> 1;
    this.#values[literal] = 1;
    this.#values[not(literal)] = -1;
    this.#levelOf[variable] = this.#levels.length;
    this.#reasons[variable] = reason;
    this.#trail.push(literal);
    const group = this.#groupOf[variable];
    if (group !== undefined && group < this.#nextGroup) this.#nextGroup = group;
  }

  /** Undoes all levels above the first `count`. */
  #cancel(count: number): void {
    const level = this.#levels[count];
    if (level === undefined) return;
    if (level.trail < this.#confirmed) {
      this.#solution = this.#trail.slice(0, this.#confirmed);
      this.#confirmed = -1;
    }
    for (let literal = this.#trail.length > level.trail ? this.#trail.pop() : undefined; literal !== undefined; ) {
      this.#values[literal] = this.#values[not(literal)] = 0;
      this.#reasons[literal >> 1] = undefined;
      literal = this.#trail.length > level.trail ? this.#trail.pop() : undefined;
    }
    this.#levels.length = count;
    this.#propagated = level.trail;
    this.#nextAssumption = level.nextAssumption;
    this.#nextGroup = level.nextGroup;
  }

  #watch(clause: Clause): void {
    this.#watchers[clause[0] as Literal]?.push(clause);
    this.#watchers[clause[1] as Literal]?.push(clause);
  }

  /** Sets what clauses force; the clause that cannot hold, if there is one. */
  #propagate(): Clause | undefined {
    const values = this.#values;
    while (this.#propagated < this.#trail.length) {
      const isFalse = not(this.#trail[this.#propagated++] as Literal);
      const watching = this.#watchers[isFalse] as Clause[];
      let kept = 0;
      for (let at = 0; at < watching.length; at++) {
        const clause = watching[at] as Clause;
        if (clause[0] === isFalse) {
          clause[0] = clause[1] as Literal;
          clause[1] = isFalse;
        }
        const first = clause[0] as Literal;
        if (values[first] !== 1) {
          const other = clause.findIndex((literal, index) => index > 1 && values[literal] !== -1);
          if (other !== -1) {
            const literal = clause[other] as Literal;
            clause[1] = literal;
            clause[other] = isFalse;
            this.#watchers[literal]?.push(clause);
            continue;
          }
          if (values[first] === -1) {
            while (at < watching.length) watching[kept++] = watching[at++] as Clause;
            watching.length = kept;
            return clause;
          }
          this.#set(first, clause);
        }
        watching[kept++] = clause;
      }
      watching.length = kept;
    }
    return undefined;
  }

  /** Learns what must not be repeated from a clause that cannot hold, up to the first point through which all of this level went; goes back to where it says something. */
  #learn(conflict: Clause): void {
    const level = this.#levels.length;
    const learnt: Clause = [];
    const touched: number[] = [];
    let open = 0;
    let at = this.#trail.length;
    let point = -1;
    for (let clause: Clause | undefined = conflict; clause !== undefined; ) {
      for (const literal of clause) {
        const variable = literal >> 1;
        if (literal === point || this.#seen[variable] === 1 || this.#levelOf[variable] === 0) continue;
        this.#seen[variable] = 1;
        touched.push(variable);
        if (this.#levelOf[variable] === level) open++;
        else learnt.push(literal);
      }
      do {
        point = this.#trail[--at] as Literal;
      } while (this.#seen[point >> 1] === 0);
      clause = --open > 0 ? this.#reasons[point >> 1] : undefined;
    }
    for (const variable of touched) this.#seen[variable] = 0;
    // Of the others, the one that was set last is watched: it is the first to be open again.
    learnt.sort((a, b) => (this.#levelOf[b >> 1] as number) - (this.#levelOf[a >> 1] as number));
    const back = learnt.length === 0 ? 0 : (this.#levelOf[(learnt[0] as Literal) >> 1] as number);
    learnt.unshift(not(point));
    this.#cancel(back);
    if (learnt.length > 1) this.#watch(learnt);
    this.#set(not(point), learnt.length > 1 ? learnt : undefined);
  }

  /** Assumptions that make `literal`, itself one, false; with it. All levels are assumptions. */
  #failedAssumptions(literal: Literal): Literal[] {
    const failed = [literal];
    if (this.#levelOf[literal >> 1] === 0) return failed;
    const seen = this.#seen;
    seen[literal >> 1] = 1;
    for (let at = this.#trail.length - 1; at >= (this.#levels[0] as Level).trail; at--) {
      const set = this.#trail[at] as Literal;
      if (seen[set >> 1] === 0) continue;
      seen[set >> 1] = 0;
      const reason = this.#reasons[set >> 1];
      if (reason === undefined) failed.push(set);
      for (const other of reason ?? []) if ((this.#levelOf[other >> 1] as number) > 0) seen[other >> 1] = 1;
    }
    // `set` is in its own reason: it was passed already.
    for (const variable of this.#trail) seen[variable >> 1] = 0;
    return failed;
  }
}
