import { LOG_LEVELS } from '../abi/index.js';
import type { PluginHandle } from '../ffi/index.js';
import type { Logger, LogLevel } from '../plugin/index.js';
import type { HostSession, LogSink } from './session.js';
import type { LogLine } from './wire.js';

const BY_NUMBER = new Map<number, LogLevel>(Object.entries(LOG_LEVELS).map(([name, number]) => [number, name as LogLevel]));
const SILENT = 4_294_967_295;
/** What a line says in the host's name: a field of the plugin that goes by it is renamed, since readers of JSON take the last of two. */
const HOSTS_OWN: ReadonlySet<string> = new Set(['plugin', 'stage', 'level', 'time', 'msg', 'pid', 'hostname']);

/** The log of the compiled plugins of one manager: where their lines go, and below which level they need not make any. */
export class PluginLogs {
  readonly #session: HostSession;
  readonly #application: Logger | undefined;
  readonly #loggers = new Map<PluginHandle, Logger>();
  #level: string | undefined;

  /** `application`: whose level is followed. */
  constructor(session: HostSession, application: Logger | undefined) {
    this.#session = session;
    this.#application = application;
    this.#level = application?.level;
  }

  /** Lines of the plugin go to `log` from now on. */
  attach(plugin: PluginHandle, log: Logger): void {
    this.#loggers.set(plugin, log);
    this.#session.attach(plugin, this.#sinkOf(log));
    this.#tell(plugin, log);
  }

  /** The plugin was closed. What it logged until then is written first. */
  detach(plugin: PluginHandle): void {
    this.#session.detach(plugin);
    this.#loggers.delete(plugin);
  }

  /**
   * Tells the plugins the level again if the application has changed it. Loggers do not tell of a change, so this is called before plugins are, and when a line of
   * theirs has come.
   */
  follow(): void {
    const level = this.#application?.level;
    if (level === this.#level) return;
    this.#level = level;
    for (const [plugin, log] of this.#loggers) this.#tell(plugin, log);
  }

  #tell(plugin: PluginHandle, log: Logger): void {
    this.#session.library.pluginLogLevel(plugin, levelNumber(log));
  }

  #sinkOf(log: Logger): LogSink {
    return {
      line: ({ stage, level, message, fields }: LogLine) => {
        this.follow();
        // Any plugin's: a service is called while a stage of another plugin runs.
        const id = this.#session.stageIds.get(stage);
        const own = Object.fromEntries(
          Object.entries(fields).map(([key, value]) => [HOSTS_OWN.has(key) ? `field.${key}` : key, value]),
        );
        log[BY_NUMBER.get(level) ?? 'info'](id === undefined ? own : { ...own, stage: id }, message);
      },
      dropped: (count: number) => {
        log.warn(
          { dropped: count },
          `${count} log lines of this plugin were dropped: it logged faster than they could be written`,
        );
      },
    };
  }
}

/** Lowest level that `log` writes, as the ABI's number. */
function levelNumber(log: Logger): number {
  return (LOG_LEVELS as Record<string, number>)[log.level] ?? (log.level === 'silent' ? SILENT : LOG_LEVELS.trace);
}
