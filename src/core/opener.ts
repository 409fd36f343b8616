import { dirname } from 'node:path';
import { isVersion, NAME_PATTERN } from '../abi/index.js';
import { type Phase, PluginSystemError } from '../errors/index.js';
import type { FirstLook, PluginDriver } from '../isolation/index.js';
import type { Logger, Plugin, PluginMetadata } from '../plugin/index.js';
import { type Declared, ManagedPlugin, type PluginSource, type PluginSurroundings } from './managed-plugin.js';
import { isModulePath } from './module-path.js';
import type { ResolvedOptions } from './options.js';

/** What it takes to open compiled plugins. */
interface NativeParts {
  readonly driver: PluginDriver;
  /** Undefined: libraries are opened without one. */
  readonly firstLook: FirstLook | undefined;
}

/** What a first look at many libraries ended with. */
interface Looked {
  /** Those that may be opened: a `beforeLoad` hook was asked for each. */
  readonly sources: readonly PluginSource[];
  /** Those that are disabled and say so in their file: nothing of them was run. */
  readonly disabled: readonly ManagedPlugin[];
  readonly failed: readonly FailedLook[];
}

/** A library that must not be opened. */
export interface FailedLook {
  readonly path: string;
  readonly error: PluginSystemError;
  /** What its record says of it, where it has one. */
  readonly entry: ManagedPlugin | undefined;
}

/** Makes open plugins of what an application hands in, and of what was found in its directories. */
export class PluginOpener {
  readonly #options: ResolvedOptions;
  readonly #log: Logger;
  readonly #surroundings: PluginSurroundings;
  #parts: Promise<NativeParts> | undefined;

  constructor(options: ResolvedOptions, log: Logger, surroundings: PluginSurroundings) {
    this.#options = options;
    this.#log = log;
    this.#surroundings = surroundings;
  }

  /** The library or module at an absolute path. */
  sourceOf(path: string, sha256?: string): PluginSource {
    return { path, sha256, isTrusted: this.#options.coreDirectories.has(dirname(path)) };
  }

  /**
   * Opens a library and reads its metadata, or takes a TypeScript plugin.
   * @throws `Vetoed`; see `NativeOpener.open`
   */
  async open(source: PluginSource): Promise<ManagedPlugin> {
    const veto = await this.#ask(source);
    if (veto !== undefined) return this.#refused(source, veto);
    return this.openAsked(source);
  }

  /**
   * The same for what the hooks were asked about.
   * @throws see `NativeOpener.open`
   */
  async openAsked(source: PluginSource): Promise<ManagedPlugin> {
    try {
      const { plugin, times } = await this.#instance(source);
      const entry = new ManagedPlugin(source, plugin, this.#surroundings);
      return await this.#opened(entry, times);
    } catch (error) {
      return this.#refused(source, PluginSystemError.from(error, 'Internal', { path: source.path }));
    }
  }

  /**
   * Opens a plugin again that was destroyed, or for the first time one that is only known by its file.
   * @throws as `open`; `LibraryChanged` if it calls itself something else by now
   */
  async reopen(entry: ManagedPlugin): Promise<void> {
    const { source } = entry;
    const veto = await this.#ask(source, entry.name);
    if (veto !== undefined) return this.#refused(source, veto);
    try {
      if (entry.isDeclared && source.path !== undefined) await this.#look(source.path);
      const { plugin, times } = await this.#instance(source);
      const { name, version } = plugin.metadata;
      if (name !== entry.name || version !== entry.metadata.version) {
        await plugin.destroy?.();
        const was = `${entry.name} ${entry.metadata.version}`;
        throw new PluginSystemError('LibraryChanged', `it was ${was} and calls itself ${name} ${version} now`, {
          plugin: entry.name,
          phase: 'metadata',
        });
      }
      entry.open(plugin);
      await this.#opened(entry, times);
    } catch (error) {
      await this.#refused(source, PluginSystemError.from(error, 'Internal', { path: source.path }));
    }
  }

  /**
   * Looks at libraries that were not seen before in child processes, several at a time. `disabled`: names of plugins that are neither looked at nor opened where the
   * record in the file has their name; in a core directory they are, since what is core cannot be disabled.
   */
  async lookAtAll(paths: readonly string[], disabled: ReadonlySet<string>): Promise<Looked> {
    const sources: Array<PluginSource | undefined> = [];
    const off: ManagedPlugin[] = [];
    const failed: FailedLook[] = [];
    const looks = paths.map(async (path, index) => {
      const began = performance.now();
      let entry: ManagedPlugin | undefined;
      try {
        const { file, declared } = await this.#check(path);
        const source = this.sourceOf(path, file.sha256);
        entry = declared === undefined ? undefined : new ManagedPlugin(source, declared, this.#surroundings);
        if (entry !== undefined && disabled.has(entry.name) && !source.isTrusted) {
          off.push(entry);
          return;
        }
        const veto = await this.#ask(source, entry?.name);
        if (veto !== undefined) await this.#refused(source, veto);
        await this.#look(path);
        sources[index] = source;
      } catch (thrown) {
        const error = PluginSystemError.from(thrown, 'Internal', { path, phase: 'loading' });
        const { events } = this.#surroundings;
        events.emit('phase', { plugin: error.plugin, path, phase: 'loading', milliseconds: performance.now() - began, error });
        failed.push({ path, error, entry });
      }
    });
    await Promise.all(looks);
    const order = (a: { path?: string | undefined }, b: { path?: string | undefined }) =>
      paths.indexOf(a.path as string) - paths.indexOf(b.path as string);
    return { sources: sources.filter((source) => source !== undefined), disabled: off.sort(order), failed: failed.sort(order) };
  }

  /**
   * What the record in a file says of its plugin: read as data. Nothing for a module: to read it is to run it.
   * @throws see `checkLibraryFile`
   */
  async declared(path: string): Promise<Declared | undefined> {
    return isModulePath(path) ? undefined : (await this.#check(path)).declared;
  }

  async #check(path: string) {
    const { checkLibraryFile } = await import('../native/index.js');
    const file = checkLibraryFile(path);
    return { file, declared: declaredIn(file.record?.manifest) };
  }

  async #look(path: string): Promise<void> {
    const { firstLook } = await this.#native();
    if (firstLook === undefined) return;
    const { file } = await this.#check(path);
    await firstLook.look(file);
  }

  async #ask(source: PluginSource, name?: string): Promise<PluginSystemError | undefined> {
    const about = { plugin: source.plugin?.metadata.name ?? name, path: source.path };
    const veto = await this.#surroundings.hooks.before('beforeLoad', about);
    return veto?.within({ phase: 'loading' });
  }

  async #opened(entry: ManagedPlugin, times: ReadonlyArray<readonly [Phase, number]>): Promise<ManagedPlugin> {
    for (const [phase, milliseconds] of times) entry.note(phase, milliseconds);
    if (entry.metadata.isCore && !entry.source.isTrusted) {
      const where = 'lies in none of the core directories of the application: it is treated like any other';
      entry.warn({ code: 'CoreNotHonoured', message: `the plugin says that it is core, but ${where}` });
    }
    const { name, path, metadata } = entry;
    await this.#surroundings.hooks.after('afterLoad', { plugin: name, path, metadata, error: undefined });
    return entry;
  }

