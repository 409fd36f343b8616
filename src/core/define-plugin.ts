import { isVersion, NAME_PATTERN, PRIORITY_BANDS } from '../abi/index.js';
import { checkOptionNames, PluginSystemError } from '../errors/index.js';
import type { Plugin, PluginHost, Priority, ResourceUse, ServiceOffer, Stage, StageContext } from '../plugin/index.js';
import { Declarations } from './declarations.js';

/** A plugin in TypeScript, as its author writes it. What a field may hold is checked when it is defined; lists are copied. */
export interface PluginDefinition {
  /** `[A-Za-z][A-Za-z0-9._-]{0,63}` */
  readonly name: string;
  /** Semantic version 2.0.0. */
  readonly version: string;
  readonly description?: string | undefined;
  /** Default false. */
  readonly isCore?: boolean | undefined;
  /** As an object, or as text: `core:80`, `core`, `80`. `third_party:175` where absent. */
  readonly priority?: Priority | string | undefined;
  /** npm ranges of host API versions, any one of which suffices; none accepts every host. */
  readonly apiVersions?: readonly string[] | undefined;
  /** `range`: npm's, any where absent. `required`: default true. */
  readonly dependencies?:
    | ReadonlyArray<{ readonly name: string; readonly range?: string | undefined; readonly required?: boolean | undefined }>
    | undefined;
  /** `required`: default true. `provided`: the plugin registers the stage itself; default false. */
  readonly requiredStages?:
    | ReadonlyArray<{
        readonly stage: string;
        readonly required?: boolean | undefined;
        readonly provided?: boolean | undefined;
      }>
    | undefined;
  /** Names of plugins. */
  readonly conflictsWith?: readonly string[] | undefined;
  /** `range`: npm's, any where absent. */
  readonly incompatibleWith?: ReadonlyArray<{ readonly name: string; readonly range?: string | undefined }> | undefined;
  /** What the plugin uses outside itself, so that two that cannot share it are found before they run. */
  readonly resources?: readonly ResourceUse[] | undefined;
  readonly stages?: readonly Stage[] | undefined;
  /** What it offers to other plugins; a function is asked after init. Each `service` is handed out as it is, so it must not be undefined. */
  readonly services?: readonly ServiceOffer[] | (() => readonly ServiceOffer[]) | undefined;
  init?(host: PluginHost): void | Promise<void>;
  preflight?(context: StageContext): void | Promise<void>;
  shutdown?(): void | Promise<void>;
}

const KNOWN = [
  'name',
  'version',
  'description',
  'isCore',
  'priority',
  'apiVersions',
  'dependencies',
  'requiredStages',
  'conflictsWith',
  'incompatibleWith',
  'resources',
  'stages',
  'services',
  'init',
  'preflight',
  'shutdown',
];

const DEFAULT_PRIORITY: Priority = { category: 'third_party', value: 175 };

/**
 * Makes a plugin of a definition; it lives under the same lifecycle as a compiled one.
 * @throws `InvalidOption` (a misspelt field, a value of the wrong kind, at any depth), `NameInvalid`, `VersionInvalid`, `RangeInvalid`, `PriorityInvalid`, `StageInvalid`,
 * `ServiceInvalid`
 */
export function definePlugin(definition: PluginDefinition): Plugin {
  checkOptionNames(definition, KNOWN, 'definePlugin');
  const { name, version, services } = definition;
  if (typeof name !== 'string' || !NAME_PATTERN.test(name))
    throw new PluginSystemError('NameInvalid', `the name is ${JSON.stringify(name)}`);
  if (typeof version !== 'string' || !isVersion(version)) {
    throw new PluginSystemError('VersionInvalid', `the version is ${JSON.stringify(version)}`, { plugin: name });
  }
  const read = new Declarations(name);
  const metadata = Object.freeze({
    name,
    version,
    description: read.text('description', definition.description),
    isCore: read.flag('isCore', definition.isCore, false),
    priority: read.priority(definition.priority ?? DEFAULT_PRIORITY),
    apiVersions: read.ranges('apiVersions', definition.apiVersions),
    dependencies: read.dependencies('dependencies', definition.dependencies),
    requiredStages: read.stageRequirements('requiredStages', definition.requiredStages),
    conflictsWith: read.names('conflictsWith', definition.conflictsWith),
    incompatibleWith: read.dependencies('incompatibleWith', definition.incompatibleWith),
    resources: read.resources('resources', definition.resources),
    rangeSyntax: 'npm',
  } as const);
  const stages = read.stages('stages', definition.stages);
  for (const callback of ['init', 'preflight', 'shutdown'] as const) read.checkFunction(callback, definition[callback]);
  const offered = typeof services === 'function' ? undefined : read.services('services', services);
  return {
    kind: 'typescript',
    metadata,
    registerStages: () => stages,
    init: (host) => definition.init?.(host),
    services: () => offered ?? read.services('services', heard((services as () => readonly ServiceOffer[])())),
    preflight: (context) => definition.preflight?.(context),
    shutdown: () => definition.shutdown?.(),
  };
}

/**
 * Holds what an application hands in to the shape that `definePlugin` makes.
 * @throws `InvalidOption`
 */
export function checkPlugin(plugin: Plugin, wanted: string): void {
  if (isPlugin(plugin)) return;
  const { metadata } = (plugin ?? {}) as Partial<Plugin>;
  throw new PluginSystemError('InvalidOption', `${wanted}; make one with definePlugin`, { plugin: metadata?.name });
}

/** Whether it has the shape that `definePlugin` makes, of this copy of the package or of another. */
export function isPlugin(value: unknown): value is Plugin {
  const { metadata, kind, registerStages } = (value ?? {}) as Partial<Plugin>;
  return (
    typeof kind === 'string' &&
    typeof registerStages === 'function' &&
    typeof metadata?.name === 'string' &&
    NAME_PATTERN.test(metadata.name) &&
    isVersion(String(metadata.version)) &&
    PRIORITY_BANDS.some(({ category }) => category === metadata.priority?.category) &&
    LISTS.every((list) => Array.isArray(metadata[list]))
  );
}

const LISTS = ['apiVersions', 'dependencies', 'requiredStages', 'conflictsWith', 'incompatibleWith', 'resources'] as const;

/** What should be a list, and may be a promise: one that fails after it was refused would end the process. */
function heard<Value>(value: Value): Value {
  if (typeof (value as PromiseLike<unknown> | undefined)?.then === 'function') Promise.resolve(value).catch(() => {});
  return value;
}
