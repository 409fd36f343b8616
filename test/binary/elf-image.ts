import { ImageWriter, StringTable } from './image-writer.js';

export interface ElfSymbolOptions {
  name: string;
  kind?: 'function' | 'data' | 'none';
  linkage?: 'exported' | 'weak' | 'imported' | 'hidden' | 'local';
}

export interface ElfOptions {
  bits?: 32 | 64;
  endian?: 'little' | 'big';
  /** e_machine; 62 is x86-64. */
  machine?: number;
  /** e_type; 3 is a shared library. */
  type?: number;
  osAbi?: number;
  /** DT_FLAGS_1; 0x8000000 marks a position-independent executable. */
  flags1?: number;
  needed?: readonly string[];
  soname?: string;
  symbols?: readonly ElfSymbolOptions[];
  record?: Uint8Array;
  hash?: 'gnu' | 'plain' | 'both';
  /** Whether there are section headers (and with them .symtab). */
  sections?: boolean;
  /** [owner, type, description] of a note. */
  note?: readonly [string, number, Uint8Array];
}

const CODE_SHIFT = 0x1000;
const BINDING = { exported: 1, imported: 1, weak: 2, hidden: 1, local: 0 };
const TYPE = { none: 0, data: 1, function: 2 };

/** A small ELF file: a read-only segment with all tables, an executable one with 64 bytes of code, then what is not loaded. */
export function elfImage(options: ElfOptions = {}): Buffer {
  const wide = (options.bits ?? 64) === 64;
  const writer = new ImageWriter((options.endian ?? 'little') === 'little', wide);
  const symbols = options.symbols ?? [{ name: '_plugin_init' }];
  const dynamicSymbols = symbols.filter(({ linkage }) => linkage !== 'hidden' && linkage !== 'local');
  const order = [
    ...dynamicSymbols.filter(({ linkage }) => linkage === 'imported'),
    ...dynamicSymbols.filter(({ linkage }) => linkage !== 'imported'),
  ];
  const firstExport = 1 + order.filter(({ linkage }) => linkage === 'imported').length;
  const sizes = wide
    ? { header: 64, program: 56, section: 64, symbol: 24 }
    : { header: 52, program: 32, section: 40, symbol: 16 };

  const strings = new StringTable();
  const names = order.map(({ name }) => strings.add(name));
  const needed = (options.needed ?? ['libc.so.6']).map((name) => strings.add(name));
  const soname = options.soname === undefined ? undefined : strings.add(options.soname);
  const note = options.note && noteImage(options.note, (options.endian ?? 'little') === 'little');
  const programs = 3 + (note === undefined ? 0 : 1);
  const hash = options.hash ?? 'gnu';

  let at = sizes.header + programs * sizes.program;
  const place = (size: number) => {
    at = Math.ceil(at / 8) * 8;
    at += size;
    return at - size;
  };
  const symbolsAt = place((1 + order.length) * sizes.symbol);
  const stringsAt = place(strings.bytes.length);
  const gnu = hash === 'plain' ? undefined : gnuHashImage(order.slice(firstExport - 1), firstExport, options);
  const plain = hash === 'gnu' ? undefined : plainHashImage(order, options);
  const gnuAt = place(gnu?.length ?? 0);
  const plainAt = place(plain?.length ?? 0);
  const noteAt = place(note?.length ?? 0);
  const dynamic: [number, number][] = [
    ...needed.map((name): [number, number] => [1, name]),
    ...(soname === undefined ? [] : [[14, soname] as [number, number]]),
    ...(plain ? [[4, plainAt] as [number, number]] : []),
    ...(gnu ? [[0x6ffffef5, gnuAt] as [number, number]] : []),
    [5, stringsAt],
    [6, symbolsAt],
    [10, strings.bytes.length],
    [11, sizes.symbol],
    ...(options.flags1 === undefined ? [] : [[0x6ffffffb, options.flags1] as [number, number]]),
    [0, 0],
  ];
  const dynamicSize = dynamic.length * (wide ? 16 : 8);
  const dynamicAt = place(dynamicSize);
  const recordAt = place(options.record?.length ?? 0);
  const dataAt = place(64);
  const readOnlyEnd = at;
  const codeAt = place(64);
  const addressOf = ({ kind, linkage }: ElfSymbolOptions) =>
    linkage === 'imported' ? 0 : kind === 'data' ? dataAt : codeAt + CODE_SHIFT + 16;
  const withSections = options.sections ?? true;

  const fullStrings = new StringTable();
  const fullNames = symbols.map(({ name }) => fullStrings.add(name));
  const fullAt = place(withSections ? (1 + symbols.length) * sizes.symbol : 0);
  const fullStringsAt = place(withSections ? fullStrings.bytes.length : 0);
  const sectionNames = new StringTable();
  const sections = [
    {
      name: sectionNames.add('.dynsym'),
      loaded: true,
      type: 11,
      offset: symbolsAt,
      size: (1 + order.length) * sizes.symbol,
      link: 2,
    },
    { name: sectionNames.add('.dynstr'), loaded: true, type: 3, offset: stringsAt, size: strings.bytes.length, link: 0 },
    { name: sectionNames.add('.dynamic'), loaded: true, type: 6, offset: dynamicAt, size: dynamicSize, link: 2 },
    {
      name: sectionNames.add('.symtab'),
      loaded: false,
      type: 2,
      offset: fullAt,
      size: (1 + symbols.length) * sizes.symbol,
      link: 5,
    },
    {
      name: sectionNames.add('.strtab'),
      loaded: false,
      type: 3,
      offset: fullStringsAt,
      size: fullStrings.bytes.length,
      link: 0,
    },
    ...(options.record
      ? [{ name: sectionNames.add('.mortise'), loaded: true, type: 1, offset: recordAt, size: options.record.length, link: 0 }]
      : []),
    { name: sectionNames.add('.bss'), loaded: false, type: 8, offset: 0xffffff, size: 0xffffff, link: 0 },
  ];
  const namesName = sectionNames.add('.shstrtab');
  const sectionNamesAt = place(withSections ? sectionNames.bytes.length : 0);
  const sectionTableAt = withSections ? place((sections.length + 2) * sizes.section) : 0;
  sections.push({ name: namesName, loaded: false, type: 3, offset: sectionNamesAt, size: sectionNames.bytes.length, link: 0 });

  writer
    .u8(0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, (options.endian ?? 'little') === 'little' ? 1 : 2, 1, options.osAbi ?? 0)
    .upTo(16);
  writer
    .u16(options.type ?? 3, options.machine ?? 62)
    .u32(1)
    .word(0, sizes.header, sectionTableAt)
    .u32(0);
  writer.u16(sizes.header, sizes.program, programs, withSections ? sizes.section : 0);
  writer.u16(withSections ? sections.length + 1 : 0, withSections ? sections.length : 0);
  const program = (type: number, flags: number, offset: number, address: number, size: number) =>
    wide
      ? writer.u32(type, flags).u64(offset, address, address, size, size, type === 1 ? 0x1000 : 8)
      : writer.u32(type, offset, address, address, size, size, flags, type === 1 ? 0x1000 : 4);
  program(1, 4, 0, 0, readOnlyEnd);
  program(1, 5, codeAt, codeAt + CODE_SHIFT, 64);
  program(2, 4, dynamicAt, dynamicAt, dynamicSize);
  if (note) program(4, 4, noteAt, noteAt, note.length);

  const symbol = (entry: ElfSymbolOptions, name: number) => {
    const { kind = 'function', linkage = 'exported' } = entry;
    const info = BINDING[linkage] * 16 + TYPE[kind];
    const other = linkage === 'hidden' ? 2 : 0;
    const section = linkage === 'imported' ? 0 : 1;
    if (wide) writer.u32(name).u8(info, other).u16(section).u64(addressOf(entry), 32);
    else writer.u32(name, addressOf(entry), 32).u8(info, other).u16(section);
  };
  writer.upTo(symbolsAt + sizes.symbol);
  for (const [index, entry] of order.entries()) symbol(entry, names[index]!);
  writer.upTo(stringsAt).bytes(strings.bytes);
  if (gnu) writer.upTo(gnuAt).bytes(gnu);
  if (plain) writer.upTo(plainAt).bytes(plain);
  if (note) writer.upTo(noteAt).bytes(note);
  writer.upTo(dynamicAt);
  for (const entry of dynamic) writer.word(...entry);
  if (options.record) writer.upTo(recordAt).bytes(options.record);
  writer.upTo(codeAt + 64);
  if (withSections) {
    writer.upTo(fullAt + sizes.symbol);
    for (const [index, entry] of symbols.entries()) symbol(entry, fullNames[index]!);
    writer.upTo(fullStringsAt).bytes(fullStrings.bytes).upTo(sectionNamesAt).bytes(sectionNames.bytes);
    writer.upTo(sectionTableAt + sizes.section);
    for (const { name, loaded, type, offset, size, link } of sections) {
      writer
        .u32(name, type)
        .word(loaded ? 2 : 0, loaded ? offset : 0, offset, size)
        .u32(link, 0)
        .word(1, type === 2 || type === 11 ? sizes.symbol : 0);
    }
  }
  return writer.finish();
}

