import { type ErrorCode, type Phase, PluginSystemError } from '../errors/index.js';
import type { StageTable } from '../pipelines/index.js';
import type { Plugin, PluginHost, PluginMetadata, PluginWarning, Stage, StageContext } from '../plugin/index.js';
import type { Candidate } from '../resolution/index.js';
import { within } from './deadline.js';
import type { Events } from './events.js';
import type { Hooks, StopReason } from './hooks.js';
import type { Deadlines } from './options.js';
import type { PluginInfo, PluginState } from './report.js';
import type { ServiceTable } from './services.js';

const PHASE_CODES: Partial<Record<Phase, ErrorCode>> = {
  stages: 'StageRegistrationFailed',
  init: 'InitFailed',
  preflight: 'PreflightCheckFailed',
  shutdown: 'ShutdownFailed',
};

export type Milliseconds = Partial<Record<Phase, number>>;

/** Where a plugin comes from: enough to start it again after it was destroyed. */
export interface PluginSource {
  /** A TypeScript plugin. */
  readonly plugin?: Plugin | undefined;
  /** Absolute path of the library of a compiled one. */
  readonly path?: string | undefined;
  /** What the file must be. */
  readonly sha256?: string | undefined;
  /** The application named it itself, or the directory that it lies in: only then it may be core. */
  readonly isTrusted: boolean;
}

/** What the plugins of one manager share. */
export interface PluginSurroundings {
  readonly stages: StageTable;
  readonly services: ServiceTable;
  readonly events: Events;
  readonly hooks: Hooks;
  readonly deadlines: Deadlines;
}

/** One plugin on its way through the lifecycle: its state, its times, and what has to be undone. */
export class ManagedPlugin implements Candidate {
  readonly source: PluginSource;
  readonly metadata: PluginMetadata;
  readonly milliseconds: Milliseconds = {};
  error: PluginSystemError | undefined;
  isDisabled = false;
  /** Names of those that it cannot run without, and of all that were started before it because it knows them. */
  needs: ReadonlySet<string> = new Set();
  knows: ReadonlySet<string> = new Set();
  #plugin: Plugin | undefined;
  #state: PluginState = 'stopped';
  #stageIds: readonly string[] = [];
  #warnings: PluginWarning[] = [];
  readonly #kind: string;
  readonly #surroundings: PluginSurroundings;

  /** `plugin`: undefined if it is not open. */
  constructor(source: PluginSource, metadata: PluginMetadata, plugin: Plugin | undefined, surroundings: PluginSurroundings) {
    this.source = source;
    this.metadata = metadata;
    this.#kind = plugin?.kind ?? 'native';
    this.#surroundings = surroundings;
    if (plugin !== undefined) this.open(plugin);
  }

  get name(): string {
    return this.metadata.name;
  }

  get path(): string | undefined {
    return this.source.path;
  }

  get isCore(): boolean {
    return this.metadata.isCore && this.source.isTrusted;
  }

  get isRunning(): boolean {
    return this.#state === 'running';
  }

  get state(): PluginState {
    return this.#plugin?.abandoned === true ? 'abandoned' : this.#state;
  }

  get stageIds(): readonly string[] {
    return this.#stageIds;
  }

  /** Not destroyed yet. */
  get isOpen(): boolean {
    return this.#plugin !== undefined;
  }

