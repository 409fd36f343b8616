import { type NativeHostOptions, NativeOpener, type NativePlugin, type OpenStep } from '../native/index.js';

/** How compiled plugins are run: the manager asks a driver, and gets plugins that look like any other. */
export interface PluginDriver {
  readonly name: string;
  /** `path` is absolute; `onStep` is called before each step. See `NativeOpener.open` for the errors. */
  open(path: string, onStep?: (step: OpenStep) => void): NativePlugin;
}

/** Opens libraries in this process: nanoseconds a call, and no protection from a plugin that crashes. */
export function inlineDriver(options: NativeHostOptions): PluginDriver {
  const opener = new NativeOpener(options);
  return { name: 'inline', open: (path, onStep) => opener.open(path, onStep) };
}
