import { PluginSystemError } from '../errors/index.js';
import type { PluginMetadata } from '../plugin/index.js';

/** A plugin whose stages are known. */
export interface StageProvider {
  readonly metadata: PluginMetadata;
  readonly path: string | undefined;
  readonly stageIds: readonly string[];
}

/**
 * Those of `entries` that cannot be: a stage that they require is provided neither by one of `running` nor by another of `entries` that can be, or they do not
 * register a stage that they say they provide. Whoever requires a stage of a refused one is refused, too.
 */
export function unmetRequirements<Entry extends StageProvider>(
  entries: readonly Entry[],
  running: readonly StageProvider[],
): Map<Entry, PluginSystemError> {
  const refused = new Map<Entry, PluginSystemError>();
  const stages = new Set([...running, ...entries].flatMap((entry) => entry.stageIds));
  // A refused plugin takes its stages with it, so that others may be next.
  for (let before = -1; before !== refused.size; ) {
    before = refused.size;
    for (const entry of entries) {
      if (refused.has(entry)) continue;
      const error = unmet(entry, stages, entries, refused);
      if (error === undefined) continue;
      refused.set(entry, error);
      for (const id of entry.stageIds) stages.delete(id);
    }
  }
  return refused;
}

function unmet<Entry extends StageProvider>(
  { metadata, path, stageIds }: Entry,
  stages: ReadonlySet<string>,
  entries: readonly Entry[],
  refused: ReadonlyMap<Entry, PluginSystemError>,
): PluginSystemError | undefined {
  const place = { plugin: metadata.name, path, phase: 'stages' } as const;
  for (const { stage, required, provided } of metadata.requiredStages) {
    if (provided && !stageIds.includes(stage)) {
      const registered = stageIds.length === 0 ? 'none' : stageIds.join(', ');
      const detail = `${metadata.name} says that it provides stage ${stage}, and registers ${registered}`;
      const remedy = 'Report it to the author of the plugin, or run without it.';
      return new PluginSystemError('StageRequirementMissing', detail, { ...place, operation: stage, remedy });
    }
    if (provided || !required || stages.has(stage)) continue;
    const provider = entries.find((entry) => refused.has(entry) && entry.stageIds.includes(stage));
    const why =
      provider === undefined ? 'which no plugin provides' : `which ${provider.metadata.name} provides, which was refused`;
    return new PluginSystemError('StageRequirementMissing', `${metadata.name} requires stage ${stage}, ${why}`, {
      ...place,
      operation: stage,
      cause: provider === undefined ? undefined : refused.get(provider),
    });
  }
  return undefined;
}
