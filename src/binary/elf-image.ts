import type { ByteReader } from './byte-reader.js';
import { nameBytes } from './byte-reader.js';

/** One PT_LOAD: `fileSize` bytes at `offset` of the file become the first of `memorySize` bytes at `address`. */
export interface ElfSegment {
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  readonly memorySize: number;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly executable: boolean;
}

/** A part of the file. */
export interface ElfRange {
  readonly offset: number;
  readonly size: number;
}

export interface ElfSection extends ElfRange {
  readonly link: number;
}

export const ET_REL = 1;
export const ET_EXEC = 2;
export const ET_DYN = 3;

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const PT_NOTE = 4;
const PT_TLS = 7;
const PT_GNU_RELRO = 0x6474_e552;
const PF_X = 1;
const PF_W = 2;
const PF_R = 4;
const SHF_WRITE = 1;
const SHF_ALLOC = 2;
const SHF_EXECINSTR = 4;
/** Linkers may round the end of PT_GNU_RELRO up to a page; the largest in use. */
const PAGE = 65536;
const SHT_SYMTAB = 2;
const SHT_NOBITS = 8;
const EM_PARISC = 15;
const EM_PPC64 = 21;
const EM_IA64 = 50;
const PN_XNUM = 0xffff;
const SHN_XINDEX = 0xffff;
/** No linker writes nearly as many; bounds the work of address look-ups. */
const MAX_SEGMENTS = 256;
/** Notes that mark the system are short and come first. */
const MAX_NOTES = 16;
const MAX_NOTE_SIZE = 65536;

const RECORD_SECTION = nameBytes('.mortise');

/**
 * Header, program headers and section headers of an ELF file (System V ABI, gABI ch. 4 and 5), each end checked against the size of the
 * file: mapping a segment that ends beyond it makes the first touch a SIGBUS.
 */
export class ElfImage {
  readonly reader: ByteReader;
  readonly wide: boolean;
  readonly osAbi: number;
  readonly type: number;
  readonly machine: number;
  readonly flags: number;
  /** In ascending order of addresses. */
  readonly segments: ElfSegment[] = [];
  readonly notes: ElfRange[] = [];
  dynamic: (ElfRange & { readonly address: number }) | undefined;
  hasInterpreter = false;
  hasSections = false;
  record: ElfRange | undefined;
  /** .symtab and its string table: the names that stripping removes. */
  symbols: ElfRange | undefined;
  symbolNames: ElfRange | undefined;

  constructor(reader: ByteReader) {
    reader.region(0, 52, 'ELF header');
    const elfClass = reader.u8(4);
    const data = reader.u8(5);
    if (elfClass !== 1 && elfClass !== 2) reader.malformed(`its ELF class is ${elfClass}, not 1 (32-bit) or 2 (64-bit)`);
    if (data !== 1 && data !== 2) reader.malformed(`its ELF byte order is ${data}, not 1 (little) or 2 (big)`);
    reader.little = data === 1;
    this.reader = reader;
    this.wide = elfClass === 2;
    if (this.wide) reader.region(0, 64, 'ELF header');
    this.osAbi = reader.u8(7);
    this.type = reader.u16(16);
    this.machine = reader.u16(18);
    this.flags = reader.u32(this.wide ? 48 : 36);
    const version = reader.u32(20);
    if (reader.u8(6) !== 1 || version !== 1) reader.malformed(`its ELF version is ${version}, not 1`);
    this.#readSegments();
    this.#readSections();
  }

  /** Whether the address of a function is that of a descriptor in data: old ABIs of a few machines. */
  get hasFunctionDescriptors(): boolean {
    return this.machine === EM_PPC64 || this.machine === EM_PARISC || this.machine === EM_IA64;
  }

  /** An address-sized number. */
  word(at: number): number {
    return this.wide ? this.reader.u64(at) : this.reader.u32(at);
  }

  /** The segment that holds `address` in memory. */
  segmentAt(address: number): ElfSegment | undefined {
    for (const segment of this.segments) {
      if (address >= segment.address && address - segment.address < segment.memorySize) return segment;
    }
    return undefined;
  }

