import { ENTRY_POINT, EXTENSION_POINT, LOG_LEVELS, MORTISE_OK, RESULT_CODES } from '../abi/index.js';
import { PluginSystemError } from '../errors/index.js';
import { Library, type PluginHandle } from '../ffi/index.js';
import { requireAgreement, statedName } from '../manifest/index.js';
import type { Logger } from '../plugin/index.js';
import { GuardedPlugin, PluginImage } from '../safety/index.js';
import { checkLibraryFile, isUnchanged, type LibraryFile } from './library-file.js';
import { NativePlugin, type NativeSurroundings } from './native-plugin.js';
import { PluginLogs } from './plugin-log.js';
import { HostSession } from './session.js';
import { NativeStageRunner, type StageRunnerOptions } from './stage-runner.js';

export interface NativeHostOptions extends StageRunnerOptions {
  readonly app: string;
  readonly apiVersion: string;
  readonly configDirectory: string;
  /** The application's, whose level plugins are told. Lines of a plugin go to a child until `init` says otherwise: register_stages may log. */
  readonly log?: Logger;
}

/** Steps of an opening, in order, as they are announced. */
export type OpenStep = 'check' | 'open' | 'entry' | 'metadata';

let openers = 0;

/** Opens compiled plugins in this process. One for each manager: the plugins of one opener find each other's services. */
export class NativeOpener {
  readonly #options: NativeHostOptions;
  /** Of its plugins, in the host library; counted for each thread, since sessions are apart. */
  readonly #group = ++openers;
  #surroundings: NativeSurroundings | undefined;

  constructor(options: NativeHostOptions) {
    this.#options = options;
  }

  /**
   * Checks the file, opens it, calls its entry point, proves its table and reads its metadata. Whatever fails, what was taken until then is given back.
   * `path` must be absolute. `onStep` is called before each step. `sha256`: what the file must be, if that is known.
   * @throws those of `checkLibraryFile`, `GuardedPlugin.enter` and `readMetadata`; `LibraryLoadFailed`, `LibraryChanged`, `LibraryInUse`,
   * `HostLibraryMissing`, `HostLibraryMismatch`
   */
  open(path: string, onStep?: (step: OpenStep) => void, sha256?: string): NativePlugin {
    let phase: 'loading' | 'metadata' = 'loading';
    let step: OpenStep = 'check';
    let plugin: string | undefined;
    const begin = (next: OpenStep) => {
      step = next;
      if (next === 'metadata') phase = 'metadata';
      onStep?.(next);
    };
    try {
      begin('check');
      const file = checkLibraryFile(path);
      // What fails before the plugin could give its name is named so.
      plugin = statedName(file.record?.manifest);
      if (sha256 !== undefined && file.sha256 !== sha256) {
        throw new PluginSystemError('LibraryChanged', 'the file was replaced since it was looked at');
      }
      begin('open');
      const session = HostSession.current();
      const { parts, handle } = this.#map(session, file);
      const surroundings = this.#surround(session);
      try {
        begin('entry');
        const guarded = GuardedPlugin.enter(parts);
        try {
          begin('metadata');
          requireAgreement(file.record?.manifest, guarded.metadata);
          const plugin = new NativePlugin(surroundings, handle, guarded, file);
          const { log } = this.#options;
          if (log !== undefined) plugin.logTo(log.child({ plugin: plugin.metadata.name }));
          return plugin;
        } catch (error) {
          const late = guarded.destroy();
          throw behind(PluginSystemError.from(error, 'Internal', { ledger: guarded.ledger.difference() }), late);
        }
      } catch (error) {
        session.library.pluginClose(handle);
        throw error;
      }
    } catch (error) {
      throw PluginSystemError.from(error, 'Internal', { plugin, path, phase, operation: step });
    }
  }

  #surround(session: HostSession): NativeSurroundings {
    if (this.#surroundings === undefined) {
      const logs = new PluginLogs(session, this.#options.log);
      this.#surroundings = { session, logs, runner: new NativeStageRunner(session, logs, this.#options) };
    }
    return this.#surroundings;
  }

  #map(session: HostSession, file: LibraryFile) {
    const { library: host, memory } = session;
    const library = openLibrary(file.path);
    if (!isUnchanged(file)) {
      throw new PluginSystemError('LibraryChanged', 'the file was replaced between its check and its opening');
    }
    const entry = library.symbol(ENTRY_POINT);
    const image = PluginImage.at(host, entry, file.needed, (name) => library.find(name));
    const remembered = host.imageRemember(image.base, Buffer.from(file.sha256, 'hex'));
    if (remembered === MORTISE_OK && host.imagePin(entry) !== MORTISE_OK) {
      throw new PluginSystemError('Internal', 'the library could not be kept mapped');
    }
    if (remembered === RESULT_CODES.MORTISE_OUT_OF_MEMORY[0]) {
      throw new PluginSystemError('Internal', 'the host library has no memory for another library');
    }
    if (remembered === RESULT_CODES.MORTISE_INVALID_DATA[0]) {
      throw new PluginSystemError(
        'LibraryChanged',
        'another build of this file is mapped in this process, and the loader would give that one again',
      );
    }
    const handle = this.#claim(session, image.base);
    const parts = {
      path: file.path,
      entry,
      memory,
      image,
      query: file.hasExtensions ? library.symbol(EXTENSION_POINT) : undefined,
      threadSafe: file.record?.threads === 'safe',
      hasRecord: file.record !== undefined,
    };
    return { parts, handle };
  }

  #claim(session: HostSession, base: bigint): PluginHandle {
    const { app, apiVersion, configDirectory } = this.#options;
    const status = new Int32Array(1);
    const { library, handle: owner } = session;
    const handle = library.pluginOpen(owner, this.#group, base, app, apiVersion, configDirectory, LOG_LEVELS.info, status);
    if (handle !== 0) return handle;
    switch (status[0]) {
      case RESULT_CODES.MORTISE_EXISTS[0]:
        throw new PluginSystemError(
          'LibraryInUse',
          'the library is open in this process already; two handles would share its static data',
        );
      case RESULT_CODES.MORTISE_BUSY[0]:
        throw new PluginSystemError(
          'LibraryInUse',
          'a native call that outlived its worker thread is still inside the library',
        );
      default:
        throw new PluginSystemError('Internal', 'the host library has no memory for another plugin');
    }
  }
}

function openLibrary(path: string): Library {
  try {
    return Library.open(path);
  } catch (error) {
    const symbol = /undefined symbol: (\S+)/.exec(error instanceof Error ? error.message : '')?.[1];
    const remedy = `Link what defines ${symbol} (-l…); -Wl,-z,defs finds this when it is built, ldd -r FILE lists all of them.`;
    throw PluginSystemError.from(error, 'LibraryLoadFailed', { path, ...(symbol === undefined ? {} : { remedy }) });
  }
}

/** `error`, with what went wrong behind it while the plugin was destroyed for it: neither hides the other. */
function behind(error: PluginSystemError, late: PluginSystemError | undefined): PluginSystemError {
  if (late === undefined) return error;
  const { code, detail, plugin, path, phase, operation, remedy, ledger, cause } = error;
  const place = { plugin, path, phase, operation, remedy, ledger, cause };
  return new PluginSystemError(code, `${detail}; then ${late.detail}`, place);
}
