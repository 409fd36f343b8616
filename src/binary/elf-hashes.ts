import type { ByteReader } from './byte-reader.js';
import type { ElfDynamic } from './elf-dynamic.js';

const EM_S390 = 22;
const EM_ALPHA = 0x9026;

interface GnuTable {
  readonly buckets: number;
  readonly bucketCount: number;
  readonly firstSymbol: number;
  readonly bloom: number;
  readonly bloomCount: number;
  readonly bloomShift: number;
  readonly chain: number;
  readonly end: number;
}

interface PlainTable {
  readonly at: number;
  readonly bucketCount: number;
  readonly symbolCount: number;
  /** 4 bytes but on two old 64-bit machines. */
  readonly entry: 4 | 8;
}

/**
 * The symbol hash tables of a library: DT_GNU_HASH, or DT_HASH where that is the only one (gABI ch. 5 "Hash Table"; the GNU form as
 * binutils writes and glibc reads it). What dlsym does not find here it does not find in this library, so this is what "exports" means.
 * Their sizes are checked at once: a table without buckets is a division by zero in the system's loader.
 */
export class ElfHashes {
  readonly #reader: ByteReader;
  readonly #wide: boolean;
  readonly #gnu: GnuTable | undefined;
  readonly #plain: PlainTable | undefined;

  constructor(dynamic: ElfDynamic) {
    const { reader, wide } = dynamic.image;
    this.#reader = reader;
    this.#wide = wide;
    this.#gnu = dynamic.gnuHash === undefined ? undefined : this.#readGnu(dynamic.gnuHash.offset, dynamic.gnuHash.end);
    this.#plain =
      dynamic.hash === undefined ? undefined : this.#readPlain(dynamic.hash.offset, dynamic.hash.end, dynamic.image.machine);
  }

