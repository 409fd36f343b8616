import { resolve } from 'node:path';
import { nearest, type Phase, PluginSystemError } from '../errors/index.js';
import type { Logger, Plugin } from '../plugin/index.js';
import { importNativeParts, lookAtAll, type NativeParts, openPlugin } from './boot.js';
import { CancellationSource } from './cancellation.js';
import { discover } from './directories.js';
import { loadOrder } from './load-order.js';
import { makeLogger } from './logging.js';
import { ManagedPlugin } from './managed-plugin.js';
import { type PluginManagerOptions, type ResolvedOptions, resolveOptions } from './options.js';
import type { Pipeline } from './pipeline.js';
import type { PipelineRuns, RunOptions } from './pipeline-runs.js';
import type { BootReport, FailedPlugin, PluginInfo, RunReport, StopReport } from './report.js';
import { StageContextView } from './stage-context.js';
import { StageRegistry } from './stage-registry.js';

/**
 * Runs plugins, compiled and TypeScript alike, under one lifecycle: discovery, loading, metadata, dependency resolution, registration, stage registration,
 * init, preflight, operation, shutdown in reverse order, unloading.
 */
export class PluginManager {
  /** Stages of the plugins that run. */
  readonly stages: StageRegistry;
  readonly #options: ResolvedOptions;
  readonly #log: Logger;
  #nativeParts: Promise<NativeParts> | undefined;
  readonly #registered: Plugin[] = [];
  /** In the order in which they were started. */
  readonly #running = new Map<string, ManagedPlugin>();
  readonly #failed = new Map<string, ManagedPlugin>();
  readonly #runs: PipelineRuns;
  #state: 'idle' | 'running' | 'stopped' = 'idle';
  #stopping = false;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(options: ResolvedOptions, log: Logger, stages: StageRegistry, runs: PipelineRuns) {
    this.#options = options;
    this.#log = log;
    this.stages = stages;
    this.#runs = runs;
  }

  /**
   * @throws `InvalidOption`
   */
  static async create(options: PluginManagerOptions): Promise<PluginManager> {
    const resolved = resolveOptions(options);
    const log = await makeLogger(resolved.app, resolved.logger, resolved.logLevel);
    // Imported here, so that importing the package costs little: each file takes most of a millisecond.
    const { PipelineRuns } = await import('./pipeline-runs.js');
    const stages = new StageRegistry();
    return new PluginManager(resolved, log, stages, new PipelineRuns(resolved, stages, log));
  }

  /**
   * Adds a TypeScript plugin, which `start` will start. Once started, use `load`.
   * @throws `PluginDuplicate`, `InvalidState`
   */
  register(plugin: Plugin): void {
    checkPlugin(plugin, 'register takes a plugin');
    const { name } = plugin.metadata;
    if (this.#state === 'running') {
      throw new PluginSystemError('InvalidState', 'the manager runs already', {
        plugin: name,
        phase: 'registration',
        remedy: 'Use `await manager.load(plugin)`.',
      });
    }
    if (this.#registered.some((other) => other.metadata.name === name)) throw duplicate(name, undefined, undefined);
    this.#registered.push(plugin);
  }

  /**
   * Finds, opens and starts all plugins. One that fails does not keep the others from running: the report names it, with the reason.
   * @throws `InvalidState` if it runs already
   */
  start(): Promise<BootReport> {
    return this.#exclusive(async () => {
      if (this.#state === 'running')
        throw new PluginSystemError('InvalidState', 'the manager runs already', { operation: 'start' });
      this.#state = 'running';
      this.#failed.clear();
      const began = performance.now();
      const failed: FailedPlugin[] = [];
      const discovery = discover(this.#options.directories, this.#options.optionalDirectories);
      const discoveryMs = performance.now() - began;
      const looked = performance.now();
      const paths = await this.#lookAtAll(discovery.paths, failed);
      const lookMs = performance.now() - looked;
      const entries = [
        ...this.#registered.map((plugin) => new ManagedPlugin(plugin, this.stages)),
        ...(await this.#openAll(paths, failed)),
      ];
      const resolving = performance.now();
      const unique = await this.#refuseDuplicates(entries, failed);
      const { order, failed: unresolved } = loadOrder(unique, new Set(this.#running.keys()));
      for (const { entry, error } of unresolved) await this.#refuse(entry, error, failed);
      const resolutionMs = performance.now() - resolving;
      await this.#bringUp(order, failed);
      const all = [...this.#running.values(), ...this.#failed.values()];
      return {
        loaded: [...this.#running.values()].map((entry) => entry.info()),
        failed,
        warnings: discovery.warnings,
        milliseconds: { discovery: discoveryMs, resolution: resolutionMs, ...sumPhases(all, lookMs) },
        totalMilliseconds: performance.now() - began,
      };
    });
  }

  /**
   * Loads and starts one plugin: a compiled one by path, or a TypeScript one. An explicit path is trusted: the file is checked, but opened without a first look.
   * @throws whatever kept it from running; it is rolled back
   */
  load(plugin: string | Plugin): Promise<PluginInfo> {
    return this.#exclusive(async () => {
      if (typeof plugin !== 'string') checkPlugin(plugin, 'load takes a path or a plugin');
      const entry =
        typeof plugin === 'string'
          ? openPlugin(resolve(plugin), (await this.#native()).driver, this.stages)
          : new ManagedPlugin(plugin, this.stages);
      const failed: FailedPlugin[] = [];
      const [unique] = await this.#refuseDuplicates([entry], failed);
      const { order, failed: unresolved } = loadOrder(unique === undefined ? [] : [unique], new Set(this.#running.keys()));
      for (const refused of unresolved) await this.#refuse(refused.entry, refused.error, failed);
      await this.#bringUp(order, failed);
      if (failed[0] !== undefined) throw failed[0].error;
      return entry.info();
    });
  }

  /**
   * Stops one plugin and forgets it. Runs that use it are waited for, then cancelled.
   * @throws `PluginNotFound`; `InvalidState` while other plugins need it; `ShutdownFailed` (it is gone all the same)
   */
  unload(name: string): Promise<void> {
    return this.#exclusive(async () => {
      const entry = this.#find(name);
      const dependents = [...this.#running.values()].filter((other) => needs(other, name)).map((other) => other.name);
      if (dependents.length > 0) {
        throw new PluginSystemError(
          'InvalidState',
          `${dependents.join(', ')} ${dependents.length === 1 ? 'needs' : 'need'} it`,
          {
            plugin: name,
            phase: 'unloading',
            remedy: 'Unload those first.',
          },
        );
      }
      this.#failed.delete(name);
      if (!this.#running.delete(name)) return;
      this.stages.remove(name);
      await this.#runs.drain(name);
      const error = await entry.stop();
      if (error !== undefined) throw error;
    });
  }

  /**
   * Runs a pipeline by name, or one given as it is. A stage that fails ends the run: the report says so, and holds what the others did.
   * @throws `PipelineNotFound`, `PipelineInvalid`, `StageNotFound`, `ContextValueInvalid`, `InvalidOption`, `InvalidState`
   */
  async run(pipeline: string | Pipeline, options: RunOptions = {}): Promise<RunReport> {
    if (this.#stopping || (this.#state !== 'running' && this.#running.size === 0)) {
      throw new PluginSystemError('InvalidState', 'the manager was not started, or was stopped', {
        phase: 'operation',
        operation: 'run',
        remedy: 'Call start first.',
      });
    }
    return this.#runs.run(pipeline, options);
  }

  /** Plugins that run or failed, in the order in which they were started. */
  list(): PluginInfo[] {
    return [...this.#running.values(), ...this.#failed.values()].map((entry) => entry.info());
  }

  /**
   * @throws `PluginNotFound`
   */
  get(name: string): PluginInfo {
    return this.#find(name).info();
  }

  has(name: string): boolean {
    return this.#running.has(name) || this.#failed.has(name);
  }

  /** Stops all plugins, last started first, whatever fails. Runs in progress are waited for, then cancelled. A second stop does nothing. */
  stop(): Promise<StopReport> {
    return this.#exclusive(async () => {
      this.#state = 'stopped';
      // A run that begins now would find plugins stopped under it.
      this.#stopping = true;
      await this.#runs.drain();
      const stopped: string[] = [];
      const failed: FailedPlugin[] = [];
      for (const entry of [...this.#running.values()].reverse()) {
        const error = await entry.stop();
        stopped.push(entry.name);
        if (error !== undefined) failed.push({ name: entry.name, path: entry.plugin.path, error });
      }
      this.#running.clear();
      this.#stopping = false;
      return { stopped, failed };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #native(): Promise<NativeParts> {
    this.#nativeParts ??= importNativeParts(this.#options, this.#log);
    return this.#nativeParts;
  }

  async #lookAtAll(paths: readonly string[], failed: FailedPlugin[]): Promise<string[]> {
    return paths.length === 0 ? [] : lookAtAll(paths, (await this.#native()).firstLook, failed);
  }

  async #openAll(paths: readonly string[], failed: FailedPlugin[]): Promise<ManagedPlugin[]> {
    if (paths.length === 0) return [];
    const { driver } = await this.#native();
    return paths.flatMap((path) => {
      try {
        return [openPlugin(path, driver, this.stages)];
      } catch (error) {
        const typed = PluginSystemError.from(error, 'Internal');
        failed.push({ name: typed.plugin, path, error: typed });
        return [];
      }
    });
  }

  async #refuseDuplicates(entries: readonly ManagedPlugin[], failed: FailedPlugin[]): Promise<ManagedPlugin[]> {
    const first = new Map<string, ManagedPlugin>(this.#running);
    const unique: ManagedPlugin[] = [];
    for (const entry of entries) {
      const other = first.get(entry.name);
      if (other === undefined) {
        first.set(entry.name, entry);
        unique.push(entry);
        continue;
      }
      const error = duplicate(entry.name, entry.plugin.path, other.plugin.path);
      await entry.refuse(error);
      failed.push({ name: entry.name, path: entry.plugin.path, error });
    }
    return unique;
  }

  /** Takes ordered plugins through stage registration, init and preflight, each phase for all before the next. */
  async #bringUp(order: readonly ManagedPlugin[], failed: FailedPlugin[]): Promise<void> {
    let alive = [...order];
    const forEach = async (phase: (entry: ManagedPlugin) => Promise<void>) => {
      const fallen = new Map<ManagedPlugin, PluginSystemError>();
      for (const entry of alive) {
        const [cause] = [...fallen].filter(([other]) => needs(entry, other.name));
        try {
          if (cause !== undefined) throw dependencyFailed(entry, cause[0].name, cause[1]);
          await phase(entry);
        } catch (error) {
          fallen.set(entry, PluginSystemError.from(error, 'Internal'));
        }
      }
      // Last first: what needs a plugin is shut down before it.
      for (const [entry, error] of [...fallen].reverse()) await entry.refuse(error);
      for (const [entry, error] of fallen) this.#noteFailure(entry, error, failed);
      alive = alive.filter((entry) => !fallen.has(entry));
    };
    await forEach((entry) => entry.registerStages());
    await forEach((entry) => entry.init(this.#hostFor(entry)));
    await forEach(async (entry) => {
      await entry.preflight(this.#preflightContext(entry));
      this.#running.set(entry.name, entry);
    });
  }

  async #refuse(entry: ManagedPlugin, error: PluginSystemError, failed: FailedPlugin[]): Promise<void> {
    await entry.refuse(error.within({ path: entry.plugin.path }));
    this.#noteFailure(entry, error, failed);
  }

  #noteFailure(entry: ManagedPlugin, error: PluginSystemError, failed: FailedPlugin[]): void {
    this.#failed.set(entry.name, entry);
    failed.push({ name: entry.name, path: entry.plugin.path, error });
    this.#log.warn({ plugin: entry.name, code: error.code }, error.message);
  }

  #hostFor(entry: ManagedPlugin) {
    const { app, apiVersion, configDirectory, config } = this.#options;
    return { app, apiVersion, configDirectory, config: config[entry.name] ?? {}, log: this.#log.child({ plugin: entry.name }) };
  }

  #preflightContext(entry: ManagedPlugin): StageContextView {
    return new StageContextView({
      stage: '',
      mode: 'live',
      configDirectory: this.#options.configDirectory,
      cancellation: new CancellationSource(),
      values: new Map(),
      readOnly: true,
      log: () => this.#log.child({ plugin: entry.name }),
    });
  }

  #find(name: string): ManagedPlugin {
    const entry = this.#running.get(name) ?? this.#failed.get(name);
    if (entry !== undefined) return entry;
    const near = nearest(String(name), [...this.#running.keys(), ...this.#failed.keys()]);
    throw new PluginSystemError('PluginNotFound', `there is no plugin ${JSON.stringify(name)}`, {
      ...(near === undefined ? {} : { remedy: `Did you mean ${JSON.stringify(near)}?` }),
    });
  }

  /** One change of the set of plugins at a time, in the order in which they were asked for. */
  #exclusive<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

/** @throws `InvalidOption` */
function checkPlugin(plugin: Plugin, wanted: string): void {
  if (typeof plugin?.metadata?.name === 'string') return;
  throw new PluginSystemError('InvalidOption', `${wanted}; make one with definePlugin`);
}

function needs(entry: ManagedPlugin, name: string): boolean {
  return entry.metadata.dependencies.some((dependency) => dependency.required && dependency.name === name);
}

function dependencyFailed(entry: ManagedPlugin, name: string, cause: PluginSystemError): PluginSystemError {
  return new PluginSystemError('DependencyFailed', `${entry.name} needs plugin ${name}, which failed: ${cause.detail}`, {
    plugin: entry.name,
    path: entry.plugin.path,
    phase: 'resolution',
    operation: 'dependencies',
    cause,
  });
}

function duplicate(name: string, path: string | undefined, other: string | undefined): PluginSystemError {
  const where = other === undefined ? 'a TypeScript plugin' : other;
  return new PluginSystemError('PluginDuplicate', `the name ${name} is taken by ${where}`, {
    plugin: name,
    path,
    phase: 'registration',
  });
}

function sumPhases(entries: readonly ManagedPlugin[], lookMs: number): Partial<Record<Phase, number>> {
  const sums: Partial<Record<Phase, number>> = { loading: lookMs };
  for (const entry of entries) {
    for (const [phase, milliseconds] of Object.entries(entry.milliseconds) as Array<[Phase, number]>) {
      sums[phase] = (sums[phase] ?? 0) + milliseconds;
    }
  }
  return sums;
}
