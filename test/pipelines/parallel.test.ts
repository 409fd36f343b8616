import type { PipelineStep, PluginManager, RunReport } from 'mortise';
import { expect, it } from 'vitest';
import { createManager, managerWith } from '../support/managers.js';
import { describeWithFixtures, fixture } from '../support/plugins.js';
import { gate, plugin } from '../support/typescript-plugin.js';

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** The stages of stage-sum in TypeScript: wait `ms.sN`, then write the key that `key.sN` names. */
const sums = Object.fromEntries(
  ['s0', 's1', 's2', 's3'].map((name) => [
    name,
    async (context: { get(key: string): unknown; set(key: string, value: bigint): void }) => {
      const ms = context.get(`ms.${name}`) as number;
      await sleep(ms);
      context.set(context.get(`key.${name}`) as string, BigInt(ms));
    },
  ]),
);

async function both(): Promise<PluginManager> {
  const manager = await managerWith(fixture('stage-sum'));
  await manager.load(plugin('script', sums as never));
  return manager;
}

const status = (run: RunReport) => Object.fromEntries(run.stages.map((stage) => [stage.stage, stage.status]));

const PAIRS = [
  ['stage-sum:s0', 'stage-sum:s1'],
  ['script:s0', 'script:s1'],
  ['script:s0', 'stage-sum:s1'],
  ['stage-sum:s0', 'script:s1'],
] as const;

