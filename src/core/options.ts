import { resolve } from 'node:path';
import { isVersion, LOG_LEVELS } from '../abi/index.js';
import { checkOptionNames, wrongOption } from '../errors/index.js';
import type { Pipeline } from '../pipelines/index.js';
import type { ContextInput, JsonValue, Logger } from '../plugin/index.js';
import type { ConflictPolicy } from '../resolution/index.js';
import { appDirectories } from './directories.js';

/** Options of `PluginManager.create`. */
export interface PluginManagerOptions {
  /** Name of the application: plugins see it, and its folders are named after it. */
  readonly app: string;
  /** Version of the plugin API that the application offers, semantic version 2.0.0. */
  readonly apiVersion: string;
  /** Folders that are searched for compiled plugins, in this order; the user's own plugin folder of the application follows if it exists. */
  readonly directories?: readonly string[] | undefined;
  /** Folders of plugins that belong to the application, searched before the others: only there `is_core` of a compiled plugin counts. */
  readonly coreDirectories?: readonly string[] | undefined;
  /** Whether the user's plugin folder is searched. Default true. */
  readonly userDirectory?: boolean | undefined;
  /** How many plugins may run; those that load last are refused. Default 100. */
  readonly maxPlugins?: number | undefined;
  /** What is done about a conflict that nobody decided. Default `refuse`. */
  readonly conflictPolicy?: ConflictPolicy | undefined;
  /** Values that preflight checks find in their context. */
  readonly preflight?: Readonly<Record<string, ContextInput>> | undefined;
  /** How long TypeScript plugins and hooks may take, in milliseconds; `Infinity` for no limit. Compiled plugins cannot be interrupted in these phases. */
  readonly deadlines?: { readonly [Phase in keyof Deadlines]?: number | undefined } | undefined;
  readonly pipelines?: Readonly<Record<string, Pipeline>> | undefined;
  /** Options of plugins, by plugin name. */
  readonly config?: Readonly<Record<string, Readonly<Record<string, JsonValue>>>> | undefined;
  /** Where the application keeps its configuration. Default: the platform's place for `app`. */
  readonly configDirectory?: string | undefined;
  /** Where first looks are remembered. Default: the platform's place for `app`. */
  readonly cacheDirectory?: string | undefined;
  /** Takes all log lines; any pino logger fits. Silent where neither this nor `logLevel` is given. */
  readonly logger?: Logger | undefined;
  /** Makes a pino logger of this level that writes to stderr. */
  readonly logLevel?: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent' | undefined;
  /**
   * Whether `start` tries a library that it has not seen before in a child process first, and for how long at most. Default `{ timeoutMs: 10_000 }`.
   * Without it a plugin that crashes while it is opened takes the application with it.
   */
  readonly firstLook?: false | { readonly timeoutMs?: number | undefined } | undefined;
  /** How long a native stage may take to return after its run was cancelled before its plugin is abandoned, in milliseconds. Default 5000. */
  readonly cancelGraceMs?: number | undefined;
  /** How long `stop` and `unload` wait for runs in progress before they cancel them, in milliseconds. Default 5000. */
  readonly drainMs?: number | undefined;
}

/** In milliseconds. */
export interface Deadlines {
  /** Default 10000. */
  readonly stages: number;
  /** Default 30000. */
  readonly init: number;
  /** Default 10000. */
  readonly preflight: number;
  /** Default 10000. */
  readonly shutdown: number;
  /** Of each hook. Default 10000. */
  readonly hook: number;
}

const DEFAULT_DEADLINES: Deadlines = { stages: 10_000, init: 30_000, preflight: 10_000, shutdown: 10_000, hook: 10_000 };

const KNOWN = [
  'app',
  'apiVersion',
  'directories',
  'coreDirectories',
  'userDirectory',
  'maxPlugins',
  'conflictPolicy',
  'preflight',
  'deadlines',
  'pipelines',
  'config',
  'configDirectory',
  'cacheDirectory',
  'logger',
  'logLevel',
  'firstLook',
  'cancelGraceMs',
  'drainMs',
];

/** Options with every default filled in. */
export interface ResolvedOptions {
  readonly app: string;
  readonly apiVersion: string;
  /** Absolute, without repetition; those of the application first. */
  readonly directories: readonly string[];
  readonly coreDirectories: ReadonlySet<string>;
  /** Those of `directories` that need not exist. */
  readonly optionalDirectories: ReadonlySet<string>;
  readonly maxPlugins: number;
  readonly conflictPolicy: ConflictPolicy;
  readonly preflight: Readonly<Record<string, ContextInput>>;
  readonly deadlines: Deadlines;
  readonly pipelines: Readonly<Record<string, Pipeline>>;
  readonly config: Readonly<Record<string, Readonly<Record<string, JsonValue>>>>;
  readonly configDirectory: string;
  readonly cacheDirectory: string;
  readonly logger: Logger | undefined;
  readonly logLevel: string | undefined;
  readonly firstLook: false | { readonly timeoutMs: number };
  readonly cancelGraceMs: number;
  readonly drainMs: number;
}

/**
 * @throws `InvalidOption` naming the option, its value and what was wanted
 */
