import { setTimeout as sleep } from 'node:timers/promises';
import { describeResult, MORTISE_OK, PLUGIN_STATES, SERVICES_EXTENSION, toTransfer } from '../abi/index.js';
import { PluginSystemError } from '../errors/index.js';
import type { PluginHandle, Pointer } from '../ffi/index.js';
import type {
  LedgerEntry,
  Logger,
  Plugin,
  PluginHost,
  PluginMetadata,
  PluginWarning,
  ServiceOffer,
  Stage,
  StageContext,
} from '../plugin/index.js';
import type { GuardedPlugin } from '../safety/index.js';
import { BatchTransfer } from './batch-transfer.js';
import type { LibraryFile } from './library-file.js';
import { NativeStage } from './native-stage.js';
import type { PluginLogs } from './plugin-log.js';
import { PluginServices } from './plugin-services.js';
import type { HostSession } from './session.js';
import type { NativeStageRunner } from './stage-runner.js';
import { EntryWriter, readStageRecord, type StageRecord } from './wire.js';

/** How often a plugin that is to be shut down is looked at while a call is in progress, in milliseconds. */
const IDLE_POLL_MS = 5;

/** What the plugins of one opener share. */
export interface NativeSurroundings {
  readonly session: HostSession;
  readonly runner: NativeStageRunner;
  readonly logs: PluginLogs;
}

/** A compiled plugin as the manager sees every plugin. */
export class NativePlugin implements Plugin {
  readonly kind = 'native';
  readonly metadata: PluginMetadata;
  readonly path: string;
  readonly file: LibraryFile;
  readonly #session: HostSession;
  readonly #handle: PluginHandle;
  readonly #guarded: GuardedPlugin;
  readonly #runner: NativeStageRunner;
  readonly #logs: PluginLogs;
  readonly #services: PluginServices;
  #stages: StageRecord[] = [];
  #offers: readonly ServiceOffer[] | undefined;

  constructor(surroundings: NativeSurroundings, handle: PluginHandle, guarded: GuardedPlugin, file: LibraryFile) {
    const { session, runner, logs } = surroundings;
    this.metadata = guarded.metadata;
    this.path = file.path;
    this.file = file;
    this.#session = session;
    this.#handle = handle;
    this.#guarded = guarded;
    this.#runner = runner;
    this.#logs = logs;
    this.#services = new PluginServices(session.library, handle, guarded.metadata.name);
  }

  get warnings(): readonly PluginWarning[] {
    return this.#guarded.warnings;
  }

  /** What was taken from the plugin and what was given back. */
  get ledger(): LedgerEntry[] {
    return this.#guarded.ledger.entries();
  }

  withdrawServices(): void {
    this.#services.withdraw();
  }