  /** The index of the first symbol in the chain of `name` that `matches`. */
  find(name: Uint8Array, matches: (index: number) => boolean): number | undefined {
    if (this.#gnu !== undefined) return this.#findGnu(this.#gnu, name, matches);
    return this.#plain && this.#findPlain(this.#plain, name, matches);
  }

  /** First and end index of the symbols that can be found. */
  symbolRange(): readonly [first: number, end: number] {
    if (this.#gnu !== undefined) return [this.#gnu.firstSymbol, this.#gnuEnd(this.#gnu)];
    return [0, this.#plain?.symbolCount ?? 0];
  }

  /** Number of dynamic symbols as far as the tables tell, imported ones included. */
  symbolCount(): number {
    return Math.max(this.#plain?.symbolCount ?? 0, this.symbolRange()[1]);
  }

  #readGnu(at: number, end: number): GnuTable {
    const reader = this.#reader;
    const bucketCount = reader.u32(at);
    const bloomCount = reader.u32(at + 8);
    if (bucketCount === 0) reader.malformed('its hash table (DT_GNU_HASH) has no buckets');
    if (bloomCount === 0 || (bloomCount & (bloomCount - 1)) !== 0) {
      reader.malformed(`the filter of its hash table (DT_GNU_HASH) has ${bloomCount} words, which is no power of two`);
    }
    const bloom = at + 16;
    const buckets = bloom + bloomCount * (this.#wide ? 8 : 4);
    const chain = buckets + bucketCount * 4;
    if (chain > end) reader.malformed('its hash table (DT_GNU_HASH) does not end inside its segment');
    return {
      buckets,
      bucketCount,
      firstSymbol: reader.u32(at + 4),
      bloom,
      bloomCount,
      bloomShift: reader.u32(at + 12),
      chain,
      end,
    };
  }

  #readPlain(at: number, end: number, machine: number): PlainTable {
    const reader = this.#reader;
    const entry = this.#wide && (machine === EM_S390 || machine === EM_ALPHA) ? 8 : 4;
    const bucketCount = this.#plainEntry(at, entry);
    const symbolCount = this.#plainEntry(at + entry, entry);
    if (bucketCount === 0) reader.malformed('its hash table (DT_HASH) has no buckets');
    if (at + (2 + bucketCount + symbolCount) * entry > end)
      reader.malformed('its hash table (DT_HASH) does not end inside its segment');
    return { at, bucketCount, symbolCount, entry };
  }

  #plainEntry(at: number, entry: 4 | 8): number {
    return entry === 8 ? this.#reader.u64(at) : this.#reader.u32(at);
  }

  #findGnu(table: GnuTable, name: Uint8Array, matches: (index: number) => boolean): number | undefined {
    const reader = this.#reader;
    const hash = gnuHash(name);
    const bits = this.#wide ? 64 : 32;
    const word = table.bloom + (Math.floor(hash / bits) & (table.bloomCount - 1)) * (bits / 8);
    const second = table.bloomShift > 31 ? 0 : hash >>> table.bloomShift;
    if (!this.#bit(word, bits, hash % bits) || !this.#bit(word, bits, second % bits)) return undefined;
    let index = reader.u32(table.buckets + (hash % table.bucketCount) * 4);
    if (index === 0) return undefined;
    if (index < table.firstSymbol) reader.malformed(`its hash table (DT_GNU_HASH) refers to symbol ${index}, before its first`);
    for (; ; index++) {
      const link = this.#gnuLink(table, index);
      if (((link ^ hash) & ~1) === 0 && matches(index)) return index;
      if ((link & 1) !== 0) return undefined;
    }
  }

  /** Hash of symbol `index`; its lowest bit ends a chain. */
  #gnuLink(table: GnuTable, index: number): number {
    const at = table.chain + (index - table.firstSymbol) * 4;
    if (at + 4 > table.end) this.#reader.malformed('a chain of its hash table (DT_GNU_HASH) does not end inside its segment');
    return this.#reader.u32(at);
  }

  /** Bit `bit` of the `bits` wide word at `at`. */
  #bit(at: number, bits: number, bit: number): boolean {
    const byte = this.#reader.little ? bit >> 3 : bits / 8 - 1 - (bit >> 3);
    return ((this.#reader.u8(at + byte) >> (bit & 7)) & 1) !== 0;
  }

  /** One past the last symbol: the end of the chain that begins last. */
  #gnuEnd(table: GnuTable): number {
    const reader = this.#reader;
    let last = 0;
    for (let bucket = 0; bucket < table.bucketCount; bucket++) {
      last = Math.max(last, reader.u32(table.buckets + bucket * 4));
    }
    if (last === 0) return table.firstSymbol;
    if (last < table.firstSymbol) reader.malformed(`its hash table (DT_GNU_HASH) refers to symbol ${last}, before its first`);
    while ((this.#gnuLink(table, last) & 1) === 0) last++;
    return last + 1;
  }

  #findPlain(table: PlainTable, name: Uint8Array, matches: (index: number) => boolean): number | undefined {
    const { at, entry, bucketCount, symbolCount } = table;
    const chains = at + (2 + bucketCount) * entry;
    let index = this.#plainEntry(at + (2 + (plainHash(name) % bucketCount)) * entry, entry);
    for (let steps = 0; index !== 0; steps++) {
      if (index >= symbolCount || steps > symbolCount)
        this.#reader.malformed('a chain of its hash table (DT_HASH) leaves the table or never ends');
      if (matches(index)) return index;
      index = this.#plainEntry(chains + index * entry, entry);
    }
    return undefined;
  }
}

/** Daniel J. Bernstein's hash, as DT_GNU_HASH uses it; 32 bits, unsigned. */
function gnuHash(name: Uint8Array): number {
  let hash = 5381;
  for (let index = 0; index < name.byteLength; index++) hash = (Math.imul(hash, 33) + name[index]!) | 0;
  return hash >>> 0;
}

/** The hash function of gABI ch. 5; 28 bits. */
function plainHash(name: Uint8Array): number {
  let hash = 0;
  for (let index = 0; index < name.byteLength; index++) {
    hash = (hash << 4) + name[index]!;
    const high = hash & 0xf000_0000;
    hash = (hash ^ (high >>> 24)) & 0x0fff_ffff;
  }
  return hash;
}
