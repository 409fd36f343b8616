import type { ByteReader } from './byte-reader.js';
import type { BinaryPlatform } from './types.js';

export interface MachORange {
  readonly offset: number;
  readonly size: number;
}

export interface MachOSymbolTable {
  readonly offset: number;
  readonly count: number;
  readonly strings: number;
  readonly stringsEnd: number;
}

const MH_OBJECT = 1;
const MH_EXECUTE = 2;
const MH_DYLIB = 6;
const MH_BUNDLE = 8;
const LC_SEGMENT = 0x1;
const LC_SYMTAB = 0x2;
const LC_LOAD_DYLIB = 0xc;
const LC_ID_DYLIB = 0xd;
const LC_LAZY_LOAD_DYLIB = 0x20;
const LC_SEGMENT_64 = 0x19;
const LC_CODE_SIGNATURE = 0x1d;
const LC_DYLD_INFO = 0x22;
const LC_DYLD_INFO_ONLY = 0x8000_0022;
const LC_FUNCTION_STARTS = 0x26;
const LC_DATA_IN_CODE = 0x29;
const LC_VERSION_MIN_MACOSX = 0x24;
const LC_VERSION_MIN_IPHONEOS = 0x25;
const LC_BUILD_VERSION = 0x32;
const LC_LOAD_WEAK_DYLIB = 0x8000_0018;
const LC_REEXPORT_DYLIB = 0x8000_001f;
const LC_LOAD_UPWARD_DYLIB = 0x8000_0023;
const LC_DYLD_EXPORTS_TRIE = 0x8000_0033;
const LC_DYLD_CHAINED_FIXUPS = 0x8000_0034;
const PLATFORM_MACOS = 1;
const PLATFORM_MACCATALYST = 6;
const S_ATTR_PURE_INSTRUCTIONS = 0x8000_0000;
const S_ATTR_SOME_INSTRUCTIONS = 0x400;
const SECTION_TYPE = 0xff;
const S_ZEROFILL = 1;

/** Header and load commands of one thin Mach-O image (<mach-o/loader.h>), each end checked against the size of the image. */
export class MachOImage {
  readonly reader: ByteReader;
  readonly wide: boolean;
  readonly cpu: number;
  readonly cpuSubtype: number;
  readonly fileType: number;
  readonly needed: string[] = [];
  soname: string | undefined;
  platform: BinaryPlatform = 'darwin';
  symbols: MachOSymbolTable | undefined;
  record: MachORange | undefined;
  /** For each section, counted from 1 as symbols do: whether it holds code. */
  readonly isCode: boolean[] = [];

  /** @param reader in the byte order of the image */
  constructor(reader: ByteReader) {
    this.reader = reader;
    this.wide = reader.u32(0) === 0xfeed_facf;
    const headerSize = this.wide ? 32 : 28;
    reader.region(0, headerSize, 'Mach-O header');
    this.cpu = reader.u32(4);
    this.cpuSubtype = reader.u32(8);
    this.fileType = reader.u32(12);
    const count = reader.u32(16);
    const size = reader.u32(20);
    reader.region(headerSize, size, 'load commands');
    const end = headerSize + size;
    for (let index = 0, at = headerSize; index < count; index++) {
      if (at + 8 > end)
        reader.malformed(`its ${count} load commands do not fit in the ${size} bytes that they are said to have`);
      const length = reader.u32(at + 4);
      if (length < 8 || length % 4 !== 0 || at + length > end)
        reader.malformed(`load command ${index} is said to have ${length} bytes`);
      this.#readCommand(at, length);
      at += length;
    }
  }

  get type(): 'shared' | 'executable' | 'object' | 'other' {
    if (this.fileType === MH_DYLIB || this.fileType === MH_BUNDLE) return 'shared';
    if (this.fileType === MH_EXECUTE) return 'executable';
    return this.fileType === MH_OBJECT ? 'object' : 'other';
  }

