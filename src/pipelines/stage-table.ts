import { STAGE_ID_PATTERN } from '../abi/index.js';
import { nearest, PluginSystemError } from '../errors/index.js';
import type { Stage, StageRequirement } from '../plugin/index.js';

/** A stage of another plugin that a plugin needs to have run before its own. */
export interface StageNeed {
  readonly stage: string;
  readonly required: boolean;
}

/** A stage that is known, with the plugin that provides it. */
export interface RegisteredStage {
  readonly stage: Stage;
  readonly plugin: string;
  /** What its plugin requires and does not provide itself. */
  readonly requires: readonly StageNeed[];
}

/** The pipeline that wants a stage, for errors. */
export interface Wanting {
  readonly pipeline: string;
  /** The file that defines it. */
  readonly path?: string | undefined;
}

interface Reserved {
  readonly stages: readonly Stage[];
  readonly requires: readonly StageNeed[];
}

/**
 * The stages of all plugins, by id. A namespace belongs to the plugin that uses it first, until it is gone. Stages are reserved when a plugin
 * registers them, and can be found and run once they are published, when it runs.
 */
export class StageTable {
  readonly #reserved = new Map<string, Reserved>();
  readonly #published = new Map<string, readonly Stage[]>();
  readonly #stages = new Map<string, RegisteredStage>();
  readonly #namespaces = new Map<string, string>();
  /** Plugin by stage id, of all that was ever reserved: who has a stage that cannot be found. */
  readonly #everReserved = new Map<string, string>();
  #version = 0;

  /** Grows with every change. */
  get version(): number {
    return this.#version;
  }

  /**
   * Reserves all stages of a plugin with their namespaces, or none. `requirements`: those of the plugin.
   * @throws `StageInvalid` (id, or twice in one plugin), `NamespaceTaken`
   */
  reserve(plugin: string, stages: readonly Stage[], requirements: readonly StageRequirement[] = []): void {
    const seen = new Set<string>();
    for (const { id } of stages) {
      const place = { plugin, phase: 'stages', operation: id } as const;
      if (!STAGE_ID_PATTERN.test(id))
        throw new PluginSystemError('StageInvalid', `${JSON.stringify(id)} is no stage id; namespace:stage was wanted`, place);
      if (seen.has(id)) throw new PluginSystemError('StageInvalid', `the plugin registers stage ${id} twice`, place);
      seen.add(id);
      const owner = this.#namespaces.get(namespaceOf(id));
      if (owner !== undefined && owner !== plugin) {
        throw new PluginSystemError(
          'NamespaceTaken',
          `stage ${id}: the namespace ${namespaceOf(id)} belongs to plugin ${owner}`,
          place,
        );
      }
    }
    for (const { id } of stages) {
      this.#namespaces.set(namespaceOf(id), plugin);
      this.#everReserved.set(id, plugin);
    }
    const needs = requirements.filter((requirement) => !requirement.provided);
    const requires = Object.freeze(needs.map(({ stage, required }) => Object.freeze({ stage, required })));
    this.#reserved.set(plugin, { stages, requires });
  }

  /** The plugin runs: its reserved stages can be found. */
  publish(plugin: string): void {
    const { stages, requires } = this.#reserved.get(plugin) ?? { stages: [], requires: [] };
    for (const stage of stages) this.#stages.set(stage.id, Object.freeze({ stage, plugin, requires }));
    this.#published.set(plugin, stages);
    this.#reserved.delete(plugin);
    this.#version++;
  }

  /** Removes all stages of a plugin, reserved or published; its namespaces are free again. */
  remove(plugin: string): void {
    for (const { id } of this.#published.get(plugin) ?? []) {
      this.#stages.delete(id);
      this.#namespaces.delete(namespaceOf(id));
    }
    for (const { id } of this.#reserved.get(plugin)?.stages ?? []) this.#namespaces.delete(namespaceOf(id));
    this.#published.delete(plugin);
    this.#reserved.delete(plugin);
    this.#version++;
  }

  /** The plugin that the namespace of a stage id belongs to. */
  ownerOf(id: string): string | undefined {
    return this.#namespaces.get(namespaceOf(id));
  }

  has(id: string): boolean {
    return this.#stages.has(id);
  }

  /**
   * @throws `StageNotFound`, with the plugin that has the stage and does not run, or the nearest id that exists
   */
  get(id: string, wanting?: Wanting): RegisteredStage {
    const found = this.#stages.get(id);
    if (found !== undefined) return found;
    const { absence, remedy } = this.absenceOf(id);
    const near = remedy === undefined ? nearest(id, [...this.#stages.keys()]) : undefined;
    const prefix = wanting === undefined ? '' : `pipeline ${JSON.stringify(wanting.pipeline)}: `;
    throw new PluginSystemError('StageNotFound', `${prefix}no running plugin provides stage ${JSON.stringify(id)}${absence}`, {
      path: wanting?.path,
      phase: 'operation',
      operation: id,
      remedy: near === undefined ? remedy : `Did you mean ${JSON.stringify(near)}?`,
    });
  }

  /** Why a stage cannot be found, as the end of a sentence, and what to do, as far as it is known who has it. */
  absenceOf(id: string): { readonly absence: string; readonly remedy: string | undefined } {
    const plugin = this.#everReserved.get(id);
    if (plugin === undefined) return { absence: '', remedy: undefined };
    return {
      absence: `: plugin ${plugin}, which has it, does not run`,
      remedy: `manager.why('${plugin}') says why, unless it was unloaded.`,
    };
  }

  /** All stages, in the order in which they were registered. */
  list(): RegisteredStage[] {
    return [...this.#stages.values()];
  }

  /** Ids of the stages of one plugin. */
  of(plugin: string): string[] {
    return this.list()
      .filter((entry) => entry.plugin === plugin)
      .map((entry) => entry.stage.id);
  }
}

function namespaceOf(id: string): string {
  return id.slice(0, id.indexOf(':'));
}
