import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { discover } from '../core/directories.js';
import { type BootReport, type PluginInfo, PluginManager } from '../core/index.js';
import { isModulePath } from '../core/module-path.js';
import { type ErrorCode, PluginSystemError } from '../errors/index.js';
import type { ManifestFields } from '../manifest/index.js';
import type { ContextInput, JsonValue, Plugin, PluginWarning } from '../plugin/index.js';
import { checkDenied } from './capabilities.js';
import { requireManifest } from './expected-manifest.js';
import { limitsOf, requireEnforced, type WantedLimits } from './limits.js';
import { type PluginCall, recordCalls } from './recorded-calls.js';
import { RecordedLedger } from './recorded-ledger.js';
import { type LogRecord, recordingLogger } from './recorded-log.js';
import { refuseWarnings, TestHost } from './test-host.js';

type Values = Readonly<Record<string, JsonValue>>;

/** How long a compiled stage has to return when its deadline has passed, and `close` waits for runs, in milliseconds. */
const GRACE_MS = 1000;

/** A plugin that is to run, and what was said of it. */
export interface PlannedPlugin {
  readonly plugin?: Plugin;
  /** Absolute. */
  readonly path?: string;
  manifest?: ManifestFields;
  config?: Values;
}

/** What a host is to be. */
export interface HostPlan {
  readonly plugins: readonly PlannedPlugin[];
  /** Absolute paths. */
  readonly directories: readonly string[];
  /** By plugin name. */
  readonly configs: ReadonlyMap<string, Values>;
  readonly preflight: Readonly<Record<string, ContextInput>>;
  readonly app: string;
  readonly apiVersion: string;
  readonly isStrict: boolean;
  readonly limits: WantedLimits;
}

/**
 * @throws see `TestHostBuilder.start`
 */
export async function startHost(plan: HostPlan): Promise<TestHost> {
  await checkFiles(plan);
  const limits = limitsOf(plan.limits);
  if (plan.isStrict) requireEnforced(limits);
  const folder = await mkdtemp(join(tmpdir(), 'mortise-host-'));
  let manager: PluginManager | undefined;
  try {
    const configDirectory = join(folder, 'config');
    await mkdir(configDirectory);
    const logs: LogRecord[] = [];
    const config: Record<string, Values> = Object.fromEntries(plan.configs);
    manager = await PluginManager.create({
      ...managerOptions(plan),
      config,
      configDirectory,
      cacheDirectory: join(folder, 'cache'),
      logger: recordingLogger(logs),
    });
    const calls: PluginCall[] = [];
    recordCalls(manager, calls);
    const ledger = new RecordedLedger(manager);
    configure(manager, plan.plugins, config);
    for (const { plugin, path } of plan.plugins) manager.register(plugin ?? (path as string));
    const boot = await manager.start();
    requireAll(boot);
    if (plan.isStrict) refuseWarnings(warningsOf(boot), 'start');
    const warnings: PluginWarning[] = [];
    manager.on('warning', (warning) => void warnings.push(warning));
    const deliverLogs = await logDelivery(boot);
    const { timeoutMs } = plan.limits;
    return new TestHost({
      manager,
      folder,
      configDirectory,
      limits,
      timeoutMs,
      strict: plan.isStrict,
      logs,
      calls,
      ledger,
      warnings,
      deliverLogs,
    });
  } catch (error) {
    await manager?.stop();
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function managerOptions({ app, apiVersion, directories, preflight, limits }: HostPlan) {
  const { timeoutMs } = limits;
  return {
    app,
    apiVersion,
    directories,
    preflight,
    userDirectory: false,
    firstLook: false,
    maxPlugins: Number.MAX_SAFE_INTEGER,
    cancelGraceMs: GRACE_MS,
    drainMs: GRACE_MS,
    ...(timeoutMs === undefined
      ? {}
      : { deadlines: { stages: timeoutMs, init: timeoutMs, preflight: timeoutMs, shutdown: timeoutMs } }),
  } as const;
}

/** What can be told of files before anything of them runs. */
async function checkFiles({ plugins, directories, limits }: HostPlan): Promise<void> {
  const { paths, warnings } = discover(directories, new Set());
  const [warning] = warnings;
  // A test of what is not there would test nothing.
  if (warning !== undefined)
    throw new PluginSystemError(warning.code as ErrorCode, warning.message, { operation: 'directory' });
  const found = paths.map((path): PlannedPlugin => ({ path }));
  const libraries = [...plugins, ...found].filter(({ path }) => path !== undefined && !isModulePath(path));
  if (limits.denied.size === 0 && libraries.every(({ manifest }) => manifest === undefined)) return;
  const { checkLibraryFile } = await import('../native/index.js');
  for (const { path = '', manifest } of libraries) {
    const { record } = checkLibraryFile(path);
    if (manifest !== undefined) requireManifest(path, record?.manifest, manifest);
    checkDenied(record?.manifest, limits.denied, path);
  }
}

/** Options are given by name, which that of a file is known to have only when it was opened: before its init. */
function configure(manager: PluginManager, plugins: readonly PlannedPlugin[], configs: Record<string, Values>): void {
  for (const { plugin, config } of plugins)
    if (plugin !== undefined && config !== undefined) configs[plugin.metadata.name] = config;
  manager.hook('afterLoad', ({ path, metadata }) => {
    const config = path === undefined ? undefined : plugins.find((each) => each.path === path)?.config;
    if (metadata !== undefined && config !== undefined) configs[metadata.name] = config;
  });
}

/** Lines of compiled plugins come when the event loop gets to them; a test wants to see them when its run has ended. */
async function logDelivery({ loaded }: BootReport): Promise<() => void> {
  if (!loaded.some(({ kind }) => kind === 'native')) return () => {};
  const { HostSession } = await import('../native/index.js');
  return () => HostSession.deliverLogs();
}

/**
 * @throws the error of the first that does not run
 */
function requireAll({ failed }: BootReport): void {
  const first = failed.find(({ error }) => error.code !== 'DependencyFailed') ?? failed[0];
  if (first !== undefined) throw first.error;
}

function warningsOf({ loaded, warnings }: BootReport): Array<PluginWarning & { plugin?: string }> {
  const own = ({ name, warnings: remarks }: PluginInfo) => remarks.map((warning) => ({ ...warning, plugin: name }));
  return [...loaded.flatMap(own), ...warnings];
}
