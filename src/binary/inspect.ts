import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { PluginSystemError } from '../errors/index.js';
import { ByteReader } from './byte-reader.js';
import { parseElf } from './elf.js';
import { otherThanFile } from './file-kind.js';
import { type FileIdentity, fileError, identityOf } from './identity.js';
import { looksLike } from './looks-like.js';
import { isMachO, parseMachO } from './mach-o.js';
import { parsePe } from './pe.js';
import type { BinaryInfo } from './types.js';

/** Bytes; larger files are refused unread. */
export const MAX_LIBRARY_SIZE = 512 * 1024 * 1024;

/** A file read once: what was inspected is what was hashed. */
export interface InspectedFile {
  readonly info: BinaryInfo;
  /** Lower-case hex of the whole file. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** Taken before the bytes were read: a later write shows as another identity. */
  readonly identity: FileIdentity;
}

/** Opening a FIFO for reading waits for a writer; not with this flag. Windows has neither. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

const ELF_MAGIC = 0x7f45_4c46;
const MZ = 0x4d5a;

/**
 * Reads the headers, tables and symbols of a library as data. Nothing of it runs, no other file is read.
 * @param path for messages only
 * @param arch which machine to take from a fat Mach-O file, as `process.arch` says it; its first if that one is not in it
 * @throws PluginSystemError NotALibrary, LibraryTruncated, LibraryMalformed
 */
export function inspectBytes(bytes: Uint8Array, path: string, arch: string = process.arch): BinaryInfo {
  if (bytes.byteLength >= 4) {
    const reader = new ByteReader(bytes, path, false);
    const magic = reader.u32(0);
    if (magic === ELF_MAGIC) return parseElf(reader);
    if (magic >>> 16 === MZ) return parsePe(reader);
    if (isMachO(reader, magic)) return parseMachO(bytes, path, arch);
  }
  throw new PluginSystemError('NotALibrary', `this is ${looksLike(bytes)}, not a shared library`, { path });
}

/**
 * Reads, hashes and inspects the file at `path`. Only regular files are opened: FIFOs and devices are refused, not waited for.
 * @throws PluginSystemError FileNotFound, FileUnreadable (also above {@link MAX_LIBRARY_SIZE}), and those of {@link inspectBytes}
 */
export function inspectFileSync(path: string, arch: string = process.arch): InspectedFile {
  try {
    requireRegular(statSync(path), path);
    const descriptor = openSync(path, OPEN_FLAGS);
    try {
      const stats = fstatSync(descriptor, { bigint: true });
      const bytes = bufferFor(stats, path);
      let filled = 0;
      for (let count = -1; filled < bytes.length && count !== 0; filled += count) {
        count = readSync(descriptor, bytes, filled, bytes.length - filled, filled);
      }
      return inspected(bytes, filled, path, arch, stats);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw fileError(error, path);
  }
}

/** {@link inspectFileSync} without blocking the event loop while the file is read; hashing and parsing do block it. */
export async function inspectFile(path: string, arch: string = process.arch): Promise<InspectedFile> {
  let file: FileHandle | undefined;
  try {
    requireRegular(await stat(path), path);
    file = await open(path, OPEN_FLAGS);
    const stats = await file.stat({ bigint: true });
    const bytes = bufferFor(stats, path);
    let filled = 0;
    for (let count = -1; filled < bytes.length && count !== 0; filled += count) {
      count = (await file.read(bytes, filled, bytes.length - filled, filled)).bytesRead;
    }
    return inspected(bytes, filled, path, arch, stats);
  } catch (error) {
    throw fileError(error, path);
  } finally {
    await file?.close();
  }
}

function requireRegular(stats: Parameters<typeof otherThanFile>[0], path: string): void {
  const what = otherThanFile(stats);
  if (what !== undefined) throw new PluginSystemError('NotALibrary', `this is ${what}, not a shared library`, { path });
}

function bufferFor(stats: BigIntStats, path: string): Buffer {
  requireRegular(stats, path);
  if (stats.size > BigInt(MAX_LIBRARY_SIZE)) {
    throw new PluginSystemError('FileUnreadable', `the file has ${stats.size} bytes; at most ${MAX_LIBRARY_SIZE} are read`, {
      path,
      remedy: 'Build the library without what makes it so large (debug information, data), and ship that beside it.',
    });
  }
  return Buffer.allocUnsafeSlow(Number(stats.size));
}

function inspected(bytes: Buffer, filled: number, path: string, arch: string, stats: BigIntStats): InspectedFile {
  if (filled < bytes.length) {
    throw new PluginSystemError('FileUnreadable', `the file shrank from ${bytes.length} to ${filled} bytes while it was read`, {
      path,
      remedy: 'Load the file when it is completely written.',
    });
  }
  const info = inspectBytes(bytes, path, arch);
  // Loaded when first needed: importing this module must not cost the 3 ms of node:crypto.
  const sha256 = process.getBuiltinModule('node:crypto').hash('sha256', bytes, 'hex');
  return { info, sha256, size: bytes.length, identity: identityOf(stats) };
}
