/** Log levels of pino, lowest first. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** Writes one line: its text, or fields with a text. */
export type LogMethod = {
  (fields: object, message?: string): void;
  (message: string): void;
};

/** The part of pino's logger that plugins and the manager use; any pino logger fits. */
export interface Logger extends Readonly<Record<LogLevel, LogMethod>> {
  /** Lines below it are dropped; `silent` drops all. */
  level: string;
  child(bindings: Record<string, unknown>): Logger;
}
