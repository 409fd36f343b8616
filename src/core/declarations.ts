import { formatPriority, isVersion, NAME_PATTERN, parsePriority, STAGE_ID_PATTERN } from '../abi/index.js';
import { checkOptionNames, type ErrorCode, PluginSystemError, shown, wrongOption } from '../errors/index.js';
import type {
  PluginDependency,
  Priority,
  ResourceAccess,
  ResourceUse,
  ServiceOffer,
  Stage,
  StageContext,
  StageRequirement,
} from '../plugin/index.js';
import { isRange } from '../resolution/ranges.js';

const ACCESSES: readonly ResourceAccess[] = ['shared_read', 'shared_write', 'exclusive_write', 'provides_unique'];
/** What was meant by an entry that is a mere text. */
const WRITTEN_OUT: Readonly<Record<string, string>> = {
  dependencies: 'name',
  incompatibleWith: 'name',
  requiredStages: 'stage',
};

/** Reads what the author of one TypeScript plugin declared: checked down to its last field, copied and frozen. */
export class Declarations {
  readonly #plugin: string;

  constructor(plugin: string) {
    this.#plugin = plugin;
  }

  /** @throws `InvalidOption` */
  flag(field: string, value: unknown, otherwise: boolean): boolean {
    if (value === undefined) return otherwise;
    if (typeof value === 'boolean') return value;
    throw this.#wrong(field, value, 'true or false');
  }

  /** @throws `InvalidOption` */
  text(field: string, value: unknown): string | undefined {
    if (value === undefined || typeof value === 'string') return value;
    throw this.#wrong(field, value, 'a text');
  }

  /** @throws `InvalidOption` if the value is there and no function */
  checkFunction(field: string, value: unknown): void {
    if (value !== undefined && typeof value !== 'function') throw this.#wrong(field, value, 'a function');
  }

  /** @throws `PriorityInvalid`, `InvalidOption` (a misspelt field) */
  priority(given: unknown): Priority {
    const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
    if (isObject) this.#checkNames('priority', given, ['category', 'value']);
    else if (typeof given !== 'string')
      throw this.#error('PriorityInvalid', `the priority is ${shown(given)}; a text or { category, value } was wanted`);
    try {
      return Object.freeze(parsePriority(isObject ? formatPriority(given as Priority) : (given as string)));
    } catch (error) {
      throw PluginSystemError.from(error, 'PriorityInvalid', { plugin: this.#plugin });
    }
  }

  /** @throws `RangeInvalid`, `InvalidOption` */
  ranges(field: string, value: unknown): readonly string[] {
    return this.#list(field, value, (range, place) => this.#range(range, place));
  }

  /** @throws `NameInvalid`, `InvalidOption` */
  names(field: string, value: unknown): readonly string[] {
    return this.#list(field, value, (name, place) => this.#name(name, place));
  }

  /** @throws `NameInvalid`, `RangeInvalid`, `InvalidOption` */
  dependencies(field: string, value: unknown): readonly PluginDependency[] {
    return this.#list(field, value, (entry, place) => {
      const { name, range, required } = this.#fields(field, place, entry, ['name', 'range', 'required']);
      return Object.freeze({
        name: this.#name(name, place),
        range: range === undefined ? undefined : this.#range(range, `the range of ${place}`),
        required: this.flag(`required of ${place}`, required, true),
      });
    });
  }

