import type { ElfImage } from './elf-image.js';

/** d_tag, gABI ch. 5 "Dynamic Section"; those from 0x6ffffef5 on are GNU's. */
const DT = {
  NEEDED: 1,
  PLTRELSZ: 2,
  HASH: 4,
  STRTAB: 5,
  SYMTAB: 6,
  RELA: 7,
  RELASZ: 8,
  RELAENT: 9,
  STRSZ: 10,
  SYMENT: 11,
  INIT: 12,
  FINI: 13,
  SONAME: 14,
  REL: 17,
  RELSZ: 18,
  RELENT: 19,
  PLTREL: 20,
  DEBUG: 21,
  JMPREL: 23,
  INIT_ARRAY: 25,
  FINI_ARRAY: 26,
  INIT_ARRAYSZ: 27,
  FINI_ARRAYSZ: 28,
  RELRSZ: 35,
  RELR: 36,
} as const;
const DT_GNU_HASH = 0x6fff_fef5;
const DT_FLAGS_1 = 0x6fff_fffb;
const DF_1_PIE = 0x0800_0000;
const LOW_TAGS = 40;

const DT_RELACOUNT = 0x6fff_fff9;
const DT_RELCOUNT = 0x6fff_fffa;

/** Tables that the loader walks while it opens the library: where they begin, how long they are, their names. */
const TABLES = [
  [DT.RELA, DT.RELASZ, 'relocation table (DT_RELA)'],
  [DT.REL, DT.RELSZ, 'relocation table (DT_REL)'],
  [DT.RELR, DT.RELRSZ, 'relocation table (DT_RELR)'],
  [DT.JMPREL, DT.PLTRELSZ, 'relocation table (DT_JMPREL)'],
  [DT.INIT_ARRAY, DT.INIT_ARRAYSZ, 'table of initialisers (DT_INIT_ARRAY)'],
  [DT.FINI_ARRAY, DT.FINI_ARRAYSZ, 'table of finalisers (DT_FINI_ARRAY)'],
] as const;

/**
 * The dynamic section, found as the system's loader finds it: by addresses inside loaded segments, never by section headers.
 * What makes glibc's loader end the process (entry sizes, empty tables) is refused here.
 */
export class ElfDynamic {
  readonly image: ElfImage;
  readonly needed: string[] = [];
  readonly soname: string | undefined;
  readonly isPositionIndependentExecutable: boolean;
  /** File offsets. */
  readonly symbols: number;
  readonly symbolsEnd: number;
  readonly strings: number;
  readonly stringsEnd: number;
  readonly gnuHash: { readonly offset: number; readonly end: number } | undefined;
  readonly hash: { readonly offset: number; readonly end: number } | undefined;
  readonly #low = new Float64Array(LOW_TAGS).fill(-1);

