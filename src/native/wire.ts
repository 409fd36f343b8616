import { ENTRY_FLAGS, EVENT_KINDS, LAYOUT, NOTE_KINDS, VALUE_TAGS } from '../abi/index.js';
import { PluginSystemError } from '../errors/index.js';
import type { BatchChange, TransferValue } from '../plugin/index.js';

/*
 * The byte forms of native-abi/host/wire.h. Native byte order, which is little-endian on every machine that Node runs on and koffi supports here;
 * records start at multiples of 8.
 */

const ENTRY = LAYOUT.MortiseEntry;
const NOTE = LAYOUT.MortiseNote;
const STAGE = LAYOUT.MortiseStageRecord;
const EVENT = LAYOUT.MortiseEvent;
const LINE = LAYOUT.MortiseLogLine;

const TAG_NUMBER = Object.fromEntries(VALUE_TAGS.map((tag, index) => [tag, index])) as Record<TransferValue['tag'], number>;

/** Number of a tag in the ABI. */
export function tagNumber(tag: TransferValue['tag']): number {
  return TAG_NUMBER[tag];
}

function padded(length: number): number {
  return (length + 7) & ~7;
}

/** The accessors of DataView are compiled to single instructions, those of Buffer are JavaScript: for int64 five times slower. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Writes a short ASCII text, which nearly all keys are: a loop costs a third of a call of `write`. False: it is none; nothing counts as written. */
function writeShortAscii(bytes: Uint8Array, text: string, at: number): boolean {
  if (text.length > 32) return false;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 127) return false;
    bytes[at + index] = unit;
  }
  return true;
}

/** Zeros up to the next multiple of 8, which is returned. */
function pad(bytes: Uint8Array, end: number): number {
  const paddedEnd = padded(end);
  for (let at = end; at < paddedEnd; at++) bytes[at] = 0;
  return paddedEnd;
}

/** A buffer that grows and is used again: entries are written one after the other. */
export class EntryWriter {
  #bytes = Buffer.alloc(4096);
  #view = viewOf(this.#bytes);
  #end = 0;

  get bytes(): Buffer {
    return this.#bytes;
  }

  get length(): number {
    return this.#end;
  }

  reset(): void {
    this.#end = 0;
  }

  /** Appends key with value, or its removal. */
  add(key: string, value: TransferValue | undefined): void {
    const dataLength = value === undefined || value.value === null ? 0 : inlineLength(value);
    // A UTF-16 unit takes at most three bytes of UTF-8.
    this.#reserve(ENTRY.size + padded(key.length * 3) + padded(dataLength));
    const at = this.#end;
    const bytes = this.#bytes;
    const view = this.#view;
    const keyAt = at + ENTRY.size;
    const keyLength = writeShortAscii(bytes, key, keyAt) ? key.length : bytes.write(key, keyAt, 'utf8');
    const dataAt = pad(bytes, keyAt + keyLength);
    const payloadAt = at + ENTRY.offsets.payload;
    view.setBigUint64(payloadAt, 0n, true);
    let flags = 0;
    let length = 0;
    let tag = 0;
    if (value === undefined) {
      flags = ENTRY_FLAGS.removed;
    } else {
      tag = TAG_NUMBER[value.tag];
      switch (value.tag) {
        case 'null':
          break;
        case 'bool':
          if (value.value === true) bytes[payloadAt] = 1;
          break;
        case 'int64':
          view.setBigInt64(payloadAt, value.value as bigint, true);
          break;
        case 'double':
          view.setFloat64(payloadAt, value.value as number, true);
          break;
        case 'bytes':
          flags = ENTRY_FLAGS.inline;
          bytes.set(value.value as Uint8Array, dataAt);
          length = dataLength;
          break;
        default:
          flags = ENTRY_FLAGS.inline;
          length = bytes.write(value.value as string, dataAt, 'utf8');
      }
    }
    view.setUint32(at + ENTRY.offsets.tag, tag, true);
    view.setUint32(at + ENTRY.offsets.flags, flags, true);
    view.setUint32(at + ENTRY.offsets.key_length, keyLength, true);
    view.setUint32(at + ENTRY.offsets.writer, 0, true);
    // Nothing that is written here comes near 4 GiB: the upper half is 0.
    view.setUint32(at + ENTRY.offsets.length, length, true);
    view.setUint32(at + ENTRY.offsets.length + 4, 0, true);
    this.#end = pad(bytes, dataAt + length);
  }