  /** The open plugin. */
  get plugin(): Plugin {
    if (this.#plugin === undefined) throw new PluginSystemError('Internal', 'the plugin is not open', { plugin: this.name });
    return this.#plugin;
  }

  /** A fresh instance of it: it may be started. */
  open(plugin: Plugin): void {
    this.#plugin = plugin;
    this.error = undefined;
    this.#warnings = [];
    this.#become('loaded');
  }

  warn(warning: PluginWarning): void {
    this.#warnings.push(warning);
    this.#surroundings.events.warn(warning, this.name);
  }

  /**
   * What failed in this phase or the next two is undone by `refuse`, when those that need the plugin were. `onTaken`: another plugin has a namespace of its stages;
   * whether that one gives way, so that they can be registered.
   */
  async registerStages(dependencies: readonly Plugin[], onTaken: (error: PluginSystemError) => boolean): Promise<void> {
    await this.#phase('stages', this.#surroundings.deadlines.stages, async () => {
      this.plugin.dependsOn?.(dependencies);
      const stages = await this.plugin.registerStages();
      this.#reserve(stages, onTaken);
      this.#stageIds = stages.map((stage) => stage.id);
    });
    this.#become('registered');
  }

  /** Its stages can be run from now on. */
  publishStages(): void {
    this.#surroundings.stages.publish(this.name);
  }

  async init(host: PluginHost): Promise<void> {
    const { hooks, deadlines, services } = this.#surroundings;
    const about = { plugin: this.name, path: this.path, metadata: this.metadata };
    let error = await hooks.before('beforeInit', about);
    error ??= await this.#timed('init', async () => {
      await within(deadlines.init, `init of ${this.name}`, () => this.plugin.init?.(host));
      // From here on shutdown is owed, also if what it offers is refused.
      this.#become('initialised');
      if (this.plugin.services !== undefined) services.offer(this.name, this.plugin.services());
    });
    await hooks.after('afterInit', { ...about, error });
    if (error !== undefined) throw error.within({ ...about, phase: 'init' });
  }

  async preflight(context: StageContext): Promise<void> {
    await this.#phase('preflight', this.#surroundings.deadlines.preflight, () => this.plugin.preflight?.(context));
    this.#become('running');
  }

  /** The operator switched it off. */
  disable(error: PluginSystemError): void {
    this.isDisabled = true;
    this.error = error;
    this.#become('disabled');
  }

  /** Undoes everything that was done, last first. Goes on after a failure and returns the first. */
  async stop(reason: StopReason): Promise<PluginSystemError | undefined> {
    const wasInitialised = this.#state === 'initialised' || this.#state === 'running';
    if (!wasInitialised && this.#state !== 'registered' && this.#state !== 'loaded') return undefined;
    // Without stages of its own there is nothing to remove: what goes by its name belongs to another plugin of that name.
    if (this.#state !== 'loaded') this.#surroundings.stages.remove(this.name);
    if (wasInitialised) this.#surroundings.services.withdrawOffers(this.name);
    const error = await this.#undo(wasInitialised, reason);
    if (wasInitialised) this.#surroundings.services.forgetUses(this.name);
    if (error !== undefined) this.error = error;
    this.#become('stopped');
    if (this.#plugin?.abandoned === true) return error;
    this.#warnings.unshift(...(this.#plugin?.warnings ?? []));
    this.#plugin = undefined;
    return error;
  }

  /** The plugin failed in a phase, or was refused for a reason outside itself, such as its dependencies: undoes everything that was done. */
  async refuse(error: PluginSystemError, reason: StopReason = 'rollback'): Promise<void> {
    await this.stop(reason);
    this.error = error;
    this.#become('failed');
  }

  info(): PluginInfo {
    const opened = this.#plugin?.warnings ?? [];
    return Object.freeze({
      name: this.name,
      version: this.metadata.version,
      metadata: this.metadata,
      kind: this.#kind,
      isCore: this.isCore,
      ...(this.path === undefined ? {} : { path: this.path }),
      state: this.state,
      stages: this.#stageIds,
      warnings: [...opened, ...this.#warnings],
      ...(this.error === undefined ? {} : { error: this.error }),
      milliseconds: { ...this.milliseconds },
    });
  }

  /** Adds the time of a phase, and tells who listens. */
  note(phase: Phase, milliseconds: number, error?: PluginSystemError): void {
    this.milliseconds[phase] = (this.milliseconds[phase] ?? 0) + milliseconds;
    this.#surroundings.events.emit('phase', { plugin: this.name, path: this.path, phase, milliseconds, error });
  }

  async #phase(phase: Phase, deadline: number, work: () => void | Promise<void>): Promise<void> {
    const error = await this.#timed(phase, () => within(deadline, `${phase} of ${this.name}`, work));
    if (error !== undefined) throw error;
  }

  /** Runs one phase; the failure is returned, placed and announced. */
  async #timed(phase: Phase, work: () => void | Promise<void>): Promise<PluginSystemError | undefined> {
    const began = performance.now();
    let error: PluginSystemError | undefined;
    try {
      await work();
    } catch (thrown) {
      error = PluginSystemError.fromThrown(thrown, PHASE_CODES[phase] ?? 'Internal', {
        plugin: this.name,
        path: this.path,
        phase,
        operation: phase,
      });
    }
    this.note(phase, performance.now() - began, error);
    return error;
  }

  async #undo(wasInitialised: boolean, reason: StopReason): Promise<PluginSystemError | undefined> {
    const { hooks, deadlines } = this.#surroundings;
    const about = { plugin: this.name, path: this.path, metadata: this.metadata, reason };
    this.#stageIds = [];
    let first: PluginSystemError | undefined;
    if (wasInitialised) {
      const error = await this.#timed('shutdown', () =>
        within(deadlines.shutdown, `shutdown of ${this.name}`, () => this.plugin.shutdown?.()),
      );
      first = error;
      await hooks.after('afterShutdown', { ...about, error });
    }
    const error = await this.#timed('unloading', () => this.plugin.destroy?.());
    await hooks.after('afterUnload', { ...about, error });
    return first ?? error;
  }

  #reserve(stages: readonly Stage[], onTaken: (error: PluginSystemError) => boolean): void {
    for (;;) {
      try {
        this.#surroundings.stages.reserve(this.name, stages, this.metadata.requiredStages);
        return;
      } catch (error) {
        if (!(error instanceof PluginSystemError) || error.code !== 'NamespaceTaken' || !onTaken(error)) throw error;
      }
    }
  }

  #become(to: PluginState): void {
    const from = this.#state;
    this.#state = to;
    if (from === to) return;
    this.#surroundings.events.emit('state', { plugin: this.name, path: this.path, from, to, error: this.error });
  }
}
