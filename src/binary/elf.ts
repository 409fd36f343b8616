import type { ByteReader } from './byte-reader.js';
import { ElfDynamic } from './elf-dynamic.js';
import { ElfImage, ET_DYN, ET_EXEC, ET_REL } from './elf-image.js';
import { elfPlatform } from './elf-platform.js';
import { ElfSymbols } from './elf-symbols.js';
import { elfMachine } from './machine.js';
import { type BinaryInfo, type BinaryType, binaryInfo } from './types.js';

/** Name of the constant that MORTISE_RECORD defines. */
const RECORD_SYMBOL = 'mortise_record';

export function parseElf(reader: ByteReader): BinaryInfo {
  const image = new ElfImage(reader);
  const dynamic = image.dynamic && new ElfDynamic(image, image.dynamic);
  if (image.type === ET_DYN && dynamic === undefined) reader.malformed('it is a shared library without a dynamic section');
  const symbols = new ElfSymbols(image, dynamic);
  const bits = image.wide ? 64 : 32;
  const endian = reader.little ? 'little' : 'big';
  const machine = elfMachine(image.machine, bits, endian);
  const needed = dynamic?.needed ?? [];
  return binaryInfo(
    {
      path: reader.path,
      format: 'elf',
      bits,
      endian,
      machine,
      platform: elfPlatform(image, needed),
      type: elfType(image, dynamic),
      needed,
      soname: dynamic?.soname,
      architectures: [machine],
      recordBytes: recordBytes(image, symbols),
    },
    symbols,
  );
}

function elfType(image: ElfImage, dynamic: ElfDynamic | undefined): BinaryType {
  switch (image.type) {
    case ET_DYN:
      return dynamic?.isPositionIndependentExecutable ? 'executable' : 'shared';
    case ET_EXEC:
      return 'executable';
    case ET_REL:
      return 'object';
    default:
      return 'other';
  }
}

/** From its section; where section headers were removed, from its symbol, if that was exported. */
function recordBytes(image: ElfImage, symbols: ElfSymbols): Uint8Array | undefined {
  if (image.record !== undefined) return image.reader.slice(image.record.offset, image.record.size, 'section .mortise');
  if (image.hasSections) return undefined;
  const symbol = symbols.exportedData(RECORD_SYMBOL);
  if (symbol === undefined) return undefined;
  return image.reader.slice(image.fileOffset(symbol.address, symbol.size, RECORD_SYMBOL), symbol.size, RECORD_SYMBOL);
}
