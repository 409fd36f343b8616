import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareVersions, isRange, rangesMeet, satisfies } from '../../dist/resolution/ranges.js';

const VERSIONS = ['0.0.3', '0.1.0', '0.9.0', '1.0.0', '1.2.0', '1.2.3', '1.2.4', '1.9.0', '2.0.0', '3.1.0'];
const within = (range: string, syntax: 'npm' | 'cargo') => VERSIONS.filter((version) => satisfies(version, range, syntax));

describe("a range in npm's grammar", () => {
  it.each([
    ['^1.2.0', ['1.2.0', '1.2.3', '1.2.4', '1.9.0']],
    ['1.2.3', ['1.2.3']],
    ['>=1 <2', ['1.0.0', '1.2.0', '1.2.3', '1.2.4', '1.9.0']],
    ['>=1, <2', ['1.0.0', '1.2.0', '1.2.3', '1.2.4', '1.9.0']],
    ['>=1.2,<1.9 || >=3', ['1.2.0', '1.2.3', '1.2.4', '3.1.0']],
    ['1.2.0 - 1.2.3, >1.2.0', ['1.2.3']],
    ['*, <1', ['0.0.3', '0.1.0', '0.9.0']],
    ['>2, <1', []],
  ])('[G9] %s takes what it says; a comma means AND', (range, versions) => {
    expect(isRange(range)).toBe(true);
    expect(within(range, 'npm')).toEqual(versions);
  });

  it.each(['latest', '1.2.3.4', '>=1,', ',', '>=1,,<2', '1 -, 2', '> , 1', '>=1, ||2', `>=1${' '.repeat(2000)}`])(
    '[G9] %j is none',
    (range) => {
      expect(isRange(range)).toBe(false);
      expect(within(range, 'npm')).toEqual([]);
    },
  );
});

describe("a range in Cargo's grammar", () => {
  it.each([
    ['1.2.3', ['1.2.3', '1.2.4', '1.9.0']],
    ['1.2', ['1.2.0', '1.2.3', '1.2.4', '1.9.0']],
    ['1', ['1.0.0', '1.2.0', '1.2.3', '1.2.4', '1.9.0']],
    ['0', ['0.0.3', '0.1.0', '0.9.0']],
    ['0.1', ['0.1.0']],
    ['0.0', ['0.0.3']],
    ['0.0.3', ['0.0.3']],
    ['^1.2.3', ['1.2.3', '1.2.4', '1.9.0']],
    ['~1.2.3', ['1.2.3', '1.2.4']],
    ['~1.2', ['1.2.0', '1.2.3', '1.2.4']],
    ['~1', ['1.0.0', '1.2.0', '1.2.3', '1.2.4', '1.9.0']],
    ['*', VERSIONS],
    ['1.*', ['1.0.0', '1.2.0', '1.2.3', '1.2.4', '1.9.0']],
    ['1.2.*', ['1.2.0', '1.2.3', '1.2.4']],
    ['1.x', ['1.0.0', '1.2.0', '1.2.3', '1.2.4', '1.9.0']],
    ['=1.2.3', ['1.2.3']],
    ['=1.2', ['1.2.0', '1.2.3', '1.2.4']],
    ['>1', ['2.0.0', '3.1.0']],
    ['>1.2', ['1.9.0', '2.0.0', '3.1.0']],
    ['<=1.2', ['0.0.3', '0.1.0', '0.9.0', '1.0.0', '1.2.0', '1.2.3', '1.2.4']],
    ['<1.2', ['0.0.3', '0.1.0', '0.9.0', '1.0.0']],
    ['>= 1.2.3, < 2', ['1.2.3', '1.2.4', '1.9.0']],
    [' >=1.2.3 ,<1.9 ', ['1.2.3', '1.2.4']],
  ])('[G8] [G9] %s takes what it says', (range, versions) => {
    expect(isRange(range, 'cargo')).toBe(true);
    expect(within(range, 'cargo')).toEqual(versions);
  });

  it.each([
    '',
    ' ',
    '1 || 2',
    '1.2.0 - 1.2.3',
    '1,',
    ',1',
    '*, 1',
    '^*',
    '1.*.3',
    '*.1',
    '01',
    '1.2.3.4',
    '1.2-alpha',
    'v1',
    '1 2',
    '==1',
    '1.2.3-',
    '1.2.3-01',
    'latest',
  ])('[G8] [G9] %j is none', (range) => {
    expect(isRange(range, 'cargo')).toBe(false);
    expect(within(range, 'cargo')).toEqual([]);
  });

  it('[G8] [G9] takes a pre-release only where it names one of the same version', () => {
    expect(satisfies('1.2.3-rc.2', '1.2.3-rc.1', 'cargo')).toBe(true);
    expect(satisfies('1.2.4-rc.1', '1.2.3-rc.1', 'cargo')).toBe(false);
    expect(satisfies('1.2.3-rc.1', '1', 'cargo')).toBe(false);
    expect(satisfies('1.2.3-rc.1', '>=1')).toBe(false);
  });
});

