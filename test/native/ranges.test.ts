import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isRange, satisfies } from '../../dist/resolution/ranges.js';
import { describeWithFixtures, suffix } from '../support/plugins.js';

/*
 * The host library judges ranges in C, for plugins; the manager does with the npm package `semver`. They must never disagree on who may use what.
 */

const require = createRequire(import.meta.url);
const Range = require('semver/classes/range');
const compare = require('semver/functions/compare');
const valid = require('semver/functions/valid');
const root = fileURLToPath(new URL('../../', import.meta.url));

let inC: { range(range: string, version: string): number; compare(left: string, right: string): number };

/** What the C side is to say of the pair, by the manager; where the range has no comma, the npm package alone is asked. */
function expected(range: string, version: string): number {
  if (range.includes(',')) return !isRange(range) ? -1 : valid(version) === null ? -2 : satisfies(version, range) ? 1 : 0;
  if (Buffer.byteLength(range) > 1024) return -1;
  let parsed: { test(version: string): boolean };
  try {
    parsed = new Range(range);
  } catch {
    return -1;
  }
  if (valid(version) === null) return -2;
  return parsed.test(version) ? 1 : 0;
}

function expectAgreement(range: string, version: string): void {
  expect({ range, version, answer: inC.range(range, version) }).toEqual({ range, version, answer: expected(range, version) });
}

const oneOf = fc.constantFrom<string[]>;
const weighted = (common: fc.Arbitrary<string>, rare: fc.Arbitrary<string>, weight = 12) =>
  fc.oneof({ weight, arbitrary: common }, { weight: 1, arbitrary: rare });
const joined = (part: fc.Arbitrary<string>, separator: string, maxLength: number) =>
  fc.array(part, { minLength: 1, maxLength }).map((parts) => parts.join(separator));

const SAFE = ['9007199254740990', '9007199254740991', '9007199254740992', '9007199254740993'];
const number = weighted(
  oneOf('0', '1', '2', '3', '10'),
  oneOf('01', ...SAFE, '9'.repeat(30), '1'.repeat(256), '1'.repeat(257), '1'.repeat(258)),
);
const identifier = weighted(
  oneOf('0', '1', '11', 'alpha', 'rc'),
  oneOf('-', 'a-b', '1a', '0a', '01', 'x', 'A', ...SAFE, '9'.repeat(40), 'b'.repeat(249), 'b'.repeat(251), 'b'.repeat(252)),
);
const preRelease = fc.option(joined(identifier, '.', 3), { nil: undefined, freq: 3 });
const build = fc.option(joined(identifier, '.', 2), { nil: undefined, freq: 6 });
const endings = (core: fc.Arbitrary<string>) =>
  fc
    .tuple(core, preRelease, build)
    .map(([text, pre, meta]) => `${text}${pre === undefined ? '' : `-${pre}`}${meta === undefined ? '' : `+${meta}`}`);
const version = weighted(
  endings(fc.tuple(number, number, number).map((numbers) => numbers.join('.'))),
  oneOf('1.2', 'v1.2.3', 'latest', ''),
);

const part = fc.oneof({ weight: 4, arbitrary: number }, { weight: 1, arbitrary: oneOf('x', 'X', '*') });
const partial = fc
  .tuple(
    weighted(fc.constant(''), oneOf('v', '=', 'v=', ' ', '= ')),
    fc.oneof(endings(fc.tuple(part, part, part).map((parts) => parts.join('.'))), joined(part, '.', 2)),
  )
  .map(([prefix, text]) => prefix + text);
const comparator = fc
  .tuple(oneOf('', '', '^', '~', '>', '<', '>=', '<=', '=', '~>', '^ ', '~ ', '~> ', '> ', '>= ', '=='), partial)
  .map(([operator, text]) => operator + text);
const hyphen = fc
  .tuple(partial, weighted(fc.constant(' - '), oneOf('  -  ', ' -', '- ', ' - +b ')), partial)
  .map(([from, between, to]) => from + between + to);
