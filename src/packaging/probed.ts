import { probe } from '../core/index.js';
import { type ErrorCode, PluginSystemError } from '../errors/index.js';
import type { StageSummary } from '../isolation/index.js';
import type { PluginMetadata, PluginWarning } from '../plugin/index.js';
import type { Target } from './library-check.js';

/** What a plugin said of itself in a process of its own. */
export interface Asked {
  readonly metadata: PluginMetadata;
  readonly stages: readonly StageSummary[];
  readonly warnings: readonly PluginWarning[];
  /** Null: it went all the way. */
  readonly failedHere: FailedHere | null;
}

/** What a plugin said no with, on this machine. */
export interface FailedHere {
  readonly where: 'init' | 'preflight';
  readonly message: string;
}

export interface ProbeLimits {
  /** Default: that of `probe`. */
  readonly timeoutMs?: number | undefined;
  readonly signal: AbortSignal;
}

/** Whether this process can run what is built for `target`. */
export const runsHere = ({ platform, arch }: Target) => platform === process.platform && arch === process.arch;

/** What a plugin may fail of on one machine and not on another: it wants options, files or hardware. */
const OF_THIS_MACHINE: readonly ErrorCode[] = ['InitFailed', 'PreflightCheckFailed'];

/**
 * Takes a checked library, or a module, through its life in a process of its own. That it says no in init or in preflight is told in the result.
 * @throws what the probe found besides that, with a remedy for the author of the plugin; `Cancelled`
 */
export async function ask(path: string, { timeoutMs, signal }: ProbeLimits): Promise<Asked> {
  const { error, metadata, stages, warnings, difference } = await probe(path, { timeoutMs, signal, init: true });
  const saidNo = error !== undefined && OF_THIS_MACHINE.includes(error.code) && difference.length === 0 ? error : undefined;
  if (error !== undefined && error !== saidNo) throw forAuthor(error);
  if (metadata === undefined) {
    throw new PluginSystemError('Internal', 'the probe found nothing wrong, and no metadata', { path, operation: 'probe' });
  }
  if (saidNo === undefined) return { metadata, stages, warnings, failedHere: null };
  const { code, detail } = saidNo;
  const where = code === 'InitFailed' ? 'init' : 'preflight';
  const message = `its ${where} failed here: ${detail}; that is right if it needs options, files or hardware that are not here`;
  return { metadata, stages, warnings: [...warnings, { code, message }], failedHere: { where, message: detail } };
}

/** What errors advise the users of a plugin to do is of no use to its author. */
function forAuthor(error: PluginSystemError): PluginSystemError {
  if (!/\bauthor\b/.test(error.remedy)) return error;
  error.remedy = REMEDIES[error.code] ?? `Mend it in the source; docs/errors.md tells more of ${error.code}.`;
  return error;
}

const DEBUG = 'docs/authors/debugging.md tells how to run it under a debugger';

const REMEDIES: Partial<Record<ErrorCode, string>> = {
  FirstLookCrashed: `Mend it in the source; ${DEBUG}.`,
  FirstLookHung: `Allow more time if it is just slow (--timeout); otherwise mend it in the source: ${DEBUG}.`,
  EntryReturnedNull: 'Mend it in the source; export mortise.error/1, so that the reason is shown.',
};
