import { rm } from 'node:fs/promises';
import type { PluginInfo, PluginManager } from '../core/index.js';
import { checkOptionNames, PluginSystemError, shown } from '../errors/index.js';
import type { PipelineStep, RunReport } from '../pipelines/index.js';
import type { ContextInput, ContextValue, PluginWarning, RunMode } from '../plugin/index.js';
import type { HostLimit } from './limits.js';
import type { PluginCall } from './recorded-calls.js';
import type { PluginLedgerEntry, RecordedLedger } from './recorded-ledger.js';
import type { LogRecord } from './recorded-log.js';

/** Options of `run` and `tryRun`. */
export interface TestRunOptions {
  /** Default `live`. */
  readonly mode?: RunMode | undefined;
  /** Cancels the run. */
  readonly signal?: AbortSignal | undefined;
}

/** What a run that succeeded left. */
export interface TestRun {
  /** All values of the context at the end. */
  readonly values: Readonly<Record<string, ContextValue>>;
  readonly report: RunReport;
  /** Dry run: what the stages would do, in order; empty in a live run. */
  readonly descriptions: readonly string[];
}

/** What a host is made of. */
export interface TestHostParts {
  readonly manager: PluginManager;
  /** Of this host alone; removed when it is closed. */
  readonly folder: string;
  readonly configDirectory: string;
  readonly limits: readonly HostLimit[];
  readonly timeoutMs: number | undefined;
  readonly strict: boolean;
  readonly logs: readonly LogRecord[];
  readonly calls: readonly PluginCall[];
  readonly ledger: RecordedLedger;
  /** Raised since the start. */
  readonly warnings: readonly PluginWarning[];
  /** Has the lines that compiled plugins have logged so far written. */
  deliverLogs(): void;
}

/** Plugins that run, for a test. Made by `testHost().…start()`. */
export class TestHost {
  /** The manager itself, for what this host has no word for. */
  readonly manager: PluginManager;
  /** Absolute path of the empty configuration folder that the plugins are told. */
  readonly configDirectory: string;
  /** The limits that were asked for, and whether each holds. */
  readonly limits: readonly HostLimit[];
  readonly #parts: TestHostParts;
  #closing: Promise<void> | undefined;

  constructor(parts: TestHostParts) {
    this.manager = parts.manager;
    this.configDirectory = parts.configDirectory;
    this.limits = parts.limits;
    this.#parts = parts;
  }

  /**
   * Runs a stage, or several in this order, on a context with `data`.
   * @throws the error of the first stage that failed; `Cancelled`; `StageNotFound`, `ContextValueInvalid`, `InvalidOption`, `InvalidState` after `close`
   */
  async run(
    stages: string | readonly string[],
    data: Readonly<Record<string, ContextInput>> = {},
    options: TestRunOptions = {},
  ): Promise<TestRun> {
    const report = await this.tryRun(stages, data, options);
    if (report.error !== undefined) throw report.error;
    return { values: report.data, report, descriptions: report.stages.flatMap((stage) => stage.descriptions ?? []) };
  }

  /**
   * The same for runs that are to fail: a stage that fails is in the report.
   * @throws `StageNotFound`, `ContextValueInvalid`, `InvalidOption`, `InvalidState` after `close`
   */
  async tryRun(
    stages: string | readonly string[],
    data: Readonly<Record<string, ContextInput>> = {},
    options: TestRunOptions = {},
  ): Promise<RunReport> {
    checkOptionNames(options, ['mode', 'signal'], 'run');
    const ids = typeof stages === 'string' ? [stages] : stages;
    if (!Array.isArray(ids))
      throw new PluginSystemError('InvalidOption', `run takes the id of a stage or a list of ids, not ${shown(stages)}`);
    return this.manager.run(this.#steps(ids), { ...options, data });
  }

  /**
   * What is known of a plugin.
   * @throws `PluginNotFound`, with the nearest name
   */
  plugin(name: string): PluginInfo {
    return this.manager.get(name);
  }

  /** Lines that were logged so far, by plugins and by the manager. */
  get logs(): readonly LogRecord[] {
    this.#parts.deliverLogs();
    return this.#parts.logs;
  }

  /** What was done to plugins so far, in order. */
  get calls(): readonly PluginCall[] {
    return this.#parts.calls;
  }

  /** What was taken from compiled plugins so far, and what was given back. */
  get ledger(): readonly PluginLedgerEntry[] {
    return this.#parts.ledger.entries();
  }

  /**
   * Stops all plugins and removes the folders of the host. A second call does nothing more. Logs, calls and ledger can be looked at afterwards.
   * @throws the error of the first plugin whose `shutdown` or `destroy` failed; `Abandoned` if a call of one did not return; `LedgerUnbalanced`; `TimedOut` if a run did not
   * end; `WarningRefused` if the host is strict and something was warned of
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Stages as they are to be run; with the ones that they require, where each is to have a deadline. */
  #steps(ids: readonly string[]): readonly PipelineStep[] {
    const { timeoutMs } = this.#parts;
    if (timeoutMs === undefined) return ids;
    const here = new Set(ids);
    const steps: PipelineStep[] = [];
    const place = (id: string) => {
      const requires = this.manager.stages.has(id) ? this.manager.stages.get(id).requires : [];
      for (const { stage, required } of requires) {
        if (!required || here.has(stage) || !this.manager.stages.has(stage)) continue;
        here.add(stage);
        place(stage);
      }
      steps.push({ stage: id, after: 'previous', timeoutMs });
    };
    for (const id of ids) place(id);
    return steps;
  }

  async #close(): Promise<void> {
    const { manager, folder, strict, warnings, ledger } = this.#parts;
    const abandoned = manager.list().find(({ state }) => state === 'abandoned');
    const stop = await manager.stop();
    await rm(folder, { recursive: true, force: true });
    const [failed] = stop.failed;
    if (failed !== undefined) throw failed.error;
    if (abandoned?.error !== undefined) throw abandoned.error;
    requireBalance(ledger.difference());
    if (stop.unfinished.length > 0)
      throw new PluginSystemError('TimedOut', 'a run had not ended when the host was closed', { operation: 'close' });
    if (strict) refuseWarnings([...warnings, ...stop.warnings], 'close');
  }
}

function requireBalance(difference: readonly PluginLedgerEntry[]): void {
  const [first] = difference;
  if (first === undefined) return;
  const texts = difference.map(({ plugin, what, taken, given }) => `${what} of ${plugin}: ${given} of ${taken} given back`);
  throw new PluginSystemError('LedgerUnbalanced', texts.join('; '), {
    plugin: first.plugin,
    phase: 'unloading',
    operation: 'close',
    ledger: difference.map(({ what, taken, given }) => ({ what, taken, given })),
  });
}

/**
 * @throws `WarningRefused`
 */
export function refuseWarnings(
  warnings: ReadonlyArray<PluginWarning & { readonly plugin?: string | undefined }>,
  operation: string,
): void {
  const [first] = warnings;
  if (first === undefined) return;
  const texts = warnings.map(({ code, message }) => `${code}: ${message}`);
  throw new PluginSystemError('WarningRefused', `strict() refuses warnings: ${texts.join('; ')}`, {
    plugin: first.plugin,
    operation,
  });
}
