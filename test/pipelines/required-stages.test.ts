import type { Pipeline, PluginDefinition } from 'mortise';
import { describe, expect, it } from 'vitest';
import { logCalls } from '../support/calls.js';
import { refusal } from '../support/errors.js';
import { createManager } from '../support/managers.js';
import { compilePlugin, describeWithFixtures } from '../support/plugins.js';
import { plugin } from '../support/typescript-plugin.js';
import { outcome, trail } from './outcome.js';

type Requirement = NonNullable<PluginDefinition['requiredStages']>[number];

const required = (...stages: string[]): Requirement[] => stages.map((stage) => ({ stage, required: true, provided: false }));
const optional = (...stages: string[]): Requirement[] => stages.map((stage) => ({ stage, required: false, provided: false }));

/** A manager with TypeScript plugins of stages a … d, each with what it requires. */
async function managerOf(plugins: Record<string, Requirement[]>) {
  const manager = await createManager();
  for (const [name, requiredStages] of Object.entries(plugins)) manager.register(plugin(name, trail, { requiredStages }));
  expect((await manager.start()).failed).toEqual([]);
  return manager;
}

describe('a stage that a plugin requires', () => {
  const orders: Array<[string, Record<string, Requirement[]>, Pipeline, string[]]> = [
    [
      'is put right before the first stage that needs it',
      { scan: [], judge: required('scan:a') },
      ['scan:b', 'judge:a', 'judge:b'],
      ['scan:b ok', 'scan:a ok', 'judge:a ok', 'judge:b ok'],
    ],
    [
      'brings along what its own plugin requires',
      { read: [], scan: required('read:a', 'read:b'), judge: required('scan:a') },
      ['judge:a'],
      ['read:a ok', 'read:b ok', 'scan:a ok', 'judge:a ok'],
    ],
    [
      'is run once for all that need it',
      { scan: [], judge: required('scan:a'), jury: required('scan:a') },
      ['jury:a', 'judge:a'],
      ['scan:a ok', 'jury:a ok', 'judge:a ok'],
    ],
    [
      'stays where it was written, if that is before',
      { scan: [], judge: required('scan:a') },
      ['scan:a', 'scan:b', 'judge:a'],
      ['scan:a ok', 'scan:b ok', 'judge:a ok'],
    ],
    [
      'runs before stages that were to run beside it',
      { scan: [], judge: required('scan:a') },
      [{ stage: 'judge:a' }, { stage: 'scan:a' }, { stage: 'judge:b', after: ['judge:a'] }],
      ['scan:a ok', 'judge:a ok', 'judge:b ok'],
    ],
    [
      'that is only optional is not put in',
      { scan: [], judge: optional('scan:a') },
      ['scan:b', 'judge:a'],
      ['scan:b ok', 'judge:a ok'],
    ],
    [
      'that is only optional runs before, where it is there',
      { scan: [], judge: optional('scan:a') },
      [{ stage: 'judge:a' }, { stage: 'scan:a' }],
      ['scan:a ok', 'judge:a ok'],
    ],
    [
      'that the plugin provides itself says nothing about the order',
      { judge: [{ stage: 'judge:b', required: true, provided: true }] },
      ['judge:a'],
      ['judge:a ok'],
    ],
  ];

  it.each(orders)('[G11] %s', async (_title, plugins, pipeline, expected) => {
    const manager = await managerOf(plugins);
    const run = await manager.run(pipeline, { concurrency: 1 });
    expect(run.error).toBeUndefined();
    expect(outcome(run)).toEqual(expected);
    const order = Object.entries(run.data).filter(([key]) => key.startsWith('ran.'));
    expect(order.sort(([, a], [, b]) => Number(a) - Number(b)).map(([key]) => `${key.slice(4)} ok`)).toEqual(expected);
  });

  it('[G11] is in the report with the plugin that requires it', async () => {
    const manager = await managerOf({ read: [], scan: required('read:a'), judge: required('scan:a') });
    const run = await manager.run(['judge:a']);
    expect(run.stages.map(({ stage, requiredBy }) => [stage, requiredBy])).toEqual([
      ['read:a', 'scan'],
      ['scan:a', 'judge'],
      ['judge:a', undefined],
    ]);
    expect(JSON.parse(JSON.stringify(run)).stages[0]).toMatchObject({ stage: 'read:a', requiredBy: 'scan' });
  });

  it('[G11] runs after what the stage that needs it runs after', async () => {
    const manager = await managerOf({ scan: [], judge: required('scan:a') });
    const run = await manager.run([
      { stage: 'scan:b' },
      { stage: 'scan:c', after: ['scan:b'] },
      { stage: 'judge:a', after: ['scan:b'] },
    ]);
    expect(run.error?.code).toBe('ContextConflict');
    expect(run.stages.map(({ stage }) => stage)).toEqual(['scan:b', 'scan:c', 'scan:a', 'judge:a']);
  });

  const contradictions: Array<[string, Record<string, Requirement[]>, Pipeline, RegExp]> = [
    [
      'as written',
      { scan: [], judge: required('scan:a') },
      ['judge:a', 'scan:a'],
      /plugin judge requires stage scan:a, which therefore runs before judge:a, but is to run after it/,
    ],
    [
      'with more in between',
      { scan: [], judge: optional('scan:b') },
      ['scan:a', 'judge:c', 'scan:c', { stage: 'scan:b', after: ['scan:c'] }],
      /plugin judge optionally requires stage scan:b, which therefore runs before judge:c/,
    ],
    [
      'of two plugins that require each other',
      { scan: required('judge:b'), judge: required('scan:a') },
      ['judge:a'],
      /plugin (scan|judge) requires stage (judge:b|scan:a)/,
    ],
  ];

  it.each(contradictions)(
    '[G11] contradicts the order %s: the error names plugin and stages',
    async (_title, plugins, pipeline, says) => {
      const manager = await managerOf(plugins);
      for (const mode of ['live', 'dry_run'] as const) {
        const error = await refusal(manager.run(pipeline, { mode }));
        expect(error).toMatchObject({ code: 'PipelineInvalid' });
        expect(error.plugin).toMatch(/scan|judge/);
        expect(error.detail).toMatch(says);
      }
    },
  );

  it('[G11] keeps the stages of its plugin from running when it fails', async () => {
    const manager = await managerOf({ scan: [], judge: required('scan:a') });
    const run = await manager.run(
      { steps: ['judge:a', 'scan:b', 'judge:b'], onFailure: 'continue' },
      { data: { 'fails.scan:a': 1 } },
    );
    expect(outcome(run)).toEqual([
      'scan:a failed',
      'judge:a skipped: judge requires scan:a, which failed',
      'scan:b ok',
      'judge:b skipped: judge requires scan:a, which failed',
    ]);
  });

  it('[G11] keeps nothing from running when it is only optional', async () => {
    const manager = await managerOf({ scan: [], judge: optional('scan:a') });
    const run = await manager.run({ steps: ['scan:a', 'judge:a'], onFailure: 'continue' }, { data: { 'fails.scan:a': 1 } });
    expect(outcome(run)).toEqual(['scan:a failed', 'judge:a ok']);
  });

  it('[G11] can be skipped by name, although the pipeline does not name it', async () => {
    const manager = await managerOf({ scan: [], judge: required('scan:a') });
    const run = await manager.run(['judge:a'], { skip: { 'scan:a': 'was done by hand' } });
    expect(outcome(run)).toEqual(['scan:a skipped: was done by hand', 'judge:a ok']);
  });
});

