import { PluginSystemError } from '../../errors/index.js';
import type { PluginWarning } from '../../plugin/index.js';
import type { Sequence } from '../order.js';
import type { Candidate, ConflictResolution, PluginConflict, ResolutionOptions } from '../types.js';
import { type Clash, ClashFinder } from './clash-finder.js';
import { decisionOn } from './decisions.js';

/** A conflict, with what comes of it. */
export interface Settled<Entry extends Candidate> {
  readonly conflict: PluginConflict;
  readonly refusals: ReadonlyArray<{ readonly entry: Entry; readonly error: PluginSystemError }>;
  /** Those in whose favour it was settled; none where all give way. */
  readonly winners: readonly Entry[];
  /** Where it is allowed. */
  readonly warnings: ReadonlyArray<{ readonly entry: Entry; readonly warning: PluginWarning }>;
}

interface Outcome<Entry extends Candidate> {
  readonly clash: Clash<Entry>;
  readonly resolution: ConflictResolution;
  readonly isDecided: boolean;
  readonly refused: readonly Entry[];
}

interface Neighbours<Entry extends Candidate> {
  readonly required: Map<Entry, Entry[]>;
  readonly dependents: Map<Entry, Entry[]>;
}

/** Of what one plugin clashes with and is allowed to by default, so many are reported: each pair of a thousand that share one file would say nothing more. */
const MAX_ALLOWED = 8;

/** Settles what plugins that would run together say against each other, by what was decided, or by the policy. */
export function settle<Entry extends Candidate>(sequence: Sequence<Entry>, options: ResolutionOptions): Array<Settled<Entry>> {
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
  readonly #own = new Set<Entry>();
  readonly #settled: Array<Settled<Entry>> = [];

  constructor(sequence: Sequence<Entry>, options: ResolutionOptions) {
    this.#sequence = sequence;
    this.#options = options;
    for (const entry of sequence.all) if (entry.isCore || entry.isRunning === true) this.#own.add(entry);
    // What the application's own needs is as good as its own. What is added is visited too.
    for (const entry of this.#own) for (const needed of this.#neighbours.required.get(entry) ?? []) this.#own.add(needed);
  }

  run(): Array<Settled<Entry>> {
    for (const entry of this.#sequence.all) {
      if (this.#gone.has(entry)) continue;
      if (this.#gone.size > 0 && this.#neighbours.required.get(entry)?.some((needed) => this.#gone.has(needed))) {
        this.#gone.add(entry);
        continue;
      }
      const outcomes = this.#outcomesFor(entry);
      const isRefused = outcomes.some(({ refused }) => refused.includes(entry));
      for (const outcome of outcomes) {
        // Where it gives way itself, nobody has to give way to it.
        if (isRefused && !outcome.refused.includes(entry)) continue;
        this.#settled.push(settled(outcome, this.#own));
        for (const refused of outcome.refused) if (refused !== entry) this.#remove(refused);
        if (outcome.refused.length < 2) continue;
        for (const refused of outcome.refused) this.#refusedWithAll.keep(refused);
      }
      if (isRefused) this.#gone.add(entry);
      else this.#kept.keep(entry);
    }
    return this.#settled;
  }

  /** What comes of the clashes of `entry`: the one that refuses it alone, if there is one, else all. */
  #outcomesFor(entry: Entry): Array<Outcome<Entry>> {
    const outcomes: Array<Outcome<Entry>> = [];
    let allowed = 0;
    for (const clash of this.#kept.clashesOf(entry)) {
      const outcome = this.#outcome(clash);
      if (outcome.refused.length === 1 && outcome.refused[0] === entry) return [outcome];
      if (outcome.refused.length === 0 && !outcome.isDecided && ++allowed > MAX_ALLOWED) {
        if (this.#options.decisions.size === 0) break;
        continue;
      }
      outcomes.push(outcome);
    }
    if (outcomes.some(({ refused }) => refused.includes(entry))) return outcomes;
    for (const clash of this.#refusedWithAll.clashesOf(entry)) {
      const outcome = this.#outcome(clash);
      if (outcome.refused.length === 2) return [outcome];
    }
    return outcomes;
  }

  #outcome(clash: Clash<Entry>): Outcome<Entry> {
    const { first, second } = clash;
    const members = [first.metadata.name, second.metadata.name, first.path, second.path];
    const decision = decisionOn(clash.id, members, this.#options);
    const refused = this.#refusedBy(clash, decision.resolution);
    const resolution = done(decision.resolution, refused);
    return { clash, resolution, isDecided: decision.isDecided && resolution === decision.resolution, refused };
  }

  #refusedBy({ first, second }: Clash<Entry>, resolution: ConflictResolution): readonly Entry[] {
    if (resolution === 'allow' || second.isRunning === true) return [];
    if (this.#own.has(first) && this.#own.has(second)) return first.isRunning === true && !first.isCore ? [] : [second];
    if (this.#own.has(first)) return [second];
    if (this.#own.has(second)) return [first];
    if (typeof resolution === 'object') return isNamed(first, resolution.disable) ? [first] : [second];
    return resolution === 'refuse' ? [first, second] : [second];
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
        addTo(this.#known.required, from, to);
        addTo(this.#known.dependents, to, from);
      }
    }
    return this.#known;
  }
}

function addTo<Entry>(map: Map<Entry, Entry[]>, key: Entry, value: Entry): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}

function isNamed({ metadata, path }: Candidate, disable: string): boolean {
  return metadata.name === disable || path === disable;
}

/** What is done, which is not what was asked for where that would refuse what must stay. */
function done(asked: ConflictResolution, refused: readonly Candidate[]): ConflictResolution {
  if (refused.length === 0) return 'allow';
  if (refused.length === 2) return 'refuse';
  return typeof asked === 'object' && isNamed(refused[0] as Candidate, asked.disable) ? asked : 'prefer';
}

function settled<Entry extends Candidate>(outcome: Outcome<Entry>, own: ReadonlySet<Entry>): Settled<Entry> {
  const { clash, resolution, isDecided, refused } = outcome;
  const { id, kind, first, second, detail } = clash;
  const code = kind === 'resource' ? 'ResourceConflict' : 'PluginConflict';
  const both = [first, second];
  const winners = refused.length === 1 ? both.filter((entry) => !refused.includes(entry)) : [];
  const reason = reasonFor(resolution, winners[0], own);
  return {
    conflict: {
      id,
      kind,
      severity: 'error',
      plugins: both.map(({ metadata }) => metadata.name),
      paths: both.map(({ path }) => path),
      detail,
      resolution,
      isDecided,
      refused: refused.map(({ metadata }) => metadata.name),
    },
    refusals: refused.map((entry) => ({
      entry,
      error: new PluginSystemError(code, `${detail}; ${reason}`, {
        plugin: entry.metadata.name,
        path: entry.path,
        phase: 'resolution',
        operation: 'conflicts',
      }),
    })),
    winners,
    warnings:
      refused.length > 0
        ? []
        : both.map((entry) => ({ entry, warning: { code, message: `${detail}; both run all the same` } })),
  };
}

function reasonFor(resolution: ConflictResolution, winner: Candidate | undefined, own: ReadonlySet<Candidate>): string {
  if (winner === undefined) return 'both are refused';
  const { name } = winner.metadata;
  if (typeof resolution === 'object') return `it was decided that ${name} stays`;
  if (winner.isRunning === true) return `${name} runs already, and stays`;
  if (own.has(winner)) return `${name} ${winner.isCore ? 'is a core plugin' : 'is needed by a core plugin'}, and stays`;
  return `${name} loads first, and stays`;
}
