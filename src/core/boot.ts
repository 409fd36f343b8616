import { type Phase, PluginSystemError } from '../errors/index.js';
import type { FirstLook, PluginDriver, ProbeOptions, ProbeReport } from '../isolation/index.js';
import type { StageTable } from '../pipelines/index.js';
import type { Logger } from '../plugin/index.js';
import { announcePhase, ManagedPlugin } from './managed-plugin.js';
import type { ResolvedOptions } from './options.js';
import type { FailedPlugin } from './report.js';

/** What it takes to open compiled plugins. */
export interface NativeParts {
  readonly driver: PluginDriver;
  /** Undefined: libraries are opened without one. */
  readonly firstLook: FirstLook | undefined;
}

/** Imported when there is a compiled plugin to open: it is the larger half of this package, and importing it takes longer than all the rest. */
export async function importNativeParts(options: ResolvedOptions, log: Logger): Promise<NativeParts> {
  const { FirstLook, inlineDriver } = await import('../isolation/index.js');
  const { app, apiVersion, cacheDirectory, config, firstLook } = options;
  return {
    driver: inlineDriver({ ...options, log: (plugin) => log.child({ plugin }) }),
    firstLook:
      firstLook === false
        ? undefined
        : new FirstLook({ app, apiVersion, cacheDirectory, config, timeoutMs: firstLook.timeoutMs }),
  };
}

/**
 * Takes the library at `path` through its life in a child process and reports how it went. Whatever the plugin does (crash, hang, exit, fork, close
 * what is not its own), this process lives on. Never rejects because of the plugin.
 * @throws `InvalidOption`; `Cancelled` when `signal` gives up; `Internal` if no child can be started
 */
export async function probe(path: string, options?: ProbeOptions): Promise<ProbeReport> {
  const isolation = await import('../isolation/index.js');
  return isolation.probe(path, options);
}

type Milliseconds = Partial<Record<Phase, number>>;

/** Opens one library and reads its metadata; times are those of the phases it went through. `sha256`: what it must be. */
export async function openPlugin(
  path: string,
  driver: PluginDriver,
  table: StageTable,
  sha256?: string,
): Promise<ManagedPlugin> {
  const milliseconds: Milliseconds = {};
  let phase: Phase = 'loading';
  let began = performance.now();
  const end = (error?: PluginSystemError, plugin?: string) => {
    const now = performance.now();
    milliseconds[phase] = now - began;
    announcePhase({ plugin, path, phase, milliseconds: now - began, error });
    began = now;
  };
  try {
    const plugin = await driver.open(
      path,
      (step) => {
        if (step !== 'metadata') return;
        end();
        phase = 'metadata';
      },
      sha256,
    );
    end(undefined, plugin.metadata.name);
    return new ManagedPlugin(plugin, table, milliseconds);
  } catch (error) {
    const typed = PluginSystemError.from(error, 'Internal', { path, phase });
    end(typed, typed.plugin);
    throw typed;
  }
}

/** Looks at libraries that were not seen before in child processes, several at a time. Returns the paths of those that may be opened, in order, with the hash of what was looked at. */
export async function lookAtAll(
  paths: readonly string[],
  firstLook: FirstLook | undefined,
  failed: FailedPlugin[],
): Promise<ReadonlyMap<string, string>> {
  const looked = new Map<string, string>();
  const { checkLibraryFile } = await import('../native/index.js');
  const looks = paths.map(async (path): Promise<PluginSystemError | undefined> => {
    const began = performance.now();
    try {
      const file = checkLibraryFile(path);
      await firstLook?.look(file);
      looked.set(path, file.sha256);
      return undefined;
    } catch (error) {
      const typed = PluginSystemError.from(error, 'Internal', { path, phase: 'loading' });
      announcePhase({ plugin: typed.plugin, path, phase: 'loading', milliseconds: performance.now() - began, error: typed });
      return typed;
    }
  });
  const errors = await Promise.all(looks);
  paths.forEach((path, index) => {
    const error = errors[index];
    if (error !== undefined) failed.push({ name: error.plugin, path, error });
  });
  return new Map(paths.flatMap((path) => (looked.has(path) ? [[path, looked.get(path) as string]] : [])));
}
