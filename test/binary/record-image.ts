import { ImageWriter } from './image-writer.js';

export interface RecordOptions {
  little?: boolean;
  word?: number;
  magic?: string;
  format?: number;
  recordSize?: number;
  abiMajor?: number;
  abiMinor?: number;
  language?: number;
  threads?: number;
  reserved?: number;
  headerVersion?: string;
  /** In the order of the header: vtable, slice, dependency, stage requirement, value, error, host, context, stage, registry. */
  sizes?: readonly number[];
  manifest?: string | Uint8Array;
  manifestLength?: number;
  after?: Uint8Array;
}

export const SIZES = [176, 16, 24, 16, 24, 32, 88, 72, 64, 24];

/** A MortiseRecord with its manifest, as the compiler lays it out. */
export function recordImage(options: RecordOptions = {}): Buffer {
  const manifest = Buffer.from(options.manifest ?? '{"name":"text","version":"1.0.0"}');
  return new ImageWriter(options.little ?? true, true)
    .bytes(Buffer.from(options.magic ?? '\x7fMORTISE', 'latin1'))
    .u32(options.format ?? 1, options.recordSize ?? 72)
    .u16(options.abiMajor ?? 1, options.abiMinor ?? 0)
    .u8(options.word ?? 8, options.language ?? 1, options.threads ?? 0, options.reserved ?? 0)
    .text(options.headerVersion ?? '0.1.0', 16)
    .u16(...(options.sizes ?? SIZES))
    .u32(0)
    .u64(options.manifestLength ?? manifest.length)
    .bytes(manifest)
    .bytes(options.after ?? Buffer.alloc(1))
    .finish();
}
