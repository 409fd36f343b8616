import { type NativeHostOptions, NativeOpener, type OpenStep } from '../native/index.js';
import type { Plugin } from '../plugin/index.js';

/** How compiled plugins are run: the manager asks a driver, and gets plugins that look like any other. */
export interface PluginDriver {
  /**
   * `path` is absolute; `onStep` is called before each step; a file that is not the one with `sha256` is not opened (`LibraryChanged`).
   * See `NativeOpener.open` for the other errors.
   */
  open(path: string, onStep?: (step: OpenStep) => void, sha256?: string): Promise<Plugin>;
}

/** Opens libraries in this process: nanoseconds a call, and no protection from a plugin that crashes. */
export function inlineDriver(options: NativeHostOptions): PluginDriver {
  const opener = new NativeOpener(options);
  return { open: async (path, onStep, sha256) => opener.open(path, onStep, sha256) };
}
