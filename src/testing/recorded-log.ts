import { LOG_LEVELS } from '../abi/index.js';
import type { Logger, LogLevel } from '../plugin/index.js';

/** One line of a log. */
export interface LogRecord {
  readonly level: LogLevel;
  readonly message: string;
  /** Without plugin and stage. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly plugin?: string | undefined;
  readonly stage?: string | undefined;
}

type Bindings = Readonly<Record<string, unknown>>;

/** A logger that keeps its lines, and those of its children, in `records`; it writes none. Of level `trace`, so that plugins make every line. */
export function recordingLogger(records: LogRecord[], bindings: Bindings = {}, level = 'trace'): Logger {
  const logger: Omit<Logger, LogLevel> = {
    level,
    child: (more) => recordingLogger(records, { ...bindings, ...more }, logger.level),
  };
  const isWanted = (each: LogLevel) =>
    LOG_LEVELS[each] >= ((LOG_LEVELS as Record<string, number>)[logger.level] ?? Number.POSITIVE_INFINITY);
  const methods = (Object.keys(LOG_LEVELS) as LogLevel[]).map((each) => {
    const write = (first: object | string, message?: string) => {
      if (isWanted(each)) records.push(record(each, bindings, first, message));
    };
    return [each, write] as const;
  });
  return Object.assign(logger, Object.fromEntries(methods) as Pick<Logger, LogLevel>);
}

function record(level: LogLevel, bindings: Bindings, first: object | string, message: string | undefined): LogRecord {
  const own = typeof first === 'string' ? {} : first instanceof Error ? { err: first } : first;
  const { plugin, stage, ...fields } = { ...bindings, ...own } as Record<string, unknown>;
  return Object.freeze({
    level,
    message: typeof first === 'string' ? first : (message ?? (first instanceof Error ? first.message : '')),
    fields: Object.freeze(fields),
    ...(plugin === undefined ? {} : { plugin: String(plugin) }),
    ...(stage === undefined ? {} : { stage: String(stage) }),
  });
}