describeWithFixtures('a stage that a compiled plugin requires', () => {
  it('[G11] runs first, in one chain with the others', async () => {
    const calls = logCalls();
    const manager = await createManager();
    const base = compilePlugin('trail', 'trail-base');
    await manager.load(base);
    await manager.load(compilePlugin('trail', 'trail-needy', 'trail-base:c'));
    expect(manager.stages.get('trail-needy:a').requires).toEqual([{ stage: 'trail-base:c', required: true }]);
    const run = await manager.run(['trail-base:a', 'trail-needy:a', 'trail-needy:b']);
    expect(run.error).toBeUndefined();
    expect(calls.lines().filter((line) => line.includes(' execute '))).toEqual([
      'trail-base execute trail-base:a',
      'trail-base execute trail-base:c',
      'trail-needy execute trail-needy:a',
      'trail-needy execute trail-needy:b',
    ]);
    expect(run.stages[1]).toMatchObject({ stage: 'trail-base:c', requiredBy: 'trail-needy' });
  });

  it('[G11] that is gone is an error that names who requires it', async () => {
    const manager = await createManager();
    await manager.load(compilePlugin('trail', 'trail-base'));
    await manager.load(compilePlugin('trail', 'trail-needy', 'trail-base:c'));
    await manager.unload('trail-base');
    expect(await refusal(manager.run(['trail-needy:a']))).toMatchObject({
      code: 'StageRequirementMissing',
      plugin: 'trail-needy',
      detail:
        'pipeline "inline": trail-needy requires stage trail-base:c, which no running plugin provides: plugin trail-base, which has it, does not run',
    });
  });
});
