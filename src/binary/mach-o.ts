import { ByteReader, nameBytes } from './byte-reader.js';
import { MachOImage } from './mach-o-image.js';
import { machOMachine } from './machine.js';
import {
  type BinaryExport,
  type BinaryInfo,
  type BinarySymbol,
  binaryInfo,
  type SymbolKind,
  type SymbolSource,
} from './types.js';

const MAGIC_32 = 0xfeed_face;
const MAGIC_64 = 0xfeed_facf;
const SWAPPED_32 = 0xcefa_edfe;
const SWAPPED_64 = 0xcffa_edfe;
const FAT_32 = 0xcafe_babe;
const FAT_64 = 0xcafe_babf;
/** Java class files begin like 32-bit fat files; theirs is a version from 45 on where fat files count their slices. */
const MAX_SLICES = 44;
const N_STAB = 0xe0;
const N_PEXT = 0x10;
const N_TYPE = 0x0e;
const N_EXT = 0x01;
const N_UNDF = 0x0;
const N_ABS = 0x2;
const N_SECT = 0xe;

/** @param magic the first four bytes, big-endian */
export function isMachO(reader: ByteReader, magic: number): boolean {
  if (magic === FAT_32) return reader.size >= 8 && reader.u32(4) <= MAX_SLICES;
  return magic === FAT_64 || magic === MAGIC_32 || magic === MAGIC_64 || magic === SWAPPED_32 || magic === SWAPPED_64;
}

/** A thin Mach-O file, or of a fat one the slice for `arch`, else its first (<mach-o/fat.h>; its header is always big-endian). */
export function parseMachO(bytes: Uint8Array, path: string, arch: string): BinaryInfo {
  const reader = new ByteReader(bytes, path, false);
  const magic = reader.u32(0);
  if (magic !== FAT_32 && magic !== FAT_64) return parseThin(bytes, path, 0);
  const slices = readSlices(reader, magic === FAT_64);
  const slice = slices.find(({ machine }) => machine === arch) ?? slices[0]!;
  const info = parseThin(bytes.subarray(slice.offset, slice.offset + slice.size), path, slice.offset);
  if (info.machine !== slice.machine) reader.malformed(`its slice for ${slice.machine} holds code for ${info.machine}`);
  return { ...info, architectures: slices.map(({ machine }) => machine) };
}

interface Slice {
  readonly machine: string;
  readonly offset: number;
  readonly size: number;
}

function readSlices(reader: ByteReader, wide: boolean): Slice[] {
  reader.region(0, 8, 'fat header');
  const count = reader.u32(4);
  if (count === 0 || count > MAX_SLICES) reader.malformed(`it is a fat file of ${count} machines`);
  const step = wide ? 32 : 20;
  reader.region(8, count * step, 'table of machines');
  return Array.from({ length: count }, (_, index) => {
    const at = 8 + index * step;
    const machine = machOMachine(reader.u32(at), reader.u32(at + 4));
    const offset = wide ? reader.u64(at + 8) : reader.u32(at + 8);
    const size = wide ? reader.u64(at + 16) : reader.u32(at + 12);
    reader.region(offset, size, `slice for ${machine}`);
    return { machine, offset, size };
  });
}

function parseThin(bytes: Uint8Array, path: string, base: number): BinaryInfo {
  const reader = new ByteReader(bytes, path, false, base);
  const magic = reader.u32(0);
  reader.little = magic === SWAPPED_32 || magic === SWAPPED_64;
  if (!reader.little && magic !== MAGIC_32 && magic !== MAGIC_64) reader.malformed('a slice of it is not a Mach-O image');
  const image = new MachOImage(reader);
  const machine = machOMachine(image.cpu, image.cpuSubtype);
  return binaryInfo(
    {
      path,
      format: 'mach-o',
      bits: image.wide ? 64 : 32,
      endian: reader.little ? 'little' : 'big',
      machine,
      platform: image.platform,
      type: image.type,
      needed: image.needed,
      soname: image.soname,
      architectures: [machine],
      recordBytes: image.record && reader.slice(image.record.offset, image.record.size, 'section __DATA,__mortise'),
    },
    new MachOSymbols(image),
  );
}

/** The symbol table (<mach-o/nlist.h>). Every C name has an underscore more there than in its source; here it is as in the source. */
class MachOSymbols implements SymbolSource {
  readonly #image: MachOImage;

  constructor(image: MachOImage) {
    this.#image = image;
  }

  exported(name: string): SymbolKind | undefined {
    for (const at of this.#named(name)) {
      if (this.#isExported(at)) return this.#kind(at);
    }
    return undefined;
  }

  exports(): BinaryExport[] {
    const found: BinaryExport[] = [];
    const table = this.#image.symbols;
    for (const at of this.#entries()) {
      if (!this.#isExported(at)) continue;
      const name = this.#image.reader.text(table!.strings + this.#image.reader.u32(at), table!.stringsEnd, 'name of a symbol');
      if (name.startsWith('_')) found.push({ name: name.slice(1), kind: this.#kind(at) });
    }
    return found;
  }

  unexported(name: string): BinarySymbol | undefined {
    for (const at of this.#named(name)) {
      const type = this.#type(at);
      if ((type & N_STAB) !== 0) continue;
      const defined = (type & N_TYPE) !== N_UNDF;
      return { name, kind: this.#kind(at), linkage: !defined ? 'imported' : (type & N_PEXT) !== 0 ? 'hidden' : 'local' };
    }
    return undefined;
  }

  *#entries(): Generator<number> {
    const table = this.#image.symbols;
    if (table === undefined) return;
    const step = this.#image.wide ? 16 : 12;
    const end = table.offset + table.count * step;
    for (let at = table.offset; at < end; at += step) yield at;
  }

  *#named(name: string): Generator<number> {
    const wanted = nameBytes(`_${name}`);
    const table = this.#image.symbols;
    for (const at of this.#entries()) {
      if (this.#image.reader.textIs(table!.strings + this.#image.reader.u32(at), table!.stringsEnd, wanted)) yield at;
    }
  }

  #isExported(at: number): boolean {
    const type = this.#type(at);
    const defined = (type & N_TYPE) === N_SECT || (type & N_TYPE) === N_ABS;
    return (type & N_STAB) === 0 && (type & N_EXT) !== 0 && (type & N_PEXT) === 0 && defined;
  }

  #kind(at: number): SymbolKind {
    if ((this.#type(at) & N_TYPE) !== N_SECT) return 'other';
    const isCode = this.#image.isCode[this.#image.reader.u8(at + 5) - 1];
    if (isCode === undefined) return 'other';
    return isCode ? 'function' : 'data';
  }

  #type(at: number): number {
    return this.#image.reader.u8(at + 4);
  }
}
