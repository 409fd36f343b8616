import { join } from 'node:path';
import { type ErrorCode, PluginSystemError } from '../errors/index.js';
import type { LibraryFile } from '../native/index.js';
import type { JsonValue } from '../plugin/index.js';
import { PassedLooks } from './passed-looks.js';
import type { ProbeReport } from './probe-report.js';

export interface FirstLookOptions {
  readonly app: string;
  readonly apiVersion: string;
  /** Passes are remembered in its sub-folder `first-look`. */
  readonly cacheDirectory: string;
  /** How long one look may take, in milliseconds; default 10 000. */
  readonly timeoutMs?: number;
  /** Options of plugins, by plugin name: the plugin is looked at with its own. Its configuration folder is an empty one, removed afterwards. */
  readonly config?: Readonly<Record<string, Readonly<Record<string, JsonValue>>>>;
}

/** A plugin that says no in good order keeps the contract; whether it says so to the real host, with its real configuration, that host will see. */
const ORDERLY: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'InitFailed',
  'PreflightCheckFailed',
  'ShutdownFailed',
  'DestroyFailed',
]);

/**
 * Looks at libraries that were not seen before in a child process, before they are opened in this one: a plugin that crashes, hangs or breaks the
 * contract on its way through registration, init, preflight and shutdown does so there. What passed is not looked at again while content, package
 * version and ABI are the same. It says nothing of what a stage will do, nor of the libraries that this one needs.
 */
export class FirstLook {
  readonly #options: FirstLookOptions;
  readonly #passed: PassedLooks;
  /** Looks in progress, by content hash. */
  readonly #looks = new Map<string, Promise<PluginSystemError | undefined>>();

  constructor(options: FirstLookOptions) {
    this.#options = options;
    this.#passed = new PassedLooks(join(options.cacheDirectory, 'first-look'));
  }

  /**
   * Returns if the library passes, or passed before. Files with the same content are looked at once. init, preflight_check, shutdown or destroy returning an
   * error is no reason to refuse: only crashes, hangs and breaches of the contract are. Passes alone are remembered.
   * @throws `FirstLookCrashed`, `FirstLookHung`; what `NativeOpener.open` and `registerStages` throw, as it came from the child;
   * `ResultInvalid`; `Internal` if no child can be started
   */
  async look(file: LibraryFile): Promise<void> {
    let look = this.#looks.get(file.sha256);
    if (look === undefined) {
      look = this.#look(file).finally(() => this.#looks.delete(file.sha256));
      this.#looks.set(file.sha256, look);
    }
    const error = await look;
    // Each file gets an error of its own, even if another one with the same content was looked at.
    if (error !== undefined)
      throw PluginSystemError.fromJSON({ ...error.toJSON(), path: file.path }).within({ ledger: error.ledger });
  }

  async #look(file: LibraryFile): Promise<PluginSystemError | undefined> {
    if (this.#passed.has(file.sha256)) return undefined;
    // Imported here: nothing of child processes is needed where all has been seen before.
    const { probeFile } = await import('./probe.js');
    const { app, apiVersion, config = {}, timeoutMs } = this.#options;
    const options = { app, apiVersion, init: true, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
    const { error, exit } = await probeFile(file, options, config);
    if (error === undefined && exit.code !== 0) return diedAtExit(file, exit);
    if (error !== undefined && !ORDERLY.has(error.code)) return error;
    await this.#passed.add(file.sha256);
    return undefined;
  }
}

/** A library that crashes when its process exits would do so here as well; and a verdict that a crash follows may not be the child's own. */
function diedAtExit(file: LibraryFile, exit: ProbeReport['exit']): PluginSystemError {
  const how = exit.signal === null ? `ended with exit code ${exit.code}` : `died of ${exit.signal}`;
  return new PluginSystemError('FirstLookCrashed', `the process of the plugin ${how} at exit, after all else was done`, {
    path: file.path,
    phase: 'unloading',
    operation: 'exit',
  });
}
