import { probe } from '../core/index.js';
import { PluginSystemError } from '../errors/index.js';
import type { StageSummary } from '../isolation/index.js';
import type { PluginMetadata, PluginWarning } from '../plugin/index.js';
import type { Target } from './library-check.js';

/** What a plugin said of itself in a process of its own. */
export interface Asked {
  readonly metadata: PluginMetadata;
  readonly stages: readonly StageSummary[];
  readonly warnings: readonly PluginWarning[];
}

export interface ProbeLimits {
  /** Default: that of `probe`. */
  readonly timeoutMs?: number | undefined;
  readonly signal: AbortSignal;
}

/** Whether this process can run what is built for `target`. */
export const runsHere = ({ platform, arch }: Target) => platform === process.platform && arch === process.arch;

/**
 * Opens a checked library, or a module, in a process of its own, up to its stages.
 * @throws what the probe found; `Cancelled`
 */
export async function ask(path: string, { timeoutMs, signal }: ProbeLimits): Promise<Asked> {
  const { error, metadata, stages, warnings } = await probe(path, { timeoutMs, signal });
  if (error !== undefined) throw error;
  if (metadata === undefined) {
    throw new PluginSystemError('Internal', 'the probe found nothing wrong, and no metadata', { path, operation: 'probe' });
  }
  return { metadata, stages, warnings };
}
