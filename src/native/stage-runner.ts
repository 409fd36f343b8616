import {
  BY_REFERENCE,
  describeResult,
  fromTransfer,
  LAYOUT,
  MORTISE_OK,
  RESULT_CODES,
  RUN_MODES,
  resultName,
  STAGE_RESULT_FLAGS,
  toTransfer,
} from '../abi/index.js';
import { PluginSystemError } from '../errors/index.js';
import type { StoreHandle } from '../ffi/index.js';
import type { BatchChange, BatchRequest, BatchResult, Stage, StageContext, StageRunner } from '../plugin/index.js';
import type { GuardedPlugin } from '../safety/index.js';
import { NativeStage } from './native-stage.js';
import type { HostSession } from './session.js';
import { EntryWriter, type Note, readEntry, readNotes, tagNumber, viewOf } from './wire.js';

const RESULT = LAYOUT.MortiseStageResult;
const CANCELLED = RESULT_CODES.MORTISE_CANCELLED[0];
const NO_CHANGES: ReadonlyMap<string, BatchChange> = new Map();
const NO_MILLISECONDS: readonly number[] = [];
const NO_DESCRIPTIONS: ReadonlyArray<readonly string[] | undefined> = [];

export interface StageRunnerOptions {
  /** How long a cancelled native stage may take to return before it is abandoned, in milliseconds. */
  readonly cancelGraceMs: number;
}

/** What is the same each time the same stages run. */
interface PreparedBatch {
  readonly stages: readonly NativeStage[];
  readonly handles: BigUint64Array;
  readonly plugins: readonly GuardedPlugin[];
  readonly quick: boolean;
}

/**
 * Runs consecutive native stages in one call of the host library: on this thread if all are quick and their plugins are free, else on a
 * thread of the library. One for each session.
 */
export class NativeStageRunner implements StageRunner {
  readonly #session: HostSession;
  readonly #options: StageRunnerOptions;
  readonly #prepared = new WeakMap<readonly Stage[], PreparedBatch>();
  readonly #kept = new Map<object, StoreHandle>();
  readonly #writer = new EntryWriter();
  #results = Buffer.alloc(64 * RESULT.size);
  #resultsView = viewOf(this.#results);
  #entries = Buffer.alloc(64 * 1024);
  #entriesView = viewOf(this.#entries);
  readonly #code = new Int32Array(1);
  readonly #stage = new Uint32Array(1);

  constructor(session: HostSession, options: StageRunnerOptions) {
    this.#session = session;
    this.#options = options;
  }

  runBatch(stages: readonly Stage[], request: BatchRequest): BatchResult | Promise<BatchResult> {
    const batch = this.#prepare(stages);
    if (!batch.quick || !allFree(batch)) return this.#runOnThread(batch, request);
    try {
      enterAll(batch);
    } catch (error) {
      return notBegun(error);
    }
    const store = this.#storeFor(request);
    try {
      this.#send(store, request.values);
      this.#reserve(batch.handles.length);
      this.#session.library.run(store, batch.handles, batch.handles.length, RUN_MODES[request.mode], this.#results);
      return this.#collect(batch, store, request);
    } finally {
      leaveAll(batch);
      this.#settle(store, request);
    }
  }

  release(run: object): void {
    const store = this.#kept.get(run);
    if (store === undefined) return;
    this.#kept.delete(run);
    this.#session.library.storeClose(store);
  }

  /** Runs one stage over a context of TypeScript's. */
  async runAlone(stage: NativeStage, context: StageContext): Promise<void> {
    const values = new Map(context.keys().map((key) => [key, toTransfer(context.get(key), key)]));
    const cancellation = {
      get cancelled() {
        return context.signal.aborted;
      },
      subscribe(listener: () => void) {
        context.signal.addEventListener('abort', listener, { once: true });
        return () => context.signal.removeEventListener('abort', listener);
      },
    };
    const result = await this.runBatch([stage], { mode: context.mode, cancellation, run: {}, exclusive: false, values });
    for (const text of result.descriptions[0] ?? []) context.describe(text);
    if (result.error !== undefined) throw result.error;
    for (const [key, change] of result.changes) {
      if (change.value === undefined) context.delete(key);
      else context.set(key, fromTransfer(change.value));
    }
  }