describe('two ranges', () => {
  it.each([
    ['>=1 <2', '>=2', false],
    ['<=2', '>=2', true],
    ['<2', '>=2', false],
    ['<3', '1 || 5', true],
    ['>3', '1 || 3.0.0', false],
    ['*', '^9', true],
    ['', '1', true],
    ['>2 <1', '*', false],
    ['<0.0.0-0', '*', false],
    ['1.2.3-alpha', '>=1.0.0 <1.2.3-beta', true],
  ])('[G9] %j and %j meet: %s', (a, b, meet) => {
    expect(rangesMeet(a, b)).toBe(meet);
    expect(rangesMeet(b, a)).toBe(meet);
  });

  it('[G9] meet wherever some version lies within both', () => {
    const number = fc.integer({ min: 0, max: 2 });
    const version = fc
      .tuple(number, number, number, fc.constantFrom('', '', '', '-alpha', '-beta.1'))
      .map(([major, minor, patch, tag]) => `${major}.${minor}.${patch}${tag}`);
    const comparator = fc
      .tuple(fc.constantFrom('', '^', '~', '>', '>=', '<', '<=', '='), version)
      .map((parts) => parts.join(''));
    const alternative = fc.array(comparator, { minLength: 1, maxLength: 2 }).map((parts) => parts.join(', '));
    const range = fc.array(alternative, { minLength: 1, maxLength: 2 }).map((parts) => parts.join(' || '));
    const grid = [0, 1, 2, 3].flatMap((a) =>
      [0, 1, 2, 3].flatMap((b) => [0, 1, 2, 3].flatMap((c) => ['', '-alpha', '-beta.1'].map((tag) => `${a}.${b}.${c}${tag}`))),
    );
    fc.assert(
      fc.property(range, range, (a, b) => {
        const both = grid.filter((candidate) => satisfies(candidate, a) && satisfies(candidate, b));
        if (both.length > 0) expect(rangesMeet(a, b)).toBe(true);
        if (!rangesMeet(a, b)) expect(both).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('[G9] in different grammars are compared as each means it', () => {
    expect(rangesMeet('1.2.3', '1.3.0', 'cargo', 'npm')).toBe(true);
    expect(rangesMeet('1.2.3', '1.3.0', 'npm', 'npm')).toBe(false);
  });

  it('[G9] do not meet if one of them is none', () => {
    expect(rangesMeet('latest', '*')).toBe(false);
  });
});

describe('versions', () => {
  it('[G9] are ordered as semantic versions, build metadata last', () => {
    const ordered = [
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1.0.0',
      '1.0.0+a',
      '1.0.0+b',
      '1.2.0',
      '1.10.0',
    ];
    expect([...ordered].reverse().sort(compareVersions)).toEqual(ordered);
  });

  it('[G9] with numbers that no double holds are before all others, and within no range', () => {
    const huge = `${'9'.repeat(30)}.0.0`;
    expect(compareVersions(huge, '0.0.1')).toBeLessThan(0);
    expect(compareVersions('0.0.1', huge)).toBeGreaterThan(0);
    expect(compareVersions(huge, huge)).toBe(0);
    expect(satisfies(huge, '*')).toBe(false);
    expect(satisfies(huge, undefined)).toBe(true);
  });
});

describe('texts that are too long', () => {
  /** Bytes of the heap that are in use after all that can be freed was. */
  function heapUsed(): number {
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    return process.memoryUsage().heapUsed;
  }

  it('[G9] are refused, and not kept', () => {
    const before = heapUsed();
    for (let index = 0; index < 100; index++) {
      const long = Buffer.alloc(1_000_000, 'y').toString('latin1') + index;
      expect(isRange(long)).toBe(false);
      expect(isRange(long, 'cargo')).toBe(false);
      expect(satisfies(long, '*')).toBe(false);
    }
    expect(heapUsed() - before).toBeLessThan(30_000_000);
  });

  it('[G9] are those of more than 1024 bytes', () => {
    expect(isRange('1'.padEnd(1024))).toBe(true);
    expect(isRange('1'.padEnd(1025))).toBe(false);
    expect(isRange('1'.padEnd(513, '\u00a0'))).toBe(false);
  });
});
