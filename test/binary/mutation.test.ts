import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkLoadable, inspectBytes, readRecord } from '../../dist/binary/index.js';
import { PluginSystemError } from '../../dist/errors/index.js';
import { samples } from './images.js';

/** `scripts/soak-binary.mjs` sets both. */
const MUTATIONS = Number(process.env['MORTISE_MUTATIONS'] ?? 20_000);
const SEED = Number(process.env['MORTISE_SEED'] ?? 1);
/** One round takes microseconds; a busy machine may stop it for a while, but not for that long. */
const SLOWEST_MS = 10_000;
const CODES = new Set([
  'NotALibrary',
  'LibraryTruncated',
  'LibraryMalformed',
  'EntryPointMissing',
  'RecordMalformed',
  'AbiMismatch',
]);

describe('a damaged library', () => {
  it(
    `[G1] ends in a typed error or an answer, without end in none, and in little memory (${MUTATIONS} mutations, seed ${SEED})`,
    () => {
      const random = randomNumbers(SEED);
      const originals = samples().map(({ bytes }) => bytes);
      const outcomes = new Map<string, number>();
      const before = process.memoryUsage().rss;
      for (let round = 0; round < MUTATIONS; round++) {
        const bytes = mutate(originals[random(originals.length)]!, random);
        const started = performance.now();
        const outcome = exercise(bytes, `round ${round}`);
        const elapsed = performance.now() - started;
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        if (elapsed > SLOWEST_MS) expect.fail(`round ${round} took ${elapsed} ms: ${bytes.toString('base64')}`);
      }
      const grown = (process.memoryUsage().rss - before) / 2 ** 20;
      if (process.env['MORTISE_MUTATIONS'] !== undefined)
        console.log(Object.fromEntries(outcomes), `${grown.toFixed(0)} MiB more`);
      expect(grown).toBeLessThan(400);
      for (const code of ['opened', 'LibraryTruncated', 'LibraryMalformed', 'EntryPointMissing'])
        expect(outcomes.get(code)).toBeGreaterThan(0);
    },
    60_000 + MUTATIONS,
  );

  it('[G1] ends in a typed error when it is nothing but noise behind a magic number', () => {
    const magic = fc.constantFrom(
      '\x7fELF\x01\x01\x01',
      '\x7fELF\x02\x01\x01',
      '\x7fELF\x02\x02\x01',
      'MZ',
      '\xcf\xfa\xed\xfe',
      '\xce\xfa\xed\xfe',
      '\xfe\xed\xfa\xcf',
      '\xca\xfe\xba\xbe',
      '',
    );
    fc.assert(
      fc.property(magic, fc.uint8Array({ maxLength: 512 }), (start, noise) => {
        exercise(Buffer.concat([Buffer.from(start, 'latin1'), noise]), 'noise');
      }),
      { seed: SEED, numRuns: 5000 },
    );
  });
});

/** Asks everything that can be asked; the code of the first refusal, or `opened`. */
function exercise(bytes: Buffer, title: string): string {
  const questions = [
    () => {
      const info = inspectBytes(bytes, title, 'x64');
      return checkLoadable(info, { platform: info.platform, arch: info.machine });
    },
    () => inspectBytes(bytes, title, 'x64').exports(),
    () => inspectBytes(bytes, title, 'arm64').symbol('_plugin_init'),
    () => inspectBytes(bytes, title, 'x64').hasExport('malloc'),
    () => inspectBytes(bytes, title, 'x64').symbol('malloc'),
    () => readRecord(inspectBytes(bytes, title, 'x64')),
  ];
  const refusals = questions.map((ask) => {
    try {
      ask();
      return undefined;
    } catch (error) {
      if (error instanceof PluginSystemError && CODES.has(error.code) && error.path === title) return error.code;
      throw new Error(`${title} ended in ${String(error)}: ${bytes.toString('base64')}`, { cause: error });
    }
  });
  return refusals.find((code) => code !== undefined) ?? 'opened';
}

/** One to eight changes: bits, bytes, words of interest, runs copied from elsewhere, a cut. */
function mutate(original: Buffer, random: (below: number) => number): Buffer {
  let bytes = Buffer.from(original);
  for (let changes = 1 + random(8); changes > 0; changes--) {
    // Headers are small and decide most: half of the changes go there.
    const at = random(random(2) === 0 ? Math.min(bytes.length, 512) : bytes.length);
    switch (random(6)) {
      case 0:
        bytes[at]! ^= 1 << random(8);
        break;
      case 1:
        bytes[at] = random(256);
        break;
      case 2: {
        const value = INTERESTING[random(INTERESTING.length)]!;
        if (at + 4 <= bytes.length) random(2) === 0 ? bytes.writeUInt32LE(value, at & ~3) : bytes.writeUInt32BE(value, at & ~3);
        break;
      }
      case 3:
        if (at + 8 <= bytes.length)
          bytes.writeBigUInt64LE(BigInt(INTERESTING[random(INTERESTING.length)]!) << BigInt(random(33)), at & ~7);
        break;
      case 4:
        bytes.copyWithin(at, random(bytes.length), random(bytes.length));
        break;
      default:
        if (random(4) === 0) bytes = bytes.subarray(0, Math.max(1, random(bytes.length)));
    }
  }
  return bytes;
}

const INTERESTING = [
  0, 1, 2, 3, 4, 7, 8, 16, 24, 40, 64, 0x7f, 0xff, 0x100, 0xfff, 0x1000, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000,
  0xfffffff0, 0xffffffff,
];

/** mulberry32: the same numbers for the same seed on every machine. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
