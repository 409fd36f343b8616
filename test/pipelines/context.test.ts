import type { ContextValue, PluginManager, RunReport, StageContext } from 'mortise';
import { describe, expect, it } from 'vitest';
import { refusal } from '../support/errors.js';
import { createManager, managerWith } from '../support/managers.js';
import { compilePlugin, counter, describeWithFixtures, fixture, fixtureAs, shipped } from '../support/plugins.js';
import { plugin } from '../support/typescript-plugin.js';

const TYPES: Record<string, string> = { number: 'double', bigint: 'int64', boolean: 'bool', string: 'string' };

function typeOf(value: ContextValue): string {
  if (value === null) return 'null';
  return TYPES[typeof value] ?? (value instanceof Uint8Array ? 'bytes' : 'json');
}

/** The stages of the fixtures stage-echo, stage-removes …, in TypeScript: what they do to a context must come to the same. */
const inTypeScript = {
  echo(context: StageContext) {
    const value = context.get('in');
    if (value === undefined) throw new Error('`in` is missing');
    context.set('out', value);
    context.set('out.type', typeOf(value));
  },
  removes(context: StageContext) {
    const removed = context.delete('in');
    context.set('codes', { remove: removed ? 0 : 16, get: context.has('in') ? 0 : 16, again: context.delete('in') ? 0 : 16 });
  },
  'reads-own-write'(context: StageContext) {
    for (const text of ['written first', 'written second']) {
      context.set('own', text);
      if (context.get('own') !== text) throw new Error(`${text} cannot be read`);
    }
    context.set('ok', true);
  },
  'writes-then-fails'(context: StageContext) {
    context.set('a', 1n);
    context.delete('b');
    throw new Error('failed after writing a');
  },
  iterates(context: StageContext) {
    context.set('keys', context.keys());
  },
  'sets-key'(context: StageContext) {
    let refused = false;
    try {
      context.set(context.get('key') as string, 1n);
    } catch (error) {
      if ((error as { code?: string }).code !== 'ContextValueInvalid') throw error;
      refused = true;
    }
    context.set('refused', refused);
  },
};

const NATIVE: Record<keyof typeof inTypeScript, string> = {
  echo: 'stage-echo:run',
  removes: 'stage-removes:run',
  'reads-own-write': 'stage-reads-own-write:run',
  'writes-then-fails': 'stage-writes-then-fails:run',
  iterates: 'stage-iterates:run',
  'sets-key': 'set-key:run',
};

const KINDS = ['TypeScript', 'native'] as const;
type Kind = (typeof KINDS)[number];
type Operation = keyof typeof inTypeScript;

/** Id of the stage that does `operation`, in either kind. */
function stage(kind: Kind, operation: Operation): string {
  return kind === 'native' ? NATIVE[operation] : `script:${operation}`;
}

/** A manager with all stages of both kinds. */
async function both(): Promise<PluginManager> {
  const fixtures = ['stage-echo', 'stage-removes', 'stage-reads-own-write', 'stage-writes-then-fails', 'stage-iterates'];
  const manager = await managerWith([...fixtures.map(fixture), compilePlugin('set-key')]);
  await manager.load(plugin('script', inTypeScript));
  return manager;
}

const bytes = (length: number) => Uint8Array.from({ length }, (_, index) => (index * 31) % 256);

