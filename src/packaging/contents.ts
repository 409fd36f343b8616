import type { PluginWarning } from '../plugin/index.js';
import type { ArchiveEntry } from './archive-entry.js';
import type { PluginDocument } from './document.js';
import type { FailedHere } from './probed.js';

/** What is to be packed of a plugin, besides what lies in its folder for people. */
export interface Contents {
  readonly document: PluginDocument;
  readonly entries: readonly ArchiveEntry[];
  /** Which of the platforms was opened in a process of its own. */
  readonly probed: string | null;
  /** What its init or preflight failed of in that process; null if both went well, or were not called. */
  readonly failedHere: FailedHere | null;
  readonly warnings: readonly PluginWarning[];
}
