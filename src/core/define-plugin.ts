import { isVersion, NAME_PATTERN, PRIORITY_BANDS, STAGE_ID_PATTERN } from '../abi/index.js';
import { checkOptionNames, PluginSystemError } from '../errors/index.js';
import type { Plugin, PluginDependency, PluginHost, Priority, Stage, StageContext, StageRequirement } from '../plugin/index.js';

/** A plugin in TypeScript, as its author writes it. */
export interface PluginDefinition {
  /** `[A-Za-z][A-Za-z0-9._-]{0,63}` */
  readonly name: string;
  /** Semantic version 2.0.0. */
  readonly version: string;
  readonly description?: string;
  readonly isCore?: boolean;
  /** `third_party:175` where absent. */
  readonly priority?: Priority;
  /** npm ranges of host API versions, any one of which suffices. */
  readonly apiVersions?: readonly string[];
  readonly dependencies?: ReadonlyArray<{ readonly name: string; readonly range?: string; readonly required?: boolean }>;
  readonly requiredStages?: readonly StageRequirement[];
  readonly conflictsWith?: readonly string[];
  readonly incompatibleWith?: ReadonlyArray<{ readonly name: string; readonly range?: string }>;
  readonly stages?: readonly Stage[];
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
  'stages',
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
  const { name, version, priority = DEFAULT_PRIORITY } = definition;
  if (typeof name !== 'string' || !NAME_PATTERN.test(name))
    throw new PluginSystemError('NameInvalid', `the name is ${JSON.stringify(name)}`);
  if (typeof version !== 'string' || !isVersion(version)) {
    throw new PluginSystemError('VersionInvalid', `the version is ${JSON.stringify(version)}`, { plugin: name });
  }
  const band = PRIORITY_BANDS.find(({ category }) => category === priority.category);
  if (band === undefined || !Number.isInteger(priority.value) || priority.value < band.low || priority.value > band.high) {
    throw new PluginSystemError('PriorityInvalid', `the priority is ${priority.category}:${priority.value}`, { plugin: name });
  }
  const stages = Object.freeze([...(definition.stages ?? [])]);
  for (const stage of stages) checkStage(stage, name);
  const dependency = (entry: { name: string; range?: string; required?: boolean }): PluginDependency => ({
    name: entry.name,
    range: entry.range,
    required: entry.required ?? true,
  });
  return {
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
    }),
    registerStages: () => stages,
    init: (host) => definition.init?.(host),
    preflight: (context) => definition.preflight?.(context),
    shutdown: () => definition.shutdown?.(),
  };
}

function checkStage(stage: Stage, plugin: string): void {
  const id = stage?.id;
  if (typeof id !== 'string' || !STAGE_ID_PATTERN.test(id)) {
    throw new PluginSystemError('StageInvalid', `${JSON.stringify(id)} is no stage id; namespace:stage was wanted`, { plugin });
  }
  if (typeof stage.execute !== 'function') {
    throw new PluginSystemError('StageInvalid', `stage ${id} has no execute function`, { plugin, operation: id });
  }
}
