import { PluginSystemError, shown } from '../errors/index.js';
import type { RegisteredStage, StageTable } from './stage-table.js';

/** The stages of the plugins that run, as an application sees them: a view, which changes with what is loaded. */
export class StageRegistry {
  readonly #table: StageTable;

  constructor(table: StageTable) {
    this.#table = table;
  }

  has(id: string): boolean {
    return this.#table.has(id);
  }

  /**
   * @throws `StageNotFound`, with the nearest id that exists
   */
  get(id: string): RegisteredStage {
    if (typeof id !== 'string')
      throw new PluginSystemError('StageNotFound', `no stage has the id ${shown(id)}; a text was wanted`);
    return this.#table.get(id);
  }

  /** All stages, in the order in which they were published. */
  list(): RegisteredStage[] {
    return this.#table.list();
  }

  /** Ids of the stages of one plugin. */
  of(plugin: string): string[] {
    return this.#table.of(plugin);
  }
}
