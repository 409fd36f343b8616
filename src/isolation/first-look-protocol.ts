import type { Phase, SerializedError } from '../errors/index.js';
import type { JsonValue, LedgerEntry, PluginMetadata, PluginWarning } from '../plugin/index.js';

/*
 * Between a process and its first look: the request is one line of JSON on the child's stdin; the child answers on descriptor 3 with one line for each step before it
 * begins, and one for the verdict: the nonce of the request, a blank, and JSON. Every line also begins with a line feed, so that something else written to the descriptor
 * cannot swallow it.
 */

/** The descriptor on which the child reports. */
export const REPORT_DESCRIPTOR = 3;

/** What the child is to look at. */
export interface FirstLookRequest {
  readonly path: string;
  /** Of the file that was checked: another one is not opened. */
  readonly sha256: string;
  readonly app: string;
  readonly apiVersion: string;
  readonly configDirectory: string;
  /** Options of the plugin; absent: those of `configs` under its name. */
  readonly config?: Readonly<Record<string, JsonValue>>;
  readonly configs: Readonly<Record<string, Readonly<Record<string, JsonValue>>>>;
  readonly init: boolean;
  /** When the system is to end the child, if its parent has not: whole seconds. */
  readonly alarmSeconds: number;
  /** Made for this look alone: with it begins what the child reports. The plugin is not told. */
  readonly nonce: string;
}

/** Steps of a look in order, with the phase of each, and how an error speaks of it. A library is opened and entered, a module imported. */
export const LOOK_STEPS = {
  check: { phase: 'loading', spoken: 'the check of the file' },
  open: { phase: 'loading', spoken: 'the opening of the library, when its constructors run' },
  import: { phase: 'loading', spoken: 'the import of the module' },
  entry: { phase: 'loading', spoken: '_plugin_init' },
  metadata: { phase: 'metadata', spoken: 'the reading of its metadata' },
  register_stages: { phase: 'stages', spoken: 'register_stages' },
  init: { phase: 'init', spoken: 'init' },
  preflight_check: { phase: 'preflight', spoken: 'preflight_check' },
  shutdown: { phase: 'shutdown', spoken: 'shutdown' },
  destroy: { phase: 'unloading', spoken: 'destroy' },
  exit: { phase: 'unloading', spoken: 'the exit of its process' },
} as const satisfies Record<string, { phase: Phase; spoken: string }>;

export type LookStep = keyof typeof LOOK_STEPS;

/** The steps of a look that goes well, in order. `opening`: those between the check and the metadata, by the kind of the plugin. */
export function wantedSteps(opening: readonly LookStep[], init: boolean): readonly LookStep[] {
  const life: readonly LookStep[] = init ? ['init', 'preflight_check', 'shutdown'] : [];
  return ['check', ...opening, 'metadata', 'register_stages', ...life, 'destroy', 'exit'];
}

/** A step begins. */
export interface StepLine {
  readonly step: LookStep;
  /** Clock of the child, milliseconds. */
  readonly at: number;
  /** Name of the plugin, once its metadata was read. */
  readonly plugin?: string | undefined;
}

/** A stage as the plugin registered it. */
export interface StageSummary {
  readonly id: string;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  /** Declared to return at once. */
  readonly quick: boolean;
}

/** What the child found; absent fields were not reached. */
export interface Verdict {
  readonly metadata?: PluginMetadata | undefined;
  readonly stages: readonly StageSummary[];
  readonly warnings: readonly PluginWarning[];
  /** Of a plugin that could not be opened: only what does not balance. */
  readonly ledger: readonly LedgerEntry[];
  /** The first failure; what had been begun was still undone. */
  readonly error?: SerializedError | undefined;
}

export interface VerdictLine {
  /** What was read; whether it is a Verdict is for the reader to see. */
  readonly verdict: unknown;
}

/** A line that the child reported, or undefined if it is none of this look. */
export function parseReportLine(line: string, nonce: string): StepLine | VerdictLine | undefined {
  if (!line.startsWith(`${nonce} `)) return undefined;
  let parsed: { readonly [Name in keyof (StepLine & VerdictLine)]?: unknown } | null;
  try {
    parsed = JSON.parse(line.slice(nonce.length + 1));
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  if (Object.hasOwn(parsed, 'verdict')) return { verdict: parsed.verdict };
  const { step, at, plugin } = parsed;
  const isStep = typeof step === 'string' && Object.hasOwn(LOOK_STEPS, step) && Number.isFinite(at);
  return isStep && (plugin === undefined || typeof plugin === 'string') ? (parsed as StepLine) : undefined;
}
