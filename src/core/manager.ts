import { NAME_PATTERN } from '../abi/index.js';
import { PluginSystemError, shown } from '../errors/index.js';
import type { Explanation, PluginGraph } from '../graph/index.js';
import type { Pipeline, PipelineRuns, RunOptions, RunReport, StageRegistry } from '../pipelines/index.js';
import type { Plugin } from '../plugin/index.js';
import type { ConflictResolution, PluginConflict } from '../resolution/index.js';
import type { ManagerParts } from './assembly.js';
import { checkPlugin } from './define-plugin.js';
import type { EventListener, EventName, Events } from './events.js';
import type { Hook, HookName, Hooks } from './hooks.js';
import type { Lifecycle } from './lifecycle.js';
import type { PluginManagerOptions } from './options.js';
import type { BootReport, ChangeReport, PluginInfo, StopReport } from './report.js';
import type { ServiceRegistry } from './service-registry.js';
import type { Turns } from './turns.js';

/**
 * Runs plugins, compiled and TypeScript alike, under one lifecycle: discovery, loading, metadata, dependency resolution, registration, stage registration,
 * init, preflight, operation, shutdown in reverse order, unloading.
 */
export class PluginManager {
  /** Stages of the plugins that run. */
  readonly stages: StageRegistry;
  /** Services that plugins offer. */
  readonly services: ServiceRegistry;
  readonly #events: Events;
  readonly #hooks: Hooks;
  readonly #runs: PipelineRuns;
  readonly #lifecycle: Lifecycle;
  readonly #turns: Turns;

  private constructor(parts: ManagerParts) {
    this.stages = parts.registry;
    this.services = parts.services;
    this.#events = parts.events;
    this.#hooks = parts.hooks;
    this.#runs = parts.runs;
    this.#lifecycle = parts.lifecycle;
    this.#turns = parts.turns;
  }

  /**
   * @throws `InvalidOption`, `ContextValueInvalid` (option preflight)
   */
  static async create(options: PluginManagerOptions): Promise<PluginManager> {
    // Imported here, so that importing the package costs little: each file takes most of a millisecond.
    const { assemble } = await import('./assembly.js');
    return new PluginManager(await assemble(options));
  }

  /**
   * Adds a plugin, which `start` will start, as if it lay in one of the directories: a TypeScript one, or by path a compiled one or a module whose default export is one.
   * Once started, use `load`.
   * @throws `PluginDuplicate`, `InvalidState`
   */
  register(plugin: string | Plugin): void {
    if (typeof plugin !== 'string') checkPlugin(plugin, 'register takes a path or a plugin');
    this.#lifecycle.register(plugin);
  }

  /**
   * Finds and opens all plugins and resolves their dependencies and conflicts; starts none. `start` continues from there. Compiled plugins are open from here on:
   * their entry point was called and their metadata read.
   * @throws `InvalidState` if it runs already
   */
  loadAll(): Promise<BootReport> {
    return this.#turns.take('loadAll', () => this.#lifecycle.loadAll());
  }

  /**
   * Finds, opens and starts all plugins. One that fails does not keep the others from running: the report names it, with the reason.
   * @throws `InvalidState` if it runs already
   */
  start(): Promise<BootReport> {
    return this.#turns.take('start', () => this.#lifecycle.start());
  }

