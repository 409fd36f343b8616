import { nearest, PluginSystemError, shown } from '../errors/index.js';
import { conflictOf, decide } from '../resolution/conflicts/decisions.js';
import type { PluginConflict } from '../resolution/index.js';
import type { Events } from './events.js';
import type { ManagedPlugin } from './managed-plugin.js';
import type { Preferences } from './preferences.js';

/** The conflicts that were found since the last start, by id. */
export class ConflictBook {
  readonly #conflicts = new Map<string, PluginConflict>();
  /** By id, what listeners were told last: the same is not told twice. */
  readonly #told = new Map<string, string>();
  readonly #events: Events;
  readonly #preferences: Preferences;

  constructor(events: Events, preferences: Preferences) {
    this.#events = events;
    this.#preferences = preferences;
  }

  list(): PluginConflict[] {
    return [...this.#conflicts.values()];
  }

  /**
   * @throws `ConflictNotFound`, with the nearest id
   */
  get(id: string): PluginConflict {
    const conflict = this.#conflicts.get(id);
    if (conflict !== undefined) return conflict;
    const near = nearest(id, [...this.#conflicts.keys()]);
    throw new PluginSystemError('ConflictNotFound', `there is no conflict ${shown(id)}`, {
      ...(near === undefined ? {} : { remedy: `Did you mean ${JSON.stringify(near)}?` }),
    });
  }

  /** Takes what the resolver found in the place of what it found before; conflicts over stages are found elsewhere, and stay. Tells of what is new or another now. */
  replace(found: readonly PluginConflict[]): void {
    for (const [id, { kind }] of this.#conflicts) if (kind !== 'stage') this.#conflicts.delete(id);
    for (const conflict of found) this.#add(conflict);
  }

  /** The plugins of a conflict over stages register them again: it will be found again, if it is there still. */
  forgetStages(entry: ManagedPlugin): void {
    for (const [id, { kind, plugins }] of this.#conflicts)
      if (kind === 'stage' && plugins.includes(entry.name)) this.#conflicts.delete(id);
  }

  #add(conflict: PluginConflict): void {
    this.#conflicts.set(conflict.id, Object.freeze(conflict));
    const told = JSON.stringify(conflict);
    if (this.#told.get(conflict.id) === told) return;
    this.#told.set(conflict.id, told);
    this.#events.emit('conflict', conflict);
  }

  clear(): void {
    this.#conflicts.clear();
    this.#told.clear();
  }

  /**
   * `later` wants namespaces of stages that belong to `owners`: which of them are to give way, and whether the later one does. Nobody gives way to one that cannot
   * have all it wants.
   */
  namespacesTaken(
    owners: readonly ManagedPlugin[],
    later: ManagedPlugin,
    detail: string,
  ): { evicted: readonly ManagedPlugin[]; laterGives: boolean } {
    const stakes = {
      kind: 'stage',
      isProtected: (entry: ManagedPlugin) => entry.isCore,
      isFixed: (entry: ManagedPlugin) => entry.isRunning,
    } as const;
    const cases = owners.map((owner) => {
      const id = `stage:${[owner.name, later.name].sort().join('+')}`;
      const members = [owner, later];
      const asked = { decisions: this.#preferences.resolutions, policy: 'prefer' } as const;
      return { id, owner, members, decision: decide(id, members, stakes, asked) };
    });
    const laterGives = cases.some(({ decision }) => decision.refused.includes(later));
    const evicted: ManagedPlugin[] = [];
    for (const { id, owner, members, decision } of cases) {
      const refused = laterGives && !decision.refused.includes(later) ? [later] : decision.refused;
      if (refused.includes(owner)) evicted.push(owner);
      this.#add(conflictOf({ id, kind: 'stage', detail }, members, { ...decision, refused }));
    }
    return { evicted, laterGives };
  }
}
