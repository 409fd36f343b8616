import { PluginSystemError } from '../errors/index.js';
import type { BinaryInfo } from './types.js';

/** Struct sizes in bytes as the plugin's compiler laid them out; `size_*` of MortiseRecord. */
export interface RecordSizes {
  readonly vtable: number;
  readonly slice: number;
  readonly dependency: number;
  readonly stageRequirement: number;
  readonly value: number;
  readonly error: number;
  readonly host: number;
  readonly context: number;
  readonly stage: number;
  readonly registry: number;
}

/** MortiseRecord (`mortise/record.h`) with its manifest. */
export interface PluginRecord {
  readonly format: number;
  /** Bytes of the record before the manifest. */
  readonly recordSize: number;
  readonly abiMajor: number;
  /** The least that the plugin needs; its headers may be newer. */
  readonly abiMinor: number;
  /** Bytes of a pointer. */
  readonly word: number;
  readonly language: 'other' | 'c' | 'cpp' | 'rust';
  /** `one`: one call at a time; `safe`: execute and functions may run on several threads at once. */
  readonly threads: 'one' | 'safe';
  readonly headerVersion: string;
  readonly sizes: RecordSizes;
  /** As written by the author. */
  readonly manifestText: string;
  /** The manifest parsed: a JSON object of which nothing else is checked here. */
  readonly manifest: Readonly<Record<string, unknown>>;
}

const MAGIC = Buffer.from('\x7fMORTISE', 'latin1');
const FORMAT = 1;
const RECORD_SIZE = 72;
const MAX_MANIFEST = 1_048_576;
const HEADER_VERSION_AT = 24;
const HEADER_VERSION_LENGTH = 16;
const SIZES_AT = 40;
const MANIFEST_LENGTH_AT = 64;
const LANGUAGES = ['other', 'c', 'cpp', 'rust'] as const;
const THREADS = ['one', 'safe'] as const;
const SIZE_NAMES = [
  'vtable',
  'slice',
  'dependency',
  'stageRequirement',
  'value',
  'error',
  'host',
  'context',
  'stage',
  'registry',
] as const satisfies readonly (keyof RecordSizes)[];

const known = new WeakMap<BinaryInfo, PluginRecord>();

/**
 * The record of a plugin, from its file; undefined if it has none: then it follows the base layout only.
 * @throws PluginSystemError RecordMalformed; AbiMismatch if it is written in a later format than this host reads
 */
export function readRecord(info: BinaryInfo): PluginRecord | undefined {
  if (info.recordBytes === undefined) return undefined;
  let record = known.get(info);
  if (record === undefined) {
    record = parseRecord(info.recordBytes, info.endian === 'little', info.path);
    known.set(info, record);
  }
  return record;
}

function parseRecord(bytes: Uint8Array, little: boolean, path: string): PluginRecord {
  const malformed = (detail: string): never => {
    throw new PluginSystemError('RecordMalformed', `its record ${detail}`, { path });
  };
  if (bytes.byteLength < RECORD_SIZE) malformed(`has ${bytes.byteLength} bytes, not ${RECORD_SIZE} or more`);
  for (let index = 0; index < MAGIC.length; index++) {
    if (bytes[index] !== MAGIC[index]) malformed('does not begin with \\x7fMORTISE');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const format = view.getUint32(8, little);
  if (format > FORMAT && format < 0x1_0000) {
    throw new PluginSystemError('AbiMismatch', `its record has format ${format}, this host reads format ${FORMAT}`, {
      path,
      remedy: 'Upgrade the host, or rebuild the plugin against the header of this host.',
    });
  }
  if (format !== FORMAT) malformed(`has format ${format}, not ${FORMAT}`);
  const recordSize = view.getUint32(12, little);
  if (recordSize < RECORD_SIZE || recordSize > bytes.byteLength) {
    malformed(`says that it has ${recordSize} bytes, where ${RECORD_SIZE} to ${bytes.byteLength} are possible`);
  }
  const threads = THREADS[view.getUint8(22)] ?? malformed(`declares thread rule ${view.getUint8(22)}, not 0 (one) or 1 (safe)`);
  if (view.getUint8(23) !== 0 || view.getUint32(60, little) !== 0) malformed('sets bytes that are reserved and must be 0');
  const headerVersion = paddedText(bytes.subarray(HEADER_VERSION_AT, HEADER_VERSION_AT + HEADER_VERSION_LENGTH));
  if (headerVersion === undefined) return malformed('has a header version that is not NUL-padded ASCII');

  const manifestText = readManifest(bytes, recordSize, view.getBigUint64(MANIFEST_LENGTH_AT, little), malformed);
  return {
    format,
    recordSize,
    abiMajor: view.getUint16(16, little),
    abiMinor: view.getUint16(18, little),
    word: view.getUint8(20),
    language: LANGUAGES[view.getUint8(21)] ?? 'other',
    threads,
    headerVersion,
    sizes: Object.fromEntries(
      SIZE_NAMES.map((name, index) => [name, view.getUint16(SIZES_AT + 2 * index, little)]),
    ) as unknown as RecordSizes,
    manifestText,
    manifest: parseManifest(manifestText, malformed),
  };
}

function readManifest(bytes: Uint8Array, at: number, declared: bigint, malformed: (detail: string) => never): string {
  if (declared > BigInt(MAX_MANIFEST))
    malformed(`says that its manifest has ${declared} bytes; at most ${MAX_MANIFEST} are read`);
  const length = Number(declared);
  if (at + length > bytes.byteLength)
    malformed(`says that its manifest has ${length} bytes, but its section ends after ${bytes.byteLength - at}`);
  for (let index = at + length; index < bytes.byteLength; index++) {
    if (bytes[index] !== 0)
      malformed(`is followed by something else at byte ${index} of its section (is MORTISE_RECORD used twice?)`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(at, at + length));
  } catch {
    return malformed('has a manifest that is not UTF-8');
  }
}

function parseManifest(text: string, malformed: (detail: string) => never): Readonly<Record<string, unknown>> {
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch (error) {
    return malformed(`has a manifest that is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof manifest !== 'object' || manifest === null || Array.isArray(manifest))
    return malformed('has a manifest that is not a JSON object');
  return manifest as Record<string, unknown>;
}

/** Printable ASCII up to the first NUL, of which there is one and after which nothing but NULs come. */
function paddedText(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return /^([\x21-\x7e]*)\0+$/.exec(text)?.[1];
}
