import fc from 'fast-check';
import type { ContextValue, JsonValue } from 'mortise';
import { describe, expect, it } from 'vitest';
import { refusal } from '../support/errors.js';
import { createManager, managerWith } from '../support/managers.js';
import { memoryLogger } from '../support/memory-logger.js';
import { shipped } from '../support/plugins.js';
import { checkedProgram, compiler } from './checked-program.js';

type Options = Record<string, JsonValue>;

/** A requirement of the key `k`, a value, and the sentence that says why it is not met; undefined: it is. */
const CASES: ReadonlyArray<[Options, ContextValue, string | undefined]> = [
  [{}, null, undefined],
  [{}, 0, undefined],
  [{ equals: true }, true, undefined],
  [{ equals: true }, false, 'k must be true, but is false'],
  [{ equals: true }, 1, 'k must be true, but is 1'],
  [{ equals: true }, 'true', 'k must be true, but is "true"'],
  [{ equals: false }, false, undefined],
  [{ equals: false }, null, 'k must be false, but is null'],
  [{ equals: null }, null, undefined],
  [{ equals: null }, 0, 'k must be null, but is 0'],
  [{ equals: 1 }, 1, undefined],
  [{ equals: 1 }, 1n, undefined],
  [{ equals: 1 }, 1.5, 'k must be 1, but is 1.5'],
  [{ equals: 0.1 }, 0.1, undefined],
  [{ equals: 1 }, '1', 'k must be 1, but is "1"'],
  [{ equals: 9007199254740992 }, 9007199254740993n, 'k must be 9007199254740992, but is 9007199254740993'],
  [{ equals: 2 ** 62 }, 2n ** 62n, undefined],
  [{ at_least: 2 ** 62 }, 2n ** 62n - 1n, 'k must be at least 4611686018427388000, but is 4611686018427387903'],
  [{ equals: 'grüße 🔩' }, 'grüße 🔩', undefined],
  [{ equals: 'a "b"\\' }, 'a "b"\\', undefined],
  [{ equals: '' }, '', undefined],
  [{ equals: 'abc' }, 'ab', 'k must be "abc", but is "ab"'],
  [{ equals: 'abc' }, 'abcd', 'k must be "abc", but is "abcd"'],
  [{ equals: 'x' }, ['x'], 'k must be "x", but is ["x"]'],
  [{ equals: 'x' }, new Uint8Array([120, 121]), 'k must be "x", but is 2 bytes'],
  [{ equals: 'x' }, 'é'.repeat(40), `k must be "x", but is "${'é'.repeat(32)}..."`],
  [{ at_least: 1 }, 1, undefined],
  [{ at_least: 1 }, 1n, undefined],
  [{ at_least: 1 }, 0.999, 'k must be at least 1, but is 0.999'],
  [{ at_least: 1 }, 0n, 'k must be at least 1, but is 0'],
  [{ at_least: 1 }, '2', 'k must be at least 1, but is "2"'],
  [{ at_least: 1 }, null, 'k must be at least 1, but is null'],
  [{ at_least: 0 }, Number.NaN, 'k must be at least 0, but is nan'],
  [{ at_least: 1 }, Number.POSITIVE_INFINITY, undefined],
  [{ at_most: 4 }, 4, undefined],
  [{ at_most: 4 }, 5n, 'k must be at most 4, but is 5'],
  [{ at_most: 0.5 }, 1n, 'k must be at most 0.5, but is 1'],
  [{ at_least: 1, at_most: 4 }, 3, undefined],
  [{ at_least: 1, at_most: 4 }, 9, 'k must be at least 1 and at most 4, but is 9'],
];

async function refused(options: Options) {
  const manager = await createManager({ config: { 'compat-check': options } });
  const { code, plugin, detail } = await refusal(manager.load(shipped('compat-check')));
  return { code, plugin, detail };
}