  async #runOnThread(batch: PreparedBatch, request: BatchRequest): Promise<BatchResult> {
    const { library } = this.#session;
    try {
      await this.#enterWhenFree(batch, request);
    } catch (error) {
      return notBegun(error);
    }
    const store = this.#storeFor(request);
    let abandoned = false;
    try {
      this.#send(store, request.values);
      const job = await this.#submit(store, batch, request);
      const unsubscribe = request.cancellation.subscribe(() => library.storeCancel(store));
      try {
        abandoned = !(await this.#finished(job, request));
      } finally {
        unsubscribe();
      }
      if (abandoned && library.abandon(this.#session.handle, job.ticket, this.#stage) === MORTISE_OK)
        return this.#abandon(batch, job.ticket);
      abandoned = false;
      this.#reserve(batch.handles.length);
      library.take(this.#session.handle, job.ticket, this.#results, batch.handles.length, this.#code);
      this.#session.forget(job.ticket);
      return this.#collect(batch, store, request);
    } catch (error) {
      return notBegun(error);
    } finally {
      leaveAll(batch);
      if (abandoned) this.#kept.delete(request.run);
      else this.#settle(store, request);
    }
  }

  /** Waits until a call into each plugin of the batch may begin, and begins it. */
  async #enterWhenFree(batch: PreparedBatch, request: BatchRequest): Promise<void> {
    let unsubscribe = () => {};
    const givenUp = new Promise<void>((resolve) => {
      unsubscribe = request.cancellation.subscribe(resolve);
    });
    try {
      for (;;) {
        if (request.cancellation.cancelled) throw cancelled();
        const busy = batch.plugins.find((plugin) => !plugin.gate.free);
        if (busy === undefined || busy.gate.state !== 'open') break;
        await Promise.race([busy.gate.whenFree(), givenUp]);
      }
    } finally {
      unsubscribe();
    }
    enterAll(batch);
  }

  /** Gets a thread for the batch. Calls of the application may wait for one: no native caller is behind them, so nothing can deadlock. */
  async #submit(
    store: StoreHandle,
    batch: PreparedBatch,
    request: BatchRequest,
  ): Promise<{ ticket: bigint; done: Promise<void> }> {
    for (;;) {
      if (request.cancellation.cancelled) throw cancelled();
      const job = this.#session.submit(store, batch.handles, batch.handles.length, RUN_MODES[request.mode]);
      if (job !== undefined) return job;
      if (this.#session.pending === 0) {
        throw new PluginSystemError(
          'Busy',
          'no thread can be had for the stage: other parts of this process use all that the host library allows',
        );
      }
      await this.#session.someJobDone(request.cancellation);
    }
  }

  /** Waits for the end of a job; false if it did not return within the grace after the caller gave up. */
  #finished(job: { done: Promise<void> }, request: BatchRequest): Promise<boolean> {
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const unsubscribe = request.cancellation.subscribe(() => {
        timer = setTimeout(() => resolve(false), this.#options.cancelGraceMs);
      });
      void job.done.then(() => {
        unsubscribe();
        clearTimeout(timer);
        resolve(true);
      });
    });
  }

  #abandon(batch: PreparedBatch, ticket: bigint): BatchResult {
    this.#session.forget(ticket);
    const stage = batch.stages[this.#stage[0] ?? 0] as NativeStage;
    const reason = `the native call did not return within ${this.#options.cancelGraceMs} ms of being cancelled; the plugin is never called again`;
    stage.plugin.gate.abandon(reason);
    const place = { plugin: stage.plugin.name, path: stage.plugin.path, phase: 'operation', operation: stage.id } as const;
    return notBegun(new PluginSystemError('Abandoned', reason, place));
  }

  #prepare(stages: readonly Stage[]): PreparedBatch {
    const known = this.#prepared.get(stages);
    if (known !== undefined) return known;
    const native = stages.map((stage) => {
      if (!(stage instanceof NativeStage)) throw new PluginSystemError('Internal', `${stage.id} is no native stage`);
      return stage;
    });
    const batch = {
      stages: native,
      handles: BigUint64Array.from(native, (stage) => stage.handle),
      plugins: [...new Set(native.map((stage) => stage.plugin))],
      quick: native.every((stage) => stage.quick),
    };
    this.#prepared.set(stages, batch);
    return batch;
  }

  #storeFor(request: BatchRequest): StoreHandle {
    const kept = request.exclusive ? this.#kept.get(request.run) : undefined;
    if (kept !== undefined) return kept;
    const store = this.#session.library.storeOpen(this.#session.handle);
    if (store === 0) throw new PluginSystemError('Internal', 'the host library could not open a context store: no memory');
    if (request.exclusive) this.#kept.set(request.run, store);
    return store;
  }

  #settle(store: StoreHandle, request: BatchRequest): void {
    if (!request.exclusive) this.#session.library.storeClose(store);
  }

  #send(store: StoreHandle, values: BatchRequest['values']): void {
    if (values.size === 0) return;
    const { library } = this.#session;
    this.#writer.reset();
    for (const [key, value] of values) {
      if (value?.value instanceof Uint8Array && value.value.length > BY_REFERENCE) {
        const name = Buffer.from(key);
        check(library.storePut(store, name, name.length, tagNumber(value.tag), value.value, value.value.length), key);
      } else {
        this.#writer.add(key, value);
      }
    }
    if (this.#writer.length > 0) check(library.storeWrite(store, this.#writer.bytes, this.#writer.length), 'the context');
  }

  #reserve(count: number): void {
    if (this.#results.length >= count * RESULT.size) return;
    this.#results = Buffer.alloc(count * RESULT.size);
    this.#resultsView = viewOf(this.#results);
  }

  #collect(batch: PreparedBatch, store: StoreHandle, request: BatchRequest): BatchResult {
    const { stages } = batch;
    const milliseconds: number[] = [];
    let completed = 0;
    let code = MORTISE_OK as number;
    let noDryRun = false;
    const results = this.#resultsView;
    for (let at = 0; completed < stages.length; at += RESULT.size) {
      const flags = results.getUint32(at + RESULT.offsets.flags, true);
      code = results.getInt32(at + RESULT.offsets.code, true);
      if ((flags & STAGE_RESULT_FLAGS.noDryRun) !== 0) noDryRun = true;
      if ((flags & STAGE_RESULT_FLAGS.notRun) !== 0) break;
      const nanoseconds = at + RESULT.offsets.nanoseconds;
      milliseconds.push((results.getUint32(nanoseconds + 4, true) * 2 ** 32 + results.getUint32(nanoseconds, true)) / 1e6);
      if (code !== MORTISE_OK) break;
      completed++;
    }
    const failed = stages[completed];
    const isDry = request.mode === 'dry_run';
    const notes = failed !== undefined || isDry ? this.#notes(store) : [];
    const changes = completed > 0 ? this.#changes(store) : NO_CHANGES;
    return {
      completed,
      error: failed === undefined ? undefined : stageError(failed, code, completed, notes, request),
      milliseconds,
      descriptions: isDry ? describe(notes, completed, noDryRun ? results : undefined) : NO_DESCRIPTIONS,
      changes,
    };
  }

  #notes(store: StoreHandle): Note[] {
    const length = this.#pull((buffer) => this.#session.library.storeNotes(store, buffer, buffer.length));
    return readNotes(this.#entries, length);
  }

  #changes(store: StoreHandle): ReadonlyMap<string, BatchChange> {
    const length = this.#pull((buffer) => this.#session.library.storeChanges(store, buffer, buffer.length));
    if (length === 0) return NO_CHANGES;
    const changes = new Map<string, BatchChange>();
    for (let at = 0; at < length; ) {
      const entry = readEntry(this.#entries, this.#entriesView, at, this.#session.copyOut);
      changes.set(entry.key, entry);
      at = entry.end;
    }
    return changes;
  }

  #pull(read: (buffer: Buffer) => number): number {
    let length = read(this.#entries);
    if (length > this.#entries.length) {
      this.#entries = Buffer.alloc(length * 2);
      this.#entriesView = viewOf(this.#entries);
      length = read(this.#entries);
    }
    return length;
  }
}

