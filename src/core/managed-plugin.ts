import { type ErrorCode, type Phase, PluginSystemError } from '../errors/index.js';
import type { StageTable } from '../pipelines/index.js';
import type { LedgerEntry, Plugin, PluginHost, PluginMetadata, PluginWarning, Stage, StageContext } from '../plugin/index.js';
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

const NOBODY: ReadonlySet<string> = new Set();

/** What is known of a plugin whose code has not been run. */
export interface Declared {
  /** Name, version and description; the rest is as if it said nothing. */
  readonly metadata: PluginMetadata;
}

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

/** Another plugin has a namespace of `stages`: whether all that have one gave way, so that they can be reserved. */
export type OnTaken = (error: PluginSystemError, stages: readonly Stage[]) => boolean;

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
  milliseconds: Milliseconds = {};
  error: PluginSystemError | undefined;
  isDisabled = false;
  /** Names of those that it cannot run without, and of all that were started before it because it knows them. */
  needs: ReadonlySet<string> = NOBODY;
  knows: ReadonlySet<string> = NOBODY;
  #metadata: PluginMetadata;
  #isDeclared: boolean;
  #plugin: Plugin | undefined;
  #state: PluginState;
  #stages: readonly Stage[] = [];
  #warnings: PluginWarning[] = [];
  /** Of an instance that was destroyed. */
  #ledger: readonly LedgerEntry[] = [];
  readonly #kind: string;
  readonly #surroundings: PluginSurroundings;

  /** An open plugin, or, by what its file declares, one that is not. */
  constructor(source: PluginSource, plugin: Plugin | Declared, surroundings: PluginSurroundings) {
    this.source = source;
    this.#surroundings = surroundings;
    this.#isDeclared = !('registerStages' in plugin);
    this.#metadata = plugin.metadata;
    this.#plugin = 'registerStages' in plugin ? plugin : undefined;
    this.#kind = 'registerStages' in plugin ? plugin.kind : 'native';
    this.#state = 'loaded';
    this.#listen();
  }

  /** What the plugin says of itself; where nothing of it was run, what its file declares. */
  get metadata(): PluginMetadata {
    return this.#metadata;
  }

  /** Nothing of it was run yet: its metadata is name, version and description, and the rest is unknown. */
  get isDeclared(): boolean {
    return this.#isDeclared;
  }

  get name(): string {
    return this.#metadata.name;
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
    return this.#state;
  }

  get stageIds(): readonly string[] {
    return this.#stages.map(({ id }) => id);
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
    this.#metadata = plugin.metadata;
    this.#isDeclared = false;
    this.error = undefined;
    this.milliseconds = {};
    this.#warnings = [];
    this.#ledger = [];
    this.#listen();
    this.#become('loaded');
  }

  /** The same remark is made once in the life of an instance. */
  warn(warning: PluginWarning): void {
    if (this.#warnings.some(({ message }) => message === warning.message)) return;
    this.#warnings.push(warning);
    this.#surroundings.events.warn(warning, this.name);
  }

  /**
   * What failed in this phase or the next two is undone by `refuse`, when those that need the plugin were. `onTaken`: another plugin has a namespace of its stages;
   * whether that one gives way, so that they can be registered.
   */
  async registerStages(dependencies: readonly Plugin[], onTaken: OnTaken): Promise<void> {
    const error = await this.#timed('stages', async () => {
      this.plugin.dependsOn?.(dependencies);
      const { stages: deadline } = this.#surroundings.deadlines;
      // What is late is not heard: nothing may be reserved for it.
      const stages = await within(deadline, `stages of ${this.name}`, () => this.plugin.registerStages());
      this.#reserve(stages, onTaken);
      this.#stages = stages;
    });
    if (error !== undefined) throw error;
    this.#become('registered');
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
    const { preflight: deadline } = this.#surroundings.deadlines;
    const what = `preflight of ${this.name}`;
    const error = await this.#timed('preflight', () => within(deadline, what, () => this.plugin.preflight?.(context)));
    if (error !== undefined) throw error;
  }

  /** It has passed everything: its stages can be run from now on. */
  run(): void {
    this.#surroundings.stages.publish(this.name);
    this.#become('running');
  }

  /** No run that begins from now on finds its stages. */
  hideStages(): void {
    if (this.#state === 'running') this.#surroundings.stages.remove(this.name);
  }

  /** They can be found again: it is not stopped after all. */
  showStages(): void {
    if (this.#state !== 'running') return;
    this.#surroundings.stages.reserve(this.name, this.#stages, this.metadata.requiredStages);
    this.#surroundings.stages.publish(this.name);
  }

  /** Nobody finds a service of it from now on. Those who did may use it until they are stopped, which is before it. */
  closeOffers(): void {
    this.#surroundings.services.withdrawOffers(this.name);
    this.#plugin?.withdrawServices?.();
  }

  /** The operator switched it off. */
  disable(error: PluginSystemError): void {
    this.isDisabled = true;
    this.error = error;
    this.#become('disabled');
  }

  /** Undoes everything that was done, last first. Goes on after a failure and returns the first. `to`: what it is then. */
  async stop(reason: StopReason, to: 'stopped' | 'failed' = 'stopped'): Promise<PluginSystemError | undefined> {
    if (this.#plugin === undefined) return undefined;
    const wasInitialised = this.#state === 'initialised' || this.#state === 'running';
    if (!wasInitialised && this.#state !== 'registered' && this.#state !== 'loaded') return undefined;
    // Without stages of its own there is nothing to remove: what goes by its name belongs to another plugin of that name.
    if (this.#state !== 'loaded') this.#surroundings.stages.remove(this.name);
    this.closeOffers();
    const error = await this.#undo(wasInitialised, reason);
    this.#surroundings.services.endUses(this.name);
    if (error !== undefined) this.error = error;
    this.needs = this.knows = NOBODY;
    this.#stages = [];
    if (this.state === 'abandoned') return error;
    this.#warnings.unshift(...(this.#plugin?.warnings ?? []));
    this.#ledger = this.#plugin.ledger ?? [];
    this.#plugin = undefined;
    if (to === 'stopped') this.#become('stopped');
    return error;
  }

  /** The plugin failed in a phase, or was refused for a reason outside itself, such as its dependencies: undoes everything that was done. */
  async refuse(error: PluginSystemError, reason: StopReason = 'rollback'): Promise<void> {
    const late = await this.stop(reason, 'failed');
    if (late !== undefined) this.warn({ code: late.code, message: `while it was rolled back: ${late.detail}` });
    this.error = error;
    if (this.state !== 'abandoned') this.#become('failed');
  }

  /** A call of it did not return: nothing of it is ever called again, and nobody finds anything of it. */
  #abandon(error: PluginSystemError): void {
    const { stages, services } = this.#surroundings;
    stages.remove(this.name);
    services.withdrawOffers(this.name);
    this.#stages = [];
    this.error = error;
    this.#become('abandoned');
  }

  #listen(): void {
    const plugin = this.#plugin;
    plugin?.onAbandoned?.((error) => {
      if (this.#plugin === plugin) this.#abandon(error);
    });
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
      stages: this.stageIds,
      warnings: [...opened, ...this.#warnings],
      ledger: this.#plugin?.ledger ?? this.#ledger,
      ...(this.error === undefined ? {} : { error: this.error }),
      milliseconds: { ...this.milliseconds },
    });
  }

  /** Adds the time of a phase, and tells who listens. */
  note(phase: Phase, milliseconds: number, error?: PluginSystemError): void {
    this.milliseconds[phase] = (this.milliseconds[phase] ?? 0) + milliseconds;
    this.#surroundings.events.emit('phase', { plugin: this.name, path: this.path, phase, milliseconds, error });
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
    let first: PluginSystemError | undefined;
    if (wasInitialised) {
      const error = await this.#timed('shutdown', () =>
        within(deadlines.shutdown, `shutdown of ${this.name}`, () => this.plugin.shutdown?.()),
      );
      first = error;
      await hooks.after('afterShutdown', { ...about, error });
    }
    const error = await this.#timed('unloading', () =>
      within(deadlines.shutdown, `destroy of ${this.name}`, () => this.plugin.destroy?.()),
    );
    await hooks.after('afterUnload', { ...about, error });
    return first ?? error;
  }

  #reserve(stages: readonly Stage[], onTaken: OnTaken): void {
    for (;;) {
      try {
        this.#surroundings.stages.reserve(this.name, stages, this.metadata.requiredStages);
        return;
      } catch (error) {
        if (!(error instanceof PluginSystemError) || error.code !== 'NamespaceTaken' || !onTaken(error, stages)) throw error;
      }
    }
  }

  #become(to: PluginState): void {
    const from = this.#state;
    if (from === to) return;
    this.#state = to;
    this.#surroundings.events.emit('state', { plugin: this.name, path: this.path, from, to, error: this.error });
  }
}