  async #refused(source: PluginSource, error: PluginSystemError): Promise<never> {
    const about = { plugin: error.plugin, path: source.path, metadata: undefined, error };
    await this.#surroundings.hooks.after('afterLoad', about);
    throw error;
  }

  /** A fresh instance, and how long the phases took. */
  async #instance(source: PluginSource): Promise<{ plugin: Plugin; times: Array<[Phase, number]> }> {
    if (source.plugin !== undefined) return { plugin: source.plugin, times: [] };
    const path = source.path as string;
    const times: Array<[Phase, number]> = [];
    let phase: Phase = 'loading';
    let began = performance.now();
    const begin = (step: string) => {
      if (step !== 'metadata') return;
      times.push([phase, performance.now() - began]);
      phase = 'metadata';
      began = performance.now();
    };
    try {
      const plugin = await this.#openFile(path, begin, source.sha256);
      times.push([phase, performance.now() - began]);
      return { plugin, times };
    } catch (thrown) {
      const error = PluginSystemError.from(thrown, 'Internal', { path, phase });
      const { events } = this.#surroundings;
      events.emit('phase', { plugin: error.plugin, path, phase, milliseconds: performance.now() - began, error });
      throw error;
    }
  }

  async #openFile(path: string, onStep: (step: string) => void, sha256: string | undefined): Promise<Plugin> {
    if (!isModulePath(path)) return (await this.#native()).driver.open(path, onStep, sha256);
    const { importPlugin } = await import('./plugin-module.js');
    return importPlugin(path, onStep, sha256);
  }

  #native(): Promise<NativeParts> {
    this.#parts ??= this.#importNative();
    return this.#parts;
  }

  /** Imported when there is a compiled plugin to open: it is the larger half of this package, and importing it takes longer than all the rest. */
  async #importNative(): Promise<NativeParts> {
    const { FirstLook, inlineDriver } = await import('../isolation/index.js');
    const { app, apiVersion, cacheDirectory, config, firstLook } = this.#options;
    return {
      driver: inlineDriver({ ...this.#options, log: this.#log }),
      firstLook:
        firstLook === false
          ? undefined
          : new FirstLook({ app, apiVersion, cacheDirectory, config, timeoutMs: firstLook.timeoutMs }),
    };
  }
}

/** What the record in a file says of its plugin, as far as it says enough to name it. */
function declaredIn(manifest: Readonly<Record<string, unknown>> | undefined): Declared | undefined {
  const { name, version, description } = manifest ?? {};
  if (typeof name !== 'string' || !NAME_PATTERN.test(name) || typeof version !== 'string' || !isVersion(version))
    return undefined;
  const metadata: PluginMetadata = Object.freeze({
    name,
    version,
    description: typeof description === 'string' ? description : undefined,
    isCore: false,
    priority: { category: 'third_party', value: 175 } as const,
    apiVersions: [],
    dependencies: [],
    requiredStages: [],
    conflictsWith: [],
    incompatibleWith: [],
    resources: [],
    rangeSyntax: 'npm',
  });
  return { metadata };
}
