import { PluginSystemError } from '../errors/index.js';
import type { SettledConflict } from './conflicts/decisions.js';
import { duplicate, duplicateConflict, refusedDuplicates } from './conflicts/duplicates.js';
import { settleConflicts } from './conflicts/settle-conflicts.js';
import { ineligibility } from './eligibility.js';
import { getOrInsert } from './get-or-insert.js';
import { type Sequence, sequenceOf } from './order.js';
import { compareVersions, satisfies } from './ranges.js';
import { comparePreference, compareRank, compareText } from './rank.js';
import type { Candidate, PluginConflict, Resolution, ResolutionOptions } from './types.js';
import { feasibleOptions } from './versions/feasibility.js';
import { infeasibility } from './versions/infeasibility.js';
import { contenders, groupByName, type Option, Pool } from './versions/pool.js';
import type { Work } from './versions/solver.js';
import { chooseVersions, type VersionChoice } from './versions/version-choice.js';

/**
 * Chooses which plugins run, one of each name, and in which order. Nothing is read but what is handed in; the answer does not depend on the order of `entries`, except
 * between two of one name and version.
 *
 * A plugin is admitted if it can run together with all that go before it (core, priority, name), whichever versions that takes; of each name the highest version
 * that suits those that were admitted is taken. What plugins say of each other is settled then, and what gives way leaves its place to others.
 */
export function resolve<Entry extends Candidate>(entries: readonly Entry[], options: ResolutionOptions): Resolution<Entry> {
  return new Resolver(entries, options).run();
}

/** Steps in the search for versions, for all rounds together: about a second. What occurs takes a few hundred at most. */
const MAX_WORK = 10_000;

class Resolver<Entry extends Candidate> {
  readonly #entries: readonly Entry[];
  readonly #options: ResolutionOptions;
  readonly #errors = new Map<Entry, PluginSystemError>();
  /** By name, of those that are not refused for what they are. */
  readonly #groups: ReadonlyMap<string, readonly Entry[]>;
  /** Conflicts for which some gave way that could run, with all that were refused. */
  readonly #settled = new Map<SettledConflict<Entry>, readonly Entry[]>();
  readonly #work: Work = { left: MAX_WORK };
  /** Ids of conflicts that were taken back once: the next time they stay settled. */
  readonly #reopened = new Set<string>();

  constructor(entries: readonly Entry[], options: ResolutionOptions) {
    this.#entries = entries;
    this.#options = options;
    for (const entry of entries) {
      const error = ineligibility(entry, options.apiVersion);
      if (error !== undefined) this.#errors.set(entry, error);
    }
    this.#groups = groupByName(entries.filter((entry) => !this.#errors.has(entry)));
    for (const group of this.#groups.values()) {
      for (const { entry, error } of refusedDuplicates(group, options)) this.#errors.set(entry, error);
    }
  }

