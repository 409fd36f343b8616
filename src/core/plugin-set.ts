import { nearest, PluginSystemError } from '../errors/index.js';
import { CancellationSource, StageContextView } from '../pipelines/index.js';
import type { Logger, PluginHost } from '../plugin/index.js';
import { loadOrder } from '../resolution/index.js';
import type { ManagedPlugin } from './managed-plugin.js';
import type { ResolvedOptions } from './options.js';
import type { FailedPlugin, PluginInfo } from './report.js';
import { ServiceTable } from './services.js';

/** The plugins that one manager knows: those that run, in the order in which they were started, and those that failed. */
export class PluginSet {
  readonly #options: ResolvedOptions;
  readonly #log: Logger;
  readonly #running = new Map<string, ManagedPlugin>();
  readonly #failed = new Map<string, ManagedPlugin>();
  readonly #services = new ServiceTable(() => false);

  constructor(options: ResolvedOptions, log: Logger) {
    this.#options = options;
    this.#log = log;
  }

  /** Whether no plugin runs. */
  get isEmpty(): boolean {
    return this.#running.size === 0;
  }

  get running(): ManagedPlugin[] {
    return [...this.#running.values()];
  }

  get all(): ManagedPlugin[] {
    return [...this.#running.values(), ...this.#failed.values()];
  }

  list(): PluginInfo[] {
    return this.all.map((entry) => entry.info());
  }

  has(name: string): boolean {
    return this.#running.has(name) || this.#failed.has(name);
  }

  /**
   * @throws `PluginNotFound`, with the nearest name that exists
   */
  get(name: string): ManagedPlugin {
    const entry = this.#running.get(name) ?? this.#failed.get(name);
    if (entry !== undefined) return entry;
    const near = nearest(String(name), [...this.#running.keys(), ...this.#failed.keys()]);
    throw new PluginSystemError('PluginNotFound', `there is no plugin ${JSON.stringify(name)}`, {
      ...(near === undefined ? {} : { remedy: `Did you mean ${JSON.stringify(near)}?` }),
    });
  }

  /** Forgets a plugin; true if it was running. */
  delete(name: string): boolean {
    this.#failed.delete(name);
    return this.#running.delete(name);
  }

  clearRunning(): void {
    this.#running.clear();
  }

  clearFailed(): void {
    this.#failed.clear();
  }

  /** Names of the running plugins that require `name`. */
  dependentsOf(name: string): string[] {
    return this.running.filter((other) => needs(other, name)).map((other) => other.name);
  }

  /**
   * Orders plugins and takes them through stage registration, init and preflight, each phase for all before the next. What fails is rolled back and
   * noted in `failed`, with its dependents; the others run. Returns the time that duplicates and dependencies took, in milliseconds.
   */
  async bringUp(entries: readonly ManagedPlugin[], failed: FailedPlugin[]): Promise<number> {
    const began = performance.now();
    const unique = await this.#refuseDuplicates(entries, failed);
    const { order, failed: unresolved } = loadOrder(unique, new Set(this.#running.keys()));
    for (const { entry, error } of unresolved) await this.#refuse(entry, error.within({ path: entry.plugin.path }), failed);
    const resolutionMs = performance.now() - began;
    let alive: readonly ManagedPlugin[] = order;
    alive = await this.#forEach(alive, failed, (entry) => entry.registerStages());
    alive = await this.#forEach(alive, failed, (entry) => entry.init(this.#hostFor(entry)));
    await this.#forEach(alive, failed, async (entry) => {
      await entry.preflight(this.#preflightContext(entry));
      this.#failed.delete(entry.name);
      this.#running.set(entry.name, entry);
      entry.publishStages();
    });
    return resolutionMs;
  }

  /** Takes each plugin through one phase; returns those that passed. */
  async #forEach(
    entries: readonly ManagedPlugin[],
    failed: FailedPlugin[],
    phase: (entry: ManagedPlugin) => Promise<void>,
  ): Promise<ManagedPlugin[]> {
    const fallen = new Map<ManagedPlugin, PluginSystemError>();
    for (const entry of entries) {
      const cause = [...fallen].find(([other]) => needs(entry, other.name));
      try {
        if (cause !== undefined) throw dependencyFailed(entry, cause[0].name, cause[1]);
        await phase(entry);
      } catch (error) {
        fallen.set(entry, PluginSystemError.from(error, 'Internal'));
      }
    }
    // Last first: what needs a plugin is shut down before it.
    for (const [entry, error] of [...fallen].reverse()) await entry.refuse(error);
    for (const [entry, error] of fallen) this.#note(entry, error, failed);
    return entries.filter((entry) => !fallen.has(entry));
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

  async #refuse(entry: ManagedPlugin, error: PluginSystemError, failed: FailedPlugin[]): Promise<void> {
    await entry.refuse(error);
    this.#note(entry, error, failed);
  }

  #note(entry: ManagedPlugin, error: PluginSystemError, failed: FailedPlugin[]): void {
    this.#failed.set(entry.name, entry);
    failed.push({ name: entry.name, path: entry.plugin.path, error });
    try {
      this.#log.warn({ plugin: entry.name, code: error.code }, error.message);
    } catch {
      // The report says the same: a logger of the application that fails must not keep the others from starting.
    }
  }

  #hostFor(entry: ManagedPlugin): PluginHost {
    const { app, apiVersion, configDirectory, config } = this.#options;
    return {
      app,
      apiVersion,
      configDirectory,
      config: Object.hasOwn(config, entry.name) ? (config[entry.name] ?? {}) : {},
      log: this.#log.child({ plugin: entry.name }),
      services: this.#services.finderFor(entry.name),
    };
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
}

/** Two plugins of one name: the second is refused. `other`: path of the first; undefined for a TypeScript plugin. */
export function duplicate(name: string, path: string | undefined, other: string | undefined): PluginSystemError {
  const where = other === undefined ? 'a TypeScript plugin' : other;
  return new PluginSystemError('PluginDuplicate', `the name ${name} is taken by ${where}`, {
    plugin: name,
    path,
    phase: 'registration',
  });
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
