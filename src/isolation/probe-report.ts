import type { Phase, PluginSystemError } from '../errors/index.js';
import type { LedgerEntry, PluginMetadata, PluginWarning } from '../plugin/index.js';
import type { LookStep, StageSummary } from './first-look-protocol.js';

/** What the record in the file says, without what is repeated in the metadata. */
export interface RecordSummary {
  /** `1.0` */
  readonly abi: string;
  readonly language: string;
  readonly threads: 'one' | 'safe';
  readonly headerVersion: string;
  readonly manifest: Readonly<Record<string, unknown>>;
}

export interface ProbeStep {
  readonly step: LookStep;
  readonly phase: Phase;
  readonly milliseconds: number;
}

/** What a probe found. Fields that it did not come to are absent or empty. */
export interface ProbeReport {
  readonly path: string;
  /** It went through all steps, each as the contract wants it. */
  readonly ok: boolean;
  /** Lower-case hex, of the file. */
  readonly sha256?: string | undefined;
  readonly metadata?: PluginMetadata | undefined;
  readonly stages: readonly StageSummary[];
  /** Absent if the plugin carries no record. */
  readonly record?: RecordSummary | undefined;
  /** Of the plugin, and `CrashAtExit` or `HungAtExit` if its process did not end well after all was done. */
  readonly warnings: readonly PluginWarning[];
  /** What was taken from the plugin and given back, after it was destroyed. */
  readonly ledger: readonly LedgerEntry[];
  /** The part of the ledger that does not balance. */
  readonly difference: readonly LedgerEntry[];
  /** That were begun, in order. */
  readonly steps: readonly ProbeStep[];
  readonly error?: PluginSystemError | undefined;
  /** How the child process ended; both null if none was started, because the file itself was refused. */
  readonly exit: { readonly code: number | null; readonly signal: NodeJS.Signals | null };
  /** The last 4 KiB of what the plugin printed. */
  readonly stdout: string;
  readonly stderr: string;
}