  run(): Resolution<Entry> {
    // What is refused in the course of it stays in the pool, and is left out when versions are chosen.
    const groups = [...this.#groups.values()].map((group) =>
      (group.length === 1 ? group : contenders(group)).filter((entry) => !this.#errors.has(entry)),
    );
    const pool = new Pool(groups.filter((group) => group.length > 0));
    for (;;) {
      const feasible = feasibleOptions(pool, (entry) => this.#errors.has(entry));
      const choice = chooseVersions(pool, feasible, this.#options, this.#work);
      for (const each of choice.settled) this.#refuse(each);
      if (choice.settled.length > 0) continue;
      const sequence = sequenceOf(choice.chosen);
      const settled = settleConflicts(sequence, this.#options);
      const refusing = settled.filter(({ refusals }) => refusals.length > 0);
      for (const each of refusing) this.#refuse(each);
      if (refusing.length > 0 || this.#reopen(sequence)) continue;
      return this.#conclude(pool, feasible, choice, sequence, settled);
    }
  }

  #refuse(settled: SettledConflict<Entry>): void {
    const { resolution } = settled.conflict;
    const refused: Entry[] = [];
    for (const { entry, error } of settled.refusals) {
      // Where the operator named the plugin, no other version of it takes its place.
      const isByName = typeof resolution === 'object' && resolution.disable === entry.metadata.name;
      for (const each of isByName ? (this.#groups.get(entry.metadata.name) ?? []) : [entry]) {
        if (this.#errors.has(each)) continue;
        this.#errors.set(each, each === entry ? error : atPath(error, each));
        refused.push(each);
      }
    }
    this.#settled.set(settled, refused);
  }

  /** Takes back what was settled in favour of plugins that do not run in the end; whether there is any. */
  #reopen({ all }: Sequence<Entry>): boolean {
    if (this.#settled.size === 0) return false;
    const running = new Set(all);
    const runs = (versions: readonly Entry[]) => versions.some((entry) => running.has(entry));
    const stale = [...this.#settled].filter(
      ([{ conflict, winners }]) => !this.#reopened.has(conflict.id) && !winners.every(runs),
    );
    for (const [settled, refused] of stale) {
      this.#reopened.add(settled.conflict.id);
      this.#settled.delete(settled);
      for (const entry of refused) this.#errors.delete(entry);
    }
    return stale.length > 0;
  }

  #conclude(
    pool: Pool<Entry>,
    feasible: Uint8Array,
    choice: VersionChoice<Entry>,
    sequence: Sequence<Entry>,
    settled: ReadonlyArray<SettledConflict<Entry>>,
  ): Resolution<Entry> {
    const chosen = new Set(sequence.all);
    if (feasible.includes(0)) {
      const failed = this.#options.failed ?? new Map<string, PluginSystemError>();
      const refused = groupByName([...this.#errors.keys()]);
      for (const [id, { error }] of infeasibility(pool, feasible, { refused, errors: this.#errors, failed })) {
        this.#errors.set((pool.options[id] as Option<Entry>).entry, error);
      }
    }
    for (const { name, entry } of pool.options) {
      const reason = this.#errors.has(entry) ? undefined : choice.reasons.get(name);
      if (reason !== undefined) this.#errors.set(entry, atPath(reason.error, entry));
    }
    const duplicates = this.#concludeDuplicates(chosen, sequence);
    const conflicts = [
      ...[...this.#settled.keys()].map(({ conflict }) => conflict),
      ...choice.conflicts,
      ...settled.map(({ conflict }) => conflict),
      ...duplicates,
    ];
    // Where another version took the place of one that gave way, and clashed too, the last word counts.
    const byId = new Map(conflicts.map((conflict) => [conflict.id, conflict]));
    return {
      order: sequence.all.filter((entry) => entry.isRunning !== true),
      refused: this.#refused(),
      warnings: [...choice.warnings, ...sequence.warnings, ...settled.flatMap(({ warnings }) => warnings)],
      conflicts: [...byId.values()].sort((a, b) => compareText(a.id, b.id)),
      edges: sequence.edges,
    };
  }

  #concludeDuplicates(chosen: ReadonlySet<Entry>, { edges }: Sequence<Entry>): PluginConflict[] {
    const conflicts: PluginConflict[] = [];
    const groups = [...this.#groups.values()].filter((group) => group.length > 1);
    const askers = new Map<Entry, Entry[]>();
    for (const { from, to } of groups.length > 0 ? edges : []) {
      getOrInsert(askers, to, (): Entry[] => []).push(from);
    }
    for (const group of groups) {
      const running = group.find((entry) => chosen.has(entry));
      const taken = running ?? (group[0] as Entry);
      for (const entry of group) {
        if (entry === taken || this.#errors.has(entry)) continue;
        const asker = askers.get(taken)?.find((from) => isReason(entry, taken, from));
        this.#errors.set(entry, duplicate(entry, taken, asker));
      }
      const members = group.filter((entry) => entry !== running && this.#errors.get(entry)?.code === 'PluginDuplicate');
      if (running !== undefined) members.unshift(running);
      if (members.length > 1) conflicts.push(duplicateConflict(members, running, this.#options));
    }
    return conflicts;
  }

  #refused(): Array<{ entry: Entry; error: PluginSystemError }> {
    const refused = this.#entries.filter((entry) => this.#errors.has(entry));
    refused.sort((a, b) => compareRank(a, b) || comparePreference(a, b));
    return refused.map((entry) => ({ entry, error: this.#errors.get(entry) as PluginSystemError }));
  }
}

/** Whether `asker` is why a higher version than the one that was taken was not. */
function isReason(entry: Candidate, taken: Candidate, asker: Candidate): boolean {
  const { name, version } = entry.metadata;
  if (taken.isRunning === true || taken.isCore !== entry.isCore) return false;
  if (compareVersions(version, taken.metadata.version) <= 0) return false;
  const { dependencies, rangeSyntax } = asker.metadata;
  return dependencies.some((other) => other.name === name && other.required && !satisfies(version, other.range, rangeSyntax));
}

/** The same error, for another file of the same plugin. */
function atPath(error: PluginSystemError, { path }: Candidate): PluginSystemError {
  if (error.path === path) return error;
  const { code, detail, plugin, phase, operation, remedy, cause } = error;
  return new PluginSystemError(code, detail, {
    plugin,
    path,
    phase,
    operation,
    remedy,
    ...(cause === undefined ? {} : { cause }),
  });
}