  /**
   * Where in the file the `length` bytes are that will be at `address`.
   * @throws PluginSystemError LibraryMalformed if they are not all in one segment's part of the file
   */
  fileOffset(address: number, length: number, what: string): number {
    return this.fileRange(address, length, what).offset;
  }

  /** Like `fileOffset`, with the end of that segment's part of the file: as far as a table of unknown length can go. */
  fileRange(address: number, length: number, what: string): { offset: number; end: number } {
    const segment = this.segmentAt(address);
    if (segment === undefined || address - segment.address + length > segment.fileSize) {
      return this.reader.malformed(`its ${what} at address 0x${address.toString(16)} is not in a segment of the file`);
    }
    if (!segment.readable) this.reader.malformed(`its ${what} is in a segment that cannot be read`);
    return { offset: address - segment.address + segment.offset, end: segment.offset + segment.fileSize };
  }

  #readSegments(): void {
    const { reader, wide } = this;
    const table = this.word(wide ? 32 : 28);
    const entry = reader.u16(wide ? 54 : 42);
    const count = reader.u16(wide ? 56 : 44);
    if (count === 0) return;
    if (entry !== (wide ? 56 : 32)) reader.malformed(`its program headers have ${entry} bytes each, not ${wide ? 56 : 32}`);
    if (count === PN_XNUM) reader.malformed('it has 65535 program headers or more');
    reader.region(table, count * entry, 'program header table');
    let sealed: { address: number; size: number } | undefined;
    let threadLocal: { address: number; size: number } | undefined;
    for (let index = 0, at = table; index < count; index++, at += entry) {
      const type = reader.u32(at);
      const offset = this.word(at + (wide ? 8 : 4));
      const size = this.word(at + (wide ? 32 : 16));
      if (type === PT_LOAD) this.#addSegment(at, index, offset, size);
      else if (type === PT_DYNAMIC) this.dynamic = { offset, size, address: this.word(at + (wide ? 16 : 8)) };
      else if (type === PT_INTERP) this.hasInterpreter = true;
      else if (type === PT_NOTE) this.#addNote(offset, size);
      else if (type === PT_TLS && size > 0) threadLocal = { size, address: this.word(at + (wide ? 16 : 8)) };
      else if (type === PT_GNU_RELRO)
        sealed = { address: this.word(at + (wide ? 16 : 8)), size: this.word(at + (wide ? 40 : 20)) };
    }
    if (sealed !== undefined && sealed.size > 0) this.#checkSealed(sealed.address, sealed.size);
    if (threadLocal !== undefined) this.fileOffset(threadLocal.address, threadLocal.size, 'thread-local data (PT_TLS)');
  }

  /** What becomes read-only after relocation: beyond its own segment it would seal memory of others. */
  #checkSealed(address: number, size: number): void {
    const segment = this.segmentAt(address);
    if (segment === undefined || address + size > segment.address + segment.memorySize + PAGE) {
      this.reader.malformed('its PT_GNU_RELRO reaches beyond its segment');
    }
  }

  #addNote(offset: number, size: number): void {
    if (this.notes.length < MAX_NOTES && size <= MAX_NOTE_SIZE && offset + size <= this.reader.size)
      this.notes.push({ offset, size });
  }

  #addSegment(at: number, index: number, offset: number, fileSize: number): void {
    const { reader, wide, segments } = this;
    const address = this.word(at + (wide ? 16 : 8));
    const memorySize = this.word(at + (wide ? 40 : 20));
    const flags = reader.u32(at + (wide ? 4 : 24));
    reader.region(offset, fileSize, `loadable segment ${segments.length + 1} (program header ${index})`);
    if (fileSize > memorySize)
      reader.malformed(`program header ${index} has ${fileSize} bytes in the file for ${memorySize} in memory`);
    const last = segments.at(-1);
    if (last !== undefined && address < last.address + last.memorySize) {
      reader.malformed(`the segment of program header ${index} begins before the end of the one before it`);
    }
    if (segments.length === MAX_SEGMENTS) reader.malformed(`it has more than ${MAX_SEGMENTS} loadable segments`);
    segments.push({
      offset,
      address,
      fileSize,
      memorySize,
      readable: (flags & PF_R) !== 0,
      writable: (flags & PF_W) !== 0,
      executable: (flags & PF_X) !== 0,
    });
  }

  #readSections(): void {
    const { reader, wide } = this;
    const table = this.word(wide ? 40 : 32);
    if (table === 0) return;
    const entry = reader.u16(wide ? 58 : 46);
    let count = reader.u16(wide ? 60 : 48);
    let names = reader.u16(wide ? 62 : 50);
    const size = wide ? 64 : 40;
    if (entry !== size && (entry !== 0 || count !== 0))
      reader.malformed(`its section headers have ${entry} bytes each, not ${size}`);
    if (count === 0) {
      if (entry === 0) return;
      reader.region(table, size, 'section header table');
      count = this.word(table + (wide ? 32 : 20));
    }
    reader.region(table, count * size, 'section header table');
    if (count === 0) return;
    if (names === SHN_XINDEX) names = reader.u32(table + (wide ? 40 : 24));
    if (names >= count) reader.malformed(`its section names are said to be in section ${names} of ${count}`);
    this.hasSections = true;
    const strings = names === 0 ? { offset: 0, size: 0 } : this.#section(table + names * size);
    reader.region(strings.offset, strings.size, 'table of section names');
    for (let index = 1, at = table + size; index < count; index++, at += size) {
      const type = reader.u32(at + 4);
      if (type === SHT_NOBITS || type === 0) continue;
      const section = this.#section(at);
      if (section.size > 0) reader.region(section.offset, section.size, `section ${index}`);
      this.#checkPlace(section, at, index);
      if (type === SHT_SYMTAB) this.#addSymbols(section, table, count, size);
      else if (reader.textIs(strings.offset + reader.u32(at), strings.offset + strings.size, RECORD_SECTION))
        this.#addRecord(section);
    }
  }

  /** Sections that are loaded must be where the segments put them, with the rights that they ask for. */
  #checkPlace(section: ElfSection, at: number, index: number): void {
    const { reader, wide } = this;
    const flags = reader.u32(at + 8 + (wide && !reader.little ? 4 : 0));
    if ((flags & SHF_ALLOC) === 0 || section.size === 0 || this.segments.length === 0) return;
    const address = this.word(at + (wide ? 16 : 12));
    const segment = this.segmentAt(address);
    const into = segment === undefined ? -1 : address - segment.address;
    if (segment === undefined || into + segment.offset !== section.offset || into + section.size > segment.fileSize) {
      this.reader.malformed(`its section ${index} and its segments disagree on what is at address 0x${address.toString(16)}`);
    }
    if (((flags & SHF_WRITE) !== 0 && !segment.writable) || ((flags & SHF_EXECINSTR) !== 0 && !segment.executable)) {
      reader.malformed(
        `its section ${index} is in a segment without the right to be ${(flags & SHF_WRITE) !== 0 ? 'written' : 'executed'}`,
      );
    }
  }

  #section(at: number): ElfSection {
    const { reader, wide } = this;
    return {
      offset: this.word(at + (wide ? 24 : 16)),
      size: this.word(at + (wide ? 32 : 20)),
      link: reader.u32(at + (wide ? 40 : 24)),
    };
  }

  #addSymbols(section: ElfSection, table: number, count: number, size: number): void {
    if (section.link >= count) this.reader.malformed(`its symbol table takes names from section ${section.link} of ${count}`);
    const names = this.#section(table + section.link * size);
    this.reader.region(names.offset, names.size, `section ${section.link}`);
    this.symbols = section;
    this.symbolNames = names;
  }

  #addRecord(section: ElfRange): void {
    if (this.record !== undefined) this.reader.malformed('it has two sections named .mortise');
    this.record = section;
  }
}
