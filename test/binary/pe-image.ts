import { ImageWriter } from './image-writer.js';

export interface PeOptions {
  wide?: boolean;
  /** 0x8664 is x86-64. */
  machine?: number;
  dll?: boolean;
  name?: string;
  exports?: readonly { name: string; kind?: 'function' | 'data' | 'forwarded' }[];
  imports?: readonly { library: string; names: readonly string[] }[];
  record?: Uint8Array;
}

const HEADERS = 0x400;
const CODE = 0x1000;
const DATA = 0x2000;
const TABLES = 0x3000;
const RECORD = 0x10000;
const ALIGNMENT = 0x200;

/** A small DLL: .text, .data, .rdata with export and import directories, and .mortise where there is a record. */
export function peImage(options: PeOptions = {}): Buffer {
  const wide = options.wide ?? true;
  const tables = tablesImage(options, wide);
  const sections = [
    { name: '.text', address: CODE, bytes: Buffer.alloc(64, 0xc3), flags: 0x60000020 },
    { name: '.data', address: DATA, bytes: Buffer.alloc(64), flags: 0xc0000040 },
    { name: '.rdata', address: TABLES, bytes: tables.bytes, flags: 0x40000040 },
    ...(options.record ? [{ name: '.mortise', address: RECORD, bytes: Buffer.from(options.record), flags: 0x40000040 }] : []),
  ];
  const writer = new ImageWriter(true, wide).text('MZ', 60).u32(64);
  writer
    .u32(0x4550)
    .u16(options.machine ?? 0x8664, sections.length)
    .u32(0, 0, 0);
  writer.u16((wide ? 112 : 96) + 16 * 8, 0x0022 | ((options.dll ?? true) ? 0x2000 : 0));
  const optional = writer.at;
  writer
    .u16(wide ? 0x20b : 0x10b)
    .upTo(optional + 60)
    .u32(HEADERS)
    .upTo(optional + (wide ? 108 : 92))
    .u32(16);
  const directories = writer.at;
  writer.u32(...tables.exports, ...tables.imports).upTo(directories + 16 * 8);
  let raw = HEADERS;
  for (const { name, address, bytes, flags } of sections) {
    const rawSize = Math.ceil(bytes.length / ALIGNMENT) * ALIGNMENT;
    writer.text(name, 8).u32(bytes.length, address, rawSize, raw, 0, 0, 0, flags);
    raw += rawSize;
  }
  writer.upTo(HEADERS);
  for (const { bytes } of sections) writer.bytes(bytes).pad(ALIGNMENT);
  return writer.finish();
}

function tablesImage(options: PeOptions, wide: boolean) {
  const exports = [...(options.exports ?? [{ name: '_plugin_init' }])].sort((a, b) => (a.name < b.name ? -1 : 1));
  const imports = options.imports ?? [{ library: 'KERNEL32.dll', names: ['GetProcAddress'] }];
  const writer = new ImageWriter(true, wide);
  const count = exports.length;
  const namesAt = 40 + count * 10;
  const texts = [options.name ?? 'text.dll', ...exports.map(({ name }) => name)];
  const textAt = (index: number) => texts.slice(0, index).reduce((sum, text) => sum + text.length + 1, TABLES + namesAt);
  const forwarder = textAt(texts.length);
  writer.u32(0, 0, 0, TABLES + namesAt, 1, count, count, TABLES + 40, TABLES + 40 + count * 4, TABLES + 40 + count * 8);
  for (const { kind } of exports) writer.u32(kind === 'forwarded' ? forwarder : kind === 'data' ? DATA + 8 : CODE + 16);
  for (const index of exports.keys()) writer.u32(textAt(index + 1));
  for (const index of exports.keys()) writer.u16(index);
  for (const text of texts) writer.text(text, text.length + 1);
  writer.text('OTHER.fn', 9);
  const exportsSize = writer.at;

  writer.pad(8);
  const lists = imports.map(({ library, names }) => {
    const hints = names.map((name) => {
      const at = TABLES + writer.at;
      writer
        .u16(0)
        .text(name, name.length + 1)
        .pad(2);
      return at;
    });
    const nameAt = TABLES + writer.at;
    writer.text(library, library.length + 1).pad(8);
    const lookup = TABLES + writer.at;
    writer.word(...hints, 0);
    return { nameAt, lookup };
  });
  const importsAt = TABLES + writer.at;
  for (const { nameAt, lookup } of lists) writer.u32(lookup, 0, 0, nameAt, lookup);
  writer.u32(0, 0, 0, 0, 0);
  return {
    bytes: writer.finish(),
    exports: [TABLES, exportsSize],
    imports: imports.length === 0 ? [0, 0] : [importsAt, (imports.length + 1) * 20],
  };
}
