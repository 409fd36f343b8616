import { ERROR_TABLE, type ErrorCategory, type ErrorCode } from './codes.js';
import { shown, thrownText } from './shown.js';

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
    super(detail, isCause(context.cause) ? { cause: context.cause } : undefined);
    // Plugins in JavaScript can write any code.
    this.code = isErrorCode(code) ? code : 'Internal';
    this.detail = detail;
    this.remedy = context.remedy ?? ERROR_TABLE[this.code].remedy;
    this.within(context);
  }

  /** `internal` for a code that none of ours gave it. */
  get category(): ErrorCategory {
    return isErrorCode(this.code) ? ERROR_TABLE[this.code].category : 'internal';
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
      ...(this.cause === undefined ? {} : { cause: thrownText(this.cause) }),
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

  /** A copy, to be placed where the original may still be held by others. What code of others wrote over its fields is left behind where it is of no use. */
  copy(): PluginSystemError {
    const { code, detail, plugin, path, phase, operation, remedy, ledger, cause } = this;
    return new PluginSystemError(code, typeof detail === 'string' ? detail : shown(detail), {
      plugin: ifText(plugin),
      path: ifText(path),
      phase: ifText(phase),
      operation: ifText(operation),
      remedy: ifText(remedy),
      ledger: Array.isArray(ledger) ? ledger : undefined,
      cause,
    });
  }

  /** `from` for what code of others threw: an error of ours is copied, since it may be thrown again elsewhere. Never throws, whatever was thrown. */
  static fromThrown(thrown: unknown, code: ErrorCode, context: ErrorContext = {}): PluginSystemError {
    return copyOf(thrown)?.within(context) ?? wrapped(thrown, code, context);
  }

  /** `error` itself if it is one of ours, else wrapped as `code`; either way with its place filled in. */
  static from(error: unknown, code: ErrorCode, context: ErrorContext = {}): PluginSystemError {
    if (isOurs(error)) return error.within(context);
    return wrapped(error, code, context);
  }
}

function wrapped(thrown: unknown, code: ErrorCode, context: ErrorContext): PluginSystemError {
  return new PluginSystemError(code, thrownText(thrown), { ...context, cause: thrown });
}

/** Whether it is an error of ours. Also asked of what cannot be asked, such as a revoked proxy. */
export function isOurs(thrown: unknown): thrown is PluginSystemError {
  try {
    return thrown instanceof PluginSystemError;
  } catch {
    return false;
  }
}

/** Undefined: it is no error of ours, or one that cannot be read. */
function copyOf(thrown: unknown): PluginSystemError | undefined {
  try {
    return thrown instanceof PluginSystemError ? PluginSystemError.prototype.copy.call(thrown) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether it can be looked at. Node itself throws when it is to print an error whose cause cannot. */
function isCause(cause: unknown): boolean {
  try {
    if (cause instanceof Error) return typeof cause.name === 'string' && typeof cause.message === 'string';
    return cause !== undefined;
  } catch {
    return false;
  }
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_TABLE, code);
}

function ifText<Text extends string>(value: Text | undefined): Text | undefined {
  return typeof value === 'string' ? value : undefined;
}