describe('the preflight check of compat-check', () => {
  it('[G22] passes without options', async () => {
    const manager = await managerWith(shipped('compat-check'));
    expect(manager.stages.has('compat-check:report')).toBe(true);
  });

  it.each<[Options, string]>([
    [{ key: 'app.ready' }, 'app.ready must be present, but the context does not have it'],
    [{ key: 'app.ready', equals: true }, 'app.ready must be true, but the context does not have it'],
    [{ key: 'gpu', at_least: 1, at_most: 4 }, 'gpu must be at least 1 and at most 4, but the context does not have it'],
    [
      {
        key: 'a',
        all: [
          { key: 'b', equals: 'x' },
          { key: 'c', at_most: 0.5 },
        ],
      },
      'a must be present, but the context does not have it; b must be "x", but the context does not have it; c must be at most 0.5, but the context does not have it',
    ],
  ])('[G22] [G12] fails where the context lacks what is wanted: %j', async (options, detail) => {
    expect(await refused(options)).toEqual({ code: 'PreflightCheckFailed', plugin: 'compat-check', detail });
  });

  it('[G22] says as many reasons as fit into a message', async () => {
    const { detail } = await refused({
      all: Array.from({ length: 64 }, (_, index) => ({ key: `key-${index}.${'ü'.repeat(20)}` })),
    });
    expect(Buffer.byteLength(detail)).toBeLessThanOrEqual(1024);
    expect(detail).toMatch(/^key-0\.ü{20} must be present, .*; key-9\.ü{20} must be present/);
    expect(detail).not.toMatch(/[\ufffd?]/);
  });

  it('[G22] [G12] passes or fails by the value that the option `preflight` of the manager gives: each of CASES', async () => {
    for (const [requirement, value, detail] of CASES) {
      const manager = await createManager({
        config: { 'compat-check': { key: 'k', ...requirement } },
        preflight: { k: value },
      });
      const loading = manager.load(shipped('compat-check'));
      if (detail === undefined) await loading;
      else expect(await refusal(loading)).toMatchObject({ code: 'PreflightCheckFailed', plugin: 'compat-check', detail });
      await manager.stop();
    }
  });
});

describe('the options of compat-check', () => {
  it.each<[Options, string]>([
    [{ key: 5 }, 'the option key must be the name of a context value, 1 to 255 bytes without NUL, but is 5'],
    [{ key: '' }, 'the option key must be the name of a context value, 1 to 255 bytes without NUL, but is ""'],
    [{ key: 'a\0b' }, 'the option key must be the name of a context value, 1 to 255 bytes without NUL, but is "a\\u0000b"'],
    [
      { key: 'x'.repeat(256) },
      `the option key must be the name of a context value, 1 to 255 bytes without NUL, but is "${'x'.repeat(63)}...`,
    ],
    [{ equals: 1 }, 'the option key is missing: it names the context value to check'],
    [
      { key: 'k', equals: [1] },
      'the option equals must be a string of at most 255 bytes, a number, true, false or null, but is [1]',
    ],
    [{ key: 'k', at_least: '1' }, 'the option at_least must be a number, but is "1"'],
    [{ key: 'k', at_most: null }, 'the option at_most must be a number, but is null'],
    [{ key: 'k', equals: 1, at_least: 1 }, 'the option equals cannot stand beside at_least or at_most'],
    [{ key: 'k', at_least: 2, at_most: 1 }, 'the option at_least is over at_most: no value can meet both'],
    [{ key: 'k', atleast: 2 }, 'the option "atleast" is not known: key, equals, at_least, at_most and all are'],
    [{ all: { key: 'k' } }, 'the option all must be a list of requirements, but is {"key":"k"}'],
    [{ all: ['k'] }, 'the option all[0] must be an object such as {"key":"gpu.count","at_least":1}, but is "k"'],
    [{ all: [{ key: 'k' }, {}] }, 'the option all[1].key is missing: it names the context value to check'],
    [{ all: [{ key: 'k' }, { key: 'l', at_most: true }] }, 'the option all[1].at_most must be a number, but is true'],
    [{ all: [{ key: 'k', all: [] }] }, 'the option all[0]."all" is not known: key, equals, at_least and at_most are'],
    [{ all: Array.from({ length: 65 }, () => ({ key: 'k' })) }, 'the option all makes more than 64 requirements'],
  ])('[G22] are refused at init with the name, what was wanted and what was found: %j', async (options, detail) => {
    expect(await refused(options)).toEqual({ code: 'InitFailed', plugin: 'compat-check', detail });
  });
});

