import { describe, expect, it } from 'vitest';
import { inspectBytes } from '../../dist/binary/index.js';
import { elfImage, samples } from './images.js';
import { refusal } from './refusal.js';

describe('a truncated library', () => {
  it.each(samples())('[G1] is found at every length: $title', ({ bytes }) => {
    for (let length = 8; length < bytes.length; length += length < 1024 ? 1 : 64) {
      const error = refusal(() => inspectBytes(bytes.subarray(0, length), '/plugins/text', 'x64'));
      expect(error.code, `${length} of ${bytes.length} bytes: ${error.detail}`).toBe('LibraryTruncated');
      expect(error.detail).toContain(`the file ends at byte ${length}`);
    }
  });

  it('[G1] is found by its segments where it has no section headers', () => {
    const bytes = elfImage({ sections: false });
    const error = refusal(() => inspectBytes(bytes.subarray(0, bytes.length - 1), 'a'));
    expect(error.detail).toBe(
      `the file ends at byte ${bytes.length - 1}, its loadable segment 2 (program header 1) at byte ${bytes.length}`,
    );
  });
});

describe('a library that contradicts itself', () => {
  const LOAD_2 = 64 + 56;
  it.each<[string, (bytes: Buffer) => void]>([
    ['its ELF class is 3', (bytes) => bytes.writeUInt8(3, 4)],
    ['its ELF byte order is 0', (bytes) => bytes.writeUInt8(0, 5)],
    ['its ELF version is 7', (bytes) => bytes.writeUInt32LE(7, 20)],
    ['its program headers have 8 bytes each, not 56', (bytes) => bytes.writeUInt16LE(8, 54)],
    ['would end beyond every possible file', (bytes) => bytes.writeBigUInt64LE(2n ** 64n - 1n, 32)],
    ['has 64 bytes in the file for 1 in memory', (bytes) => bytes.writeBigUInt64LE(1n, LOAD_2 + 40)],
    ['begins before the end of the one before it', (bytes) => bytes.writeBigUInt64LE(0n, LOAD_2 + 16)],
    ['not in a segment of the file', (bytes) => bytes.writeBigUInt64LE(0x10000n, LOAD_2 + 56 + 16)],
    ['its section 1 and its segments disagree', (bytes) => bytes.writeBigUInt64LE(8n, 64 + 8)],
    ['is in a segment that cannot be read', (bytes) => bytes.writeUInt32LE(2, 64 + 4)],
    ['its section names are said to be in section 99', (bytes) => bytes.writeUInt16LE(99, 62)],
    ['without a dynamic section', (bytes) => bytes.writeUInt32LE(0x6474e551, LOAD_2 + 56)],
    ['no bytes in the file (is this separate debug information?)', (bytes) => bytes.writeBigUInt64LE(0n, LOAD_2 + 56 + 32)],
  ])('[G1] is refused: %s', (detail, spoil) => {
    const bytes = elfImage();
    spoil(bytes);
    const error = refusal(() => inspectBytes(bytes, '/plugins/text'));
    expect(error).toMatchObject({ code: 'LibraryMalformed', path: '/plugins/text' });
    expect(error.detail).toContain(detail);
  });

  it.each<[string, 'gnu' | 'plain', number, number]>([
    ['no buckets', 'gnu', 0, 0],
    ['no power of two', 'gnu', 8, 3],
    ['does not end inside its segment', 'gnu', 0, 0xffffff],
    ['no buckets', 'plain', 0, 0],
    ['does not end inside its segment', 'plain', 4, 0xffffff],
  ])('[G1] is refused for a hash table that would stop the process in the loader: %s (%s)', (detail, hash, field, value) => {
    const bytes = elfImage({ hash });
    bytes.writeUInt32LE(value, tableOffset(bytes, hash === 'gnu' ? 0x6ffffef5 : 4) + field);
    const error = refusal(() => inspectBytes(bytes, 'a'));
    expect(error).toMatchObject({ code: 'LibraryMalformed' });
    expect(error.detail).toContain(detail);
  });
});

/** Value of a dynamic entry; in these images addresses of tables are offsets. */
function tableOffset(bytes: Buffer, tag: number): number {
  const dynamic = Number(bytes.readBigUInt64LE(64 + 2 * 56 + 8));
  for (let at = dynamic; ; at += 16) {
    if (Number(bytes.readBigUInt64LE(at)) === tag) return Number(bytes.readBigUInt64LE(at + 8));
  }
}