  constructor(image: ElfImage, at: { readonly address: number; readonly size: number }) {
    this.image = image;
    const { reader, wide } = image;
    if (at.size === 0) reader.malformed('its dynamic section has no bytes in the file (is this separate debug information?)');
    const low = this.#low;
    const names: number[] = [];
    let gnuHash = -1;
    let flags1 = 0;
    let relative = 0;
    let ended = false;
    const range = image.fileRange(at.address, at.size, 'dynamic section');
    const step = wide ? 16 : 8;
    for (let entry = range.offset; entry + step <= range.offset + at.size; entry += step) {
      const tag = image.word(entry);
      const value = image.word(entry + step / 2);
      if (tag === 0) {
        ended = true;
        break;
      }
      if (tag === DT.NEEDED) names.push(value);
      else if (tag < LOW_TAGS) low[tag] = value;
      else if (tag === DT_GNU_HASH) gnuHash = value;
      else if (tag === DT_FLAGS_1) flags1 = value;
      else if (tag === DT_RELACOUNT || tag === DT_RELCOUNT) relative = Math.max(relative, value);
    }
    if (!ended) reader.malformed('its dynamic section does not end with DT_NULL');

    this.#requireEntrySizes();
    const stringsAddress = low[DT.STRTAB]!;
    const stringsSize = low[DT.STRSZ]!;
    const symbolsAddress = low[DT.SYMTAB]!;
    if (stringsAddress < 0 || stringsSize < 0 || symbolsAddress < 0)
      reader.malformed('its dynamic section names no symbol or string table');
    this.strings = image.fileOffset(stringsAddress, stringsSize, 'dynamic string table');
    this.stringsEnd = this.strings + stringsSize;
    const symbols = image.fileRange(symbolsAddress, 0, 'dynamic symbol table');
    this.symbols = symbols.offset;
    this.symbolsEnd = symbols.end;
    this.gnuHash = gnuHash < 0 ? undefined : image.fileRange(gnuHash, 16, 'hash table (DT_GNU_HASH)');
    this.hash = low[DT.HASH]! < 0 ? undefined : image.fileRange(low[DT.HASH]!, 8, 'hash table (DT_HASH)');
    this.#requireTables(relative);
    for (const name of names) this.needed.push(this.string(name, 'DT_NEEDED'));
    this.soname = low[DT.SONAME]! < 0 ? undefined : this.string(low[DT.SONAME]!, 'DT_SONAME');
    this.isPositionIndependentExecutable =
      Math.floor(flags1 / DF_1_PIE) % 2 === 1 || (image.hasInterpreter && low[DT.DEBUG]! >= 0);
  }

  /** The dynamic string at `index`. */
  string(index: number, what: string): string {
    return this.image.reader.text(this.strings + index, this.stringsEnd, what);
  }

  #requireEntrySizes(): void {
    const { reader, wide } = this.image;
    const low = this.#low;
    const require = (tag: number, name: string, ...wanted: number[]) => {
      const found = low[tag]!;
      if (found >= 0 && !wanted.includes(found)) reader.malformed(`its ${name} is ${found}, not ${wanted.join(' or ')}`);
    };
    require(DT.SYMENT, 'DT_SYMENT', wide ? 24 : 16);
    require(DT.RELAENT, 'DT_RELAENT', wide ? 24 : 12);
    require(DT.RELENT, 'DT_RELENT', wide ? 16 : 8);
    require(DT.PLTREL, 'DT_PLTREL', DT.RELA, DT.REL);
  }

  /** @param relative number of relocations that are said to come first and be relative */
  #requireTables(relative: number): void {
    const { image } = this;
    const { reader, wide } = image;
    const low = this.#low;
    for (const [start, size, what] of TABLES) {
      if (low[start]! < 0 !== low[size]! < 0 && !(low[size] === 0))
        reader.malformed(`its ${what} has only one of address and size`);
      if (low[start]! >= 0 && low[size]! > 0) {
        image.fileOffset(low[start]!, low[size]!, what);
        if (low[start]! % (wide ? 8 : 4) !== 0) reader.malformed(`its ${what} is not aligned`);
      }
    }
    if (low[DT.RELA]! >= 0 && low[DT.RELAENT]! < 0) reader.malformed('its dynamic section has DT_RELA without DT_RELAENT');
    if (low[DT.REL]! >= 0 && low[DT.RELENT]! < 0) reader.malformed('its dynamic section has DT_REL without DT_RELENT');
    const fits = low[DT.RELA]! >= 0 ? low[DT.RELASZ]! / (wide ? 24 : 12) : low[DT.RELSZ]! / (wide ? 16 : 8);
    if (relative > 0 && !(relative <= fits))
      reader.malformed(`it says that ${relative} relocations are relative, of ${Math.max(fits, 0)}`);
    if (image.hasFunctionDescriptors) return;
    for (const [tag, what] of [
      [DT.INIT, 'initialiser (DT_INIT)'],
      [DT.FINI, 'finaliser (DT_FINI)'],
    ] as const) {
      const address = low[tag]!;
      const segment = image.segmentAt(address);
      if (address >= 0 && !(segment?.executable && address - segment.address < segment.fileSize))
        reader.malformed(`its ${what} at address 0x${address.toString(16)} is not code`);
    }
  }
}