function allFree(batch: PreparedBatch): boolean {
  for (const plugin of batch.plugins) if (!plugin.gate.free) return false;
  return true;
}

function enterAll(batch: PreparedBatch): void {
  let entered = 0;
  try {
    for (const plugin of batch.plugins) {
      plugin.gate.enter(batch.stages[0]?.id ?? 'stage', false);
      entered++;
    }
  } catch (error) {
    for (const plugin of batch.plugins.slice(0, entered)) plugin.gate.leave();
    const plugin = batch.plugins[entered];
    throw PluginSystemError.from(error, 'Internal', { plugin: plugin?.name, path: plugin?.path });
  }
}

function leaveAll(batch: PreparedBatch): void {
  for (const plugin of batch.plugins) plugin.gate.leave();
}

function notBegun(error: unknown): BatchResult {
  return {
    completed: 0,
    error: PluginSystemError.from(error, 'Internal'),
    milliseconds: NO_MILLISECONDS,
    descriptions: NO_DESCRIPTIONS,
    changes: NO_CHANGES,
  };
}

function cancelled(): PluginSystemError {
  return new PluginSystemError('Cancelled', 'the run was cancelled before the stage began');
}

function check(result: number, what: string): void {
  if (result !== MORTISE_OK)
    throw new PluginSystemError('ContextValueInvalid', `the host library refused ${what}: ${describeResult(result)}`);
}

function stageError(
  stage: NativeStage,
  code: number,
  index: number,
  notes: readonly Note[],
  request: BatchRequest,
): PluginSystemError {
  const place = { plugin: stage.plugin.name, path: stage.plugin.path, phase: 'operation', operation: stage.id } as const;
  if (code === CANCELLED && request.cancellation.cancelled)
    return new PluginSystemError('Cancelled', 'the run was cancelled', place);
  if (resultName(code) === undefined)
    return new PluginSystemError('ResultInvalid', `execute returned ${describeResult(code)}`, place);
  const said = notes.find((note) => note.kind === 'error' && note.stage === index)?.text;
  const detail =
    said === undefined || said === '' ? `execute returned ${describeResult(code)}, and the plugin gave no message` : said;
  return new PluginSystemError('StageFailed', detail, place);
}

function describe(
  notes: readonly Note[],
  completed: number,
  results: DataView | undefined,
): Array<readonly string[] | undefined> {
  return Array.from({ length: completed }, (_, index) => {
    const flags = results?.getUint32(index * RESULT.size + RESULT.offsets.flags, true) ?? 0;
    if ((flags & STAGE_RESULT_FLAGS.noDryRun) !== 0) return undefined;
    return notes.filter((note) => note.kind === 'describe' && note.stage === index).map((note) => note.text);
  });
}
