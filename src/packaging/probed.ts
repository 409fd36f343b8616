import type { RecordSummary, StageSummary } from '../isolation/index.js';
import { probe } from '../isolation/probe.js';
import type { PluginMetadata, PluginWarning } from '../plugin/index.js';
import type { Target } from './library-check.js';

/** What a plugin said of itself in a process of its own. */
export interface Asked {
  readonly metadata: PluginMetadata;
  readonly stages: readonly StageSummary[];
  readonly record: RecordSummary;
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
 * Opens a checked library in a process of its own, up to its stages.
 * @throws what the probe found; `Cancelled`
 */
export async function ask(path: string, { timeoutMs, signal }: ProbeLimits): Promise<Asked> {
  const report = await probe(path, { timeoutMs, signal });
  if (report.error !== undefined) throw report.error;
  const { metadata, record, stages, warnings } = report as Asked;
  return { metadata, record, stages, warnings };
}
