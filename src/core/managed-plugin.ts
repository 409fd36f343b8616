import { channel } from 'node:diagnostics_channel';
import { type ErrorCode, type Phase, PluginSystemError } from '../errors/index.js';
import type { StageTable } from '../pipelines/index.js';
import type { Plugin, PluginHost, PluginMetadata, StageContext } from '../plugin/index.js';
import type { PluginInfo, PluginState } from './report.js';

/** What subscribers of the diagnostics channel `mortise:phase` get, once for each phase of each plugin. */
export interface PhaseEvent {
  readonly plugin: string | undefined;
  readonly path: string | undefined;
  readonly phase: Phase;
  readonly milliseconds: number;
  readonly error: PluginSystemError | undefined;
}

const phases = channel('mortise:phase');

export function announcePhase(event: PhaseEvent): void {
  if (phases.hasSubscribers) phases.publish(event);
}

const PHASE_CODES: Partial<Record<Phase, ErrorCode>> = {
  stages: 'StageRegistrationFailed',
  init: 'InitFailed',
  preflight: 'PreflightCheckFailed',
  shutdown: 'ShutdownFailed',
};

/** One plugin on its way through the lifecycle: its state, its times, and what has to be undone. */
export class ManagedPlugin {
  readonly plugin: Plugin;
  readonly milliseconds: Partial<Record<Phase, number>>;
  error: PluginSystemError | undefined;
  #state: PluginState = 'loaded';
  #stageIds: readonly string[] = [];
  readonly #stages: StageTable;

  constructor(plugin: Plugin, stages: StageTable, milliseconds: Partial<Record<Phase, number>> = {}) {
    this.plugin = plugin;
    this.#stages = stages;
    this.milliseconds = milliseconds;
  }

  get metadata(): PluginMetadata {
    return this.plugin.metadata;
  }

  get name(): string {
    return this.plugin.metadata.name;
  }

  get state(): PluginState {
    return this.plugin.abandoned === true ? 'abandoned' : this.#state;
  }

  /** What failed in this phase or the next two is undone by `refuse`, when those that need the plugin were. */
  async registerStages(): Promise<void> {
    await this.#phase('stages', async () => {
      const stages = await this.plugin.registerStages();
      this.#stages.reserve(this.name, stages, this.metadata.requiredStages);
      this.#stageIds = stages.map((stage) => stage.id);
    });
    this.#state = 'registered';
  }

  /** Its stages can be run from now on. */
  publishStages(): void {
    this.#stages.publish(this.name);
  }

  async init(host: PluginHost): Promise<void> {
    await this.#phase('init', () => this.plugin.init?.(host));
    this.#state = 'initialised';
  }

  async preflight(context: StageContext): Promise<void> {
    await this.#phase('preflight', () => this.plugin.preflight?.(context));
    this.#state = 'running';
  }

  /** Undoes everything that was done, last first. Goes on after a failure and returns the first. */
  async stop(): Promise<PluginSystemError | undefined> {
    const wasInitialised = this.#state === 'initialised' || this.#state === 'running';
    if (!wasInitialised && this.#state !== 'registered' && this.#state !== 'loaded') return undefined;
    // Without stages of its own there is nothing to remove: what goes by its name belongs to another plugin of that name.
    if (this.#state !== 'loaded') this.#stages.remove(this.name);
    this.#state = 'stopped';
    const errors = await this.#undo(wasInitialised);
    const [first] = errors;
    if (first !== undefined) this.error = first;
    return first;
  }

  /** The plugin failed in a phase, or was refused for a reason outside itself, such as its dependencies: undoes everything that was done. */
  async refuse(error: PluginSystemError): Promise<void> {
    await this.stop();
    this.#state = 'failed';
    this.error = error;
  }

  info(): PluginInfo {
    const { path, warnings = [] } = this.plugin;
    return Object.freeze({
      name: this.name,
      version: this.metadata.version,
      metadata: this.metadata,
      kind: this.plugin.kind,
      ...(path === undefined ? {} : { path }),
      state: this.state,
      stages: this.#stageIds,
      warnings: [...warnings],
      ...(this.error === undefined ? {} : { error: this.error }),
      milliseconds: { ...this.milliseconds },
    });
  }

  async #phase(phase: Phase, work: () => void | Promise<void>): Promise<void> {
    const error = await this.#timed(phase, work);
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
        path: this.plugin.path,
        phase,
        operation: phase,
      });
    }
    const milliseconds = performance.now() - began;
    this.milliseconds[phase] = (this.milliseconds[phase] ?? 0) + milliseconds;
    announcePhase({ plugin: this.name, path: this.plugin.path, phase, milliseconds, error });
    return error;
  }

  async #undo(wasInitialised: boolean): Promise<PluginSystemError[]> {
    const errors: Array<PluginSystemError | undefined> = [];
    this.#stageIds = [];
    if (wasInitialised) errors.push(await this.#timed('shutdown', () => this.plugin.shutdown?.()));
    errors.push(await this.#timed('unloading', () => this.plugin.destroy?.()));
    return errors.filter((error) => error !== undefined);
  }
}
