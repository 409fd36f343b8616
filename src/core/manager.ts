import { resolve } from 'node:path';
import { type Phase, PluginSystemError } from '../errors/index.js';
import {
  type Pipeline,
  type PipelineRuns,
  type RunOptions,
  type RunReport,
  StageRegistry,
  StageTable,
} from '../pipelines/index.js';
import type { Logger, Plugin } from '../plugin/index.js';
import { importNativeParts, lookAtAll, type NativeParts, openPlugin } from './boot.js';
import { checkPlugin } from './define-plugin.js';
import { discover } from './directories.js';
import { makeLogger } from './logging.js';
import { ManagedPlugin } from './managed-plugin.js';
import { type PluginManagerOptions, type ResolvedOptions, resolveOptions } from './options.js';
import { duplicate, PluginSet } from './plugin-set.js';
import type { BootReport, FailedPlugin, PluginInfo, StopReport } from './report.js';
import { Turns } from './turns.js';

/**
 * Runs plugins, compiled and TypeScript alike, under one lifecycle: discovery, loading, metadata, dependency resolution, registration, stage registration,
 * init, preflight, operation, shutdown in reverse order, unloading.
 */
export class PluginManager {
  /** Stages of the plugins that run. */
  readonly stages: StageRegistry;
  readonly #table: StageTable;
  readonly #options: ResolvedOptions;
  readonly #log: Logger;
  #nativeParts: Promise<NativeParts> | undefined;
  readonly #registered: Plugin[] = [];
  readonly #plugins: PluginSet;
  readonly #runs: PipelineRuns;
  #state: 'idle' | 'starting' | 'running' | 'stopped' = 'idle';
  #stopping = false;
  readonly #turns = new Turns();

  private constructor(options: ResolvedOptions, log: Logger, table: StageTable, runs: PipelineRuns) {
    this.#options = options;
    this.#log = log;
    this.#table = table;
    this.stages = new StageRegistry(table);
    this.#runs = runs;
    this.#plugins = new PluginSet(options, log);
  }

  /**
   * @throws `InvalidOption`
   */
  static async create(options: PluginManagerOptions): Promise<PluginManager> {
    const resolved = resolveOptions(options);
    const log = await makeLogger(resolved.app, resolved.logger, resolved.logLevel);
    // Imported here, so that importing the package costs little: each file takes most of a millisecond.
    const { PipelineRuns } = await import('../pipelines/pipeline-runs.js');
    const table = new StageTable();
    return new PluginManager(resolved, log, table, new PipelineRuns(resolved, table, log));
  }

  /**
   * Adds a TypeScript plugin, which `start` will start. Once started, use `load`.
   * @throws `PluginDuplicate`, `InvalidState`
   */
  register(plugin: Plugin): void {
    checkPlugin(plugin, 'register takes a plugin');
    const { name } = plugin.metadata;
    if (this.#state === 'running' || this.#state === 'starting') {
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
    return this.#turns.take('start', async () => {
      if (this.#state === 'running')
        throw new PluginSystemError('InvalidState', 'the manager runs already', {
          operation: 'start',
          remedy: 'Call stop first.',
        });
      const before = this.#state;
      this.#state = 'starting';
      try {
        const report = await this.#start();
        this.#state = 'running';
        return report;
      } catch (error) {
        this.#state = before;
        throw error;
      }
    });
  }

