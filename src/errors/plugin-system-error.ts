import { ERROR_TABLE, type ErrorCategory, type ErrorCode } from './codes.js';

/** Where in its life a plugin was, in order. */
export type Phase =
  | 'discovery'
  | 'loading'
  | 'metadata'
  | 'resolution'
  | 'registration'
  | 'stages'
  | 'init'
  | 'preflight'
  | 'operation'
  | 'shutdown'
  | 'unloading';

/** What is known about the place of a failure. */
export interface ErrorContext {
  /** Name of the plugin, once it is known. */
  plugin?: string | undefined;
  /** Absolute path of the library or file. */
  path?: string | undefined;
  phase?: Phase | undefined;
  /** The slot, stage or step in progress: `free_name`, `text:survey`, `open`. */
  operation?: string | undefined;
  /** What to do; the default of the code where absent. */
  remedy?: string | undefined;
  /** What had been taken from the plugin and could not be given back. */
  ledger?: readonly LedgerDifference[] | undefined;
  cause?: unknown;
}

/** One thing that was not given back as often as it was taken. */
export interface LedgerDifference {
  readonly what: string;
  readonly taken: number;
  readonly given: number;
}

/** JSON form, as the CLI prints it. */
export interface SerializedError {
  code: ErrorCode;
  plugin: string | null;
  path: string | null;
  phase: Phase | null;
  operation: string | null;
  message: string;
  remedy: string;
  /** Absent where everything was given back. */
  ledger?: readonly LedgerDifference[];
  cause?: string;
}

/** The one error type. `code` is stable; `message` is for people and may change. */
export class PluginSystemError extends Error {
  override readonly name = 'PluginSystemError';
  readonly code: ErrorCode;
  /** The sentence without the place. */
  readonly detail: string;
  plugin: string | undefined;
  path: string | undefined;
  phase: Phase | undefined;
  operation: string | undefined;
  remedy: string;
  /** What had been taken from the plugin and was not given back; empty where everything was. */
  ledger: readonly LedgerDifference[] = [];

  constructor(code: ErrorCode, detail: string, context: ErrorContext = {}) {
    super(detail, context.cause === undefined ? undefined : { cause: context.cause });
    this.code = code;
    this.detail = detail;
    this.remedy = context.remedy ?? ERROR_TABLE[code].remedy;
    this.within(context);
  }

  get category(): ErrorCategory {
    return ERROR_TABLE[this.code].category;
  }

  /** Fills in what was not known where the error was raised; what is known already stays. */
  within(context: ErrorContext): this {
    this.plugin ??= context.plugin;
    this.path ??= context.path;
    this.phase ??= context.phase;
    this.operation ??= context.operation;
    if (context.ledger !== undefined) this.ledger = context.ledger;
    const place = [
      this.plugin && `plugin ${this.plugin}`,
      this.phase && `phase ${this.phase}`,
      this.operation && `operation ${this.operation}`,
      this.path && `file ${this.path}`,
    ].filter(Boolean);
    this.message = place.length > 0 ? `${this.detail} [${place.join(', ')}]` : this.detail;
    return this;
  }

  toJSON(): SerializedError {
    return {
      code: this.code,
      plugin: this.plugin ?? null,
      path: this.path ?? null,
      phase: this.phase ?? null,
      operation: this.operation ?? null,
      message: this.detail,
      remedy: this.remedy,
      ...(this.ledger.length === 0 ? {} : { ledger: this.ledger }),
      ...(this.cause === undefined ? {} : { cause: causeText(this.cause) }),
    };
  }

  /** Rebuilds an error that crossed a process boundary. */
  static fromJSON(json: SerializedError): PluginSystemError {
    return new PluginSystemError(json.code, json.message, {
      plugin: json.plugin ?? undefined,
      path: json.path ?? undefined,
      phase: json.phase ?? undefined,
      operation: json.operation ?? undefined,
      remedy: json.remedy,
      ledger: json.ledger,
      ...(json.cause === undefined ? {} : { cause: json.cause }),
    });
  }

  /** A copy, to be placed where the original may still be held by others. */
  copy(): PluginSystemError {
    const { code, plugin, path, phase, operation, remedy, ledger, cause } = this;
    return new PluginSystemError(code, this.detail, { plugin, path, phase, operation, remedy, ledger, cause });
  }

  /** `from` for what code of others threw: an error of ours is copied, since it may be thrown again elsewhere. */
  static fromThrown(thrown: unknown, code: ErrorCode, context: ErrorContext = {}): PluginSystemError {
    return PluginSystemError.from(thrown instanceof PluginSystemError ? thrown.copy() : thrown, code, context);
  }

  /** `error` itself if it is one of ours, else wrapped as `code`; either way with its place filled in. */
  static from(error: unknown, code: ErrorCode, context: ErrorContext = {}): PluginSystemError {
    if (error instanceof PluginSystemError) return error.within(context);
    return new PluginSystemError(code, causeText(error), { ...context, cause: error });
  }
}

/** Anything can be thrown, also what cannot be turned into a string. */
function causeText(cause: unknown): string {
  try {
    return cause instanceof Error ? String(cause.message) : String(cause);
  } catch {
    return `something that cannot be shown (${typeof cause})`;
  }
}