const VALUES: Array<[string, ContextValue, ContextValue?]> = [
  ['null', null],
  ['true', true],
  ['false', false],
  ['the int64 zero', 0n],
  ['the largest int64', 2n ** 63n - 1n],
  ['the smallest int64', -(2n ** 63n)],
  ['an int64 that no number holds', 2n ** 53n + 1n],
  ['a double', 0.1],
  ['the largest double', Number.MAX_VALUE],
  ['the smallest double', Number.MIN_VALUE],
  ['NaN', Number.NaN],
  ['infinity', Number.POSITIVE_INFINITY],
  ['minus infinity', Number.NEGATIVE_INFINITY],
  ['minus zero', -0],
  ['the empty string', ''],
  ['a string with NUL', 'before\0after\0'],
  ['UTF-8 of one to four bytes', 'aß€🔩'],
  ['the highest code point', '\u{10ffff}'],
  ['a string of 4095 bytes', 'x'.repeat(4095)],
  ['a string of 4096 bytes', 'x'.repeat(4096)],
  ['a string of 4097 bytes', 'x'.repeat(4097)],
  ['a string of 300,000 characters of three bytes', '€'.repeat(300_000)],
  ['no bytes', new Uint8Array()],
  ['every byte', bytes(256)],
  ['4096 bytes', bytes(4096)],
  ['4097 bytes', bytes(4097)],
  ['5 MiB of bytes', bytes(5 * 1024 * 1024)],
  ['a view into the middle of a buffer', bytes(1000).subarray(13, 77)],
  ['an empty object', {}],
  ['an empty array', []],
  ['nested JSON', { list: [1, 'two', null, { deep: [true] }], 'a key': '\0🔩' }],
  ['JSON of 100,000 items', Array.from({ length: 100_000 }, (_, index) => index)],
  ['JSON with bigints', { exact: 5n, inexact: 2n ** 60n } as never, { exact: 5, inexact: '1152921504606846976' }],
  ['JSON with a key __proto__', JSON.parse('{"__proto__":{"polluted":true}}')],
];

function same(actual: unknown, expected: ContextValue): void {
  if (expected instanceof Uint8Array) {
    expect(actual).toBeInstanceOf(Uint8Array);
    expect(Buffer.compare(actual as Uint8Array, expected)).toBe(0);
  } else if (expected !== null && typeof expected === 'object') {
    expect(JSON.stringify(actual)).toBe(JSON.stringify(expected));
  } else {
    expect(Object.is(actual, expected)).toBe(true);
  }
}

function ended(run: RunReport): RunReport {
  if (run.error !== undefined) throw run.error;
  return run;
}

