import { PluginSystemError } from '../errors/index.js';
import type { Candidate, ConflictResolution } from '../resolution/index.js';
import type { ConflictBook } from './conflict-book.js';
import type { Events } from './events.js';
import type { ManagedPlugin } from './managed-plugin.js';
import type { ResolvedOptions } from './options.js';
import type { Preferences } from './preferences.js';
import type { Roster } from './roster.js';

export interface SelectionParts {
  readonly options: ResolvedOptions;
  readonly roster: Roster;
  readonly conflicts: ConflictBook;
  readonly preferences: Preferences;
  readonly events: Events;
}

/** What a selection came to. */
export interface Selected {
  /** Those to be started, dependencies first. */
  readonly order: readonly ManagedPlugin[];
  /** Those that are not, and why; disabled ones among them. */
  readonly refused: ReadonlyArray<{ readonly entry: ManagedPlugin; readonly error: PluginSystemError }>;
  readonly milliseconds: number;
}

interface Judged extends Candidate {
  readonly entry: ManagedPlugin;
}

/** Decides which plugins are to run beside those that do, and in which order: dependencies, conflicts, what the operator switched off, how many there may be. */
export class Selection {
  readonly #parts: SelectionParts;

  constructor(parts: SelectionParts) {
    this.#parts = parts;
  }

  /** Starts and stops nothing, but notes what was found: conflicts, warnings, who depends on whom. */
  async select(candidates: readonly ManagedPlugin[]): Promise<Selected> {
    const { options, roster, conflicts, preferences, events } = this.#parts;
    const began = performance.now();
    for (const entry of candidates) {
      roster.add(entry);
      entry.isDisabled = preferences.disabled.has(entry.name) && !entry.isCore;
    }
    const resolution = await this.#resolve(candidates, preferences.resolutions);
    const milliseconds = performance.now() - began;
    events.emit('phase', { plugin: undefined, path: undefined, phase: 'resolution', milliseconds, error: undefined });
    conflicts.replace(resolution.conflicts);
    for (const { entry, warning } of resolution.warnings) entry.entry.warn(warning);
    const needs = new Map(resolution.order.map(({ entry }) => [entry, new Set<string>()]));
    const knows = new Map(resolution.order.map(({ entry }) => [entry, new Set<string>()]));
    for (const { from, to, isRequired } of resolution.edges) {
      knows.get(from.entry)?.add(to.metadata.name);
      if (isRequired) needs.get(from.entry)?.add(to.metadata.name);
    }
    for (const [entry, names] of needs) entry.needs = names;
    for (const [entry, names] of knows) entry.knows = names;
    const order = resolution.order.map(({ entry }) => entry);
    const room = Math.max(0, options.maxPlugins - roster.running.length);
    return {
      order: order.slice(0, room),
      refused: [
        ...resolution.refused.map(({ entry: { entry }, error }) => ({ entry, error: this.#advised(error, entry) })),
        ...order.slice(room).map((entry) => ({ entry, error: this.#tooMany(entry) })),
      ],
      milliseconds,
    };
  }

  /** Those of `members` that could not run beside the others if it were decided so; nothing is noted. */
  async preview(
    members: readonly ManagedPlugin[],
    candidates: readonly ManagedPlugin[],
    decisions: ReadonlyMap<string, ConflictResolution>,
  ): Promise<ManagedPlugin[]> {
    const resolution = await this.#resolve(candidates, decisions, new Set(members));
    const runs = new Set(resolution.order.map(({ entry }) => entry));
    return members.filter((entry) => !runs.has(entry));
  }

  /** `open`: running ones that may be refused all the same. */
  async #resolve(
    candidates: readonly ManagedPlugin[],
    decisions: ReadonlyMap<string, ConflictResolution>,
    open: ReadonlySet<ManagedPlugin> = new Set(),
  ) {
    const { options, roster } = this.#parts;
    const judged = [...new Set([...roster.running, ...candidates])].map((entry): Judged => {
      const { metadata, path, isCore, isDisabled } = entry;
      return { entry, metadata, path, isCore, isDisabled, isRunning: entry.isRunning && !open.has(entry) };
    });
    // Imported here, as are the other parts of it: importing the package costs little that way.
    const { resolve } = await import('../resolution/resolve.js');
    const { apiVersion, conflictPolicy: policy } = options;
    return resolve(judged, { apiVersion, policy, decisions, failed: roster.failures(new Set(candidates)) });
  }

  /** What can be done about a conflict needs its id. */
  #advised(error: PluginSystemError, entry: ManagedPlugin): PluginSystemError {
    if (error.category !== 'conflict') return error;
    const conflict = this.#parts.conflicts.list().find(({ refused }) => refused.includes(entry.name));
    if (conflict !== undefined) {
      error.remedy = `Remove or disable one of them, or decide: manager.resolveConflict(${JSON.stringify(conflict.id)}, …).`;
    }
    return error;
  }

  #tooMany(entry: ManagedPlugin): PluginSystemError {
    const detail = `at most ${this.#parts.options.maxPlugins} plugins may run, and ${entry.name} would be one too many`;
    return new PluginSystemError('TooManyPlugins', detail, { plugin: entry.name, phase: 'registration' });
  }
}
