import { PluginSystemError } from '../errors/index.js';
import { type ByteReader, nameBytes } from './byte-reader.js';

/** One section: the first `rawSize` bytes of `size` in memory come from `raw` in the file. */
export interface PeSection {
  readonly address: number;
  readonly size: number;
  readonly raw: number;
  readonly rawSize: number;
  readonly executable: boolean;
}

export interface PeDirectory {
  readonly address: number;
  readonly size: number;
}

const DOS_HEADER = 64;
const FILE_HEADER = 24; // with its signature
const SECTION_HEADER = 40;
const COFF_SYMBOL = 18;
/** Real headers begin within the first KiB or so; beyond this a file only begins with the letters MZ. */
const FARTHEST_HEADER = 0x10_0000;
/** The limit of the Windows loader; bounds the work of address look-ups. */
const MAX_SECTIONS = 96;
const IMAGE_FILE_EXECUTABLE_IMAGE = 0x0002;
const IMAGE_FILE_DLL = 0x2000;
const IMAGE_SCN_MEM_EXECUTE = 0x2000_0000;
const SECURITY_DIRECTORY = 4;
const RECORD_SECTION = nameBytes('.mortise');

/** Headers of a PE or PE32+ image ("PE Format", Microsoft), each end checked against the size of the file. */
export class PeImage {
  readonly reader: ByteReader;
  readonly wide: boolean;
  readonly machine: number;
  readonly isDll: boolean;
  readonly isExecutable: boolean;
  readonly sections: PeSection[] = [];
  record: PeSection | undefined;
  readonly #headersSize: number;
  readonly #directories: number;
  readonly #directoryCount: number;

  constructor(reader: ByteReader) {
    reader.little = true;
    this.reader = reader;
    reader.region(0, DOS_HEADER, 'DOS header');
    const header = reader.u32(60);
    if (header > FARTHEST_HEADER) throw notPe(reader.path);
    reader.region(header, FILE_HEADER, 'PE header');
    if (reader.u32(header) !== 0x4550) throw notPe(reader.path);
    this.machine = reader.u16(header + 4);
    const count = reader.u16(header + 6);
    const optionalSize = reader.u16(header + 20);
    const characteristics = reader.u16(header + 22);
    this.isDll = (characteristics & IMAGE_FILE_DLL) !== 0;
    this.isExecutable = (characteristics & IMAGE_FILE_EXECUTABLE_IMAGE) !== 0;

    const optional = header + FILE_HEADER;
    reader.region(optional, optionalSize, 'optional header');
    const magic = optionalSize >= 2 ? reader.u16(optional) : 0;
    if (magic !== 0x10b && magic !== 0x20b)
      reader.malformed(`its optional header has magic 0x${magic.toString(16)}, not 0x10b (PE32) or 0x20b (PE32+)`);
    this.wide = magic === 0x20b;
    this.#directories = optional + (this.wide ? 112 : 96);
    if (this.#directories > optional + optionalSize) reader.malformed(`its optional header has only ${optionalSize} bytes`);
    this.#directoryCount = reader.u32(this.#directories - 4);
    if (this.#directories + this.#directoryCount * 8 > optional + optionalSize) {
      reader.malformed(`its ${this.#directoryCount} data directories do not fit in its optional header`);
    }
    this.#headersSize = Math.min(reader.u32(optional + 60), reader.size);
    this.#readSections(optional + optionalSize, count);
    this.#checkTail(reader.u32(header + 12), reader.u32(header + 16));
  }

  /** Data directory `index`, where it is there and not empty. */
  directory(index: number): PeDirectory | undefined {
    if (index >= this.#directoryCount) return undefined;
    const address = this.reader.u32(this.#directories + index * 8);
    const size = this.reader.u32(this.#directories + index * 8 + 4);
    return address === 0 || size === 0 ? undefined : { address, size };
  }

  sectionAt(address: number): PeSection | undefined {
    for (const section of this.sections) {
      if (address >= section.address && address - section.address < section.size) return section;
    }
    return undefined;
  }

  /**
   * Where in the file the bytes are that will be at `address` (relative to the image), and where that section's part of the file ends.
   * @throws PluginSystemError LibraryMalformed if `length` bytes are not all there
   */
  fileRange(address: number, length: number, what: string): { offset: number; end: number } {
    const section = this.sectionAt(address);
    const into = section === undefined ? address : address - section.address;
    const available = section === undefined ? this.#headersSize : Math.min(section.rawSize, section.size);
    if (into + length > available) {
      return this.reader.malformed(`its ${what} at address 0x${address.toString(16)} is not in a section of the file`);
    }
    const start = section?.raw ?? 0;
    return { offset: start + into, end: start + available };
  }

  fileOffset(address: number, length: number, what: string): number {
    return this.fileRange(address, length, what).offset;
  }

  textAt(address: number, what: string): string {
    const { offset, end } = this.fileRange(address, 1, what);
    return this.reader.text(offset, end, what);
  }

  #readSections(table: number, count: number): void {
    const { reader } = this;
    if (count > MAX_SECTIONS) reader.malformed(`it has ${count} sections, more than ${MAX_SECTIONS}`);
    reader.region(table, count * SECTION_HEADER, 'section table');
    for (let index = 0, at = table; index < count; index++, at += SECTION_HEADER) {
      const rawSize = reader.u32(at + 16);
      const raw = reader.u32(at + 20);
      if (raw !== 0) reader.region(raw, rawSize, `section ${index + 1} (${reader.fixedText(at, 8, 'section name')})`);
      const section = {
        address: reader.u32(at + 12),
        size: reader.u32(at + 8) || rawSize,
        raw,
        rawSize: raw === 0 ? 0 : rawSize,
        executable: (reader.u32(at + 36) & IMAGE_SCN_MEM_EXECUTE) !== 0,
      };
      this.sections.push(section);
      if (!isNamed(reader, at, RECORD_SECTION)) continue;
      if (this.record !== undefined) reader.malformed('it has two sections named .mortise');
      this.record = section;
    }
  }

  /** What follows the sections: COFF symbols with their strings (debug builds of MinGW), signatures. */
  #checkTail(symbols: number, symbolCount: number): void {
    const { reader } = this;
    if (symbols !== 0 && symbolCount !== 0) {
      const strings = symbols + symbolCount * COFF_SYMBOL;
      reader.region(symbols, symbolCount * COFF_SYMBOL + 4, 'COFF symbol table');
      reader.region(strings, reader.u32(strings), 'COFF string table');
    }
    const signature = this.directory(SECURITY_DIRECTORY);
    if (signature !== undefined) reader.region(signature.address, signature.size, 'signature');
  }
}

function isNamed(reader: ByteReader, at: number, name: Uint8Array): boolean {
  for (let index = 0; index < 8; index++) {
    if (reader.u8(at + index) !== name[index]) return false;
  }
  return true;
}

function notPe(path: string): PluginSystemError {
  return new PluginSystemError('NotALibrary', 'this is a DOS program or only begins like one (MZ), not a Windows library', {
    path,
  });
}
