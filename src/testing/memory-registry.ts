import { checkPlugin } from '../core/define-plugin.js';
import { StageRegistry, StageTable } from '../pipelines/index.js';
import type { Plugin } from '../plugin/index.js';

/**
 * The stages of TypeScript plugins, as a manager would register them; nothing of the plugins is started.
 * @throws `InvalidOption` (no plugin), `StageInvalid` (an id that is none, or twice in one plugin), `NamespaceTaken`; what `registerStages` throws
 */
export async function memoryRegistry(...plugins: readonly Plugin[]): Promise<StageRegistry> {
  const table = new StageTable();
  for (const plugin of plugins) {
    checkPlugin(plugin, 'memoryRegistry takes plugins');
    const { name, requiredStages } = plugin.metadata;
    table.reserve(name, await plugin.registerStages(), requiredStages);
    table.publish(name);
  }
  return new StageRegistry(table);
}
