import { PluginSystemError } from '../../errors/index.js';
import { getOrInsert } from '../get-or-insert.js';
import type { Sequence } from '../order.js';
import type { Candidate, ConflictResolution, ResolutionOptions } from '../types.js';
import { type Clash, ClashFinder } from './clash-finder.js';
import { conflictOf, type Decision, decide, type SettledConflict } from './decisions.js';

interface DecidedClash<Entry extends Candidate> extends Decision<Entry> {
  readonly clash: Clash<Entry>;
}

interface Neighbours<Entry extends Candidate> {
  readonly required: Map<Entry, Entry[]>;
  readonly dependents: Map<Entry, Entry[]>;
}

/** Of what one plugin clashes with and is allowed to by default, so many are reported: each pair of a thousand that share one file would say nothing more. */
const MAX_ALLOWED = 8;

/** Settles what plugins that would run together say against each other, by what was decided, or by the policy. */
export function settleConflicts<Entry extends Candidate>(
  sequence: Sequence<Entry>,
  options: ResolutionOptions,
): Array<SettledConflict<Entry>> {
  return new Settlement(sequence, options).run();
}

class Settlement<Entry extends Candidate> {
  readonly #sequence: Sequence<Entry>;
  readonly #options: ResolutionOptions;
  readonly #kept = new ClashFinder<Entry>();
  /** Those that gave way together with what they clash with: whoever clashes with them too is in the same case. */
  readonly #refusedWithAll = new ClashFinder<Entry>();
  /** Refused, or in need of what is: whether they run is seen only when all is resolved anew. */
  readonly #gone = new Set<Entry>();
  #known: Neighbours<Entry> | undefined;
  /** Core plugins, and what they need. */
  readonly #protected = new Set<Entry>();
  readonly #settled: Array<SettledConflict<Entry>> = [];

  constructor(sequence: Sequence<Entry>, options: ResolutionOptions) {
    this.#sequence = sequence;
    this.#options = options;
    for (const entry of sequence.all) if (entry.isCore) this.#protected.add(entry);
    // What is added is visited too.
    for (const entry of this.#protected) {
      for (const needed of this.#neighbours.required.get(entry) ?? []) if (!isRunning(needed)) this.#protected.add(needed);
    }
  }

  run(): Array<SettledConflict<Entry>> {
    for (const entry of this.#sequence.all) {
      if (this.#gone.has(entry)) continue;
      if (this.#gone.size > 0 && this.#neighbours.required.get(entry)?.some((needed) => this.#gone.has(needed))) {
        this.#gone.add(entry);
        continue;
      }
      const decisions = this.#decisionsFor(entry);
      const isRefused = decisions.some(({ refused }) => refused.includes(entry));
      for (const decision of decisions) {
        // Where it gives way itself, nobody has to give way to it.
        if (isRefused && !decision.refused.includes(entry)) continue;
        this.#settled.push(settled(decision, this.#protected));
        for (const refused of decision.refused) if (refused !== entry) this.#remove(refused);
        if (decision.refused.length < 2) continue;
        for (const refused of decision.refused) this.#refusedWithAll.keep(refused);
      }
      if (isRefused) this.#gone.add(entry);
      else this.#kept.keep(entry);
    }
    return this.#settled;
  }

  /** What comes of the clashes of `entry`: the one that refuses it alone, if there is one, else all. */
  #decisionsFor(entry: Entry): Array<DecidedClash<Entry>> {
    const decisions: Array<DecidedClash<Entry>> = [];
    let allowed = 0;
    for (const clash of this.#kept.clashesOf(entry)) {
      const decision = this.#decide(clash);
      if (decision.refused.length === 1 && decision.refused[0] === entry) return [decision];
      if (decision.refused.length === 0 && !decision.isDecided && ++allowed > MAX_ALLOWED) {
        if (this.#options.decisions.size === 0) break;
        continue;
      }
      decisions.push(decision);
    }
    if (decisions.some(({ refused }) => refused.includes(entry))) return decisions;
    for (const clash of this.#refusedWithAll.clashesOf(entry)) {
      const decision = this.#decide(clash);
      if (decision.refused.length === 2) return [decision];
    }
    return decisions;
  }

  #decide(clash: Clash<Entry>): DecidedClash<Entry> {
    const { id, kind, first, second } = clash;
    const isProtected = (entry: Entry) => this.#protected.has(entry);
    return { clash, ...decide(id, [first, second], { kind, isProtected, isFixed: isRunning }, this.#options) };
  }

  /** With all that need it. */
  #remove(entry: Entry): void {
    const queue = [entry];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (this.#gone.has(next)) continue;
      this.#gone.add(next);
      this.#kept.drop(next);
      for (const dependent of this.#neighbours.dependents.get(next) ?? []) queue.push(dependent);
    }
  }

  /** Who requires whom; made when it is first asked for. */
  get #neighbours(): Neighbours<Entry> {
    if (this.#known === undefined) {
      this.#known = { required: new Map(), dependents: new Map() };
      for (const { from, to, isRequired } of this.#sequence.edges) {
        if (!isRequired) continue;
        getOrInsert(this.#known.required, from, (): Entry[] => []).push(to);
        getOrInsert(this.#known.dependents, to, (): Entry[] => []).push(from);
      }
    }
    return this.#known;
  }
}

function isRunning(entry: Candidate): boolean {
  return entry.isRunning === true;
}

function settled<Entry extends Candidate>(
  { clash, ...decision }: DecidedClash<Entry>,
  isProtected: ReadonlySet<Entry>,
): SettledConflict<Entry> {
  const { refused, resolution } = decision;
  const { kind, first, second, detail } = clash;
  const code = kind === 'resource' ? 'ResourceConflict' : 'PluginConflict';
  const both = [first, second];
  const winners = refused.length === 1 ? both.filter((entry) => !refused.includes(entry)) : [];
  const reason = reasonFor(resolution, winners[0], isProtected);
  return {
    conflict: conflictOf(clash, both, decision),
    refusals: refused.map((entry) => ({
      entry,
      error: new PluginSystemError(code, `${detail}; ${reason}`, {
        plugin: entry.metadata.name,
        path: entry.path,
        phase: 'resolution',
        operation: 'conflicts',
      }),
    })),
    winners: winners.map((winner) => [winner]),
    warnings:
      refused.length > 0
        ? []
        : both.map((entry) => ({ entry, warning: { code, message: `${detail}; both run all the same` } })),
  };
}

function reasonFor(resolution: ConflictResolution, winner: Candidate | undefined, isProtected: ReadonlySet<Candidate>): string {
  if (winner === undefined) return 'both are refused';
  const { name } = winner.metadata;
  if (typeof resolution === 'object') return `it was decided that ${name} stays`;
  if (isRunning(winner)) return `${name} runs already, and stays`;
  if (isProtected.has(winner)) return `${name} ${winner.isCore ? 'is a core plugin' : 'is needed by a core plugin'}, and stays`;
  return `${name} loads first, and stays`;
}
