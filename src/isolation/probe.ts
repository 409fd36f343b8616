import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ABI_MAJOR, ABI_MINOR } from '../abi/index.js';
import { checkOptionNames, PluginSystemError, wrongOption } from '../errors/index.js';
import { checkLibraryFile } from '../native/index.js';
import { packageRoot } from '../package/index.js';
import type { JsonValue } from '../plugin/index.js';
import { takeChildSlot } from './child-slots.js';
import { concludeLook, type LookedAtFile } from './look-conclusion.js';
import { type LookProgram, runLook } from './look-process.js';
import type { ProbeReport } from './probe-report.js';

export interface ProbeOptions {
  /** What the plugin is told of its host. Default `mortise`. */
  readonly app?: string | undefined;
  /** Default: the version of the ABI. */
  readonly apiVersion?: string | undefined;
  /** Default: an empty folder that is removed afterwards. */
  readonly configDirectory?: string | undefined;
  readonly config?: Readonly<Record<string, JsonValue>> | undefined;
  /** Also init, preflight and shut down. Default false: the plugin only registers its stages. */
  readonly init?: boolean | undefined;
  /** How long all of it may take, in milliseconds. Default 10 000. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How much later than its deadline a child ends that has lost its parent. */
const ALARM_AFTER_SECONDS = 5;

const KNOWN = ['app', 'apiVersion', 'configDirectory', 'config', 'init', 'timeoutMs', 'signal'] as const satisfies Array<
  keyof ProbeOptions
>;

/** What is looked at: how its file is checked, and the program that takes it through its life. */
export interface LookKind extends LookProgram {
  /** Reads the file at an absolute path; throws if it can be no plugin. */
  check(path: string): LookedAtFile;
}

/** The same program whether this runs from the sources or compiled. */
const LIBRARIES: LookKind = {
  check: checkLibraryFile,
  program: join(packageRoot, 'dist', 'isolation', 'first-look-child.js'),
  opening: ['open', 'entry'],
};

/**
 * Takes the plugin at `path` through its life in a child process and reports how it went. Whatever the plugin does (crash, hang, exit, fork, close
 * what is not its own), this process lives on, and no process is left behind, except one that the plugin moved to a session of its own.
 * A file that cannot be a plugin is refused without starting a child. Never rejects because of the plugin.
 *
 * It is a test, not a jail: the plugin runs with the rights of this user. What the child does at exit after everything went well, such as a static
 * destructor that crashes, is a warning: it cannot hurt a host before that exits itself.
 * @throws `InvalidOption`; `Cancelled` when `signal` gives up; `Internal` if no child can be started
 */
export async function probe(path: string, options: ProbeOptions = {}, kind: LookKind = LIBRARIES): Promise<ProbeReport> {
  checkOptions(path, options);
  const absolute = resolve(path);
  let file: LookedAtFile;
  try {
    file = kind.check(absolute);
  } catch (error) {
    return refused(
      absolute,
      PluginSystemError.from(error, 'Internal', { path: absolute, phase: 'loading', operation: 'check' }),
    );
  }
  return probeFile(file, options, {}, kind);
}

/** `probe` of a file that was checked. `configs`: options by plugin name, for when it is not known yet which plugin it is. */
export async function probeFile(
  file: LookedAtFile,
  options: ProbeOptions,
  configs: Readonly<Record<string, Readonly<Record<string, JsonValue>>>> = {},
  kind: LookKind = LIBRARIES,
): Promise<ProbeReport> {
  const { signal, timeoutMs = 10_000 } = options;
  let release = () => {};
  let temporary: string | undefined;
  try {
    release = await takeChildSlot(signal);
    if (options.configDirectory === undefined) temporary = await mkdtemp(join(tmpdir(), 'mortise-'));
    const request = {
      path: file.path,
      sha256: file.sha256,
      app: options.app ?? 'mortise',
      apiVersion: options.apiVersion ?? `${ABI_MAJOR}.${ABI_MINOR}.0`,
      configDirectory: resolve(options.configDirectory ?? (temporary as string)),
      ...(options.config === undefined ? {} : { config: options.config }),
      configs,
      init: options.init ?? false,
      alarmSeconds: Math.ceil(timeoutMs / 1000) + ALARM_AFTER_SECONDS,
      nonce: randomUUID(),
    };
    const outcome = await runLook(kind, request, timeoutMs, signal);
    if (outcome.ending === 'cancelled') throw signal?.reason;
    return concludeLook(file, outcome, timeoutMs);
  } catch (error) {
    if (signal?.aborted !== true) throw PluginSystemError.from(error, 'Internal', { path: file.path, operation: 'probe' });
    // The reason that `abort()` gives where the caller gave none says nothing.
    const cause = (signal.reason as Error | undefined)?.name === 'AbortError' ? undefined : signal.reason;
    throw new PluginSystemError('Cancelled', 'the probe was cancelled', { path: file.path, operation: 'probe', cause });
  } finally {
    release();
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true }).catch(() => {});
  }
}

function refused(path: string, error: PluginSystemError): ProbeReport {
  const exit = { code: null, signal: null };
  return {
    path,
    ok: false,
    stages: [],
    warnings: [],
    ledger: [],
    difference: [],
    steps: [],
    error,
    exit,
    stdout: '',
    stderr: '',
  };
}

function checkOptions(path: unknown, options: ProbeOptions): void {
  checkOptionNames(options, KNOWN, 'probe');
  if (typeof path !== 'string' || path === '') throw wrongOption('probe: path', path, 'the path of a library or module');
  for (const name of ['app', 'apiVersion', 'configDirectory'] as const) {
    const value: unknown = options[name];
    const isText = typeof value === 'string' && value !== '' && !value.includes('\0');
    if (value !== undefined && !isText) throw wrongOption(`probe: ${name}`, value, 'a string that is not empty');
  }
  const { init, timeoutMs, config } = options as { [Name in keyof ProbeOptions]: unknown };
  if (init !== undefined && typeof init !== 'boolean') throw wrongOption('probe: init', init, 'true or false');
  const isTime = typeof timeoutMs === 'number' && timeoutMs >= 1 && timeoutMs <= 2 ** 31 - 1;
  if (timeoutMs !== undefined && !isTime) throw wrongOption('probe: timeoutMs', timeoutMs, 'milliseconds, 1 to 2147483647');
  if (config !== undefined && (typeof config !== 'object' || config === null || Array.isArray(config)))
    throw wrongOption('probe: config', config, 'an object');
}
