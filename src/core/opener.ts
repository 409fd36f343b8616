import { dirname } from 'node:path';
import { isVersion, NAME_PATTERN } from '../abi/index.js';
import { type Phase, PluginSystemError } from '../errors/index.js';
import type { FirstLook, PluginDriver } from '../isolation/index.js';
import type { Logger, Plugin, PluginMetadata } from '../plugin/index.js';
import { ManagedPlugin, type PluginSource, type PluginSurroundings } from './managed-plugin.js';
import type { ResolvedOptions } from './options.js';
import type { FailedPlugin } from './report.js';

/** What it takes to open compiled plugins. */
interface NativeParts {
  readonly driver: PluginDriver;
  /** Undefined: libraries are opened without one. */
  readonly firstLook: FirstLook | undefined;
}

/** What a first look at many libraries ended with. */
interface Looked {
  /** Those that may be opened. */
  readonly sources: readonly PluginSource[];
  /** Those that are disabled and say so in their file: nothing of them was run. */
  readonly disabled: readonly ManagedPlugin[];
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

  /** The library at an absolute path. */
  sourceOf(path: string, sha256?: string): PluginSource {
    return { path, sha256, isTrusted: this.#options.coreDirectories.has(dirname(path)) };
  }

  /**
   * Opens a library and reads its metadata, or takes a TypeScript plugin.
   * @throws `Vetoed`; see `NativeOpener.open`
   */
  async open(source: PluginSource): Promise<ManagedPlugin> {
    const { hooks } = this.#surroundings;
    const before = { plugin: source.plugin?.metadata.name, path: source.path };
    const veto = await hooks.before('beforeLoad', before);
    try {
      if (veto !== undefined) throw veto.within({ phase: 'loading' });
      const entry = source.plugin === undefined ? await this.#openLibrary(source) : this.#make(source, source.plugin);
      await hooks.after('afterLoad', { ...before, plugin: entry.name, metadata: entry.metadata, error: undefined });
      return entry;
    } catch (error) {
      const typed = PluginSystemError.from(error, 'Internal', { path: source.path });
      await hooks.after('afterLoad', { ...before, plugin: typed.plugin, metadata: undefined, error: typed });
      throw typed;
    }
  }

  /**
   * Opens a plugin again that was destroyed.
   * @throws as `open`; `LibraryChanged` if it calls itself something else by now
   */
  async reopen(entry: ManagedPlugin): Promise<void> {
    const fresh = await this.open(entry.source);
    if (fresh.name === entry.name && fresh.metadata.version === entry.metadata.version) return entry.open(fresh.plugin);
    await fresh.stop('rollback');
    const now = `${fresh.name} ${fresh.metadata.version}`;
    throw new PluginSystemError(
      'LibraryChanged',
      `it was ${entry.name} ${entry.metadata.version} and calls itself ${now} now`,
      {
        plugin: entry.name,
        path: entry.path,
        phase: 'metadata',
      },
    );
  }

  /**
   * Looks at libraries that were not seen before in child processes, several at a time. What fails is noted in `failed`. `disabled`: names of plugins that
   * are not even opened where the record in the file has their name.
   */
  async lookAtAll(paths: readonly string[], disabled: ReadonlySet<string>, failed: FailedPlugin[]): Promise<Looked> {
    if (paths.length === 0) return { sources: [], disabled: [] };
    const { firstLook } = await this.#native();
    const { checkLibraryFile } = await import('../native/index.js');
    const looks = paths.map(async (path): Promise<PluginSource | ManagedPlugin | FailedPlugin> => {
      const began = performance.now();
      try {
        const file = checkLibraryFile(path);
        const source = this.sourceOf(path, file.sha256);
        const metadata = metadataOfManifest(file.record?.manifest);
        if (metadata !== undefined && disabled.has(metadata.name) && !source.isTrusted)
          return new ManagedPlugin(source, metadata, undefined, this.#surroundings);
        await firstLook?.look(file);
        return source;
      } catch (thrown) {
        const error = PluginSystemError.from(thrown, 'Internal', { path, phase: 'loading' });
        this.#announce('loading', began, path, error.plugin, error);
        return { name: error.plugin, path, error };
      }
    });
    const looked = await Promise.all(looks);
    failed.push(
      ...looked.filter((each) => 'error' in each && !(each instanceof ManagedPlugin)).map((each) => each as FailedPlugin),
    );
    return {
      disabled: looked.filter((each) => each instanceof ManagedPlugin),
      sources: looked.filter((each): each is PluginSource => 'isTrusted' in each),
    };
  }

  async #openLibrary(source: PluginSource): Promise<ManagedPlugin> {
    const path = source.path as string;
    const times: Array<[Phase, number]> = [];
    let phase: Phase = 'loading';
    let began = performance.now();
    const { driver } = await this.#native();
    try {
      const plugin = await driver.open(
        path,
        (step) => {
          if (step !== 'metadata') return;
          times.push([phase, performance.now() - began]);
          phase = 'metadata';
          began = performance.now();
        },
        source.sha256,
      );
      times.push([phase, performance.now() - began]);
      const entry = this.#make(source, plugin);
      for (const [ended, milliseconds] of times) entry.note(ended, milliseconds);
      return entry;
    } catch (error) {
      const typed = PluginSystemError.from(error, 'Internal', { path, phase });
      this.#announce(phase, began, path, typed.plugin, typed);
      throw typed;
    }
  }

  #make(source: PluginSource, plugin: Plugin): ManagedPlugin {
    const entry = new ManagedPlugin(source, plugin.metadata, plugin, this.#surroundings);
    if (!plugin.metadata.isCore || source.isTrusted) return entry;
    entry.warn({
      code: 'CoreNotHonoured',
      message:
        'the plugin says that it is core, but lies in none of the core directories of the application: it is treated like any other',
    });
    return entry;
  }

  #announce(phase: Phase, began: number, path: string, plugin: string | undefined, error: PluginSystemError): void {
    this.#surroundings.events.emit('phase', { plugin, path, phase, milliseconds: performance.now() - began, error });
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
function metadataOfManifest(manifest: Readonly<Record<string, unknown>> | undefined): PluginMetadata | undefined {
  const { name, version, description } = manifest ?? {};
  if (typeof name !== 'string' || !NAME_PATTERN.test(name) || typeof version !== 'string' || !isVersion(version))
    return undefined;
  return Object.freeze({
    name,
    version,
    description: typeof description === 'string' ? description : undefined,
    isCore: false,
    priority: { category: 'third_party', value: 175 },
    apiVersions: [],
    dependencies: [],
    requiredStages: [],
    conflictsWith: [],
    incompatibleWith: [],
    resources: [],
    rangeSyntax: 'npm',
  } as const);
}
