import { fromTransfer, MORTISE_OK, RUN_MODES, toTransfer } from '../abi/index.js';
import { isOurs, PluginSystemError } from '../errors/index.js';
import type { StoreHandle } from '../ffi/index.js';
import type { BatchRequest, BatchResult, Stage, StageContext } from '../plugin/index.js';
import { BatchTransfer, notBegun } from './batch-transfer.js';
import type { NativeRunner, NativeStage } from './native-stage.js';
import type { PluginLogs } from './plugin-log.js';
import { allFree, enterAll, leaveAll, type PreparedBatch, prepareBatch } from './prepared-batch.js';
import type { HostSession } from './session.js';

export interface StageRunnerOptions {
  /** How long a cancelled native stage may take to return before it is abandoned, in milliseconds. */
  readonly cancelGraceMs: number;
}

/**
 * Runs consecutive native stages in one call of the host library: on this thread if all are quick and their plugins are free, else on a
 * thread of the library. One for each manager.
 */
export class NativeStageRunner implements NativeRunner {
  readonly #session: HostSession;
  readonly #logs: PluginLogs;
  readonly #options: StageRunnerOptions;
  readonly #prepared = new WeakMap<readonly Stage[], PreparedBatch>();
  readonly #kept = new Map<object, StoreHandle>();
  readonly #transfer: BatchTransfer;
  readonly #code = new Int32Array(1);
  readonly #stage = new Uint32Array(1);

  constructor(session: HostSession, logs: PluginLogs, options: StageRunnerOptions) {
    this.#session = session;
    this.#logs = logs;
    this.#options = options;
    this.#transfer = new BatchTransfer(session);
  }

  get cancelGraceMs(): number {
    return this.#options.cancelGraceMs;
  }

  runBatch(stages: readonly Stage[], request: BatchRequest): BatchResult | Promise<BatchResult> {
    const batch = this.#prepare(stages);
    this.#logs.follow();
    return batch.quick && request.interruptible !== true && allFree(batch)
      ? this.#runHere(batch, request)
      : this.#runOnThread(batch, request);
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
      get reason() {
        return context.signal.reason;
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

  #runHere(batch: PreparedBatch, request: BatchRequest): BatchResult {
    enterAll(batch);
    let store: StoreHandle | undefined;
    try {
      store = this.#storeFor(request);
      this.#transfer.send(store, request.values);
      const { handles } = batch;
      const results = this.#transfer.resultsFor(handles.length);
      const answer = this.#session.library.run(store, handles, handles.length, RUN_MODES[request.mode], results);
      return this.#transfer.collect(batch, store, request, answer);
    } catch (error) {
      return notBegun(error);
    } finally {
      leaveAll(batch);
      this.#settle(store, request);
    }
  }

  async #runOnThread(batch: PreparedBatch, request: BatchRequest): Promise<BatchResult> {
    try {
      await this.#enterWhenFree(batch, request);
    } catch (error) {
      return notBegun(error);
    }
    let store: StoreHandle | undefined;
    try {
      store = this.#storeFor(request);
      this.#transfer.send(store, request.values);
      const began = performance.now();
      const ticket = await this.#runJob(store, batch, request);
      if (ticket === undefined) {
        // The job keeps the store.
        store = undefined;
        this.#kept.delete(request.run);
        return this.#abandon(batch, request, performance.now() - began);
      }
      const { handles } = batch;
      const results = this.#transfer.resultsFor(handles.length);
      const answer = this.#session.library.take(this.#session.handle, ticket, results, handles.length, this.#code);
      return this.#transfer.collect(batch, store, request, answer);
    } catch (error) {
      return notBegun(error);
    } finally {
      leaveAll(batch);
      this.#settle(store, request);
    }
  }

  /** Runs the batch on a thread; its ticket, ready to be taken, or undefined if it had to be given up. */
  async #runJob(store: StoreHandle, batch: PreparedBatch, request: BatchRequest): Promise<bigint | undefined> {
    const { library, handle } = this.#session;
    const job = await this.#submit(store, batch, request);
    const unsubscribe = request.cancellation.subscribe(() => library.storeCancel(store));
    try {
      if (await this.#finished(job, request)) return job.ticket;
      return library.abandon(handle, job.ticket, this.#stage) === MORTISE_OK ? undefined : job.ticket;
    } finally {
      unsubscribe();
      this.#session.forget(job.ticket);
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

  #abandon(batch: PreparedBatch, { cancellation }: BatchRequest, milliseconds: number): BatchResult {
    const [completed = 0] = this.#stage;
    const stage = batch.stages[completed] as NativeStage;
    const { reason: cause } = cancellation;
    const deadline = isOurs(cause) && cause.code === 'TimedOut' ? `${cause.detail}, and ` : '';
    const reason = `${deadline}the native call did not return within ${this.#options.cancelGraceMs} ms of being cancelled; the plugin is never called again`;
    stage.plugin.gate.abandon(reason);
    const place = { plugin: stage.plugin.name, path: stage.plugin.path, phase: 'operation', operation: stage.id } as const;
    // How long each stage before it took is known to the job alone.
    const times = [...new Array<number>(completed).fill(0), milliseconds];
    return { ...notBegun(new PluginSystemError('Abandoned', reason, place)), completed, milliseconds: times };
  }

  #prepare(stages: readonly Stage[]): PreparedBatch {
    let batch = this.#prepared.get(stages);
    if (batch === undefined) {
      batch = prepareBatch(stages);
      this.#prepared.set(stages, batch);
    }
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

  #settle(store: StoreHandle | undefined, request: BatchRequest): void {
    if (store !== undefined && !request.exclusive) this.#session.library.storeClose(store);
  }
}

function cancelled(): PluginSystemError {
  return new PluginSystemError('Cancelled', 'the run was cancelled before the stage began');
}
