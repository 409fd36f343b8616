import { PluginSystemError } from '../errors/index.js';
import { loadOrder } from './load-order.js';
import type { Candidate, Resolution, ResolutionOptions } from './types.js';
export function resolve<Entry extends Candidate>(entries: readonly Entry[], _options: ResolutionOptions): Resolution<Entry> {
  const first = new Map<string, Entry>();
  const refused: Array<{ entry: Entry; error: PluginSystemError }> = [];
  for (const entry of entries) {
    const other = first.get(entry.metadata.name);
    if (entry.isDisabled)
      refused.push({
        entry,
        error: new PluginSystemError('PluginDisabled', 'it is disabled', { plugin: entry.metadata.name, phase: 'resolution' }),
      });
    else if (other === undefined) first.set(entry.metadata.name, entry);
    else
      refused.push({
        entry,
        error: new PluginSystemError(
          'PluginDuplicate',
          `the name ${entry.metadata.name} is taken by ${other.path ?? 'a TypeScript plugin'}`,
          {
            plugin: entry.metadata.name,
            path: entry.path,
            phase: 'registration',
          },
        ),
      });
  }
  const unique = [...first.values()];
  const running = unique.filter((e) => e.isRunning);
  const { order, failed } = loadOrder(
    unique.filter((e) => !e.isRunning),
    new Set(running.map((e) => e.metadata.name)),
  );
  const all = new Map([...running, ...order].map((e) => [e.metadata.name, e]));
  return {
    order,
    refused: [...refused, ...failed],
    warnings: [],
    conflicts: [],
    edges: order.flatMap((from) =>
      from.metadata.dependencies.flatMap(({ name, required }) => {
        const to = all.get(name);
        return to === undefined ? [] : [{ from, to, isRequired: required }];
      }),
    ),
  };
}
