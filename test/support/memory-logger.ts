import { type Level, pino } from 'pino';

export type Line = Record<string, unknown> & { msg: string };

/** A pino logger whose lines are kept, parsed. */
export function memoryLogger(level: Level = 'trace') {
  const lines: Line[] = [];
  const logger = pino({ level, base: null }, { write: (text: string) => void lines.push(JSON.parse(text)) });
  return { logger, lines };
}
