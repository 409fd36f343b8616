import { formatPriority, isVersion, NAME_PATTERN, PRIORITY_BANDS, parsePriority, STAGE_ID_PATTERN } from '../abi/index.js';
import { checkOptionNames, PluginSystemError } from '../errors/index.js';
import type {
  Plugin,
  PluginDependency,
  PluginHost,
  Priority,
  ResourceAccess,
  ResourceUse,
  ServiceOffer,
  Stage,
  StageContext,
  StageRequirement,
} from '../plugin/index.js';
import { isRange } from '../resolution/ranges.js';

/** A plugin in TypeScript, as its author writes it. */
export interface PluginDefinition {
  /** `[A-Za-z][A-Za-z0-9._-]{0,63}` */
  readonly name: string;
  /** Semantic version 2.0.0. */
  readonly version: string;
  readonly description?: string;
  readonly isCore?: boolean;
  /** As an object, or as text: `core:80`, `core`, `80`. `third_party:175` where absent. */
  readonly priority?: Priority | string;
  /** npm ranges of host API versions, any one of which suffices. */
  readonly apiVersions?: readonly string[];
  readonly dependencies?: ReadonlyArray<{ readonly name: string; readonly range?: string; readonly required?: boolean }>;
  readonly requiredStages?: readonly StageRequirement[];
  readonly conflictsWith?: readonly string[];
  readonly incompatibleWith?: ReadonlyArray<{ readonly name: string; readonly range?: string }>;
  /** What the plugin uses outside itself, so that two that cannot share it are found before they run. */
  readonly resources?: readonly ResourceUse[];
  readonly stages?: readonly Stage[];
  /** What it offers to other plugins; a function is asked after init. Each `service` is handed out as it is, so it must not be undefined. */
  readonly services?: readonly ServiceOffer[] | (() => readonly ServiceOffer[]);
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
 * @throws `NameInvalid`, `VersionInvalid`, `PriorityInvalid`, `StageInvalid`, `InvalidOption`
 */
export function definePlugin(definition: PluginDefinition): Plugin {
  checkOptionNames(definition, KNOWN, 'definePlugin');
  const { name, version, services = [] } = definition;
  if (typeof name !== 'string' || !NAME_PATTERN.test(name))
    throw new PluginSystemError('NameInvalid', `the name is ${JSON.stringify(name)}`);
  if (typeof version !== 'string' || !isVersion(version)) {
    throw new PluginSystemError('VersionInvalid', `the version is ${JSON.stringify(version)}`, { plugin: name });
  }
  const priority = takePriority(definition.priority ?? DEFAULT_PRIORITY, name);
  const stages = Object.freeze((definition.stages ?? []).map((stage) => takeStage(stage, name)));
  const dependency = (entry: { name: string; range?: string; required?: boolean }): PluginDependency => {
    checkPluginName(entry?.name, name);
    if (entry.range !== undefined) checkRange(entry.range, name);
    return { name: entry.name, range: entry.range, required: entry.required ?? true };
  };
  for (const range of definition.apiVersions ?? []) checkRange(range, name);
  for (const other of definition.conflictsWith ?? []) checkPluginName(other, name);
  return {
    kind: 'typescript',
    metadata: Object.freeze({
      name,
      version,
      description: definition.description,
      isCore: definition.isCore ?? false,
      priority,
      apiVersions: definition.apiVersions ?? [],
      dependencies: (definition.dependencies ?? []).map(dependency),
      requiredStages: definition.requiredStages ?? [],
      conflictsWith: definition.conflictsWith ?? [],
      incompatibleWith: (definition.incompatibleWith ?? []).map(dependency),
      resources: (definition.resources ?? []).map((use) => takeResource(use, name)),
      rangeSyntax: 'npm',
    }),
    registerStages: () => stages,
    init: (host) => definition.init?.(host),
    services: () => takeServices(typeof services === 'function' ? services() : services, name),
    preflight: (context) => definition.preflight?.(context),
    shutdown: () => definition.shutdown?.(),
  };
}

/**
 * Holds what an application hands in to the shape that `definePlugin` makes.
 * @throws `InvalidOption`
 */
export function checkPlugin(plugin: Plugin, wanted: string): void {
  const { metadata, kind, registerStages } = (plugin ?? {}) as Partial<Plugin>;
  const isComplete =
    typeof kind === 'string' &&
    typeof registerStages === 'function' &&
    typeof metadata?.name === 'string' &&
    NAME_PATTERN.test(metadata.name) &&
    isVersion(String(metadata.version)) &&
    PRIORITY_BANDS.some(({ category }) => category === metadata.priority?.category) &&
    LISTS.every((list) => Array.isArray(metadata[list]));
  if (!isComplete)
    throw new PluginSystemError('InvalidOption', `${wanted}; make one with definePlugin`, { plugin: metadata?.name });
}

const LISTS = ['apiVersions', 'dependencies', 'requiredStages', 'conflictsWith', 'incompatibleWith', 'resources'] as const;

function checkPluginName(name: unknown, plugin: string): void {
  if (typeof name === 'string' && NAME_PATTERN.test(name)) return;
  throw new PluginSystemError('NameInvalid', `it names the plugin ${JSON.stringify(name)}`, { plugin });
}

function checkRange(range: unknown, plugin: string): void {
  if (typeof range === 'string' && isRange(range)) return;
  throw new PluginSystemError('VersionInvalid', `${JSON.stringify(range)} is no range of versions`, {
    plugin,
    remedy: 'Give an npm range such as ^1.2.0 or ">=1 <3".',
  });
}

const ACCESSES: readonly ResourceAccess[] = ['shared_read', 'shared_write', 'exclusive_write', 'provides_unique'];

function takeResource({ type, identifier, access }: ResourceUse, plugin: string): ResourceUse {
  for (const [what, text] of Object.entries({ type, identifier }))
    if (typeof text !== 'string' || text === '')
      throw new PluginSystemError('InvalidOption', `the ${what} of a resource is ${JSON.stringify(text)}`, { plugin });
  if (!ACCESSES.includes(access))
    throw new PluginSystemError('InvalidOption', `resource ${type} ${identifier}: the access is ${JSON.stringify(access)}`, {
      plugin,
      remedy: `Give one of ${ACCESSES.join(', ')}.`,
    });
  return Object.freeze({ type, identifier, access });
}

/** What has no `service` would be taken for a table of C functions. */
function takeServices(offers: readonly ServiceOffer[], plugin: string): readonly ServiceOffer[] {
  for (const offer of Array.isArray(offers) ? offers : [])
    if (offer?.service === undefined)
      throw new PluginSystemError('ServiceInvalid', `service ${String(offer?.name)} is undefined`, { plugin });
  return offers;
}

function takePriority(given: Priority | string, plugin: string): Priority {
  try {
    return parsePriority(typeof given === 'string' ? given : formatPriority(given));
  } catch (error) {
    throw PluginSystemError.from(error, 'PriorityInvalid', { plugin });
  }
}

/** The stage as the manager keeps it: checked, and without whatever else the object has. */
function takeStage(stage: Stage, plugin: string): Stage {
  const id = stage?.id;
  if (typeof id !== 'string' || !STAGE_ID_PATTERN.test(id)) {
    throw new PluginSystemError('StageInvalid', `${JSON.stringify(id)} is no stage id; namespace:stage was wanted`, { plugin });
  }
  for (const [name, isRequired] of [
    ['execute', true],
    ['dryRun', false],
  ] as const) {
    const value: unknown = stage[name];
    if (typeof value === 'function' || (value === undefined && !isRequired)) continue;
    throw new PluginSystemError(
      'StageInvalid',
      `stage ${id}: ${name} is ${value === undefined ? 'missing' : `a ${typeof value}`}; a function was wanted`,
      { plugin, operation: id },
    );
  }
  return Object.freeze({
    id,
    name: stage.name,
    description: stage.description,
    execute: (context: StageContext) => stage.execute(context),
    ...(stage.dryRun === undefined ? {} : { dryRun: (context: StageContext) => stage.dryRun?.(context) }),
  });
}
