import { type ByteReader, nameBytes } from './byte-reader.js';
import { peMachine } from './machine.js';
import { type PeDirectory, PeImage } from './pe-image.js';
import {
  type BinaryExport,
  type BinaryInfo,
  type BinarySymbol,
  binaryInfo,
  type SymbolKind,
  type SymbolSource,
} from './types.js';

const EXPORT_DIRECTORY = 0;
const IMPORT_DIRECTORY = 1;
const EXPORT_DIRECTORY_SIZE = 40;
const IMPORT_DESCRIPTOR = 20;

/** A DLL or program of Windows, "PE Format" (Microsoft). */
export function parsePe(reader: ByteReader): BinaryInfo {
  const image = new PeImage(reader);
  const imports = readImports(image);
  const table = image.directory(EXPORT_DIRECTORY);
  const names = table === undefined ? undefined : new PeExports(image, table);
  const machine = peMachine(image.machine);
  const { record } = image;
  return binaryInfo(
    {
      path: reader.path,
      format: 'pe',
      bits: image.wide ? 64 : 32,
      endian: 'little',
      machine,
      platform: 'win32',
      type: image.isDll ? 'shared' : image.isExecutable ? 'executable' : 'other',
      needed: imports.map(({ name }) => name),
      soname: names?.libraryName,
      architectures: [machine],
      recordBytes: record && reader.slice(record.raw, Math.min(record.rawSize, record.size), 'section .mortise'),
    },
    new PeSymbols(image, names, imports),
  );
}

interface PeImport {
  readonly name: string;
  /** Address of the list of what is imported from it; 0 where there is none. */
  readonly lookup: number;
}

function readImports(image: PeImage): PeImport[] {
  const found: PeImport[] = [];
  const directory = image.directory(IMPORT_DIRECTORY);
  if (directory === undefined) return found;
  const { reader } = image;
  const { offset, end } = image.fileRange(directory.address, IMPORT_DESCRIPTOR, 'import directory');
  for (let at = offset; ; at += IMPORT_DESCRIPTOR) {
    if (at + IMPORT_DESCRIPTOR > end) reader.malformed('its import directory does not end inside its section');
    const name = reader.u32(at + 12);
    if (name === 0) return found;
    found.push({ name: image.textAt(name, 'name of an imported library'), lookup: reader.u32(at) });
  }
}

/** The export directory: names, sorted; for each the index of an address. */
class PeExports {
  readonly libraryName: string | undefined;
  readonly count: number;
  readonly #image: PeImage;
  readonly #directory: PeDirectory;
  readonly #names: number;
  readonly #ordinals: number;
  readonly #addresses: number;
  readonly #addressCount: number;

  constructor(image: PeImage, directory: PeDirectory) {
    const { reader } = image;
    const at = image.fileOffset(directory.address, EXPORT_DIRECTORY_SIZE, 'export directory');
    const libraryName = reader.u32(at + 12);
    this.#image = image;
    this.#directory = directory;
    this.libraryName = libraryName === 0 ? undefined : image.textAt(libraryName, 'own name');
    this.#addressCount = reader.u32(at + 20);
    this.count = reader.u32(at + 24);
    const table = (field: number, count: number, size: number, what: string) =>
      count === 0 ? 0 : image.fileOffset(reader.u32(at + field), count * size, what);
    this.#addresses = table(28, this.#addressCount, 4, 'table of exported addresses');
    this.#names = table(32, this.count, 4, 'table of exported names');
    this.#ordinals = table(36, this.count, 2, 'table of export ordinals');
  }

  name(index: number): string {
    return this.#image.textAt(this.#image.reader.u32(this.#names + index * 4), 'name of an export');
  }

  find(name: Uint8Array): number | undefined {
    const image = this.#image;
    for (let index = 0; index < this.count; index++) {
      const { offset, end } = image.fileRange(image.reader.u32(this.#names + index * 4), 1, 'name of an export');
      if (image.reader.textIs(offset, end, name)) return index;
    }
    return undefined;
  }

  /** What name `index` stands for; an address inside the export directory is the text of a forwarder. */
  kind(index: number): SymbolKind | 'forwarded' {
    const { reader } = this.#image;
    const ordinal = reader.u16(this.#ordinals + index * 2);
    if (ordinal >= this.#addressCount) reader.malformed(`an export has ordinal ${ordinal} of ${this.#addressCount}`);
    const address = reader.u32(this.#addresses + ordinal * 4);
    if (address >= this.#directory.address && address - this.#directory.address < this.#directory.size) return 'forwarded';
    const section = this.#image.sectionAt(address);
    if (section === undefined) return 'other';
    return section.executable ? 'function' : 'data';
  }
}

class PeSymbols implements SymbolSource {
  readonly #image: PeImage;
  readonly #names: PeExports | undefined;
  readonly #imports: readonly PeImport[];

  constructor(image: PeImage, names: PeExports | undefined, imports: readonly PeImport[]) {
    this.#image = image;
    this.#names = names;
    this.#imports = imports;
  }

  exported(name: string): SymbolKind | undefined {
    const kind = this.#kindOf(name);
    return kind === 'forwarded' ? undefined : kind;
  }

  exports(): BinaryExport[] {
    const found: BinaryExport[] = [];
    for (let index = 0; index < (this.#names?.count ?? 0); index++) {
      const kind = this.#names!.kind(index);
      if (kind !== 'forwarded') found.push({ name: this.#names!.name(index), kind });
    }
    return found;
  }

  unexported(name: string): BinarySymbol | undefined {
    if (this.#kindOf(name) === 'forwarded') return { name, kind: 'other', linkage: 'forwarded' };
    return this.#isImported(nameBytes(name)) ? { name, kind: 'other', linkage: 'imported' } : undefined;
  }

  #kindOf(name: string): SymbolKind | 'forwarded' | undefined {
    const index = this.#names?.find(nameBytes(name));
    return index === undefined ? undefined : this.#names!.kind(index);
  }

  /** In an import lookup table: words with the address of a hint (2 bytes) and name; the highest bit marks a number instead. */
  #isImported(wanted: Uint8Array): boolean {
    const image = this.#image;
    const { reader } = image;
    const step = image.wide ? 8 : 4;
    // More than fit in the file are there only if lists overlap.
    let left = reader.size / step;
    for (const { lookup } of this.#imports) {
      if (lookup === 0) continue;
      const { offset, end } = image.fileRange(lookup, step, 'import lookup table');
      for (let at = offset; at + step <= end; at += step) {
        const address = reader.u32(at);
        const isNumber = reader.u32(at + step - 4) >= 0x8000_0000;
        if (address === 0 && !isNumber) break;
        if (--left < 0) reader.malformed('its import lookup tables overlap');
        if (isNumber) continue;
        const name = image.fileRange(address, 3, 'name of an import');
        if (reader.textIs(name.offset + 2, name.end, wanted)) return true;
      }
    }
    return false;
  }
}
