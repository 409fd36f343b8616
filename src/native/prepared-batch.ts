import { PluginSystemError } from '../errors/index.js';
import type { Stage } from '../plugin/index.js';
import type { GuardedPlugin } from '../safety/index.js';
import { NativeStage } from './native-stage.js';

/** What is the same each time the same stages run. */
export interface PreparedBatch {
  readonly stages: readonly NativeStage[];
  readonly handles: BigUint64Array;
  readonly plugins: readonly GuardedPlugin[];
  readonly quick: boolean;
}

export function prepareBatch(stages: readonly Stage[]): PreparedBatch {
  const native = stages.map((stage) => {
    if (!(stage instanceof NativeStage)) throw new PluginSystemError('Internal', `${stage.id} is no native stage`);
    return stage;
  });
  return {
    stages: native,
    handles: BigUint64Array.from(native, (stage) => stage.handle),
    plugins: [...new Set(native.map((stage) => stage.plugin))],
    quick: native.every((stage) => stage.quick),
  };
}

export function allFree(batch: PreparedBatch): boolean {
  for (const plugin of batch.plugins) if (!plugin.gate.free) return false;
  return true;
}

export function enterAll(batch: PreparedBatch): void {
  let entered = 0;
  try {
    for (const plugin of batch.plugins) {
      plugin.gate.enter(batch.stages[0]?.id ?? 'stage', false);
      entered++;
    }
  } catch (error) {
    for (const plugin of batch.plugins.slice(0, entered)) plugin.gate.leave();
    const plugin = batch.plugins[entered];
    throw PluginSystemError.from(error, 'Internal', { plugin: plugin?.name, path: plugin?.path });
  }
}

export function leaveAll(batch: PreparedBatch): void {
  for (const plugin of batch.plugins) plugin.gate.leave();
}
