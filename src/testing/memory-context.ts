import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkOptionNames, PluginSystemError, shown } from '../errors/index.js';
import { CancellationSource, RunData, StageContextView } from '../pipelines/index.js';
import type { ContextInput, ContextValue, RunMode, StageContext } from '../plugin/index.js';
import { type LogRecord, recordingLogger } from './recorded-log.js';

/** Options of `memoryContext`. */
export interface MemoryContextOptions {
  /** Default `live`. */
  readonly mode?: RunMode | undefined;
  /** Id of the stage that it is the context of. Default `test:stage`. */
  readonly stage?: string | undefined;
  /** Default: the path of a folder that does not exist. */
  readonly configDirectory?: string | undefined;
  /** As in a preflight check: writing is `ContextReadOnly`. Default false. */
  readonly readOnly?: boolean | undefined;
  /** Cancels it. */
  readonly signal?: AbortSignal | undefined;
}

/** The context of one stage, in memory: the same implementation as in a run, with what a test wants to see. */
export interface MemoryContext extends StageContext {
  /** All values as they are now, copied. */
  readonly values: Readonly<Record<string, ContextValue>>;
  /** What was described, in order. */
  readonly descriptions: readonly string[];
  readonly logs: readonly LogRecord[];
  /** Raises `signal`, as a caller does that gives up. */
  cancel(reason?: unknown): void;
  /** Takes no writes from now on, as when the stage has ended. */
  end(): void;
}

const KNOWN = ['mode', 'stage', 'configDirectory', 'readOnly', 'signal'] as const satisfies Array<keyof MemoryContextOptions>;

/**
 * Makes a context with these values, to call a stage of a TypeScript plugin without a manager: `await stage.execute(memoryContext({ path }))`.
 * @throws `InvalidOption`; `ContextValueInvalid` for a value that no context takes
 */
export function memoryContext(
  data: Readonly<Record<string, ContextInput>> = {},
  options: MemoryContextOptions = {},
): MemoryContext {
  checkOptionNames(options, KNOWN, 'memoryContext');
  const { mode = 'live', stage = 'test:stage', configDirectory, readOnly = false, signal } = options;
  if (mode !== 'live' && mode !== 'dry_run')
    throw new PluginSystemError('InvalidOption', `memoryContext: the mode is ${shown(mode)}; "live" or "dry_run" was wanted`);
  if (typeof data !== 'object' || data === null)
    throw new PluginSystemError('InvalidOption', `memoryContext: the data is ${shown(data)}; an object was wanted`);
  const logs: LogRecord[] = [];
  const cancellation = new CancellationSource();
  cancellation.follow(signal);
  return new RecordedContext(
    {
      stage,
      mode,
      configDirectory: configDirectory ?? join(tmpdir(), 'mortise-memory-context', 'config'),
      cancellation,
      values: new RunData(data).values,
      readOnly,
      log: () => recordingLogger(logs, { stage }),
    },
    logs,
  );
}

class RecordedContext extends StageContextView implements MemoryContext {
  readonly logs: readonly LogRecord[];
  readonly #cancellation: CancellationSource;

  constructor(parts: ConstructorParameters<typeof StageContextView>[0], logs: readonly LogRecord[]) {
    super(parts);
    this.logs = logs;
    this.#cancellation = parts.cancellation;
  }

  get values(): Readonly<Record<string, ContextValue>> {
    return Object.fromEntries(this.keys().map((key) => [key, this.get(key) as ContextValue]));
  }

  cancel(reason?: unknown): void {
    this.#cancellation.cancel(reason);
  }
}
