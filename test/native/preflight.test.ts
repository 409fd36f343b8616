import type { ContextValue, StageContext } from 'mortise';
import { expect, it } from 'vitest';
import { NativeOpener } from '../../dist/native/index.js';
import { refusal } from '../support/errors.js';
import { compilePlugin, counter, describeWithFixtures } from '../support/plugins.js';

const READ_ONLY = 21;
const NOT_FOUND = 16;
const TAGS = { null: 0, bool: 1, int64: 2, double: 3, string: 4, bytes: 5, json: 6 };

function contextOf(values: Record<string, ContextValue>, signal = new AbortController().signal): StageContext {
  return {
    keys: () => Object.keys(values),
    get: (key: string) => values[key],
    signal,
    mode: 'live',
  } as unknown as StageContext;
}

/** Opens a plugin of its own for each test, so that the counters begin at 0. */
function check(stem: string, context?: StageContext) {
  const path = compilePlugin('preflight-reads', stem);
  const plugin = new NativeOpener({
    app: 'preflight',
    apiVersion: '1.0.0',
    configDirectory: '/nowhere',
    cancelGraceMs: 0,
  }).open(path);
  plugin.registerStages();
  plugin.init({ config: {}, log: { level: 'info' } as never });
  try {
    plugin.preflight(context);
  } finally {
    plugin.shutdown();
    plugin.destroy();
  }
  return (name: string) => counter(path, name);
}

const sum = (bytes: Uint8Array) => bytes.reduce((total, byte) => total + byte, 0);

describeWithFixtures('the context of a preflight check in C', () => {
  it('[G13] has every value of the context that the manager gives, of every type, and may be read only', () => {
    const bytes = Buffer.from([1, 2, 255]);
    const large = Buffer.alloc(100_000, 3);
    const text = 'grüße';
    const value = check(
      'reads-all',
      contextOf({ n: null, b: true, i: -5n, d: 1.5, s: text, y: bytes, l: large, j: { a: [1] } }),
    );
    expect(value('keys')).toBe(8);
    const tags = ['n', 'b', 'i', 'd', 's', 'y', 'l', 'j'].map((key) => value(`tag:${key}`));
    expect(tags).toEqual([TAGS.null, TAGS.bool, TAGS.int64, TAGS.double, TAGS.string, TAGS.bytes, TAGS.bytes, TAGS.json]);
    expect([value('number:b'), value('number:i'), value('number:d')]).toEqual([1, -5, 1500]);
    for (const [key, data] of Object.entries({ s: Buffer.from(text), y: bytes, l: large, j: Buffer.from('{"a":[1]}') })) {
      expect([value(`length:${key}`), value(`sum:${key}`)], key).toEqual([data.length, sum(data)]);
    }
    expect([value('set'), value('missing'), value('cancelled')]).toEqual([READ_ONLY, NOT_FOUND, 0]);
  });

  it('[G13] says that the caller gave up', () => {
    expect(check('reads-cancelled', contextOf({}, AbortSignal.abort()))('cancelled')).toBe(1);
    expect(check('reads-not-cancelled', contextOf({}))('cancelled')).toBe(0);
  });

  it('[G13] is empty where none is given', () => {
    const value = check('reads-none');
    expect([value('keys'), value('set'), value('cancelled')]).toEqual([0, READ_ONLY, 0]);
  });

  it('[G13] is not begun with a value that C has no type for', async () => {
    const error = await refusal(() => check('reads-refused', contextOf({ lone: '\ud800' })));
    expect(error).toMatchObject({
      code: 'ContextValueInvalid',
      phase: 'preflight',
      operation: 'preflight_check',
      plugin: 'reads-refused',
    });
  });
});
