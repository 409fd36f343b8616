import { nameBytes } from './byte-reader.js';
import type { ElfDynamic } from './elf-dynamic.js';
import { ElfHashes } from './elf-hashes.js';
import type { ElfImage, ElfRange } from './elf-image.js';
import type { BinaryExport, BinarySymbol, Linkage, SymbolKind, SymbolSource } from './types.js';

const STB_LOCAL = 0;
const STB_GLOBAL = 1;
const STB_WEAK = 2;
const STB_GNU_UNIQUE = 10;
const STT_NOTYPE = 0;
const STT_OBJECT = 1;
const STT_FUNC = 2;
const STT_COMMON = 5;
const STT_TLS = 6;
const STT_GNU_IFUNC = 10;
const STV_INTERNAL = 1;
const STV_HIDDEN = 2;
const SHN_UNDEF = 0;
const SHN_ABS = 0xfff1;

/** Symbols of an ELF file (gABI ch. 4 "Symbol Table"): the dynamic ones, and for explaining those of .symtab. */
export class ElfSymbols implements SymbolSource {
  readonly #image: ElfImage;
  readonly #dynamic: ElfDynamic | undefined;
  readonly #hashes: ElfHashes | undefined;
  readonly #entry: number;

  constructor(image: ElfImage, dynamic: ElfDynamic | undefined) {
    this.#image = image;
    this.#dynamic = dynamic;
    this.#entry = image.wide ? 24 : 16;
    this.#hashes = dynamic && new ElfHashes(dynamic);
  }

  exported(name: string): SymbolKind | undefined {
    const at = this.#exportedAt(name);
    return at === undefined ? undefined : this.#kind(at);
  }

  /** Address and size of the exported memory `name`. */
  exportedData(name: string): { address: number; size: number } | undefined {
    const at = this.#exportedAt(name);
    if (at === undefined || this.#kind(at) !== 'data') return undefined;
    const { wide } = this.#image;
    return { address: this.#value(at), size: this.#image.word(at + (wide ? 16 : 8)) };
  }

  exports(): BinaryExport[] {
    const found: BinaryExport[] = [];
    const dynamic = this.#dynamic;
    if (dynamic === undefined || this.#hashes === undefined) return found;
    const [first, end] = this.#hashes.symbolRange();
    if (dynamic.symbols + end * this.#entry > dynamic.symbolsEnd)
      this.#image.reader.malformed(`it says to have ${end} dynamic symbols, more than fit`);
    for (let index = first; index < end; index++) {
      const at = dynamic.symbols + index * this.#entry;
      if (!this.#isExported(at)) continue;
      const name = dynamic.string(this.#image.reader.u32(at), 'name of a symbol');
      if (name !== '') found.push({ name, kind: this.#kind(at) });
    }
    return found;
  }

  unexported(name: string): BinarySymbol | undefined {
    const wanted = nameBytes(name);
    const dynamic = this.#dynamic;
    const { symbols, symbolNames } = this.#image;
    const inFull = symbols && symbolNames && this.#scan(symbols, symbolNames, wanted, name);
    if (inFull !== undefined || dynamic === undefined || this.#hashes === undefined) return inFull;
    const count = this.#hashes.symbolCount();
    const table = { offset: dynamic.symbols, size: Math.min(count * this.#entry, dynamic.symbolsEnd - dynamic.symbols) };
    return this.#scan(table, { offset: dynamic.strings, size: dynamic.stringsEnd - dynamic.strings }, wanted, name);
  }

  /** The offset of the exported symbol `name`, by hash as the system's loader looks it up. */
  #exportedAt(name: string): number | undefined {
    const dynamic = this.#dynamic;
    if (dynamic === undefined || this.#hashes === undefined) return undefined;
    const wanted = nameBytes(name);
    const { reader } = this.#image;
    const index = this.#hashes.find(wanted, (candidate) => {
      const at = dynamic.symbols + candidate * this.#entry;
      if (at + this.#entry > dynamic.symbolsEnd)
        reader.malformed(`its hash table refers to symbol ${candidate}, outside its symbol table`);
      return reader.textIs(dynamic.strings + reader.u32(at), dynamic.stringsEnd, wanted) && this.#isExported(at);
    });
    return index === undefined ? undefined : dynamic.symbols + index * this.#entry;
  }

  #scan(table: ElfRange, names: ElfRange, wanted: Uint8Array, name: string): BinarySymbol | undefined {
    const { reader } = this.#image;
    const end = table.offset + table.size - this.#entry;
    for (let at = table.offset; at <= end; at += this.#entry) {
      if (reader.textIs(names.offset + reader.u32(at), names.offset + names.size, wanted)) {
        return { name, kind: this.#kind(at), linkage: this.#linkage(at) };
      }
    }
    return undefined;
  }

  #linkage(at: number): Linkage {
    if (this.#section(at) === SHN_UNDEF) return 'imported';
    const visibility = this.#visibility(at);
    if (visibility === STV_HIDDEN || visibility === STV_INTERNAL) return 'hidden';
    return this.#info(at) >> 4 === STB_LOCAL ? 'local' : 'hidden';
  }

  /** Whether dlsym would answer with this symbol: defined, global, weak or unique, visible, and of a kind that has an address. */
  #isExported(at: number): boolean {
    const section = this.#section(at);
    if (section === SHN_UNDEF) return false;
    const info = this.#info(at);
    const binding = info >> 4;
    if (binding !== STB_GLOBAL && binding !== STB_WEAK && binding !== STB_GNU_UNIQUE) return false;
    const visibility = this.#visibility(at);
    if (visibility === STV_HIDDEN || visibility === STV_INTERNAL) return false;
    const type = info & 15;
    if (
      type !== STT_NOTYPE &&
      type !== STT_OBJECT &&
      type !== STT_FUNC &&
      type !== STT_COMMON &&
      type !== STT_TLS &&
      type !== STT_GNU_IFUNC
    ) {
      return false;
    }
    return section === SHN_ABS || type === STT_TLS || this.#value(at) !== 0;
  }

  /** Code lies in an executable segment, whatever the symbol says of itself; where functions are descriptors, its type decides. */
  #kind(at: number): SymbolKind {
    const section = this.#section(at);
    if (section === SHN_ABS || section === SHN_UNDEF) return 'other';
    const type = this.#info(at) & 15;
    if (type === STT_OBJECT || type === STT_TLS || type === STT_COMMON) return 'data';
    if (type === STT_GNU_IFUNC) return 'indirect';
    if (type === STT_FUNC && this.#image.hasFunctionDescriptors) return 'function';
    const segment = this.#image.segmentAt(this.#value(at));
    if (segment === undefined) return 'other';
    return segment.executable ? 'function' : 'data';
  }

  #info(at: number): number {
    return this.#image.reader.u8(at + (this.#image.wide ? 4 : 12));
  }

  #visibility(at: number): number {
    return this.#image.reader.u8(at + (this.#image.wide ? 5 : 13)) & 3;
  }

  #section(at: number): number {
    return this.#image.reader.u16(at + (this.#image.wide ? 6 : 14));
  }

  #value(at: number): number {
    return this.#image.word(at + (this.#image.wide ? 8 : 4));
  }
}
