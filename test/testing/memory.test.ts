import { definePlugin, type StageContext } from 'mortise';
import { memoryContext, memoryRegistry, standIn } from 'mortise/testing';
import { describe, expect, it } from 'vitest';
import { refusal } from '../support/errors.js';

describe('a context in memory', () => {
  it('[G23] has the values that it was given, and those that a stage set', () => {
    const context = memoryContext({ text: 'rose', count: 3n });
    context.set('list', [1, { two: 2 }]);
    context.delete('count');
    expect(context.values).toEqual({ text: 'rose', list: [1, { two: 2 }] });
    expect(context.get('list')).not.toBe(context.get('list'));
    expect(context).toMatchObject({ mode: 'live', stage: 'test:stage' });
    expect(context.keys()).toEqual(['text', 'list']);
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['a function', () => 1],
    ['a BigInt beyond int64', 2n ** 63n],
    ['a lone surrogate', '\ud800'],
    ['a circle', circle()],
  ])('[G23] refuses %s as a run does', async (_what, value) => {
    expect((await refusal(() => memoryContext().set('key', value as never))).code).toBe('ContextValueInvalid');
    expect((await refusal(() => memoryContext({ key: value as never }))).code).toBe('ContextValueInvalid');
  });

  it('[G23] keeps what is described in a dry run, and takes no descriptions in a live one', async () => {
    const dry = memoryContext({}, { mode: 'dry_run', stage: 'a:b' });
    dry.describe('one');
    dry.describe('two');
    expect(dry.descriptions).toEqual(['one', 'two']);
    expect(await refusal(() => memoryContext({}, { stage: 'a:b' }).describe('one'))).toMatchObject({
      code: 'InvalidState',
      operation: 'a:b',
    });
  });

  it('[G23] can be cancelled, also by a signal', async () => {
    const context = memoryContext();
    const waits = ({ signal }: StageContext) =>
      new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const stage = waits(context);
    context.cancel(new Error('enough'));
    await expect(stage).rejects.toThrow('enough');
    const controller = new AbortController();
    const followed = memoryContext({}, { signal: controller.signal });
    controller.abort();
    expect(followed.signal.aborted).toBe(true);
  });

  it('[G23] takes no writes once its stage has ended, or in a preflight check', async () => {
    const ended = memoryContext();
    ended.end();
    expect((await refusal(() => ended.set('a', 1))).code).toBe('InvalidState');
    expect((await refusal(() => memoryContext({}, { readOnly: true }).set('a', 1))).code).toBe('ContextReadOnly');
  });

  it('[G23] keeps what is logged', () => {
    const context = memoryContext({}, { stage: 'a:b' });
    context.log.warn({ code: 7 }, 'careful');
    expect(context.logs).toEqual([{ level: 'warn', message: 'careful', fields: { code: 7 }, stage: 'a:b' }]);
  });

  it('[G23] tells mistakes in its options', async () => {
    expect(await refusal(() => memoryContext({}, { mod: 'live' } as never))).toMatchObject({
      code: 'InvalidOption',
      remedy: 'Did you mean "mode"?',
    });
    expect((await refusal(() => memoryContext({}, { mode: 'dry' as never }))).detail).toContain('"dry"');
    expect((await refusal(() => memoryContext(null as never))).code).toBe('InvalidOption');
  });
});

describe('a registry in memory', () => {
  const stage = (id: string) => ({ id, execute() {} });

  it('[G23] has the stages of its plugins, with what they require', async () => {
    const needs = definePlugin({
      name: 'needs',
      version: '1.0.0',
      requiredStages: [{ stage: 'a:b' }],
      stages: [stage('needs:one'), stage('needs:two')],
    });
    const stages = await memoryRegistry(standIn('a', { stages: { 'a:b': () => {} } }), needs);
    expect(stages.of('needs')).toEqual(['needs:one', 'needs:two']);
    expect(stages.get('needs:one')).toMatchObject({ plugin: 'needs', requires: [{ stage: 'a:b', required: true }] });
    expect((await refusal(() => stages.get('needs:on'))).remedy).toBe('Did you mean "needs:one"?');
  });

  it('[G23] refuses ids as a manager does', async () => {
    const twice = definePlugin({ name: 'twice', version: '1.0.0', stages: [stage('a:b'), stage('a:b')] });
    expect(await refusal(memoryRegistry(twice))).toMatchObject({ code: 'StageInvalid', plugin: 'twice', operation: 'a:b' });
    const bad = { ...standIn('bad'), registerStages: () => [stage('No Id')] };
    expect(await refusal(memoryRegistry(bad))).toMatchObject({ code: 'StageInvalid', plugin: 'bad' });
    const both = [standIn('one', { stages: { 'x:a': () => {} } }), standIn('two', { stages: { 'x:b': () => {} } })];
    expect(await refusal(memoryRegistry(...both))).toMatchObject({ code: 'NamespaceTaken', plugin: 'two' });
    expect((await refusal(memoryRegistry('a.so' as never))).code).toBe('InvalidOption');
  });
});

function circle(): unknown {
  const value: Record<string, unknown> = {};
  value['self'] = value;
  return value;
}
