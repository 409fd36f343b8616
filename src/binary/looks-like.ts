import { isPeMachine } from './machine.js';

const LONGEST_QUOTE = 40;
const TEXT_SAMPLE = 512;
/** Beginnings of files that people take for a library: bytes (as Latin-1), what they are. */
const BEGINNINGS: readonly (readonly [bytes: string, what: string])[] = [
  ['PK\x03\x04', 'a zip archive (also .jar, .whl, .nupkg)'],
  ['PK\x05\x06', 'an empty zip archive'],
  ['\0asm', 'a WebAssembly module'],
  ['!<arch>\n', 'a static archive (.a or .lib)'],
  ['!<thin>\n', 'a static archive (.a) without its members'],
  ['\x1f\x8b', 'a gzip archive'],
  ['BZh', 'a bzip2 archive'],
  ['\xfd7zXZ\0', 'an xz archive'],
  ['\x28\xb5\x2f\xfd', 'a zstd archive'],
  ['BC\xc0\xde', 'LLVM bitcode (an object file of a link-time optimisation)'],
  ['version https://git-lfs.github.com/', 'a Git LFS pointer (`git lfs pull` fetches the file itself)'],
];

/** What a file that is no library at all seems to be, for a person: `a script (#!/bin/sh)`. */
export function looksLike(bytes: Uint8Array): string {
  if (bytes.byteLength === 0) return 'an empty file';
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, TEXT_SAMPLE));
  const text = start.toString('latin1');
  if (text.startsWith('#!')) return `a script (${firstLine(text)})`;
  for (const [beginning, what] of BEGINNINGS) {
    if (text.startsWith(beginning)) return what;
  }
  if (/^(\/\* GNU ld script|(INPUT|GROUP) ?\()/.test(text)) return 'a linker script';
  if (start.length >= 8 && start.readUInt32BE(0) === 0xcafe_babe) return 'a Java class file';
  if (isCoffObject(start)) return 'a COFF object file (.obj, .o)';
  if (/^\s*<(!doctype html|html)/i.test(text)) return 'an HTML page (a download that went wrong?)';
  if (/^[\t\n\r\x20-\x7e]+$/.test(text)) return `text ("${firstLine(text)}")`;
  if (/^\0+$/.test(text)) return `${bytes.byteLength} bytes that begin with nothing but zeros`;
  return `no known format (it begins with ${start
    .subarray(0, 8)
    .toString('hex')
    .replace(/..(?=.)/g, '$& ')})`;
}

/** PE format, "COFF File Header (Object and Image)": an image would have an optional header, an object has none. */
function isCoffObject(start: Buffer): boolean {
  if (start.length < 20) return false;
  const isBig = start.readUInt32LE(0) === 0xffff_0000;
  return isBig || (isPeMachine(start.readUInt16LE(0)) && start.readUInt16LE(16) === 0 && start.readUInt16LE(2) > 0);
}

function firstLine(text: string): string {
  const line = text.trim().split(/[\r\n]/, 1)[0] ?? '';
  const printable = line.replace(/[^\x20-\x7e]/g, '?');
  return printable.length > LONGEST_QUOTE ? `${printable.slice(0, LONGEST_QUOTE)}…` : printable;
}