describeWithFixtures('stages that run in parallel', () => {
  it.each(PAIRS)('[G15] [G16] %s and %s may write different keys', async (first, second) => {
    const manager = await both();
    const data = { 'ms.s0': 20, 'ms.s1': 5, 'key.s0': 'a', 'key.s1': 'b' };
    const run = await manager.run([{ stage: first }, { stage: second }], { data });
    expect(run.error).toBeUndefined();
    expect(run.data).toEqual({ ...data, a: 20n, b: 5n });
  });

  const timings = PAIRS.flatMap((pair) => [[...pair, 0, 60] as const, [...pair, 60, 0] as const, [...pair, 0, 0] as const]);

  it.each(timings)('[G15] %s and %s that write one key are a conflict, after %d and %d ms', async (first, second, ms0, ms1) => {
    const manager = await both();
    const data = { 'ms.s0': ms0, 'ms.s1': ms1, 'key.s0': 'same', 'key.s1': 'same' };
    const run = await manager.run([{ stage: first }, { stage: second }, { stage: 'script:s2', after: [first, second] }], {
      data,
    });
    expect(run.status).toBe('failed');
    expect(run.error).toMatchObject({ code: 'ContextConflict', phase: 'operation' });
    expect(run.error?.detail).toContain('"same"');
    expect(run.error?.detail).toContain(first);
    expect(run.error?.detail).toContain(second);
    expect(Object.values(status(run)).sort()).toEqual(['failed', 'not_run', 'ok']);
    if (ms0 !== ms1) expect(run.data['same']).toBe(0n);
  });

  it.each(PAIRS)('[G15] %s and %s may write one key if one runs after the other', async (first, second) => {
    const manager = await both();
    const data = { 'ms.s0': 1, 'ms.s1': 2, 'ms.s2': 3, 'key.s0': 'same', 'key.s1': 'same', 'key.s2': 'other' };
    const steps: PipelineStep[] = [{ stage: first }, { stage: second, after: [first] }, { stage: 'script:s2' }];
    const run = await manager.run(steps, { data });
    expect(run.error).toBeUndefined();
    expect(run.data['same']).toBe(2n);
  });

  it('[G15] what a conflict drops is the work of the stage that came late, not of those before it in its chain', async () => {
    const manager = await both();
    const run = await manager.run(
      [{ stage: 'stage-sum:s0' }, { stage: 'stage-sum:s1' }, { stage: 'stage-sum:s2', after: ['stage-sum:s1'] }],
      { data: { 'ms.s0': 0, 'ms.s1': 20, 'ms.s2': 20, 'key.s0': 'same', 'key.s1': 'own', 'key.s2': 'same' } },
    );
    expect(run.error).toMatchObject({ code: 'ContextConflict', operation: 'stage-sum:s2' });
    expect(status(run)).toEqual({ 'stage-sum:s0': 'ok', 'stage-sum:s1': 'ok', 'stage-sum:s2': 'failed' });
    expect(run.data).toMatchObject({ same: 0n, own: 20n });
  });

  it('[G15] removing a key counts as writing it', async () => {
    const manager = await createManager();
    await manager.load(plugin('script', { a: (c) => void c.delete('k'), b: (c) => c.set('k', 1) }));
    const run = await manager.run([{ stage: 'script:a' }, { stage: 'script:b' }], { data: { k: 0 } });
    expect(run.error?.code).toBe('ContextConflict');
  });

  it('[G15] a stage sees what had succeeded when it started, not what a parallel one writes meanwhile', async () => {
    const written = gate();
    const seen: Record<string, unknown> = {};
    const manager = await managerWith(fixture('stage-sum'));
    await manager.load(
      plugin('script', {
        before: (context) => context.set('before', 1),
        async during(context) {
          await written.opened;
          await sleep(20);
          seen['during'] = [context.get('before'), context.has('k0'), context.keys()];
        },
        after(context) {
          seen['after'] = context.get('k0');
        },
        tells: written.open,
      }),
    );
    const run = await manager.run(
      [
        { stage: 'script:before' },
        { stage: 'script:during', after: ['script:before'] },
        { stage: 'stage-sum:s0', after: ['script:before'] },
        { stage: 'script:tells', after: ['stage-sum:s0'] },
        { stage: 'script:after', after: ['script:during', 'script:tells'] },
      ],
      { data: { 'key.s0': 'k0', 'ms.s0': 3 } },
    );
    expect(run.error).toBeUndefined();
    expect(seen).toEqual({ during: [1, false, ['key.s0', 'ms.s0', 'before']], after: 3n });
  });

  it('[G16] independent stages run at the same time, dependent ones do not', async () => {
    const manager = await createManager();
    const events: string[] = [];
    const meeting = gate();
    let waiting = 0;
    const meet = (name: string) => async () => {
      events.push(`${name} began`);
      if (++waiting === 2) meeting.open();
      await meeting.opened;
    };
    await manager.load(plugin('script', { a: meet('a'), b: meet('b'), c: () => void events.push('c began') }));
    const run = await manager.run([
      { stage: 'script:c', after: ['script:a', 'script:b'] },
      { stage: 'script:a' },
      { stage: 'script:b' },
    ]);
    expect(run.ok).toBe(true);
    expect(events).toEqual(['a began', 'b began', 'c began']);
  });

  it('[G16] a failure lets what has begun finish, and begins nothing more', async () => {
    const manager = await managerWith([fixture('stage-sum'), fixture('stage-writes-then-fails')]);
    await manager.load(plugin('script', { never() {} }));
    const run = await manager.run(
      [{ stage: 'stage-sum:s0' }, { stage: 'stage-writes-then-fails:run' }, { stage: 'script:never', after: ['stage-sum:s0'] }],
      { data: { 'ms.s0': 40, 'key.s0': 'k' } },
    );
    expect(run).toMatchObject({ status: 'failed', error: { code: 'StageFailed', plugin: 'stage-writes-then-fails' } });
    expect(status(run)).toEqual({ 'stage-sum:s0': 'ok', 'stage-writes-then-fails:run': 'failed', 'script:never': 'not_run' });
    expect(run.data['k']).toBe(40n);
  });

  it('[G15] sixteen runs at once, each with parallel stages of both kinds, do not meet', async () => {
    const manager = await both();
    const ids = ['s0', 's1', 's2', 's3'];
    const steps = ids.map((id, index) => ({ stage: `${index % 2 === 0 ? 'stage-sum' : 'script'}:${id}` }));
    const runs = await Promise.all(
      Array.from({ length: 16 }, async (_, number) => {
        const data = Object.fromEntries(
          ids.flatMap((id, at) => [
            [`key.${id}`, `${number}.${id}`],
            [`ms.${id}`, (number * 7 + at * 5) % 23],
          ]),
        );
        return { number, data, run: await manager.run(steps, { data }) };
      }),
    );
    for (const { number, data, run } of runs) {
      expect(run.error).toBeUndefined();
      const written = Object.fromEntries(ids.map((id) => [`${number}.${id}`, BigInt(data[`ms.${id}`] as number)]));
      expect(run.data).toEqual({ ...data, ...written });
    }
  });
});
