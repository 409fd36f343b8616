import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { type ContextValue, decodeValues, encodeValues, type RunJob } from 'mortise';
import { describe, expect, it } from 'vitest';
import { refusal } from '../support/errors.js';
import { createManager, managerWith } from '../support/managers.js';
import { describeWithFixtures, fixture } from '../support/plugins.js';
import { plugin } from '../support/typescript-plugin.js';
import { outcome, trail } from './outcome.js';

/** Through the text that a queue would keep. */
const carried = (values: Record<string, ContextValue>) => decodeValues(JSON.parse(JSON.stringify(encodeValues(values))));

describe('values in a job', () => {
  const values: Array<[ContextValue, unknown]> = [
    [null, null],
    [true, true],
    ['text with "$" and \u2028', 'text with "$" and \u2028'],
    [1.5, 1.5],
    [3n, { $int64: '3' }],
    [-(2n ** 63n), { $int64: '-9223372036854775808' }],
    [Number.NaN, { $double: 'NaN' }],
    [Number.NEGATIVE_INFINITY, { $double: '-Infinity' }],
    [-0, { $double: '-0' }],
    [new Uint8Array([1, 2, 255]), { $bytes: 'AQL/' }],
    [new Uint8Array(), { $bytes: '' }],
    [
      [1, { a: ['x'] }],
      [1, { a: ['x'] }],
    ],
    [{ $int64: '3' }, { $$int64: '3' }],
    [{ a: { $$b: -0 } }, { a: { $$$b: { $double: '-0' } } }],
  ];

  it.each(values)('[G16] %o is written so that people can read it, and comes back', (value, encoded) => {
    expect(encodeValues({ key: value })).toEqual({ key: encoded });
    expect(carried({ key: value })).toEqual({ key: value });
  });

  it('[G16] come back exactly, whatever they are', () => {
    const key = fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }).filter((text) => !text.includes('\0'));
    const json = fc.jsonValue({ stringUnit: 'grapheme' }) as fc.Arbitrary<ContextValue>;
    const tagLike = fc.dictionary(fc.constantFrom('$', '$int64', '$$', '$bytes', '$double', 'a', '__proto__'), json, {
      noNullPrototype: true,
    });
    const value = fc.oneof(
      json,
      tagLike as fc.Arbitrary<ContextValue>,
      fc.double(),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.uint8Array(),
      fc.string({ unit: 'grapheme' }),
    );
    fc.assert(
      fc.property(fc.dictionary(key, value, { noNullPrototype: true }), (before) => {
        // toStrictEqual takes a key `constructor` for the constructor.
        expect(isDeepStrictEqual(carried(before), before)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('[G16] are what a context would have made of them', async () => {
    const data = { object: { big: 2n ** 60n, small: 5n, date: new Date(0), none: undefined } as never, $key: 1n };
    const manager = await createManager();
    await manager.load(plugin('script', { a() {} }));
    const direct = await manager.run(['script:a'], { data });
    const job = await manager.run(['script:a'], { data: carried(data) });
    expect(job.data).toEqual(direct.data);
  });

  const unwritable: Array<[string, unknown]> = [
    ['undefined', undefined],
    ['a function', () => {}],
    ['a bigint beyond int64', 2n ** 63n],
    ['a lone surrogate', '\ud800'],
    ['NaN in an object', { a: Number.NaN }],
    ['bytes in an object', { a: new Uint8Array(1) }],
    ['a map', new Map()],
  ];

  it.each(unwritable)('[G16] [G17] %s is refused with its key', async (_title, value) => {
    const error = await refusal(() => encodeValues({ fine: 1, 'the.key': value as ContextValue }));
    expect(error.code).toBe('ContextValueInvalid');
    expect(error.detail).toContain('"the.key"');
  });

  const unreadable: Array<[string, unknown, RegExp]> = [
    ['no digits', { k: { $int64: '1.5' } }, /encoded value of "k" is not the decimal digits of an int64: "1\.5"/],
    ['too many digits', { k: { $int64: '9223372036854775808' } }, /beyond int64/],
    ['no base64', { k: { $bytes: 'AQ' } }, /encoded value of "k" is not base64/],
    ['another number', { k: { $double: 'NotANumber' } }, /NaN, Infinity, -Infinity, -0 was wanted/],
    ['an unknown tag', { k: { $date: '2024' } }, /has "\$date", which no tagged value has here/],
    ['a tag with more beside it', { k: { $int64: '1', a: 1 } }, /has "\$int64"/],
    ['a BigInt in an object', { k: { a: [0, { $int64: '1' }] } }, /of "k" at \.a\[1\] has "\$int64"/],
    ['NaN in an object', { k: { a: { $double: 'NaN' } } }, /of "k" at \.a is .* within an object only -0 was wanted/],
    ['a lone surrogate', { k: ['\udc00'] }, /of "k" at \[0\] is a string with a lone surrogate/],
    ['a key that no context has', { '': 1 }, /is no context key/],
    ['a list', [1], /encoded values are an object/],
    ['nothing', undefined, /encoded values are an object/],
    ['what no JSON holds', { k: undefined }, /is undefined, which no JSON holds/],
  ];

  it.each(unreadable)('[G16] [G17] %s is refused with its place', async (_title, encoded, message) => {
    const error = await refusal(() => decodeValues(encoded));
    expect(error.code).toBe('ContextValueInvalid');
    expect(error.detail).toMatch(message);
  });

  it('[G16] [G17] a place that is long is told by its ends', async () => {
    const depth = 1000;
    const text = `{"k":${'{"part":'.repeat(depth)}[0,"\\ud800"]${'}'.repeat(depth)}}`;
    const error = await refusal(() => decodeValues(JSON.parse(text)));
    expect(error.detail).toMatch(
      /^the encoded value of "k" at \.part\.part.* … .*\.part\[1\] is a string with a lone surrogate$/,
    );
    expect(error.detail.length).toBeLessThan(300);
  });

  it('[G16] [G17] the place is that of the value, whatever was read before it', async () => {
    const error = await refusal(() => decodeValues({ a: [1, { b: [2, 3] }], k: { x: [[0], { y: 1, z: '\ud800' }] } }));
    expect(error.detail).toBe('the encoded value of "k" at .x[1].z is a string with a lone surrogate');
  });

  it('[G16] [G17] nesting without end is refused', async () => {
    const depth = 100_000;
    const deep = JSON.parse(`{"k":${'['.repeat(depth)}${']'.repeat(depth)}}`);
    const error = await refusal(() => decodeValues(deep));
    expect(error).toMatchObject({ code: 'ContextValueInvalid' });
    expect(error.detail).toBe('the encoded value of "k" is nested more than 1024 levels deep');
    const deepest = { k: JSON.parse(`${'['.repeat(1024)}${']'.repeat(1024)}`) };
    expect(carried(deepest)).toEqual(deepest);
  });
});

describeWithFixtures('a run as a job', () => {
  it('[G16] is plain JSON, there and back', async () => {
    const manager = await managerWith(fixture('stage-echo'));
    await manager.load(plugin('script', trail));
    const job: RunJob = JSON.parse(
      JSON.stringify({
        pipeline: { steps: ['stage-echo:run', 'script:a', 'script:b', 'script:c'] },
        onFailure: 'continue',
        skip: { 'script:c': 'not today' },
        data: encodeValues({ in: new Uint8Array([0, 128]), 'fails.script:a': true, before: 2n ** 61n }),
      } satisfies RunJob),
    );
    const { pipeline, data, ...options } = job;
    const run = await manager.run(pipeline, { ...options, data: decodeValues(data) });
    expect(outcome(run)).toEqual(['stage-echo:run ok', 'script:a failed', 'script:b ok', 'script:c skipped: not today']);
    const back = decodeValues(JSON.parse(JSON.stringify(encodeValues(run.data))));
    // Bytes of a native stage are a Buffer in the report.
    expect(back).toEqual({ ...run.data, out: new Uint8Array([0, 128]) });
    expect(back).toMatchObject({ before: 2n ** 61n + 1n });
  });
});