  /**
   * Loads and starts one plugin: a compiled one by path, or a TypeScript one. An explicit path is trusted: the file is checked, but opened without a first look.
   * @throws whatever kept it from running; it is rolled back
   */
  load(plugin: string | Plugin): Promise<PluginInfo> {
    return this.#turns.take('load', async () => {
      if (typeof plugin !== 'string') checkPlugin(plugin, 'load takes a path or a plugin');
      const entry =
        typeof plugin === 'string'
          ? await openPlugin(resolve(plugin), (await this.#native()).driver, this.#table)
          : new ManagedPlugin(plugin, this.#table);
      const failed: FailedPlugin[] = [];
      await this.#plugins.bringUp([entry], failed);
      if (failed[0] !== undefined) throw failed[0].error;
      return entry.info();
    });
  }

  /**
   * Stops one plugin and forgets it. Runs that use it are waited for, then cancelled.
   * @throws `PluginNotFound`; `InvalidState` while other plugins need it; `ShutdownFailed` (it is gone all the same)
   */
  unload(name: string): Promise<void> {
    return this.#turns.take('unload', async () => {
      const entry = this.#plugins.get(name);
      const dependents = this.#plugins.dependentsOf(name);
      if (dependents.length > 0) {
        const who = `${dependents.join(', ')} ${dependents.length === 1 ? 'needs' : 'need'} it`;
        throw new PluginSystemError('InvalidState', who, { plugin: name, phase: 'unloading', remedy: 'Unload those first.' });
      }
      if (!this.#plugins.delete(name)) return;
      this.#table.remove(name);
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
    if (this.#stopping || (this.#state !== 'running' && this.#plugins.isEmpty)) {
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
    return this.#plugins.list();
  }

  /**
   * @throws `PluginNotFound`
   */
  get(name: string): PluginInfo {
    return this.#plugins.get(name).info();
  }

  has(name: string): boolean {
    return this.#plugins.has(name);
  }

  /** Stops all plugins, last started first, whatever fails. Runs in progress are waited for, then cancelled. A second stop does nothing. */
  stop(): Promise<StopReport> {
    return this.#turns.take('stop', async () => {
      this.#state = 'stopped';
      // A run that begins now would find plugins stopped under it.
      this.#stopping = true;
      await this.#runs.drain();
      const stopped: string[] = [];
      const failed: FailedPlugin[] = [];
      for (const entry of this.#plugins.running.reverse()) {
        const error = await entry.stop();
        if (entry.state !== 'abandoned') stopped.push(entry.name);
        if (error !== undefined) failed.push({ name: entry.name, path: entry.plugin.path, error });
      }
      this.#plugins.clearRunning();
      this.#stopping = false;
      return { stopped, failed };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #start(): Promise<BootReport> {
    this.#plugins.clearFailed();
    const began = performance.now();
    const failed: FailedPlugin[] = [];
    const discovery = discover(this.#options.directories, this.#options.optionalDirectories);
    const looked = performance.now();
    const paths = await this.#lookAtAll(discovery.paths, failed);
    const lookMs = performance.now() - looked;
    const entries = [
      ...this.#registered.map((plugin) => new ManagedPlugin(plugin, this.#table)),
      ...(await this.#openAll(paths, failed)),
    ];
    const resolutionMs = await this.#plugins.bringUp(entries, failed);
    return {
      loaded: this.#plugins.running.map((entry) => entry.info()),
      failed,
      warnings: discovery.warnings,
      milliseconds: { discovery: looked - began, resolution: resolutionMs, ...sumPhases(this.#plugins.all, lookMs) },
      totalMilliseconds: performance.now() - began,
    };
  }

  #native(): Promise<NativeParts> {
    this.#nativeParts ??= importNativeParts(this.#options, this.#log);
    return this.#nativeParts;
  }

  async #lookAtAll(paths: readonly string[], failed: FailedPlugin[]): Promise<ReadonlyMap<string, string>> {
    return paths.length === 0 ? new Map() : lookAtAll(paths, (await this.#native()).firstLook, failed);
  }

  async #openAll(looked: ReadonlyMap<string, string>, failed: FailedPlugin[]): Promise<ManagedPlugin[]> {
    if (looked.size === 0) return [];
    const { driver } = await this.#native();
    const opened: ManagedPlugin[] = [];
    for (const [path, sha256] of looked) {
      try {
        opened.push(await openPlugin(path, driver, this.#table, sha256));
      } catch (error) {
        const typed = PluginSystemError.from(error, 'Internal');
        failed.push({ name: typed.plugin, path, error: typed });
      }
    }
    return opened;
  }
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
