import { ImageWriter, StringTable } from './image-writer.js';

export interface MachOOptions {
  bits?: 32 | 64;
  endian?: 'little' | 'big';
  /** cputype; 0x1000007 is x86-64, 0x100000c arm64. */
  cpu?: number;
  cpuSubtype?: number;
  /** filetype; 6 is a dylib, 8 a bundle. */
  fileType?: number;
  needed?: readonly string[];
  soname?: string;
  /** Platform of LC_BUILD_VERSION; 1 is macOS. */
  platform?: number;
  symbols?: readonly {
    name: string;
    kind?: 'function' | 'data';
    linkage?: 'exported' | 'imported' | 'hidden' | 'local';
  }[];
  record?: Uint8Array;
}

const N_TYPES = { exported: 0x0f, imported: 0x01, hidden: 0x1f, local: 0x0e };

/** A small thin Mach-O image: __TEXT,__text, __DATA,__data, __DATA,__mortise where there is a record, and __LINKEDIT. */
export function machOImage(options: MachOOptions = {}): Buffer {
  const wide = (options.bits ?? 64) === 64;
  const little = (options.endian ?? 'little') === 'little';
  const writer = new ImageWriter(little, wide);
  const symbols = options.symbols ?? [{ name: '_plugin_init' }];
  const strings = new StringTable();
  const names = symbols.map(({ name }) => strings.add(`_${name}`));
  const sections = [
    { segment: '__TEXT', name: '__text', bytes: Buffer.alloc(64, 0xc3), flags: 0x80000400 },
    { segment: '__DATA', name: '__data', bytes: Buffer.alloc(64), flags: 0 },
    ...(options.record ? [{ segment: '__DATA', name: '__mortise', bytes: Buffer.from(options.record), flags: 0 }] : []),
  ];
  const header = wide ? 32 : 28;
  const align = (size: number) => Math.ceil(size / 8) * 8;
  const libraries = [
    ...(options.soname ? [{ command: 0xd, name: options.soname }] : []),
    ...(options.needed ?? ['/usr/lib/libSystem.B.dylib']).map((name) => ({ command: 0xc, name })),
  ];
  const segmentSize = (count: number) => (wide ? 72 + count * 80 : 56 + count * 68);
  const segments = [sections.slice(0, 1), sections.slice(1), []];
  const commandsSize =
    segments.reduce((sum, inside) => sum + segmentSize(inside.length), 0) +
    libraries.reduce((sum, { name }) => sum + align(24 + name.length + 1), 0) +
    24 +
    (options.platform === undefined ? 0 : 24);

  let at = align(header + commandsSize);
  const offsets = sections.map(({ bytes }) => {
    at += align(bytes.length);
    return at - align(bytes.length);
  });
  const symbolsAt = at;
  const stringsAt = symbolsAt + symbols.length * (wide ? 16 : 12);
  const end = stringsAt + strings.bytes.length;

  writer.u32(wide ? 0xfeedfacf : 0xfeedface, options.cpu ?? 0x1000007, options.cpuSubtype ?? 3, options.fileType ?? 6);
  writer.u32(segments.length + libraries.length + 1 + (options.platform === undefined ? 0 : 1), commandsSize, 0);
  if (wide) writer.u32(0);
  for (const [index, inside] of segments.entries()) {
    const first = inside[0] === undefined ? symbolsAt : offsets[sections.indexOf(inside[0])]!;
    const size = index === 2 ? end - symbolsAt : inside.reduce((sum, { bytes }) => sum + align(bytes.length), 0);
    writer.u32(wide ? 0x19 : 1, segmentSize(inside.length)).text(['__TEXT', '__DATA', '__LINKEDIT'][index]!, 16);
    writer.word(first + 0x1000, size, first, size).u32(7, index === 0 ? 5 : 3, inside.length, 0);
    for (const section of inside) {
      const offset = offsets[sections.indexOf(section)]!;
      writer
        .text(section.name, 16)
        .text(section.segment, 16)
        .word(offset + 0x1000, section.bytes.length);
      writer.u32(offset, 3, 0, 0, section.flags, 0, 0);
      if (wide) writer.u32(0);
    }
  }
  for (const { command, name } of libraries) {
    const size = align(24 + name.length + 1);
    writer.u32(command, size, 24, 2, 0x10000, 0x10000).text(name, size - 24);
  }
  writer.u32(2, 24, symbolsAt, symbols.length, stringsAt, strings.bytes.length);
  if (options.platform !== undefined) writer.u32(0x32, 24, options.platform, 0xb0000, 0xb0000, 0);
  for (const [index, { bytes }] of sections.entries()) writer.upTo(offsets[index]!).bytes(bytes);
  writer.upTo(symbolsAt);
  for (const [index, { kind = 'function', linkage = 'exported' }] of symbols.entries()) {
    const section = linkage === 'imported' ? 0 : kind === 'function' ? 1 : 2;
    writer
      .u32(names[index]!)
      .u8(N_TYPES[linkage], section)
      .u16(0)
      .word(linkage === 'imported' ? 0 : offsets[section - 1]! + 0x1000);
  }
  return writer.bytes(strings.bytes).finish();
}

/** A fat file of thin images. */
export function fatImage(slices: readonly { cpu: number; cpuSubtype?: number; bytes: Uint8Array }[], wide = false): Buffer {
  const writer = new ImageWriter(false, wide).u32(wide ? 0xcafebabf : 0xcafebabe, slices.length);
  let at = 4096;
  const offsets = slices.map(({ bytes }) => {
    at += Math.ceil(bytes.length / 4096) * 4096;
    return at - Math.ceil(bytes.length / 4096) * 4096;
  });
  for (const [index, { cpu, cpuSubtype = 3, bytes }] of slices.entries()) {
    writer.u32(cpu, cpuSubtype).word(offsets[index]!, bytes.length).u32(12);
    if (wide) writer.u32(0);
  }
  for (const [index, { bytes }] of slices.entries()) writer.upTo(offsets[index]!).bytes(bytes);
  return writer.finish();
}