const comparators = fc
  .tuple(
    fc.array(comparator, { minLength: 1, maxLength: 3 }),
    weighted(oneOf(' ', ' ', ', ', ','), oneOf('  ', '', '\t', ' , , ')),
  )
  .map(([parts, separator]) => parts.join(separator));
const alternative = fc.oneof(
  { weight: 4, arbitrary: comparators },
  { weight: 1, arbitrary: hyphen },
  { weight: 1, arbitrary: fc.constant('') },
);
const range = fc
  .tuple(fc.array(alternative, { minLength: 1, maxLength: 3 }), oneOf('||', ' || ', '|| '))
  .map(([parts, separator]) => parts.join(separator));

/** Alternatives of parts with commas between them, each part anything from a whole alternative to nothing. */
const withCommas = fc
  .array(fc.array(weighted(alternative, oneOf(' ', '*', '~', '<', '||', '-', '\u00a0'), 6), { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 3,
  })
  .chain((alternatives) =>
    fc
      .tuple(oneOf(',', ', ', ' ,', '\t,\n'), oneOf('||', ' || '))
      .map(([comma, bars]) => alternatives.map((parts) => parts.join(comma)).join(bars)),
  );
/** Pieces of ranges in any order. */
const pieces = fc
  .array(
    oneOf(
      ',',
      ',',
      ', ',
      '||',
      ' || ',
      ' - ',
      ' ',
      '^',
      '~',
      '~>',
      '>',
      '<=',
      '=',
      'v',
      '*',
      'X',
      '1',
      '0',
      '1.2.3',
      '1.0.0-a',
      '>=0.0.0',
      '>=v0.0.0',
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((parts) => parts.join(''));

const noise = oneOf(
  ' ',
  '|',
  '||',
  '-',
  '+',
  '+b',
  '*',
  'x',
  'v',
  '=',
  '<',
  '>',
  '^',
  '~',
  '.',
  '0',
  '1',
  ',',
  '\n',
  '\u00a0',
  '\ufeff',
  '\u2003',
  'é',
  'a',
);
/** A range with something put in at one place, over what is there or not. */
const damaged = fc.tuple(range, fc.nat(), noise, fc.nat(1)).map(([text, at, put, over]) => {
  const place = at % (text.length + 1);
  return text.slice(0, place) + put + text.slice(place + over);
});

/** The version that the range names, if it names one: at its edges is where it matters. */
const near = (text: string) => /\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?/.exec(text)?.[0] ?? '1.0.0';

describeWithFixtures('versions and ranges in the host library', () => {
  let folder: string;

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'mortise-ranges-'));
    const path = join(folder, `ranges${suffix}`);
    const host = join(root, 'native-abi/host');
    const sources = ['range', 'range_text', 'version'].map((name) => join(host, `${name}.c`));
    const flags = ['-shared', '-fPIC', '-O1', '-std=c11', `-I${host}`];
    const { status, stderr, error } = spawnSync(process.env['CC'] ?? 'cc', [
      ...flags,
      join(root, 'test/support/range-driver.c'),
      ...sources,
      '-o',
      path,
    ]);
    if (status !== 0) throw new Error(`the driver does not compile: ${error ?? stderr}`);
    const library = (require('koffi') as typeof import('koffi')).load(path);
    inC = {
      range: library.func('int test_range(const char*, const char*)'),
      compare: library.func('int test_compare(const char*, const char*)'),
    };
  });

  it('[G21] are what the npm package takes them for, where someone has thought of them', () => {
    const ranges = [
      '',
      '*',
      'x',
      ' ',
      '||',
      '^1',
      '~1.2',
      '1.2 - 1.4',
      '>=1, <1.5',
      '1 || 2',
      '>=0.0.0 || 1.0.0-a',
      '>=v0.0.0 || 1.0.0-a',
      '*.1',
      '1.x.2',
    ]
      .concat([
        '^x.1.2',
        '^1.x.99999999999999999999',
        '1.2.3*',
        '>*1.2.3',
        '**',
        '==1.2',
        '==1.2.3',
        '~>=1.2',
        '=1.2.3 - 2',
        'v=1 - 2',
        '1 -  2',
        '+b',
        '1.2.3 +b',
      ])
      .concat([
        '<0.0.0-0',
        '<*',
        '<=*',
        '>=*',
        '^0.0',
        '^0.0.3-rc',
        '1,,2',
        ',',
        '1 ||, 2',
        '||,0',
        '>=0.0.0,||1.0.0',
        '1,2||',
        '<,1.0.0',
        '~,>=0.0.0-0',
        'X - *,>=0.0.0',
        '* - 1\t,2',
        '1 - 2, 1.2 - 1.4',
        '>=v0.0.0, <=0.0.0-0',
        '>=v0.0.0 || 1.0.0-a, <2',
        '>=0.0.0 || 1.0.0-a, <2',
        '>=v0.0.0, * || 1.0.0-a',
        '*, >=0.0.0 || 1.0.0-a',
        '<0.0.0-0, *',
        '^, 1',
        '> 1, 2',
        '1.2.3, + b',
        '1|||2',
        '1.2.3>2',
        '> 1.2.3 < 2',
        '\u00a01.2.3\ufeff',
        '1.2.3é',
        '^9007199254740991',
      ]);
    const versions = [
      '0.0.0',
      '0.0.0-0',
      '1.0.0-a',
      '1.2.3',
      '1.2.3-rc',
      '1.4.9',
      '2.0.0',
      '0.0.3-rc.1',
      '9007199254740991.0.0',
      '9007199254740992.0.0',
      'v1.2.3',
      '1.2',
    ];
    for (const each of ranges) for (const other of versions) expectAgreement(each, other);
  });

  it('[G21] are what the npm package takes them for, thousands of made ones', () => {
    fc.assert(
      fc.property(range, version, (text, other) => {
        expectAgreement(text, other);
        expectAgreement(text, near(text));
      }),
      { numRuns: 20_000 },
    );
  });

  it('[G21] are cut at commas as the manager cuts them', () => {
    fc.assert(
      fc.property(fc.oneof(withCommas, pieces), version, (text, other) => {
        expectAgreement(text, other);
        expectAgreement(text, near(text));
        expectAgreement(text, '0.0.0-0');
      }),
      { numRuns: 20_000 },
    );
  });

  it('[G21] are malformed exactly where the npm package says so', () => {
    fc.assert(
      fc.property(damaged, (text) => expectAgreement(text, near(text))),
      { numRuns: 20_000 },
    );
  });

  it('[G21] are ordered as the npm package orders them, builds left out', () => {
    const order = (left: string, right: string) => (valid(left) === null || valid(right) === null ? 2 : compare(left, right));
    const check = (left: string, right: string) =>
      expect({ left, right, order: inC.compare(left, right) }).toEqual({ left, right, order: order(left, right) });
    fc.assert(
      fc.property(version, version, fc.nat(9), (left, right, digit) => {
        check(left, right);
        check(left, left.replace(/.$/, String(digit)));
      }),
      { numRuns: 20_000 },
    );
  });

  it('[G21] have 1024 bytes at most', () => {
    for (const length of [1016, 1023, 1024, 1025, 5000]) {
      for (const text of [
        ' '.repeat(length),
        '1 '.repeat(length / 2),
        '1 - 2'.padStart(length, '='),
        '1'.repeat(length),
        '>'.repeat(length),
        '1,'.repeat(length / 2).concat('1'),
        '\u00a0'.repeat(length / 2).concat(',1'),
        `1,${'\u2003'.repeat(length / 3)}1`,
      ]) {
        expectAgreement(text, '1.2.3');
      }
    }
  });
});
