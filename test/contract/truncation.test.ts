import { readFileSync, writeFileSync } from 'node:fs';
import type { PluginManager, PluginSystemError } from 'mortise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createManager, exportsOf, fixturePath, isMapped, Scratch } from './fixtures.js';

const good = readFileSync(fixturePath('static-vtable'));
const scratch = new Scratch();
let manager: PluginManager;

beforeAll(async () => {
  manager = await createManager();
});
afterAll(() => scratch.remove());

/** Loads the first `length` bytes of a good library under a path of their own, so that each is a file that nobody has seen. */
async function loadCut(length: number): Promise<{ path: string; error: PluginSystemError | undefined }> {
  const path = scratch.join(`cut-${length}.so`);
  writeFileSync(path, good.subarray(0, length));
  try {
    const { name } = await manager.load(path);
    await manager.unload(name);
    return { path, error: undefined };
  } catch (error) {
    return { path, error: error as PluginSystemError };
  }
}

/** Where loadable segments end in the file. */
function segmentEnds(elf: Buffer): number[] {
  const table = Number(elf.readBigUInt64LE(32));
  const ends: number[] = [];
  for (let index = 0; index < elf.readUInt16LE(56); index++) {
    const at = table + index * elf.readUInt16LE(54);
    if (elf.readUInt32LE(at) === 1) ends.push(Number(elf.readBigUInt64LE(at + 8) + elf.readBigUInt64LE(at + 32)));
  }
  return ends;
}

const CODES = ['LibraryTruncated', 'LibraryMalformed', 'NotALibrary', 'EntryPointMissing'];

async function expectUnopened(lengths: readonly number[]): Promise<void> {
  for (const length of lengths) {
    const { path, error } = await loadCut(length);
    expect(CODES, `${length} of ${good.length} bytes: ${error?.message}`).toContain(error?.code);
    expect(error).toMatchObject({ phase: 'loading', operation: 'check', path, ledger: [] });
    expect(isMapped(path) ?? false, `${length} bytes must not reach the loader`).toBe(false);
  }
}

// The fixture is an ELF file where these tests can run; elsewhere the reader of the format is tried on made images (test/binary).
describe.runIf(good.readUInt32BE(0) === 0x7f454c46)('a library that was cut short', () => {
  it('[G1] is loaded whole', async () => {
    const { path, error } = await loadCut(good.length);
    expect(error).toBeUndefined();
    expect(isMapped(path) ?? true).toBe(true);
    expect(exportsOf(path)('int64_t fixture_counter(const char*)')('destroyed')).toBe(1);
  });

  it('[G1] never reaches the loader, at every 256th byte', async () => {
    const lengths = Array.from({ length: Math.ceil(good.length / 256) }, (_, index) => index * 256);
    await expectUnopened(lengths);
    console.log(`a library cut at every 256th byte: refused unopened ${lengths.length} of ${lengths.length}`);
  });

  it('[G1] never reaches the loader, one byte before, at and after the end of each segment', async () => {
    const around = segmentEnds(good).flatMap((end) => [end - 1, end, end + 1]);
    await expectUnopened([...new Set(around)].filter((length) => length < good.length));
  });

  it('[G1] never reaches the loader without its last byte', async () => {
    await expectUnopened([good.length - 1]);
  });

  it('[G1] is told from a file that is no library at all', async () => {
    expect((await loadCut(0)).error?.code).toBe('NotALibrary');
    expect((await loadCut(3)).error?.code).toBe('NotALibrary');
    expect((await loadCut(64)).error?.code).toBe('LibraryTruncated');
    expect((await loadCut(Math.floor(good.length / 2))).error?.code).toBe('LibraryTruncated');
  });
});