describe('compat-check:report', () => {
  it('[G22] says how many requirements there are and whether the context of the run meets them', async () => {
    const manager = await managerWith(shipped('compat-check'), { config: { 'compat-check': { all: [] } } });
    const run = await manager.run(['compat-check:report'], { data: { anything: 1 } });
    expect(run.data).toEqual({ anything: 1, 'compat-check.checked': 0n, 'compat-check.ok': true });
  });

  it('[G22] in a dry run says what it would do', async () => {
    const manager = await managerWith(shipped('compat-check'));
    const run = await manager.run(['compat-check:report'], { mode: 'dry_run' });
    expect(run.stages[0]?.descriptions).toEqual([
      'Check the context against 0 requirements and set compat-check.checked and compat-check.ok.',
    ]);
  });

  it('[G22] with requirements that hold at the start, sets compat-check.ok to false for a run in which they do not, and logs why at level warn', async () => {
    const { logger, lines } = memoryLogger();
    const options = { key: 'disk', at_least: 10, all: [{ key: 'ready', equals: true }] };
    const ready = { disk: 10n, ready: true };
    const manager = await managerWith(shipped('compat-check'), {
      logger,
      config: { 'compat-check': options },
      preflight: ready,
    });
    const report = async (data: Record<string, ContextValue>) => (await manager.run(['compat-check:report'], { data })).data;
    expect(await report(ready)).toEqual({ ...ready, 'compat-check.checked': 2n, 'compat-check.ok': true });
    expect(await report({ disk: 9 })).toEqual({ disk: 9, 'compat-check.checked': 2n, 'compat-check.ok': false });
    await manager.stop();
    expect(lines).toMatchObject([
      {
        level: 40,
        plugin: 'compat-check',
        stage: 'compat-check:report',
        msg: 'the context does not meet all requirements',
        reason: 'disk must be at least 10, but is 9; ready must be true, but the context does not have it',
      },
    ]);
  });
});

describe.skipIf(compiler === undefined)('requirements, under sanitizers', () => {
  const sources = ['options', 'requirement', 'sentence'].map((name) => `compat-check/${name}.c`);
  const program = compiler === undefined ? () => '' : checkedProgram('compat-check.c', [...sources, 'json/reader.c']);

  /** What the program makes of each case: `met`, a sentence, or `refused: …`. */
  function answers(cases: ReadonlyArray<readonly [string, string, ContextValue | undefined]>): string[] {
    const lines = cases.map(([options, key, value]) => [options, key, ...typed(value)].join('\t'));
    return program(`${lines.join('\n')}\n`)
      .split('\n')
      .slice(0, -1);
  }

  it('[G22] are met or not, with the reason', () => {
    const found = answers(CASES.map(([requirement, value]) => [JSON.stringify({ key: 'k', ...requirement }), 'k', value]));
    // How C writes what is no number is its own affair.
    const text = found.map((line) => (line === 'met' ? undefined : line.replace('-nan', 'nan')));
    expect(text).toEqual(CASES.map(([, , sentence]) => sentence));
  });

  it('[G22] compare integers and doubles without rounding', () => {
    const edges = [0n, 1n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 62n, 2n ** 63n - 1n].flatMap((edge) => [
      edge,
      -edge,
    ]);
    const integer = fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.constantFrom(...edges));
    const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), integer.map(Number), fc.integer());
    const pairs = fc.sample(fc.tuple(number, fc.oneof(integer, number)), 3000);
    const found = answers(pairs.map(([bound, value]) => [`{"key":"k","at_least":${bound}}`, 'k', value]));
    // JavaScript compares a BigInt with a number exactly.
    const wrong = pairs.filter(([bound, value], index) => (found[index] === 'met') !== value >= bound);
    expect(wrong).toEqual([]);
  });

  it('[G22] are refused or taken, whatever the options are', () => {
    const name = fc.constantFrom('key', 'equals', 'at_least', 'at_most', 'all', 'other');
    const { options } = fc.letrec((tie) => ({
      options: fc.dictionary(name, fc.oneof(fc.jsonValue(), fc.string(), fc.double(), fc.array(tie('options'))), {
        maxKeys: 3,
      }),
    }));
    const texts = fc.sample(options, 2000).map((value) => JSON.stringify(value));
    for (const answer of answers(texts.map((text) => [text, 'k', 1]))) expect(answer).not.toBe('');
  });
});

/** Type and text of a value, as the program takes them. */
function typed(value: ContextValue | undefined): [string, string] {
  if (value === undefined) return ['absent', ''];
  if (value === null) return ['null', ''];
  if (typeof value === 'boolean') return ['bool', String(value)];
  if (typeof value === 'bigint') return ['int64', String(value)];
  if (typeof value === 'string') return ['string', value];
  if (value instanceof Uint8Array) return ['bytes', Buffer.from(value).toString()];
  if (typeof value !== 'number') return ['json', JSON.stringify(value)];
  const bits = Buffer.alloc(8);
  bits.writeDoubleBE(value);
  return ['double', bits.toString('hex')];
}