  /**
   * Loads and starts one plugin: by path a compiled one, or a module whose default export is one; or a TypeScript one; and those that waited for it. An explicit path is
   * trusted: the file is checked, but opened without a first look.
   * @throws whatever kept it from running; it is rolled back
   */
  load(plugin: string | Plugin): Promise<PluginInfo> {
    return this.#turns.take('load', async () => {
      if (typeof plugin !== 'string') checkPlugin(plugin, 'load takes a path or a plugin');
      return (await this.#lifecycle.load(plugin)).info();
    });
  }

  /**
   * Stops one plugin and forgets it. Runs that use it are waited for, then cancelled.
   * @throws `PluginNotFound`; `InvalidState` while other plugins need it, or use a service of it; `Vetoed`; `ShutdownFailed` (it is gone all the same)
   */
  unload(name: string): Promise<void> {
    return this.#turns.take('unload', () => this.#lifecycle.unload(name));
  }

  /**
   * Switches a plugin off, for this process and later ones. Plugins that need it are stopped before it.
   * @throws `PluginNotFound`; `PluginIsCore` if it is core, or a core plugin needs it; `Vetoed`; `PreferencesUnwritable`. Then nothing has changed
   */
  disable(name: string): Promise<ChangeReport> {
    return this.#turns.take('disable', async () => this.#lifecycle.disable(checkName(name, 'disable')));
  }

  /**
   * Switches a plugin on again, and starts it with those that were stopped for want of it, where the manager runs.
   * @throws `PluginNotFound`, `PreferencesUnwritable`
   */
  enable(name: string): Promise<ChangeReport> {
    return this.#turns.take('enable', async () => this.#lifecycle.enable(checkName(name, 'enable')));
  }

  /** Conflicts that were found since the last start, with what was done about each. */
  conflicts(): PluginConflict[] {
    return this.#lifecycle.conflicts.list();
  }

  /**
   * Decides a conflict, for this process and later ones: who gives way is stopped, who was refused for the other's sake is started. `undefined` forgets what was decided.
   * @throws `ConflictNotFound`, `InvalidOption`, `PluginIsCore`, `Vetoed`, `PreferencesUnwritable`. Then nothing has changed
   */
  resolveConflict(id: string, resolution: ConflictResolution | undefined): Promise<ChangeReport> {
    return this.#turns.take('resolveConflict', () => this.#lifecycle.resolveConflict(id, resolution));
  }

  /**
   * Calls `hook` around a phase or a call; hooks of one name are called in the order in which they were added. One whose name begins with `before` may return
   * `{ veto: 'reason' }`. A hook that fails or is late is warned of and forbids nothing.
   * @returns takes the hook away again
   * @throws `InvalidOption`
   */
  hook<Name extends HookName>(name: Name, hook: Hook<Name>): () => void {
    return this.#hooks.add(name, hook);
  }

  /**
   * Listens to an event. A listener that throws is logged and keeps nobody from anything.
   * @returns stops listening
   * @throws `InvalidOption`
   */
  on<Name extends EventName>(name: Name, listener: EventListener<Name>): () => void {
    return this.#events.on(name, listener);
  }

  /**
   * Runs a pipeline by name, or one given as it is. A stage that fails ends the run: the report says so, and holds what the others did.
   * @throws `PipelineNotFound`, `PipelineInvalid`, `StageNotFound`, `ContextValueInvalid`, `InvalidOption`, `InvalidState`
   */
  async run(pipeline: string | Pipeline, options: RunOptions = {}): Promise<RunReport> {
    if (!this.#lifecycle.isOperating) {
      throw new PluginSystemError('InvalidState', 'the manager was not started, or was stopped', {
        phase: 'operation',
        operation: 'run',
        remedy: 'Call start first.',
      });
    }
    const report = await this.#runs.run(pipeline, options);
    this.#events.emit('run', report);
    return report;
  }

  /** Who needs, uses and excludes whom among the plugins that are known, whether they run or not. `formatGraph` writes it out. */
  graph(): Promise<PluginGraph> {
    return this.#lifecycle.graph();
  }

  /**
   * Why a plugin runs or does not: what it needs, who needs it, and the chain of reasons. `formatExplanation` writes it out.
   * @throws `PluginNotFound`
   */
  async why(name: string): Promise<Explanation> {
    const { explainPlugin } = await import('../graph/why.js');
    return explainPlugin(await this.graph(), name);
  }

  /** Names of the pipelines: those of the options, and those that `start` found in files. */
  pipelines(): string[] {
    return this.#runs.names;
  }

  /** Plugins that run, in the order in which they were started, then those that do not: loaded, disabled or failed. */
  list(): PluginInfo[] {
    return this.#lifecycle.roster.list();
  }

  /**
   * @throws `PluginNotFound`
   */
  get(name: string): PluginInfo {
    return this.#lifecycle.roster.get(name).info();
  }

  has(name: string): boolean {
    return this.#lifecycle.roster.find(name) !== undefined;
  }

  /** Stops all plugins, dependents first, whatever fails. Runs in progress are waited for, then cancelled. A second stop does nothing. */
  stop(): Promise<StopReport> {
    return this.#turns.take('stop', () => this.#lifecycle.stop());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

function checkName(name: unknown, operation: string): string {
  if (typeof name === 'string' && NAME_PATTERN.test(name)) return name;
  throw new PluginSystemError('InvalidOption', `${shown(name)} is no name of a plugin`, { operation });
}