export function resolveOptions(options: PluginManagerOptions): ResolvedOptions {
  checkOptionNames(options, KNOWN, 'PluginManager.create');
  const { app, apiVersion } = options;
  // The name becomes part of paths: no separators, no dot-dot.
  if (typeof app !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(app))
    throw wrongOption('option app', app, 'a name of letters, digits, dot, dash and underscore');
  if (typeof apiVersion !== 'string' || !isVersion(apiVersion))
    throw wrongOption('option apiVersion', apiVersion, 'a semantic version such as 0.1.0');
  for (const name of ['directories', 'coreDirectories'] as const) {
    if (options[name] !== undefined && !isStringList(options[name]))
      throw wrongOption(`option ${name}`, options[name], 'a list of paths');
  }
  const { maxPlugins = 100, conflictPolicy = 'refuse' } = options;
  if (!Number.isSafeInteger(maxPlugins) || maxPlugins < 0) throw wrongOption('option maxPlugins', maxPlugins, 'a count');
  if (!['refuse', 'prefer', 'allow'].includes(conflictPolicy))
    throw wrongOption('option conflictPolicy', conflictPolicy, '"refuse", "prefer" or "allow"');
  for (const name of ['pipelines', 'config', 'preflight', 'deadlines'] as const) checkPlainObject(name, options[name]);
  for (const [plugin, values] of Object.entries(options.config ?? {})) {
    checkPlainObject(`config.${plugin}`, values);
    if (Object.hasOwn(values, '')) throw wrongOption(`option config.${plugin}`, values, 'an object whose options have names');
  }
  for (const name of ['configDirectory', 'cacheDirectory'] as const) {
    const value: unknown = options[name];
    if (value !== undefined && (typeof value !== 'string' || value === ''))
      throw wrongOption(`option ${name}`, value, 'a path');
  }
  if (options.userDirectory !== undefined && typeof options.userDirectory !== 'boolean')
    throw wrongOption('option userDirectory', options.userDirectory, 'true or false');
  if (options.logger !== undefined && typeof options.logger?.child !== 'function')
    throw wrongOption('option logger', options.logger, 'a pino logger');
  const places = appDirectories(app);
  const coreDirectories = (options.coreDirectories ?? []).map((path) => resolve(path));
  const directories = [...coreDirectories, ...(options.directories ?? []).map((path) => resolve(path))];
  const firstLook = options.firstLook ?? {};
  if (firstLook !== false) checkOptionNames(firstLook, ['timeoutMs'], 'option firstLook');
  if (options.logLevel !== undefined && options.logLevel !== 'silent' && !Object.hasOwn(LOG_LEVELS, options.logLevel)) {
    throw wrongOption('option logLevel', options.logLevel, `${Object.keys(LOG_LEVELS).join(', ')} or silent`);
  }
  return {
    app,
    apiVersion,
    directories: [...new Set(options.userDirectory === false ? directories : [...directories, places.plugins])],
    coreDirectories: new Set(coreDirectories),
    optionalDirectories: new Set(directories.includes(places.plugins) ? [] : [places.plugins]),
    maxPlugins,
    conflictPolicy,
    preflight: options.preflight ?? {},
    deadlines: resolveDeadlines(options.deadlines ?? {}),
    pipelines: options.pipelines ?? {},
    config: options.config ?? {},
    configDirectory: resolve(options.configDirectory ?? places.config),
    cacheDirectory: resolve(options.cacheDirectory ?? places.cache),
    logger: options.logger,
    logLevel: options.logLevel,
    firstLook: firstLook === false ? false : { timeoutMs: milliseconds('firstLook.timeoutMs', firstLook.timeoutMs, 10_000, 1) },
    cancelGraceMs: milliseconds('cancelGraceMs', options.cancelGraceMs, 5000),
    drainMs: milliseconds('drainMs', options.drainMs, 5000),
  };
}

function resolveDeadlines(given: NonNullable<PluginManagerOptions['deadlines']>): Deadlines {
  checkOptionNames(given, Object.keys(DEFAULT_DEADLINES), 'option deadlines');
  const deadline = (phase: keyof Deadlines) =>
    given[phase] === Number.POSITIVE_INFINITY
      ? Number.POSITIVE_INFINITY
      : milliseconds(`deadlines.${phase}`, given[phase], DEFAULT_DEADLINES[phase], 1);
  return {
    stages: deadline('stages'),
    init: deadline('init'),
    preflight: deadline('preflight'),
    shutdown: deadline('shutdown'),
    hook: deadline('hook'),
  };
}

function milliseconds(name: string, value: unknown, otherwise: number, least = 0): number {
  if (value === undefined) return otherwise;
  if (typeof value !== 'number' || !(value >= least && value <= 2 ** 31 - 1))
    throw wrongOption(`option ${name}`, value, `milliseconds, ${least} to 2147483647`);
  return value;
}

function checkPlainObject(name: string, value: unknown): void {
  if (value === undefined || (typeof value === 'object' && value !== null && !Array.isArray(value))) return;
  throw wrongOption(`option ${name}`, value, 'an object');
}

function isStringList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}
