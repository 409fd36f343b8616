/** Keeps the last bytes of a stream of any length. */
export class Tail {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  readonly add = (chunk: Buffer): void => {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length > 16 * this.#limit) this.#chunks = [this.#bytes()];
  };

  /** Decoded; what is not UTF-8 is replaced. */
  get text(): string {
    return this.#bytes().toString('utf8');
  }

  #bytes(): Buffer {
    const all = Buffer.concat(this.#chunks);
    let from = Math.max(0, all.length - this.#limit);
    // Not in the middle of a character.
    while (from > 0 && from < all.length && ((all[from] as number) & 0xc0) === 0x80) from++;
    const bytes = all.subarray(from);
    this.#length = bytes.length;
    return bytes;
  }
}