  #readCommand(at: number, length: number): void {
    const { reader } = this;
    const need = (bytes: number) => {
      if (length < bytes) reader.malformed(`a load command has ${length} bytes, not ${bytes} or more`);
    };
    switch (reader.u32(at)) {
      case LC_SEGMENT:
        need(56);
        this.#readSegment(at, length, false);
        break;
      case LC_SEGMENT_64:
        need(72);
        this.#readSegment(at, length, true);
        break;
      case LC_SYMTAB:
        need(24);
        this.#readSymbolTable(at);
        break;
      case LC_ID_DYLIB:
        need(24);
        this.soname = this.#commandText(at, length);
        break;
      case LC_LOAD_DYLIB:
      case LC_LOAD_WEAK_DYLIB:
      case LC_REEXPORT_DYLIB:
      case LC_LAZY_LOAD_DYLIB:
      case LC_LOAD_UPWARD_DYLIB:
        need(24);
        this.needed.push(this.#commandText(at, length));
        break;
      case LC_CODE_SIGNATURE:
      case LC_FUNCTION_STARTS:
      case LC_DATA_IN_CODE:
      case LC_DYLD_EXPORTS_TRIE:
      case LC_DYLD_CHAINED_FIXUPS:
        need(16);
        reader.region(reader.u32(at + 8), reader.u32(at + 12), 'link-edit data (signature, exports or fix-ups)');
        break;
      case LC_DYLD_INFO:
      case LC_DYLD_INFO_ONLY:
        need(48);
        for (let pair = at + 8; pair < at + 48; pair += 8)
          reader.region(reader.u32(pair), reader.u32(pair + 4), 'link-edit data (binding)');
        break;
      case LC_VERSION_MIN_MACOSX:
        this.platform = 'darwin';
        break;
      case LC_VERSION_MIN_IPHONEOS:
        this.platform = 'ios';
        break;
      case LC_BUILD_VERSION: {
        need(24);
        const platform = reader.u32(at + 8);
        this.platform =
          platform === PLATFORM_MACOS || platform === PLATFORM_MACCATALYST ? 'darwin' : platform === 2 ? 'ios' : 'unknown';
        break;
      }
    }
  }

  #commandText(at: number, length: number): string {
    const start = this.reader.u32(at + 8);
    if (start < 8 || start >= length) this.reader.malformed(`a load command has its name at byte ${start} of ${length}`);
    return this.reader.fixedText(at + start, length - start, 'name of a library');
  }

  #readSegment(at: number, length: number, wide: boolean): void {
    const { reader } = this;
    const name = reader.fixedText(at + 8, 16, 'name of a segment');
    const offset = wide ? reader.u64(at + 40) : reader.u32(at + 32);
    const size = wide ? reader.u64(at + 48) : reader.u32(at + 36);
    reader.region(offset, size, `segment ${name}`);
    const count = reader.u32(at + (wide ? 64 : 48));
    const first = at + (wide ? 72 : 56);
    const step = wide ? 80 : 68;
    if (first + count * step > at + length)
      reader.malformed(`the ${count} sections of its segment ${name} do not fit in the load command`);
    for (let index = 0, section = first; index < count; index++, section += step) {
      const flags = reader.u32(section + (wide ? 64 : 56));
      this.isCode.push((flags & (S_ATTR_PURE_INSTRUCTIONS | S_ATTR_SOME_INSTRUCTIONS)) !== 0);
      if ((flags & SECTION_TYPE) === S_ZEROFILL || reader.fixedText(section, 16, 'name of a section') !== '__mortise') continue;
      if (!reader.fixedText(section + 16, 16, 'name of a segment').startsWith('__DATA')) continue;
      if (this.record !== undefined) reader.malformed('it has two sections named __mortise');
      this.record = {
        size: wide ? reader.u64(section + 40) : reader.u32(section + 36),
        offset: reader.u32(section + (wide ? 48 : 40)),
      };
      reader.region(this.record.offset, this.record.size, 'section __DATA,__mortise');
    }
  }

  #readSymbolTable(at: number): void {
    const { reader } = this;
    const offset = reader.u32(at + 8);
    const count = reader.u32(at + 12);
    const strings = reader.u32(at + 16);
    const size = reader.u32(at + 20);
    if (this.symbols !== undefined) reader.malformed('it has two symbol tables');
    reader.region(offset, count * (this.wide ? 16 : 12), 'symbol table');
    reader.region(strings, size, 'string table');
    this.symbols = { offset, count, strings, stringsEnd: strings + size };
  }
}