  onAbandoned(listener: (error: PluginSystemError) => void): void {
    this.#guarded.gate.listen((reason) => {
      // Nobody is to find what must not be called.
      this.#services.withdraw();
      listener(new PluginSystemError('Abandoned', reason, { plugin: this.metadata.name, path: this.path, phase: 'operation' }));
    });
  }

  /** Told before registerStages, and whenever more is known: the host library must know who depends on whom before one finds a service of another. */
  dependsOn(others: readonly Plugin[]): void {
    for (const other of others) if (other instanceof NativePlugin) this.#services.dependsOn(other.#handle);
  }

  registerStages(): readonly Stage[] {
    const { library } = this.#session;
    const registry = library.registryOpen(this.#handle);
    try {
      this.#guarded.callPhase('register_stages', registry, () => this.#refusal());
    } finally {
      // Also after a failure: what was registered until then is destroyed with the plugin.
      this.#stages = this.#readStages(library.registryClose(this.#handle));
    }
    for (const stage of this.#stages) this.#checkFunctions(stage);
    return this.#stages.map((record) => new NativeStage(record, this.#guarded, this.#runner));
  }

  /** Where its log lines go from now on. */
  logTo(log: Logger): void {
    this.#logs.attach(this.#handle, log);
  }

  init(host: Pick<PluginHost, 'config' | 'log'>): void {
    const { library } = this.#session;
    this.logTo(host.log);
    const writer = new EntryWriter();
    writer.add('', toTransfer(host.config, 'config'));
    for (const [key, value] of Object.entries(host.config)) writer.add(key, toTransfer(value, key));
    const taken = library.pluginConfig(this.#handle, writer.bytes, writer.length);
    if (taken !== MORTISE_OK) {
      const place = { plugin: this.metadata.name, path: this.path, phase: 'init', operation: 'config' } as const;
      throw new PluginSystemError(
        'InvalidOption',
        `the host library refused the configuration: ${describeResult(taken)}`,
        place,
      );
    }
    library.pluginState(this.#handle, PLUGIN_STATES.registered);
    this.#guarded.callPhase('init', library.pluginHost(this.#handle));
    library.pluginState(this.#handle, PLUGIN_STATES.initialised);
  }

  /**
   * Its services, which other compiled plugins of the same manager find from now on: C functions, so none has a `service`. To be called once, after init succeeded;
   * if it throws, the plugin is initialised all the same and is to be shut down.
   * @throws `ServiceInvalid` (also for what another plugin offers in the same version), `ExtensionInvalid`
   */
  services(): readonly ServiceOffer[] {
    if (this.#offers === undefined) {
      const services = this.#guarded.services();
      this.#attempt('init', SERVICES_EXTENSION, () => this.#services.publish(services));
      this.#offers = Object.freeze(services.map(({ name, version }) => Object.freeze({ name, version })));
    }
    return this.#offers;
  }

  /** Names of the compiled plugins whose services it found so far; empty once it was shut down. */
  uses(): readonly string[] {
    return this.#services.uses();
  }

  /** `context`: what the check may read; without one, an empty context that nobody cancels. */
  preflight(context?: StageContext): void {
    const { library, handle } = this.#session;
    const store = library.storeOpen(handle);
    if (store === 0) throw new PluginSystemError('Internal', 'the host library could not open a context store: no memory');
    try {
      this.#attempt('preflight', 'preflight_check', () => {
        const values = new Map(context?.keys().map((key) => [key, toTransfer(context.get(key), key)]));
        if (values.size > 0) new BatchTransfer(this.#session).send(store, values);
      });
      if (context?.signal.aborted) library.storeCancel(store);
      this.#guarded.callPhase('preflight_check', library.storePreflight(store, this.#handle));
      library.pluginState(this.#handle, PLUGIN_STATES.running);
    } finally {
      library.storeClose(store);
    }
  }

  /** Waits until a call in progress has returned, for the grace of cancelled calls at most. */
  shutdown(): void | Promise<void> {
    return this.#guarded.gate.active === 0 ? this.#shutdown() : this.#shutdownWhenIdle();
  }

  async #shutdownWhenIdle(): Promise<void> {
    const { gate } = this.#guarded;
    const end = performance.now() + this.#runner.cancelGraceMs;
    while (gate.active > 0 && gate.state === 'open' && performance.now() < end) await sleep(IDLE_POLL_MS);
    this.#shutdown();
  }

  #shutdown(): void {
    const { library } = this.#session;
    this.#logs.follow();
    library.pluginState(this.#handle, PLUGIN_STATES.stopping);
    try {
      this.#guarded.callPhase('shutdown');
    } finally {
      library.pluginState(this.#handle, PLUGIN_STATES.stopped);
    }
  }

  /** Destroys the stages, last first, then the instance; nothing of the plugin is called after that. An abandoned plugin is left alone. */
  destroy(): void {
    const { gate } = this.#guarded;
    if (gate.state !== 'open') return;
    if (gate.active > 0) {
      const reason = 'a call was still in progress when the plugin was to be destroyed; it is never called again';
      gate.abandon(reason);
      throw new PluginSystemError('Abandoned', reason, { plugin: this.metadata.name, path: this.path, operation: 'destroy' });
    }
    this.#session.library.pluginState(this.#handle, PLUGIN_STATES.stopped);
    for (const stage of this.#stages.toReversed()) {
      if (stage.destroy === 0n) this.#guarded.ledger.give(`stage ${stage.id}`);
      else if (this.#canDestroy(stage)) this.#guarded.destroyStage(stage.id, stage.destroy as Pointer, stage.state as Pointer);
    }
    this.#guarded.destroy();
    // Closed first: a thread of the plugin may log until then, and what the host library took is delivered.
    this.#session.library.pluginClose(this.#handle);
    this.#logs.detach(this.#handle);
    this.#services.end();
    for (const stage of this.#stages) this.#session.stageIds.delete(stage.handle);
    this.#stages = [];
  }

  #attempt(phase: 'init' | 'preflight', operation: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      throw PluginSystemError.from(error, 'Internal', { plugin: this.metadata.name, path: this.path, phase, operation });
    }
  }

  /** Why the host refused a stage, if it did: many plugins pass that on as a bare code. */
  #refusal(): string | undefined {
    const text = Buffer.alloc(1024);
    const length = this.#session.library.registryRefusal(this.#handle, text, text.length);
    return length === 0 ? undefined : `register_stage refused ${text.toString('utf8', 0, length)}`;
  }

  #readStages(count: number): StageRecord[] {
    const { library } = this.#session;
    let buffer = Buffer.alloc(4096);
    return Array.from({ length: count }, (_, index) => {
      const length = library.registryStage(this.#handle, index, buffer, buffer.length);
      if (length > buffer.length) {
        buffer = Buffer.alloc(length);
        library.registryStage(this.#handle, index, buffer, buffer.length);
      }
      const record = readStageRecord(buffer);
      this.#session.stageIds.set(record.handle, record.id);
      this.#guarded.ledger.take(`stage ${record.id}`);
      return record;
    });
  }

  #checkFunctions(stage: StageRecord): void {
    try {
      this.#guarded.checkFunction(stage.execute as Pointer, `execute of stage ${stage.id}`, false);
      this.#guarded.checkFunction(stage.dryRun as Pointer, `dry_run of stage ${stage.id}`, true);
      this.#guarded.checkFunction(stage.destroy as Pointer, `destroy of stage ${stage.id}`, true);
    } catch (error) {
      const kept = this.#stages.filter((each) => !this.#canDestroy(each));
      const ledger = kept.map(({ id }) => ({ what: `stage ${id}`, taken: 1, given: 0 }));
      throw PluginSystemError.from(error, 'Internal', { phase: 'stages', operation: stage.id, ledger });
    }
  }

  /** Whether the destructor of the stage is a function of the plugin, whatever its other functions are. */
  #canDestroy(stage: StageRecord): boolean {
    try {
      this.#guarded.checkFunction(stage.destroy as Pointer, `destroy of stage ${stage.id}`, true);
      return true;
    } catch {
      return false;
    }
  }
}
