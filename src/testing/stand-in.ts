import { definePlugin, type PluginDefinition } from '../core/index.js';
import type { Plugin, StageContext } from '../plugin/index.js';

/** What a stand-in is and does; `stages` are functions by id. */
export type StandInDefinition = Omit<PluginDefinition, 'name' | 'version' | 'stages'> & {
  /** Default `1.0.0`. */
  readonly version?: string | undefined;
  readonly stages?: Readonly<Record<string, (context: StageContext) => void | Promise<void>>> | undefined;
};

/**
 * A TypeScript plugin in the place of another that the one under test depends on: with its name and version, the stages and services that are needed of it, and failures
 * where a test wants them.
 * @throws as `definePlugin`
 */
export function standIn(name: string, { version = '1.0.0', stages = {}, ...more }: StandInDefinition = {}): Plugin {
  return definePlugin({
    ...more,
    name,
    version,
    stages: Object.entries(stages).map(([id, execute]) => ({ id, execute })),
  });
}
