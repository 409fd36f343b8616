import { type ContextValue, decodeValues, encodeValues, type Pipeline, type PluginManager, type RunOptions } from 'mortise';
import { describe, expect, it } from 'vitest';
import { refusal } from '../support/errors.js';
import { createManager } from '../support/managers.js';
import { plugin } from '../support/typescript-plugin.js';

const boo = (): never => {
  throw new Error('boo');
};
const revoked = Proxy.revocable({}, {});
revoked.revoke();

/** What only JavaScript can hand over, and only by mistake or on purpose. */
const values: Array<[string, unknown]> = [
  ['a proxy of which nothing can be asked', new Proxy({}, { get: boo, has: boo, ownKeys: boo, getPrototypeOf: boo })],
  ['a revoked proxy', revoked.proxy],
  ['an object without a prototype', Object.create(null)],
  ['an object that refuses to be written', { toJSON: boo, toString: boo }],
  ['a symbol', Symbol('s')],
  ['a BigInt', 5n],
  ['null', null],
  ['a function', boo],
];

const places: Array<[string, (manager: PluginManager, value: never) => unknown]> = [
  ['a pipeline', (manager, value) => manager.run(value)],
  ['the steps of a pipeline', (manager, value) => manager.run({ steps: value })],
  ['the description of a pipeline', (manager, description) => manager.run({ steps: ['script:a'], description })],
  ['onFailure of a pipeline', (manager, onFailure) => manager.run({ steps: ['script:a'], onFailure })],
  ['concurrency of a pipeline', (manager, concurrency) => manager.run({ steps: ['script:a'], concurrency })],
  ['a step', (manager, value) => manager.run([value] as Pipeline)],
  ['the stage of a step', (manager, stage) => manager.run([{ stage }])],
  ['after of a step', (manager, after) => manager.run([{ stage: 'script:a', after }])],
  ['what a step is to run after', (manager, value) => manager.run([{ stage: 'script:a', after: [value] }])],
  ['timeoutMs of a step', (manager, timeoutMs) => manager.run([{ stage: 'script:a', timeoutMs }])],
  ['the options of a run', (manager, value) => manager.run(['script:a'], value)],
  ['the id of a stage', (manager, value) => manager.stages.get(value)],
  ...(['mode', 'data', 'signal', 'onFailure', 'concurrency', 'skip'] as Array<keyof RunOptions>).map(
    (name): (typeof places)[number] => [
      `option ${name} of a run`,
      (manager, value) => manager.run(['script:a'], { [name]: value }),
    ],
  ),
  ['a reason to skip', (manager, value) => manager.run(['script:a'], { skip: { 'script:a': value } })],
  ['a value of a run', (manager, value) => manager.run(['script:a'], { data: { key: value } })],
  ['values to encode', (_manager, value) => encodeValues(value)],
  ['a value to encode', (_manager, value) => encodeValues({ key: value })],
  ['values to decode', (_manager, value) => decodeValues(value)],
  ['a value to decode', (_manager, value) => decodeValues({ key: value })],
  ['a part of a value to decode', (_manager, value) => decodeValues({ key: [{ part: value }] })],
];

/** What is right after all. */
const RIGHT = new Set([
  'the options of a run: an object without a prototype',
  'option data of a run: an object without a prototype',
  'option skip of a run: an object without a prototype',
  'a value of a run: an object without a prototype',
  'a value of a run: a BigInt',
  'a value of a run: null',
  'values to encode: an object without a prototype',
  'a value to encode: an object without a prototype',
  'a value to encode: a BigInt',
  'a value to encode: null',
  'values to decode: an object without a prototype',
  'a value to decode: an object without a prototype',
  'a value to decode: null',
  'a part of a value to decode: an object without a prototype',
  'a part of a value to decode: null',
]);

describe.each(places)('as %s', (place, use) => {
  it.each(values.filter(([what]) => !RIGHT.has(`${place}: ${what}`)))(
    '[G16] [G17] %s is refused by code',
    async (_what, value) => {
      const manager = await createManager();
      await manager.load(plugin('script', { a() {} }));
      const error = await refusal(() => use(manager, value as never));
      expect(error.code).toMatch(/^(PipelineInvalid|InvalidOption|ContextValueInvalid|StageNotFound)$/);
      expect(error.message.length).toBeLessThan(400);
    },
  );
});

describe('a value that changes while it is looked at', () => {
  it.each([
    ['a text, then nothing', [{}, undefined]],
    ['an object, then an error', [{ a: 1 }]],
  ])('[G16] [G17] such as %s is refused with its key', async (_what, answers) => {
    const left: unknown[] = [...answers];
    const value = { toJSON: () => (left.length === 0 ? boo() : left.shift()) };
    const error = await refusal(() => encodeValues({ 'the.key': value as unknown as ContextValue }));
    expect(error.code).toBe('ContextValueInvalid');
    expect(error.detail).toContain('"the.key"');
  });
});
