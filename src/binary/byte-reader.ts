import { PluginSystemError } from '../errors/index.js';

/**
 * Checked reads of one image: nothing outside it is ever read, and a read that would go outside is a typed error.
 * 64-bit numbers are read as JavaScript numbers: above 2^53 they lose low bits, which is far beyond every file.
 */
export class ByteReader {
  readonly path: string;
  /** Length of the image in bytes. */
  readonly size: number;
  /** Where the image begins in its file; only a slice of a fat file begins elsewhere than at 0. */
  readonly base: number;
  readonly #bytes: Buffer;
  readonly #view: DataView;
  #little: boolean;
  /** Bytes of text that may still be decoded: overlapping names must not make a small file grow without bound. */
  #textBudget: number;

  constructor(bytes: Uint8Array, path: string, little: boolean, base = 0) {
    this.path = path;
    this.size = bytes.byteLength;
    this.base = base;
    this.#bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#little = little;
    this.#textBudget = 4 * this.size + 65536;
  }

  get little(): boolean {
    return this.#little;
  }

  /** For formats whose byte order is known only after the first bytes. */
  set little(little: boolean) {
    this.#little = little;
  }

  u8(at: number): number {
    if (!(at >= 0 && at + 1 <= this.size)) this.#outside(at, 1);
    return this.#view.getUint8(at);
  }

  u16(at: number): number {
    if (!(at >= 0 && at + 2 <= this.size)) this.#outside(at, 2);
    return this.#view.getUint16(at, this.#little);
  }

  u32(at: number): number {
    if (!(at >= 0 && at + 4 <= this.size)) this.#outside(at, 4);
    return this.#view.getUint32(at, this.#little);
  }

  u64(at: number): number {
    if (!(at >= 0 && at + 8 <= this.size)) this.#outside(at, 8);
    const first = this.#view.getUint32(at, this.#little);
    const second = this.#view.getUint32(at + 4, this.#little);
    return this.#little ? second * 0x1_0000_0000 + first : first * 0x1_0000_0000 + second;
  }

  /**
   * Requires that `length` bytes at `offset` are in the file.
   * @throws PluginSystemError LibraryTruncated naming `what`, where it ends and how long the file is; LibraryMalformed where no file could be that long
   */
  region(offset: number, length: number, what: string): void {
    const end = offset + length;
    if (end <= this.size) return;
    if (end > Number.MAX_SAFE_INTEGER) this.malformed(`its ${what} would end beyond every possible file`);
    throw new PluginSystemError(
      'LibraryTruncated',
      `the file ends at byte ${this.base + this.size}, its ${what} at byte ${this.base + end}`,
      {
        path: this.path,
      },
    );
  }

  /** A view of a checked part. */
  slice(offset: number, length: number, what: string): Uint8Array {
    this.region(offset, length, what);
    return this.#bytes.subarray(offset, offset + length);
  }

  /** The text at `at` up to its NUL, which must come before `end`. */
  text(at: number, end: number, what: string): string {
    if (!(at < end && end <= this.size)) this.malformed(`its ${what} lies outside its string table`);
    const stop = this.#bytes.indexOf(0, at);
    if (stop < 0 || stop >= end) this.malformed(`its ${what} does not end inside its string table`);
    return this.#decode(at, stop);
  }

  /** The text in a field of fixed width, up to its first NUL if there is one. */
  fixedText(at: number, width: number, what: string): string {
    this.region(at, width, what);
    let stop = at;
    while (stop < at + width && this.#bytes[stop] !== 0) stop++;
    return this.#decode(at, stop);
  }

  /** Whether the NUL-terminated text at `at` is `name`; nothing is allocated. */
  textIs(at: number, end: number, name: Uint8Array): boolean {
    const length = name.byteLength;
    const bytes = this.#bytes;
    if (!(at >= 0 && at + length < end && end <= this.size) || bytes[at + length] !== 0) return false;
    for (let index = 0; index < length; index++) {
      if (bytes[at + index] !== name[index]) return false;
    }
    return true;
  }

  /** @throws PluginSystemError LibraryMalformed */
  malformed(detail: string): never {
    throw new PluginSystemError('LibraryMalformed', detail, { path: this.path });
  }

  #decode(from: number, to: number): string {
    this.#textBudget -= to - from;
    if (this.#textBudget < 0) this.malformed('its names overlap: together they are many times longer than the file');
    return this.#bytes.toString('utf8', from, to);
  }

  #outside(at: number, length: number): never {
    this.region(at, length, 'header or table');
    return this.malformed(`a header or table would begin at byte ${at}`);
  }
}

/** `name` as it stands in string tables. */
export function nameBytes(name: string): Uint8Array {
  return Buffer.from(name, 'utf8');
}
