import {
  BY_REFERENCE,
  describeResult,
  LAYOUT,
  MORTISE_OK,
  RESULT_CODES,
  resultName,
  STAGE_RESULT_FLAGS,
} from '../abi/index.js';
import { PluginSystemError } from '../errors/index.js';
import type { StoreHandle } from '../ffi/index.js';
import type { BatchChange, BatchRequest, BatchResult } from '../plugin/index.js';
import type { NativeStage } from './native-stage.js';
import type { PreparedBatch } from './prepared-batch.js';
import type { HostSession } from './session.js';
import { EntryWriter, type Note, readEntry, readNotes, tagNumber, viewOf } from './wire.js';

const RESULT = LAYOUT.MortiseStageResult;
const CANCELLED = RESULT_CODES.MORTISE_CANCELLED[0];
/** Flags that no result has: what is there before the host library wrote one. */
const UNWRITTEN = 0xffff_ffff;
const NO_CHANGES: ReadonlyMap<string, BatchChange> = new Map();
const NO_MILLISECONDS: readonly number[] = [];
const NO_DESCRIPTIONS: ReadonlyArray<readonly string[] | undefined> = [];

/** Carries values into a store of the host library, and what a batch made of them back. Its buffers are used again for every batch. */
export class BatchTransfer {
  readonly #session: HostSession;
  readonly #writer = new EntryWriter();
  #results = Buffer.alloc(64 * RESULT.size);
  #resultsView = viewOf(this.#results);
  #entries = Buffer.alloc(64 * 1024);
  #entriesView = viewOf(this.#entries);

  constructor(session: HostSession) {
    this.#session = session;
  }

  /**
   * @throws `ContextValueInvalid` if the host library refuses a value
   */
  send(store: StoreHandle, values: BatchRequest['values']): void {
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

  /** Room for the results of `count` stages; what the host library writes there is read by `collect`. */
  resultsFor(count: number): Buffer {
    if (this.#results.length < count * RESULT.size) {
      this.#results = Buffer.alloc(count * RESULT.size);
      this.#resultsView = viewOf(this.#results);
    }
    this.#resultsView.setUint32(RESULT.offsets.flags, UNWRITTEN, true);
    return this.#results;
  }

  /**
   * Results, notes and changes of the batch that ran on `store`, whose results are in the buffer of `resultsFor`. `answer`: what the host library answered.
   * @throws `Internal` if that was a refusal to run anything
   */
  collect(batch: PreparedBatch, store: StoreHandle, request: BatchRequest, answer: number): BatchResult {
    const { stages } = batch;
    if (this.#resultsView.getUint32(RESULT.offsets.flags, true) === UNWRITTEN) {
      throw new PluginSystemError('Internal', `the host library refused to run the stages: ${describeResult(answer)}`);
    }
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
      this.#entries = Buffer.alloc(length);
      this.#entriesView = viewOf(this.#entries);
      length = read(this.#entries);
    }
    return length;
  }
}

/** The result of a batch of which no stage was begun. */
export function notBegun(error: unknown): BatchResult {
  return {
    completed: 0,
    error: PluginSystemError.from(error, 'Internal'),
    milliseconds: NO_MILLISECONDS,
    descriptions: NO_DESCRIPTIONS,
    changes: NO_CHANGES,
  };
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
  const detail = said === undefined || said === '' ? `execute returned ${describeResult(code)} and gave no message` : said;
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
