import type { PluginSystemError, WarningCode } from '../errors/index.js';
import type { Logger } from './logger.js';
import type { Stage, StageContext } from './stage.js';
import type { JsonValue } from './value.js';

/** Categories of the load order, first to last; bands of values: 0–10, 11–50, 51–100, 101–150, 151–200, 201–255. */
export type PriorityCategory = 'kernel' | 'core_critical' | 'core' | 'third_party_high' | 'third_party' | 'third_party_low';

/** Lower values load first, after dependencies. */
export interface Priority {
  readonly category: PriorityCategory;
  /** 0–255. */
  readonly value: number;
}

export interface PluginDependency {
  readonly name: string;
  /** Version range as written by the author; undefined accepts any. */
  readonly range?: string | undefined;
  readonly required: boolean;
}

export interface StageRequirement {
  readonly stage: string;
  readonly required: boolean;
  /** The plugin registers that stage itself. */
  readonly provided: boolean;
}

/** How a plugin uses a resource outside itself; see `mortise/ext/resources.h` for what excludes what. */
export type ResourceAccess = 'shared_read' | 'shared_write' | 'exclusive_write' | 'provides_unique';

/** Something outside itself that a plugin uses while it runs. */
export interface ResourceUse {
  /** `file`, `port`, `device`, …: an open list. */
  readonly type: string;
  /** Compared character by character within a type. */
  readonly identifier: string;
  readonly access: ResourceAccess;
}

/** Grammar of the ranges of a plugin: npm's, or, in a compiled one without a record, Cargo's, where a bare `1.2.3` means `^1.2.3`. */
export type RangeSyntax = 'npm' | 'cargo';

/** What a plugin says of itself; read once, frozen. */
export interface PluginMetadata {
  readonly name: string;
  /** Semantic version 2.0.0. */
  readonly version: string;
  readonly description?: string | undefined;
  readonly isCore: boolean;
  readonly priority: Priority;
  /** Ranges of host API versions, any one of which suffices; none accepts every host. */
  readonly apiVersions: readonly string[];
  readonly dependencies: readonly PluginDependency[];
  readonly requiredStages: readonly StageRequirement[];
  readonly conflictsWith: readonly string[];
  readonly incompatibleWith: readonly PluginDependency[];
  readonly resources: readonly ResourceUse[];
  /** Of all ranges here. */
  readonly rangeSyntax: RangeSyntax;
}

/** A versioned service that a plugin offers to others. */
export interface ServiceOffer {
  /** `[A-Za-z][A-Za-z0-9._-]{0,63}` */
  readonly name: string;
  /** Semantic version 2.0.0. */
  readonly version: string;
  /** What TypeScript plugins get. Absent: a table of C functions, which only compiled plugins can look up. */
  readonly service?: unknown;
}

/** Where a plugin looks up what others offer. */
export interface ServiceFinder {
  /**
   * The service `name` in its highest version within `range` (npm grammar; any where absent). It may be used until the `shutdown` of the finder has ended: whoever
   * found a service is stopped before the plugin that offers it.
   * @throws `ServiceNotFound` (name, version, or it is one of C functions), `ServiceCircle` (the offerer depends on the finder), `RangeInvalid`
   */
  find<Service>(name: string, range?: string): Service;
  has(name: string, range?: string): boolean;
}

/** What a plugin gets of its host. */
export interface PluginHost {
  readonly app: string;
  readonly apiVersion: string;
  readonly configDirectory: string;
  /** What the operator configured for this plugin. */
  readonly config: Readonly<Record<string, JsonValue>>;
  readonly log: Logger;
  /** Usable from `init` until `shutdown` has ended. */
  readonly services: ServiceFinder;
}

/** How often something of one name was taken from a plugin, and how often it was given back. */
export interface LedgerEntry {
  /** `name`, `dependencies`, `stage text:survey`, `init`, `instance` … */
  readonly what: string;
  readonly taken: number;
  readonly given: number;
}

/** A remark on a plugin that is no reason to refuse it. */
export interface PluginWarning {
  readonly code: WarningCode;
  readonly message: string;
}

/**
 * What the manager runs: made by `definePlugin`, or by opening a library. Do not implement it by hand: fields may be added. The manager cannot tell whether TypeScript, a library in this process or one in a child process is behind it.
 * The manager calls registerStages, init, preflight, shutdown, destroy in this order, each once, one at a time.
 */
export interface Plugin {
  /** What runs it: `typescript`, `native`. The list may grow. */
  readonly kind: string;
  readonly metadata: PluginMetadata;
  /** Absolute path of the library; absent for a TypeScript plugin. */
  readonly path?: string | undefined;
  readonly warnings?: readonly PluginWarning[] | undefined;
  /** What was taken from it and given back so far; absent where nothing ever is. */
  readonly ledger?: readonly LedgerEntry[] | undefined;
  /** Calls `listener`, once, when a call of it did not return in time: it is never called again from then on. */
  onAbandoned?(listener: (error: PluginSystemError) => void): void;
  /**
   * Told before registerStages: the plugins it depends on, at one remove or more, so that services never form circles. May be told again later; what
   * was told before stays true.
   */
  dependsOn?(others: readonly Plugin[]): void;
  registerStages(): readonly Stage[] | Promise<readonly Stage[]>;
  init?(host: PluginHost): void | Promise<void>;
  /** Asked once, after init; others can find these from then on. */
  services?(): readonly ServiceOffer[];
  /** Nobody is to find a service of it from now on; those who did keep it until they are stopped. */
  withdrawServices?(): void;
  /** Names of the plugins whose services it found by means that the manager does not see. */
  uses?(): readonly string[];
  preflight?(context: StageContext): void | Promise<void>;
  /** Called if and only if init succeeded; destroy follows whatever it does. */
  shutdown?(): void | Promise<void>;
  /** Gives everything back; called exactly once, also after a failure of any of the above. */
  destroy?(): void | Promise<void>;
}
