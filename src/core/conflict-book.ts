import { nearest, PluginSystemError } from '../errors/index.js';
import type { ConflictResolution, PluginConflict } from '../resolution/index.js';
import type { Events } from './events.js';
import type { ManagedPlugin } from './managed-plugin.js';
import type { Preferences } from './preferences.js';

/** The conflicts that were found since the last start, by id. */
export class ConflictBook {
  readonly #conflicts = new Map<string, PluginConflict>();
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

  add(conflict: PluginConflict): void {
    this.#conflicts.set(conflict.id, Object.freeze(conflict));
    this.#events.emit('conflict', conflict);
  }

  delete(id: string): void {
    this.#conflicts.delete(id);
  }

  clear(): void {
    this.#conflicts.clear();
  }

  /**
   * `later` wants a namespace of stages that belongs to `owner`: whether the owner is to give way, and whether the later one does. Two plugins with one
   * namespace cannot both run, so that `allow` is taken as `prefer`; a core plugin and one that runs stay.
   */
  namespaceTaken(owner: ManagedPlugin, later: ManagedPlugin, detail: string): { owner: boolean; later: boolean } {
    const plugins = [owner.name, later.name];
    const id = `stage:${[...plugins].sort().join('+')}`;
    const decided = this.#preferences.resolutions.get(id);
    const resolution: ConflictResolution = decided ?? 'prefer';
    const isFixed = owner.isCore || owner.isRunning;
    const named = typeof resolution === 'object' ? resolution.disable : undefined;
    const ownerGives = !isFixed && (resolution === 'refuse' || named === owner.name);
    const laterGives = !ownerGives || resolution === 'refuse';
    this.add({
      id,
      kind: 'stage',
      severity: 'fatal',
      plugins,
      paths: [owner.path, later.path],
      detail,
      resolution,
      isDecided: decided !== undefined,
      refused: [...(ownerGives ? [owner.name] : []), ...(laterGives ? [later.name] : [])],
    });
    return { owner: ownerGives, later: laterGives };
  }
}