function noteImage([owner, type, description]: readonly [string, number, Uint8Array], little: boolean): Buffer {
  return new ImageWriter(little, true)
    .u32(owner.length + 1, description.length, type)
    .text(owner, owner.length + 1)
    .pad(4)
    .bytes(description)
    .pad(4)
    .finish();
}

function gnuHashImage(exports: readonly ElfSymbolOptions[], first: number, options: ElfOptions): Buffer {
  const wide = (options.bits ?? 64) === 64;
  const writer = new ImageWriter((options.endian ?? 'little') === 'little', wide);
  const hashes = exports.map(({ name }) => gnuHash(name));
  writer.u32(1, first, 1, 5);
  if (wide) writer.u32(0xffffffff, 0xffffffff);
  else writer.u32(0xffffffff);
  writer.u32(exports.length === 0 ? 0 : first);
  for (const [index, hash] of hashes.entries()) writer.u32(index === hashes.length - 1 ? hash | 1 : hash & ~1);
  return writer.finish();
}

function plainHashImage(symbols: readonly ElfSymbolOptions[], options: ElfOptions): Buffer {
  const writer = new ImageWriter((options.endian ?? 'little') === 'little', (options.bits ?? 64) === 64);
  const buckets = [0, 0, 0];
  const chains = [0, ...symbols.map(() => 0)];
  for (const [index, { name }] of symbols.entries()) {
    const bucket = plainHash(name) % buckets.length;
    chains[index + 1] = buckets[bucket]!;
    buckets[bucket] = index + 1;
  }
  return writer.u32(buckets.length, chains.length, ...buckets, ...chains).finish();
}

function gnuHash(name: string): number {
  return Number([...Buffer.from(name)].reduce((hash, byte) => (hash * 33n + BigInt(byte)) & 0xffffffffn, 5381n));
}

function plainHash(name: string): number {
  const hash = [...Buffer.from(name)].reduce((sum, byte) => {
    const next = (sum << 4n) + BigInt(byte);
    const high = next & 0xf0000000n;
    return (next ^ (high >> 24n)) & ~high & 0xffffffffn;
  }, 0n);
  return Number(hash);
}