describeWithFixtures.each(KINDS)('the context of a %s stage', (kind) => {
  it.each(VALUES)('[G15] carries %s in and out', async (_title, value, expected = value) => {
    const manager = await both();
    const { data } = ended(await manager.run([stage(kind, 'echo')], { data: { in: value } }));
    same(data['out'], expected);
    same(data['in'], expected);
    expect(data['out.type']).toBe(typeOf(value));
  });

  it('[G15] shows what the stage writes to itself at once', async () => {
    const manager = await both();
    const { data } = ended(await manager.run([stage(kind, 'reads-own-write')]));
    expect(data).toEqual({ own: 'written second', ok: true });
  });

  it('[G15] drops what the stage wrote and removed when it fails', async () => {
    const manager = await both();
    const run = await manager.run([stage(kind, 'writes-then-fails')], { data: { b: 'kept' } });
    expect(run.error).toMatchObject({ code: 'StageFailed', detail: 'failed after writing a' });
    expect(run.data).toEqual({ b: 'kept' });
  });

  it.each(KINDS)('[G15] what it wrote is there for a later %s stage', async (later) => {
    const manager = await both();
    const { data } = ended(await manager.run([stage(kind, 'echo'), stage(later, 'iterates')], { data: { in: 1n } }));
    expect(data['keys']).toEqual(['in', 'out', 'out.type']);
  });

  it.each(KINDS)('[G15] what it removed is gone for a later %s stage', async (later) => {
    const manager = await both();
    const run = await manager.run([stage(kind, 'removes'), stage(later, 'echo')], { data: { in: 1n } });
    expect(run.data).toEqual({ codes: { remove: 0, get: 16, again: 16 } });
    expect(run.error).toMatchObject({ operation: stage(later, 'echo'), detail: '`in` is missing' });
  });

  it.each(KINDS)('[G15] sees nothing of an earlier run that a %s stage wrote', async (earlier) => {
    const manager = await both();
    ended(await manager.run([stage(earlier, 'echo')], { data: { in: bytes(100_000) } }));
    const { data } = ended(await manager.run([stage(kind, 'iterates')], { data: { own: 1 } }));
    expect(data['keys']).toEqual(['own']);
  });

  const keys: Array<[string, string, boolean]> = [
    ['of one byte', 'k', false],
    ['of 255 bytes', 'k'.repeat(255), false],
    ['of 255 bytes in 128 characters', `${'ü'.repeat(127)}k`, false],
    ['with dots, spaces and four-byte characters', 'a.b c/🔩', false],
    ['called __proto__', '__proto__', false],
    ['called constructor', 'constructor', false],
    ['without bytes', '', true],
    ['of 256 bytes', 'k'.repeat(256), true],
    ['of 256 bytes in 128 characters', 'ü'.repeat(128), true],
  ];

  it.each(keys)('[G15] a key %s', async (_title, key, refused) => {
    const manager = await both();
    const { data } = ended(await manager.run([stage(kind, 'sets-key'), stage(kind, 'iterates')], { data: { key } }));
    expect(data['refused']).toBe(refused);
    expect(Object.hasOwn(data, key)).toBe(!refused);
    expect(data['keys']).toEqual(refused ? ['key', 'refused'] : ['key', key, 'refused']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('what a context refuses', () => {
  const circle: unknown[] = [];
  circle.push(circle);
  const values: Array<[string, unknown]> = [
    ['undefined', undefined],
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a bigint beyond int64', 2n ** 63n],
    ['a bigint below int64', -(2n ** 63n) - 1n],
    ['a lone surrogate', 'a\ud800b'],
    ['a circle', circle],
  ];

  it.each(values)('[G15] %s, from the caller and from a stage, naming the key', async (_title, value) => {
    const manager = await createManager();
    await manager.load(plugin('script', { run: (context) => context.set('spot', value as never) }));
    const error = await refusal(manager.run(['script:run'], { data: { spot: value as never } }));
    expect(error.code).toBe('ContextValueInvalid');
    expect(error.detail).toContain('"spot"');
    expect((await manager.run(['script:run'])).error).toMatchObject({ code: 'ContextValueInvalid', plugin: 'script' });
  });

  it.each(['a\0b', '', 'k'.repeat(256), 'a\udfffb'])('[G15] the key %j', async (key) => {
    const manager = await createManager();
    await manager.load(plugin('script', { run: (context) => context.set(key, 1) }));
    expect((await refusal(manager.run(['script:run'], { data: { [key]: 1 } }))).code).toBe('ContextValueInvalid');
    expect((await manager.run(['script:run'])).error?.code).toBe('ContextValueInvalid');
  });

  it('[G15] what is written after the stage has ended', async () => {
    const manager = await createManager();
    let kept: StageContext | undefined;
    await manager.load(
      plugin('script', {
        run(context) {
          kept = context;
        },
        fails(context) {
          kept = context;
          throw new Error('no');
        },
      }),
    );
    for (const id of ['script:run', 'script:fails']) {
      await manager.run([id]);
      expect(await refusal(() => kept?.set('late', 1))).toMatchObject({ code: 'InvalidState', operation: id });
    }
  });
});

describeWithFixtures('contexts across plugins', () => {
  it.each(VALUES)(
    '[G15] %s goes from TypeScript to native, back, and to native again',
    async (_title, value, expected = value) => {
      const manager = await managerWith([fixture('stage-echo'), fixtureAs('stage-echo', 'echo-again')]);
      let between: ContextValue | undefined;
      await manager.load(
        plugin('script', {
          gives: (context) => context.set('in', value),
          turns(context) {
            between = context.get('out');
            context.set('in', between as ContextValue);
            context.delete('out');
          },
        }),
      );
      const run = await manager.run(['script:gives', 'stage-echo:run', 'script:turns', 'echo-again:run']);
      const { data } = ended(run);
      same(between, expected);
      same(data['out'], expected);
      expect(data['out.type']).toBe(typeOf(value));
    },
  );

  it('[G15] native stages of several languages and TypeScript work on one context', async () => {
    const manager = await managerWith([shipped('text'), shipped('checksum')]);
    await manager.load(
      plugin('script', {
        finds: (context) => context.set('path', new URL('../../package.json', import.meta.url).pathname),
        counts(context) {
          context.set('length', (context.get('content') as Uint8Array).length);
        },
      }),
    );
    const { data } = ended(await manager.run(['script:finds', 'text:survey', 'script:counts', 'checksum:crc32c']));
    expect(BigInt(data['length'] as number)).toBe(data['text.bytes']);
    expect(data['checksum.crc32c']).toMatch(/^[0-9a-f]{8}$/);
  });

  it('[G15] a value of a native stage is the value of the report, whatever later stages do to theirs', async () => {
    const manager = await managerWith(fixture('stage-echo'));
    await manager.load(
      plugin('script', {
        meddles(context) {
          (context.get('out') as { list: number[] }).list.push(99);
        },
      }),
    );
    const { data } = ended(await manager.run(['stage-echo:run', 'script:meddles'], { data: { in: { list: [1] } } }));
    expect(data['out']).toEqual({ list: [1] });
  });

  it('[G15] an object that JSON would silently turn into something else is refused', async () => {
    const manager = await managerWith(fixture('stage-echo'));
    for (const value of [{ a: Number.NaN }, new Map([[1, 2]]), { list: new Float64Array(2) }, [{ text: '\ud800' }]]) {
      const error = await refusal(manager.run(['stage-echo:run'], { data: { in: value as never } }));
      expect(error).toMatchObject({ code: 'ContextValueInvalid' });
    }
  });

  it('[G15] JSON text that is no JSON fails the stage that set it, and nothing of it is kept', async () => {
    const manager = await managerWith(compilePlugin('broken-json'));
    for (const pipeline of [
      ['broken-json:good', 'broken-json:broken', 'broken-json:late'],
      [
        { stage: 'broken-json:good' },
        { stage: 'broken-json:broken', after: ['broken-json:good'] },
        { stage: 'broken-json:late' },
      ],
    ]) {
      const run = await manager.run(pipeline);
      expect(run.error).toMatchObject({ code: 'StageFailed', plugin: 'broken-json', operation: 'broken-json:broken' });
      expect(run.error?.detail).toContain('MORTISE_INVALID_DATA');
      expect(run.data).toMatchObject({ good: 1n });
      expect(Object.keys(run.data)).not.toContain('broken');
      expect(Object.keys(run.data)).not.toContain('beside');
      expect(() => JSON.stringify(run)).not.toThrow();
    }
  });

  it('[G14] a stage may execute a native stage itself: its context is carried over and back', async () => {
    const manager = await managerWith([fixture('stage-echo'), fixture('stage-writes-then-fails')]);
    const call = (id: string) => (context: StageContext) => manager.stages.get(id).stage.execute(context);
    await manager.load(plugin('script', { echoes: call('stage-echo:run'), fails: call('stage-writes-then-fails:run') }));
    expect(ended(await manager.run(['script:echoes'], { data: { in: 'x' } })).data).toMatchObject({
      out: 'x',
      'out.type': 'string',
    });
    const failed = await manager.run(['script:fails'], { data: { b: 1n } });
    expect(failed.error).toMatchObject({ code: 'StageFailed', plugin: 'stage-writes-then-fails' });
    expect(failed.data).toEqual({ b: 1n });
  });
});

describeWithFixtures('the context of a preflight check', () => {
  it('[G13] [G15] may be read, not written, by a compiled plugin', async () => {
    const path = compilePlugin('preflight-writes');
    await managerWith(path);
    expect(counter(path, 'set')).not.toBe(0);
    expect(counter(path, 'remove')).not.toBe(0);
    expect(counter(path, 'stage_is_null')).toBe(1);
    expect(counter(path, 'mode')).toBe(0);
  });

  it('[G13] [G15] may be read, not written, by a TypeScript plugin', async () => {
    const manager = await createManager();
    let seen: StageContext | undefined;
    const error = await refusal(
      manager.load(
        plugin(
          'script',
          {},
          {
            preflight(context) {
              seen = context;
              context.set('written', 1);
            },
          },
        ),
      ),
    );
    expect(error).toMatchObject({ code: 'ContextReadOnly', plugin: 'script', phase: 'preflight' });
    expect(seen).toMatchObject({ stage: '', mode: 'live' });
    expect(await refusal(() => seen?.delete('written') || seen?.set('x', 1))).toMatchObject({ code: 'ContextReadOnly' });
  });
});
