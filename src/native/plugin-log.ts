import { LOG_LEVELS } from '../abi/index.js';
import type { Logger, LogLevel } from '../plugin/index.js';
import type { LogSink } from './session.js';
import type { LogLine } from './wire.js';

const BY_NUMBER = new Map<number, LogLevel>(Object.entries(LOG_LEVELS).map(([name, number]) => [number, name as LogLevel]));
const SILENT = 4_294_967_295;
/** What a line says in the host's name: a field of the plugin that goes by it is renamed, since readers of JSON take the last of two. */
const HOSTS_OWN: ReadonlySet<string> = new Set(['plugin', 'stage', 'level', 'time', 'msg', 'pid', 'hostname']);

/** Lowest level that `log` writes, as the ABI's number. */
export function logLevelNumber(log: Logger): number {
  return (LOG_LEVELS as Record<string, number>)[log.level] ?? (log.level === 'silent' ? SILENT : LOG_LEVELS.trace);
}

/** Writes the lines of one plugin to its logger, with the stage during which they came. */
export function logSink(log: Logger, stageId: (handle: bigint) => string | undefined): LogSink {
  return {
    line({ stage, level, message, fields }: LogLine) {
      const id = stage === 0n ? undefined : stageId(stage);
      const own = Object.fromEntries(
        Object.entries(fields).map(([key, value]) => [HOSTS_OWN.has(key) ? `field.${key}` : key, value]),
      );
      log[BY_NUMBER.get(level) ?? 'info'](id === undefined ? own : { ...own, stage: id }, message);
    },
    dropped(count: number) {
      log.warn(
        { dropped: count },
        `${count} log lines of this plugin were dropped: it logged faster than they could be written`,
      );
    },
  };
}