  /** @throws `StageInvalid`, `InvalidOption` */
  stageRequirements(field: string, value: unknown): readonly StageRequirement[] {
    return this.#list(field, value, (entry, place) => {
      const { stage, required, provided } = this.#fields(field, place, entry, ['stage', 'required', 'provided']);
      return Object.freeze({
        stage: this.#stageId(stage, `${place}: `),
        required: this.flag(`required of ${place}`, required, true),
        provided: this.flag(`provided of ${place}`, provided, false),
      });
    });
  }

  /** @throws `InvalidOption` */
  resources(field: string, value: unknown): readonly ResourceUse[] {
    return this.#list(field, value, (entry, place) => {
      const { type, identifier, access } = this.#fields(field, place, entry, ['type', 'identifier', 'access']);
      for (const [what, text] of Object.entries({ type, identifier }))
        if (typeof text !== 'string' || text === '') throw this.#wrong(`the ${what} of ${place}`, text, 'a text');
      if (!ACCESSES.includes(access as ResourceAccess))
        throw this.#error(
          'InvalidOption',
          `${place}, ${type} ${identifier}: the access is ${shown(access)}`,
          `Give one of ${ACCESSES.join(', ')}.`,
        );
      return Object.freeze({ type, identifier, access } as ResourceUse);
    });
  }

  /** The stages as the manager keeps them: without whatever else their objects have. @throws `StageInvalid`, `InvalidOption` */
  stages(field: string, value: unknown): readonly Stage[] {
    return this.#list(field, value, (entry, place) => this.#stage(entry, place));
  }

  /** What has no `service` would be taken for a table of C functions. @throws `ServiceInvalid`, `InvalidOption` (a misspelt field) */
  services(field: string, value: unknown): readonly ServiceOffer[] {
    if (value !== undefined && !Array.isArray(value))
      throw this.#error('ServiceInvalid', `${field} is ${shown(value)}; a list of services was wanted`);
    const seen = new Set<string>();
    return this.#list(field, value, (entry, place) => {
      const { name, version, service } = this.#fields(field, place, entry, ['name', 'version', 'service']);
      if (typeof name !== 'string' || !NAME_PATTERN.test(name))
        throw this.#error('ServiceInvalid', `${place} has the name ${shown(name)}`);
      if (typeof version !== 'string' || !isVersion(version))
        throw this.#error('ServiceInvalid', `the version of service ${name} is ${shown(version)}`);
      if (service === undefined) throw this.#error('ServiceInvalid', `service ${name} is undefined`);
      if (seen.has(`${name} ${version}`)) throw this.#error('ServiceInvalid', `it offers service ${name} ${version} twice`);
      seen.add(`${name} ${version}`);
      return Object.freeze({ name, version, service });
    });
  }

  #stage(entry: unknown, place: string): Stage {
    const isObject = typeof entry === 'object' && entry !== null;
    if (!isObject) throw this.#error('StageInvalid', `${place} is ${shown(entry)}; an object with id and execute was wanted`);
    const stage = entry as Stage;
    const id = this.#stageId(stage.id, `${place}: `);
    // Objects of a class may have fields of their own.
    if (isPlain(entry)) this.#checkNames(`stage ${id}`, entry, ['id', 'name', 'description', 'execute', 'dryRun']);
    const refuse = (name: keyof Stage, wanted: string) =>
      this.#error(
        'StageInvalid',
        `stage ${id}: ${name} is ${stage[name] === undefined ? 'missing' : shown(stage[name])}; ${wanted} was wanted`,
      ).within({ operation: id });
    if (typeof stage.execute !== 'function') throw refuse('execute', 'a function');
    if (stage.dryRun !== undefined && typeof stage.dryRun !== 'function') throw refuse('dryRun', 'a function');
    for (const name of ['name', 'description'] as const)
      if (stage[name] !== undefined && typeof stage[name] !== 'string') throw refuse(name, 'a text');
    return Object.freeze({
      id,
      name: stage.name,
      description: stage.description,
      execute: (context: StageContext) => stage.execute(context),
      ...(stage.dryRun === undefined ? {} : { dryRun: (context: StageContext) => stage.dryRun?.(context) }),
    });
  }

  #list<Item>(field: string, value: unknown, read: (entry: unknown, place: string) => Item): readonly Item[] {
    if (value === undefined) return Object.freeze([]);
    if (!Array.isArray(value)) throw this.#wrong(field, value, 'a list');
    return Object.freeze(value.map((entry, index) => read(entry, `${field}[${index}]`)));
  }

  #fields(field: string, place: string, entry: unknown, known: readonly string[]): Readonly<Record<string, unknown>> {
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
      const meant = WRITTEN_OUT[field];
      const remedy = meant === undefined || typeof entry !== 'string' ? undefined : `Write { ${meant}: ${shown(entry)} }.`;
      throw wrongOption(place, entry, 'an object', { plugin: this.#plugin, remedy });
    }
    this.#checkNames(place, entry, known);
    return entry as Readonly<Record<string, unknown>>;
  }

  #checkNames(place: string, entry: unknown, known: readonly string[]): void {
    try {
      checkOptionNames(entry, known, place);
    } catch (error) {
      throw PluginSystemError.from(error, 'InvalidOption', { plugin: this.#plugin });
    }
  }

  #name(name: unknown, place: string): string {
    if (typeof name === 'string' && NAME_PATTERN.test(name)) return name;
    const what = name === undefined ? 'no plugin' : `the plugin ${shown(name)}`;
    throw this.#error('NameInvalid', `${place} names ${what}`);
  }

  #range(range: unknown, place: string): string {
    if (typeof range === 'string' && isRange(range)) return range;
    throw this.#error('RangeInvalid', `${place} is ${shown(range)}, which is no range of versions`);
  }

  #stageId(id: unknown, place: string): string {
    if (typeof id === 'string' && STAGE_ID_PATTERN.test(id)) return id;
    throw this.#error('StageInvalid', `${place}${shown(id)} is no stage id; namespace:stage was wanted`);
  }

  #wrong(field: string, value: unknown, wanted: string): PluginSystemError {
    return wrongOption(field, value, wanted, { plugin: this.#plugin });
  }

  #error(code: ErrorCode, detail: string, remedy?: string): PluginSystemError {
    return new PluginSystemError(code, detail, { plugin: this.#plugin, remedy });
  }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
