import { nearest, PluginSystemError } from '../errors/index.js';
import type { ConflictResolution, PluginConflict } from '../resolution/index.js';
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
    const near = nearest(String(id), [...this.#conflicts.keys()]);
    throw new PluginSystemError('ConflictNotFound', `there is no conflict ${JSON.stringify(id)}`, {
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
   * `later` wants namespaces of stages that belong to `owners`: which of them are to give way, and whether the later one does. Two plugins with one namespace
   * cannot both run, so that `allow` is taken as `prefer`; a core plugin and one that runs stay; nobody gives way to one that cannot have all it wants.
   */
  namespacesTaken(
    owners: readonly ManagedPlugin[],
    later: ManagedPlugin,
    detail: string,
  ): { evicted: readonly ManagedPlugin[]; laterGives: boolean } {
    const cases = owners.map((owner) => {
      const plugins = [owner.name, later.name];
      const id = `stage:${[...plugins].sort().join('+')}`;
      const decided = this.#preferences.resolutions.get(id);
      const isNamed = typeof decided === 'object' && plugins.includes(decided.disable);
      const resolution: ConflictResolution = decided === 'refuse' || isNamed ? (decided as ConflictResolution) : 'prefer';
      const isFixed = owner.isCore || owner.isRunning;
      const isToGo = typeof resolution === 'object' && resolution.disable === owner.name;
      return { owner, plugins, id, decided, resolution, isFixed, isToGo };
    });
    const laterGives = cases.some(({ isFixed, isToGo }) => isFixed || !isToGo);
    const evicted: ManagedPlugin[] = [];
    for (const { owner, plugins, id, decided, resolution, isFixed, isToGo } of cases) {
      const ownerGives = !isFixed && (resolution === 'refuse' || (isToGo && !laterGives));
      if (ownerGives) evicted.push(owner);
      const conflict: PluginConflict = {
        id,
        kind: 'stage',
        severity: 'fatal',
        plugins,
        paths: [owner.path, later.path],
        detail,
        resolution,
        isDecided: decided !== undefined && decided === resolution,
        refused: [...(ownerGives ? [owner.name] : []), ...(laterGives ? [later.name] : [])],
      };
      this.#add(conflict);
    }
    return { evicted, laterGives };
  }
}
