import { PluginSystemError } from '../errors/index.js';
import type { BringUp } from './bring-up.js';
import type { ConflictBook } from './conflict-book.js';
import type { Events } from './events.js';
import type { ManagedPlugin } from './managed-plugin.js';
import type { ResolvedOptions } from './options.js';
import type { Preferences } from './preferences.js';
import type { FailedPlugin } from './report.js';
import type { Roster } from './roster.js';

export interface SelectionParts {
  readonly options: ResolvedOptions;
  readonly roster: Roster;
  readonly conflicts: ConflictBook;
  readonly preferences: Preferences;
  readonly events: Events;
  readonly bringUp: BringUp;
}

/** What a selection came to. */
export interface Selected {
  /** Those to be started, dependencies first. */
  readonly order: readonly ManagedPlugin[];
  readonly milliseconds: number;
}

/** Decides which plugins are to run beside those that do, and in which order: dependencies, conflicts, what the operator switched off, how many there may be. */
export class Selection {
  readonly #parts: SelectionParts;

  constructor(parts: SelectionParts) {
    this.#parts = parts;
  }

  /** Those that are not to run are destroyed and noted in `failed`, unless they are merely disabled. `unopened`: plugins known by name alone, since they could not be opened. */
  async select(
    candidates: readonly ManagedPlugin[],
    failed: FailedPlugin[],
    unopened: ReadonlyMap<string, PluginSystemError> = new Map(),
  ): Promise<Selected> {
    const { options, roster, conflicts, preferences, events, bringUp } = this.#parts;
    const began = performance.now();
    for (const entry of candidates) {
      roster.add(entry);
      entry.isDisabled = preferences.disabled.has(entry.name) && !entry.isCore;
    }
    // Imported here, as are the other parts of it: importing the package costs little that way.
    const { resolve } = await import('../resolution/resolve.js');
    const resolution = resolve([...roster.running, ...candidates], {
      apiVersion: options.apiVersion,
      policy: options.conflictPolicy,
      decisions: preferences.resolutions,
      failed: unopened,
    });
    const milliseconds = performance.now() - began;
    events.emit('phase', { plugin: undefined, path: undefined, phase: 'resolution', milliseconds, error: undefined });
    const registering = performance.now();
    for (const conflict of resolution.conflicts) conflicts.add(conflict);
    for (const { entry, warning } of resolution.warnings) entry.warn(warning);
    const needs = new Map<ManagedPlugin, { needs: Set<string>; knows: Set<string> }>();
    for (const { from, to, isRequired } of resolution.edges) {
      const sets = needs.get(from) ?? { needs: new Set(), knows: new Set() };
      needs.set(from, sets);
      sets.knows.add(to.name);
      if (isRequired) sets.needs.add(to.name);
    }
    for (const entry of resolution.order) Object.assign(entry, needs.get(entry) ?? { needs: new Set(), knows: new Set() });
    for (const { entry, error } of resolution.refused) {
      entry.note('resolution', 0, error);
      if (error.code !== 'PluginDisabled') await bringUp.refuse(entry, error, failed);
      else {
        await entry.stop('rollback');
        entry.disable(error.within({ path: entry.path }));
      }
    }
    const room = Math.max(0, options.maxPlugins - roster.running.length);
    const order = resolution.order.slice(0, room);
    for (const entry of resolution.order.slice(room)) await bringUp.refuse(entry, this.#tooMany(entry), failed);
    const each = (performance.now() - registering) / Math.max(1, order.length);
    for (const entry of order) entry.note('registration', each);
    return { order, milliseconds };
  }

  #tooMany(entry: ManagedPlugin): PluginSystemError {
    const detail = `at most ${this.#parts.options.maxPlugins} plugins may run, and ${entry.name} would be one too many`;
    return new PluginSystemError('TooManyPlugins', detail, { plugin: entry.name, phase: 'registration' });
  }
}
