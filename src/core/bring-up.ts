import { checkKey, toTransfer } from '../abi/index.js';
import { PluginSystemError } from '../errors/index.js';
import { CancellationSource, StageContextView } from '../pipelines/index.js';
import type { Logger, PluginHost, TransferValue } from '../plugin/index.js';
import type { ConflictBook } from './conflict-book.js';
import type { ManagedPlugin, PluginSurroundings } from './managed-plugin.js';
import type { PluginOpener } from './opener.js';
import type { ResolvedOptions } from './options.js';
import type { FailedPlugin } from './report.js';
import type { Roster } from './roster.js';
import { unmetRequirements } from './stage-requirements.js';

export interface BringUpParts extends PluginSurroundings {
  readonly options: ResolvedOptions;
  readonly log: Logger;
  readonly roster: Roster;
  readonly opener: PluginOpener;
  readonly conflicts: ConflictBook;
}

type Fallen = Map<ManagedPlugin, PluginSystemError>;

/** Takes resolved plugins through stage registration, init and preflight. What fails is rolled back, with those that need it; the others run. */
export class BringUp {
  readonly #parts: BringUpParts;
  readonly #preflightValues: ReadonlyMap<string, TransferValue>;

  /**
   * @throws `ContextValueInvalid`: a value for preflight checks that no context can carry
   */
  constructor(parts: BringUpParts) {
    this.#parts = parts;
    this.#preflightValues = new Map(
      Object.entries(parts.options.preflight).map(([key, value]) => {
        checkKey(key);
        return [key, toTransfer(value, key)];
      }),
    );
  }

  /** Each phase for all of `order`, before the next. What fails is noted in `failed`, with its dependents. */
  async run(order: readonly ManagedPlugin[], failed: FailedPlugin[]): Promise<void> {
    const { roster, opener } = this.#parts;
    let alive = await this.#forEach(order, failed, async (entry) => {
      if (!entry.isOpen) await opener.reopen(entry);
    });
    alive = await this.#forEach(alive, failed, (entry, fallen) => this.#registerStages(entry, fallen));
    alive = await this.#end(alive, unmetRequirements(alive, roster.running), failed);
    alive = await this.#forEach(alive, failed, (entry) => entry.init(this.#hostFor(entry)));
    alive = await this.#forEach(alive, failed, async (entry) => {
      const cancellation = new CancellationSource();
      try {
        await entry.preflight(this.#preflightContext(entry, cancellation));
      } catch (error) {
        // Late or failed: whatever it has begun may give up.
        cancellation.cancel(error);
        throw error;
      }
    });
    // Only now: what passed its own check may have fallen with one that it found a service of.
    for (const entry of alive) {
      roster.started(entry);
      entry.run();
    }
  }

  /** Refuses a plugin that has come through no phase yet, or through some: what was done is undone. What was known before is not told again. */
  async refuse(entry: ManagedPlugin, error: PluginSystemError, failed: FailedPlugin[]): Promise<void> {
    const { state, error: before } = entry;
    await entry.refuse(error.within({ path: entry.path }));
    if (state === 'failed' && before?.code === error.code && before.detail === error.detail) return;
    failed.push({ name: entry.name, path: entry.path, error });
    this.#parts.events.warn({ code: error.code, message: error.message }, entry.name);
  }

  /** Takes each plugin through one phase; returns those that passed. */
  async #forEach(
    entries: readonly ManagedPlugin[],
    failed: FailedPlugin[],
    phase: (entry: ManagedPlugin, fallen: Fallen) => Promise<void>,
  ): Promise<readonly ManagedPlugin[]> {
    const fallen: Fallen = new Map();
    for (const entry of entries) {
      if (fallen.has(entry)) continue;
      const cause = this.#causeFor(entry, fallen);
      try {
        if (cause !== undefined) throw dependencyFailed(entry, ...cause);
        await phase(entry, fallen);
      } catch (error) {
        fallen.set(entry, PluginSystemError.from(error, 'Internal'));
      }
    }
    return this.#end(entries, fallen, failed);
  }

  /** The end of a phase: those that fell are undone, last first, and with them whoever cannot be without one of them. */
  async #end(entries: readonly ManagedPlugin[], fallen: Fallen, failed: FailedPlugin[]): Promise<readonly ManagedPlugin[]> {
    if (fallen.size === 0) return entries;
    const { roster } = this.#parts;
    // What is found here had passed before the one that it needs fell: it came first, and found a service later.
    for (let before = -1; before !== fallen.size; ) {
      before = fallen.size;
      for (const entry of entries) {
        if (fallen.has(entry)) continue;
        const cause = this.#causeFor(entry, fallen);
        if (cause !== undefined) fallen.set(entry, dependencyFailed(entry, ...cause));
      }
    }
    const last = roster.stopOrder().filter((entry) => fallen.has(entry));
    const rest = [...fallen.keys()].filter((entry) => !last.includes(entry));
    const place = new Map(entries.map((entry, index) => [entry, index]));
    rest.sort((a, b) => (place.get(b) ?? 0) - (place.get(a) ?? 0));
    for (const entry of [...last, ...rest]) await entry.refuse(fallen.get(entry) as PluginSystemError);
    for (const [entry, error] of fallen) {
      failed.push({ name: entry.name, path: entry.path, error });
      this.#parts.events.warn({ code: error.code, message: error.message }, entry.name);
    }
    return entries.filter((entry) => !fallen.has(entry));
  }

  #causeFor(entry: ManagedPlugin, fallen: Fallen): [string, PluginSystemError] | undefined {
    if (fallen.size === 0) return undefined;
    for (const name of this.#parts.roster.musts(entry)) {
      for (const [other, error] of fallen) if (other.name === name) return [name, error];
    }
    return undefined;
  }

  async #registerStages(entry: ManagedPlugin, fallen: Fallen): Promise<void> {
    const { roster, stages, conflicts } = this.#parts;
    conflicts.forgetStages(entry);
    const dependencies = entry.plugin.dependsOn === undefined ? [] : roster.dependenciesOf(entry).map(({ plugin }) => plugin);
    await entry.registerStages(dependencies, (error, wanted) => {
      const owners = new Map<ManagedPlugin, string>();
      for (const { id } of wanted) {
        const owner = roster.find(stages.ownerOf(id) ?? '');
        if (owner !== undefined && owner !== entry && !owners.has(owner)) owners.set(owner, id);
      }
      const { evicted, laterGives } = conflicts.namespacesTaken([...owners.keys()], entry, error.detail);
      for (const owner of evicted) {
        fallen.set(owner, namespaceLost(owner, entry, owners.get(owner) as string));
        stages.remove(owner.name);
      }
      return !laterGives && evicted.length > 0;
    });
  }

  #hostFor(entry: ManagedPlugin): PluginHost {
    const { app, apiVersion, configDirectory, config } = this.#parts.options;
    return {
      app,
      apiVersion,
      configDirectory,
      config: Object.hasOwn(config, entry.name) ? (config[entry.name] ?? {}) : {},
      log: this.#parts.log.child({ plugin: entry.name }),
      services: this.#parts.services.finderFor(entry.name),
    };
  }

  #preflightContext(entry: ManagedPlugin, cancellation: CancellationSource): StageContextView {
    return new StageContextView({
      stage: '',
      mode: 'live',
      configDirectory: this.#parts.options.configDirectory,
      cancellation,
      values: this.#preflightValues,
      readOnly: true,
      log: () => this.#parts.log.child({ plugin: entry.name }),
    });
  }
}

function dependencyFailed(entry: ManagedPlugin, name: string, failure: PluginSystemError): PluginSystemError {
  // The root of a chain, and not each link of it: messages would grow with every plugin.
  let cause = failure;
  while (cause.code === 'DependencyFailed' && cause.cause instanceof PluginSystemError) cause = cause.cause;
  const why =
    cause === failure
      ? `which failed: ${cause.detail}`
      : `which cannot run without ${cause.plugin}, which failed: ${cause.detail}`;
  return new PluginSystemError('DependencyFailed', `${entry.name} needs plugin ${name}, ${why}`, {
    plugin: entry.name,
    path: entry.path,
    phase: 'resolution',
    operation: 'dependencies',
    cause,
  });
}

function namespaceLost(owner: ManagedPlugin, other: ManagedPlugin, stage: string): PluginSystemError {
  const detail = `it gives way to plugin ${other.name}, which registers stage ${stage} in the same namespace`;
  return new PluginSystemError('NamespaceTaken', detail, {
    plugin: owner.name,
    path: owner.path,
    phase: 'stages',
    operation: stage,
  });
}
