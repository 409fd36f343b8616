import type { Logger } from '../plugin/index.js';

const drop = () => {};

/** Writes nothing: a library is silent until it is asked to speak. */
export const silentLogger: Logger = {
  level: 'silent',
  trace: drop,
  debug: drop,
  info: drop,
  warn: drop,
  error: drop,
  fatal: drop,
  child: () => silentLogger,
};

/** The application's logger, or a pino logger to stderr, or silence. pino is loaded only when it writes. */
export async function makeLogger(app: string, logger: Logger | undefined, level: string | undefined): Promise<Logger> {
  if (logger !== undefined) return logger;
  if (level === undefined || level === 'silent') return silentLogger;
  const { pino } = await import('pino');
  return pino({ name: app, level }, pino.destination({ dest: 2, sync: true })) as unknown as Logger;
}
