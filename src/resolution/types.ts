import type { PluginSystemError } from '../errors/index.js';
import type { PluginMetadata, PluginWarning } from '../plugin/index.js';

/** One plugin, in one version, that may be chosen to run. Several may have one name. */
export interface Candidate {
  readonly metadata: PluginMetadata;
  /** Absolute path of its file; absent for a TypeScript plugin. */
  readonly path?: string | undefined;
  /** It is part of the application, and says so itself: it loads first, is preferred, and cannot be disabled. */
  readonly isCore: boolean;
  /** The operator switched it off. */
  readonly isDisabled?: boolean;
  /** It runs already: it is chosen whatever comes. */
  readonly isRunning?: boolean;
}

/**
 * Why two plugins, or more, cannot run together. `duplicate`: one name; `exclusion`: `conflicts_with`; `incompatible`: `incompatible_with` with a range;
 * `version`: no version of a third plugin suits all of them; `resource`: uses that exclude each other; `stage`: one namespace of stages.
 */
export type ConflictKind = 'duplicate' | 'exclusion' | 'incompatible' | 'version' | 'resource' | 'stage';

/**
 * What is done about a conflict: `refuse` all of them, `prefer` the one that loads first, `allow` all with a warning. A core plugin gives way only to another core
 * plugin that loads before it; one that runs already is never refused. `conflicts/decisions.ts` has the rules.
 */
export type ConflictPolicy = 'refuse' | 'prefer' | 'allow';

/** What the operator decided about one conflict. `disable` names the plugin that gives way, by name, or by path where two have one name. */
export type ConflictResolution = ConflictPolicy | { readonly disable: string };

/** A conflict that was found, with what was done about it. */
export interface PluginConflict {
  /** The same on every run: `exclusion:a+b`. */
  readonly id: string;
  readonly kind: ConflictKind;
  /** `fatal`: they cannot run together whatever the policy, so that `allow` is taken as `prefer` (duplicate, version, stage). `error`: an author says so. */
  readonly severity: 'fatal' | 'error';
  /** Names, the one that loads first before the others. */
  readonly plugins: readonly string[];
  /** Paths of the same, in the same order; undefined for a TypeScript plugin. */
  readonly paths: ReadonlyArray<string | undefined>;
  /** One sentence: who says what about whom. */
  readonly detail: string;
  readonly resolution: ConflictResolution;
  /** Whether the operator decided it, rather than the default policy. */
  readonly isDecided: boolean;
  /** Names of those that gave way; empty where it is allowed. */
  readonly refused: readonly string[];
}

export interface ResolutionOptions {
  /** Version of the plugin API that the application offers. */
  readonly apiVersion: string;
  /** For conflicts of kind exclusion, incompatible, version and resource; of two with one name, or one namespace, one is preferred by default. */
  readonly policy: ConflictPolicy;
  /** What was decided, by id of the conflict. */
  readonly decisions: ReadonlyMap<string, ConflictResolution>;
  /** Plugins that are known by name and failed before there was metadata of them: their dependents are told so. */
  readonly failed?: ReadonlyMap<string, PluginSystemError>;
}

/** Why one plugin is started before another. */
export interface Edge<Entry extends Candidate> {
  readonly from: Entry;
  /** What `from` depends on; it is started before `from` and stopped after it. */
  readonly to: Entry;
  readonly isRequired: boolean;
}

export interface Resolution<Entry extends Candidate> {
  /** Those to be started: dependencies before dependents; where free, core, then priority (band, value), then name. The same on every run. */
  readonly order: readonly Entry[];
  readonly refused: ReadonlyArray<{ readonly entry: Entry; readonly error: PluginSystemError }>;
  readonly warnings: ReadonlyArray<{ readonly entry: Entry; readonly warning: PluginWarning }>;
  readonly conflicts: readonly PluginConflict[];
  /** Among those of `order` and those that run; optional dependencies that close a circle are left out. */
  readonly edges: ReadonlyArray<Edge<Entry>>;
}
