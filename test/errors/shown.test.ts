import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearest, shown } from '../../dist/errors/index.js';

const boo = (): never => {
  throw new Error('boo');
};

describe('a value in a message', () => {
  const values: Array<[unknown, string]> = [
    ['text', '"text"'],
    ['with "quotes"\n', '"with \\"quotes\\"\\n"'],
    [5, '5'],
    [-0, '-0'],
    [Number.NaN, 'NaN'],
    [5n, '5n'],
    [10n ** 100_000n, 'a bigint of more than 40 digits'],
    [true, 'true'],
    [undefined, 'undefined'],
    [null, 'null'],
    [Symbol('s'), 'Symbol(s)'],
    [boo, 'a function'],
    [[], '[]'],
    [['a', 1, [2, [3]]], '["a", 1, [2, […]]]'],
    [[1, 2, 3, 4, 5, 6], '[1, 2, 3, 4, … 2 more]'],
    [{}, '{}'],
    [Object.create(null), '{}'],
    [{ a: 1, b: { c: { d: 1 } } }, '{"a": 1, "b": {"c": {…}}}'],
    [{ toJSON: boo }, '{"toJSON": a function}'],
    [new Map(), 'an object of class Map'],
    ['x'.repeat(1000), `"${'x'.repeat(120)}…" (1000 characters)`],
  ];

  it.each(values)('[G17] %o is shown in few words', (value, text) => expect(shown(value)).toBe(text));

  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const unshowable: Array<[string, unknown]> = [
    ['a revoked proxy', revoked.proxy],
    ['a proxy of which nothing can be asked', new Proxy({}, { get: boo, ownKeys: boo, getPrototypeOf: boo })],
    ['an object with a field that cannot be read', Object.defineProperty({}, 'a', { enumerable: true, get: boo })],
  ];

  it.each(unshowable)('[G17] %s is said to be one that cannot be shown', (_what, value) =>
    expect(shown(value)).toBe('something that cannot be shown (object)'),
  );

  it('[G17] is never long, whatever it is', () => {
    const list: unknown[] = [];
    list.push(list, list, list, list, list);
    for (const value of [list, ['y'.repeat(1e6), 'z'.repeat(1e6)], { ['k'.repeat(1e6)]: { ['k'.repeat(1e6)]: 1 } }])
      expect(shown(value).length).toBeLessThan(400);
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true }), (value) => {
        expect(shown(value).length).toBeLessThan(1000);
      }),
    );
  });
});

describe('what was probably meant', () => {
  it.each([[undefined], [null], [5n], [Symbol('s')], [{}], [boo], ['x'.repeat(10_000)]])('[G17] by %o is not guessed', (word) =>
    expect(nearest(word, ['boo', 'x'])).toBeUndefined(),
  );

  it('[G17] is the nearest word', () => expect(nearest('scirpt', ['stage', 'script'])).toBe('script'));
});
