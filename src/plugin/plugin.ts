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
}

/** What a plugin gets of its host. */
export interface PluginHost {
  readonly app: string;
  readonly apiVersion: string;
  readonly configDirectory: string;
  /** What the operator configured for this plugin. */
  readonly config: Readonly<Record<string, JsonValue>>;
  readonly log: Logger;
}

/** A remark on a plugin that is no reason to refuse it. */
export interface PluginWarning {
  readonly code: string;
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
  /** A call of it did not return: it is never called again. */
  readonly abandoned?: boolean | undefined;
  registerStages(): readonly Stage[] | Promise<readonly Stage[]>;
  init?(host: PluginHost): void | Promise<void>;
  preflight?(context: StageContext): void | Promise<void>;
  /** Called if and only if init succeeded; destroy follows whatever it does. */
  shutdown?(): void | Promise<void>;
  /** Gives everything back; called exactly once, also after a failure of any of the above. */
  destroy?(): void | Promise<void>;
}