  #reserve(extra: number): void {
    if (this.#end + extra <= this.#bytes.length) return;
    const larger = Buffer.alloc(Math.max(this.#bytes.length * 2, this.#end + extra));
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
    this.#view = viewOf(larger);
  }
}

function inlineLength(value: TransferValue): number {
  if (value.value instanceof Uint8Array) return value.value.length;
  return typeof value.value === 'string' ? value.value.length * 3 : 0;
}

/** Copies data that the host library hands over by address. */
export type CopyOut = (address: bigint, length: number) => Uint8Array;

export interface DecodedEntry extends BatchChange {
  readonly key: string;
  /** Offset behind the entry. */
  readonly end: number;
}

/** Decodes the entry at `at`. `view` is of `bytes`. */
export function readEntry(bytes: Buffer, view: DataView, at: number, copyOut: CopyOut): DecodedEntry {
  const flags = view.getUint32(at + ENTRY.offsets.flags, true);
  const keyLength = view.getUint32(at + ENTRY.offsets.key_length, true);
  const keyAt = at + ENTRY.size;
  const key = bytes.toString('utf8', keyAt, keyAt + keyLength);
  const dataAt = keyAt + padded(keyLength);
  const writer = view.getUint32(at + ENTRY.offsets.writer, true);
  if ((flags & ENTRY_FLAGS.removed) !== 0) return { key, writer, value: undefined, end: dataAt };
  const lengthAt = at + ENTRY.offsets.length;
  const length = view.getUint32(lengthAt + 4, true) * 2 ** 32 + view.getUint32(lengthAt, true);
  const payloadAt = at + ENTRY.offsets.payload;
  const isInline = (flags & ENTRY_FLAGS.inline) !== 0;
  const data = (): Uint8Array =>
    isInline ? Buffer.from(bytes.subarray(dataAt, dataAt + length)) : copyOut(view.getBigUint64(payloadAt, true), length);
  const text = (): string =>
    isInline
      ? bytes.toString('utf8', dataAt, dataAt + length)
      : Buffer.from(copyOut(view.getBigUint64(payloadAt, true), length).buffer as ArrayBuffer, 0, length).toString('utf8');
  const end = isInline ? dataAt + padded(length) : dataAt;
  return { key, writer, value: readValue(view, view.getUint32(at + ENTRY.offsets.tag, true), payloadAt, data, text), end };
}

function readValue(view: DataView, tag: number, payloadAt: number, data: () => Uint8Array, text: () => string): TransferValue {
  switch (VALUE_TAGS[tag]) {
    case 'null':
      return { tag: 'null', value: null };
    case 'bool':
      return { tag: 'bool', value: view.getUint8(payloadAt) !== 0 };
    case 'int64':
      return { tag: 'int64', value: view.getBigInt64(payloadAt, true) };
    case 'double':
      return { tag: 'double', value: view.getFloat64(payloadAt, true) };
    case 'bytes':
      return { tag: 'bytes', value: data() };
    case 'string':
      return { tag: 'string', value: text() };
    case 'json':
      return { tag: 'json', value: text() };
    default:
      throw new PluginSystemError('Internal', `the host library wrote a value with tag ${tag}`);
  }
}

export interface Note {
  readonly kind: 'error' | 'describe';
  /** Index of the stage in the run. */
  readonly stage: number;
  readonly code: number;
  readonly text: string;
}

export function readNotes(bytes: Buffer, length: number): Note[] {
  const notes: Note[] = [];
  for (let at = 0; at < length; ) {
    const textLength = bytes.readUInt32LE(at + NOTE.offsets.length);
    const textAt = at + NOTE.size;
    notes.push({
      kind: bytes.readUInt32LE(at + NOTE.offsets.kind) === NOTE_KINDS.error ? 'error' : 'describe',
      stage: bytes.readUInt32LE(at + NOTE.offsets.stage),
      code: bytes.readInt32LE(at + NOTE.offsets.code),
      text: bytes.toString('utf8', textAt, textAt + textLength),
    });
    at = textAt + padded(textLength);
  }
  return notes;
}

/** A stage as the plugin registered it. Addresses are the plugin's. */
export interface StageRecord {
  readonly handle: bigint;
  readonly state: bigint;
  readonly execute: bigint;
  readonly dryRun: bigint;
  readonly destroy: bigint;
  readonly flags: number;
  readonly id: string;
  readonly name: string | undefined;
  readonly description: string | undefined;
}

export function readStageRecord(bytes: Buffer): StageRecord {
  const { offsets } = STAGE;
  let at: number = STAGE.size;
  const text = (length: number): string | undefined => {
    const value = length === 0 ? undefined : bytes.toString('utf8', at, at + length);
    at += padded(length);
    return value;
  };
  return {
    handle: bytes.readBigUInt64LE(offsets.handle),
    state: bytes.readBigUInt64LE(offsets.state),
    execute: bytes.readBigUInt64LE(offsets.execute),
    dryRun: bytes.readBigUInt64LE(offsets.dry_run),
    destroy: bytes.readBigUInt64LE(offsets.destroy),
    flags: bytes.readUInt32LE(offsets.flags),
    id: text(bytes.readUInt32LE(offsets.id_length)) ?? '',
    name: text(bytes.readUInt32LE(offsets.name_length)),
    description: text(bytes.readUInt32LE(offsets.description_length)),
  };
}

export interface LogLine {
  /** Handle of the stage during which it was written; 0n: none. */
  readonly stage: bigint;
  readonly level: number;
  readonly message: string;
  readonly fields: Record<string, unknown>;
}

export interface EventSink {
  /** The job behind `ticket` is done. */
  job(ticket: bigint): void;
  log(plugin: bigint, line: LogLine): void;
  dropped(plugin: bigint, count: number): void;
}

/** Decodes drained events and hands each to `sink`. */
export function readEvents(bytes: Buffer, length: number, copyOut: CopyOut, sink: EventSink): void {
  for (let at = 0; at < length; ) {
    const subject = bytes.readBigUInt64LE(at + EVENT.offsets.subject);
    switch (bytes.readUInt32LE(at + EVENT.offsets.kind)) {
      case EVENT_KINDS.job:
        sink.job(subject);
        break;
      case EVENT_KINDS.log:
        sink.log(subject, readLogLine(bytes, at + EVENT.size, copyOut));
        break;
      default:
        sink.dropped(subject, Number(bytes.readBigUInt64LE(at + EVENT.offsets.count)));
    }
    at += bytes.readUInt32LE(at + EVENT.offsets.size);
  }
}

function readLogLine(bytes: Buffer, at: number, copyOut: CopyOut): LogLine {
  const { offsets } = LINE;
  const messageLength = bytes.readUInt32LE(at + offsets.message_length);
  const messageAt = at + LINE.size;
  const fields: Record<string, unknown> = Object.create(null);
  const view = viewOf(bytes);
  let next = messageAt + padded(messageLength);
  for (let index = bytes.readUInt32LE(at + offsets.field_count); index > 0; index--) {
    const entry = readEntry(bytes, view, next, copyOut);
    fields[entry.key] = fieldValue(entry.value);
    next = entry.end;
  }
  return {
    stage: bytes.readBigUInt64LE(at + offsets.stage),
    level: bytes.readUInt32LE(at + offsets.level),
    message: bytes.toString('utf8', messageAt, messageAt + messageLength),
    fields,
  };
}

/** A field as JSON can carry it: an int64 that a number cannot hold exactly becomes a string, bytes become hexadecimal. */
function fieldValue(value: TransferValue | undefined): unknown {
  if (value === undefined) return null;
  if (typeof value.value === 'bigint')
    return Number.isSafeInteger(Number(value.value)) ? Number(value.value) : value.value.toString();
  if (value.value instanceof Uint8Array) return Buffer.from(value.value).toString('hex');
  if (value.tag === 'json') {
    try {
      return JSON.parse(value.value as string);
    } catch {
      return value.value;
    }
  }
  return value.value;
}
