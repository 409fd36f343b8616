/** Writes an image front to back, in either byte order, with addresses of 4 or 8 bytes. */
export class ImageWriter {
  readonly #little: boolean;
  readonly #wide: boolean;
  #bytes = Buffer.alloc(4096);
  #at = 0;

  constructor(little: boolean, wide: boolean) {
    this.#little = little;
    this.#wide = wide;
  }

  get at(): number {
    return this.#at;
  }

  u8(...values: number[]): this {
    for (const value of values) this.#take(1).writeUInt8(value);
    return this;
  }

  u16(...values: number[]): this {
    for (const value of values) {
      const bytes = this.#take(2);
      if (this.#little) bytes.writeUInt16LE(value);
      else bytes.writeUInt16BE(value);
    }
    return this;
  }

  u32(...values: number[]): this {
    for (const value of values) {
      const bytes = this.#take(4);
      if (this.#little) bytes.writeUInt32LE(value >>> 0);
      else bytes.writeUInt32BE(value >>> 0);
    }
    return this;
  }

  u64(...values: number[]): this {
    for (const value of values) {
      const bytes = this.#take(8);
      if (this.#little) bytes.writeBigUInt64LE(BigInt(value));
      else bytes.writeBigUInt64BE(BigInt(value));
    }
    return this;
  }

  word(...values: number[]): this {
    return this.#wide ? this.u64(...values) : this.u32(...values);
  }

  bytes(bytes: Uint8Array): this {
    this.#take(bytes.byteLength).set(bytes);
    return this;
  }

  /** `text` in a field of `width` bytes, NULs behind it. */
  text(text: string, width: number): this {
    this.#take(width).write(text, 'utf8');
    return this;
  }

  pad(multiple: number): this {
    while (this.#at % multiple !== 0) this.u8(0);
    return this;
  }

  /** Zeros up to byte `at`. */
  upTo(at: number): this {
    if (at < this.#at) throw new Error(`already at ${this.#at}, beyond ${at}`);
    this.#take(at - this.#at);
    return this;
  }

  finish(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#at));
  }

  #take(length: number): Buffer {
    while (this.#at + length > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#bytes.length)]);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}

/** NUL-terminated strings one after another, the empty one first. */
export class StringTable {
  #text = '\0';

  add(text: string): number {
    const at = Buffer.byteLength(this.#text);
    this.#text += `${text}\0`;
    return at;
  }

  get bytes(): Buffer {
    return Buffer.from(this.#text);
  }
}
