import type { Pipeline, PipelineDefinition, PluginManager, RunReport } from 'mortise';
import { describe, expect, it } from 'vitest';
import { logCalls } from '../support/calls.js';
import { refusal } from '../support/errors.js';
import { createManager, managerWith } from '../support/managers.js';
import { compilePlugin, describeWithFixtures, fixture } from '../support/plugins.js';
import { gate, plugin } from '../support/typescript-plugin.js';
import { outcome, trail } from './outcome.js';

async function managerWithTrails(): Promise<PluginManager> {
  const manager = await createManager();
  await manager.load(compilePlugin('trail'));
  await manager.load(plugin('script', trail));
  return manager;
}

const continued = (...steps: PipelineDefinition['steps']): PipelineDefinition => ({ steps, onFailure: 'continue' });
const ran = (run: RunReport) => Object.keys(run.data).filter((key) => key.startsWith('ran.'));

describeWithFixtures('a pipeline that continues after a failure', () => {
  for (const kind of ['trail', 'script']) {
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => `${kind}:${name}`) as [string, string, string, string];

    it(`[G16] runs what stands behind a failed stage of ${kind}, and keeps what succeeded`, async () => {
      const manager = await managerWithTrails();
      const run = await manager.run(continued(a, b, c, d), { data: { [`fails.${b}`]: true } });
      expect(run).toMatchObject({ ok: false, status: 'failed' });
      expect(run.error).toMatchObject({ code: 'StageFailed', operation: b, detail: 'was asked to fail' });
      expect(outcome(run)).toEqual([`${a} ok`, `${b} failed`, `${c} ok`, `${d} ok`]);
      expect(run.data).toEqual({
        [`fails.${b}`]: true,
        before: 3n,
        [`ran.${a}`]: 0n,
        [`ran.${c}`]: 1n,
        [`ran.${d}`]: 2n,
      });
    });

    it(`[G16] goes on after several failures of ${kind}, the first of which is the error of the run`, async () => {
      const manager = await managerWithTrails();
      const run = await manager.run(continued(a, b, c, d), {
        data: { [`fails.${a}`]: 1, [`fails.${b}`]: 1, [`fails.${d}`]: 1 },
      });
      expect(outcome(run)).toEqual([`${a} failed`, `${b} failed`, `${c} ok`, `${d} failed`]);
      expect(run.error?.operation).toBe(a);
      expect(run.stages[3]?.error).toMatchObject({ code: 'StageFailed', operation: d });
      expect(ran(run)).toEqual([`ran.${c}`]);
    });

    it(`[G16] does not run stages of ${kind} that are to run after a failed one, nor those after these`, async () => {
      const manager = await managerWithTrails();
      const run = await manager.run(continued(a, { stage: b, after: [a] }, { stage: c, after: [b] }, d), {
        data: { [`fails.${a}`]: 1 },
      });
      expect(outcome(run)).toEqual([
        `${a} failed`,
        `${b} skipped: runs after ${a}, which failed`,
        `${c} skipped: runs after ${b}, which was not run`,
        `${d} ok`,
      ]);
      expect(run.stages[1]).not.toHaveProperty('startedAfterMs');
      expect(ran(run)).toEqual([`ran.${d}`]);
    });

    it(`[G16] runs a stage of ${kind} that follows a failed one in mere sequence, also in words`, async () => {
      const manager = await managerWithTrails();
      const run = await manager.run(continued(a, { stage: b, after: 'previous' }), { data: { [`fails.${a}`]: 1 } });
      expect(outcome(run)).toEqual([`${a} failed`, `${b} ok`]);
    });
  }

  it('[G16] carries what both kinds wrote across failures of either', async () => {
    const manager = await managerWithTrails();
    const run = await manager.run(continued('trail:a', 'trail:b', 'script:a', 'trail:c', 'script:b', 'script:c', 'trail:d'), {
      data: { 'fails.trail:b': 1, 'fails.script:b': 1, 'fails.trail:c': 1 },
    });
    expect(run.stages.map(({ status }) => status)).toEqual(['ok', 'failed', 'ok', 'failed', 'failed', 'ok', 'ok']);
    expect(run.data).toMatchObject({
      'ran.trail:a': 0n,
      'ran.script:a': 1n,
      'ran.script:c': 2n,
      'ran.trail:d': 3n,
      before: 4n,
    });
    expect(run.data).not.toHaveProperty('dropped');
  });

  it('[G16] calls each stage of a native chain once, whatever fails in it', async () => {
    const calls = logCalls();
    const manager = await managerWithTrails();
    await manager.run(continued('trail:a', 'trail:b', 'trail:c', 'trail:d'), {
      data: { 'fails.trail:b': 1, 'fails.trail:c': 1 },
    });
    expect(calls.of('trail').filter((call) => call.startsWith('execute'))).toEqual(
      ['a', 'b', 'c', 'd'].map((name) => `execute trail:${name}`),
    );
  });

  it('[G16] lets branches end that have nothing to do with the failed one', async () => {
    const manager = await managerWithTrails();
    const run = await manager.run(
      continued(
        { stage: 'script:a' },
        { stage: 'trail:b', after: [] },
        { stage: 'trail:c', after: ['trail:b'] },
        { stage: 'script:d', after: ['script:a', 'trail:c'] },
      ),
      { data: { 'fails.script:a': 1 } },
    );
    expect(outcome(run)).toEqual([
      'script:a failed',
      'trail:b ok',
      'trail:c ok',
      'script:d skipped: runs after script:a, which failed',
    ]);
  });

  it('[G15] drops the stage that came late to a key of two, and runs on behind it', async () => {
    const calls = logCalls();
    const manager = await managerWith(fixture('stage-sum'));
    await manager.load(plugin('script', { early: (context) => context.set('same', 0n) }));
    const run = await manager.run(
      continued(
        { stage: 'script:early' },
        { stage: 'stage-sum:s0', after: [] },
        { stage: 'stage-sum:s1', after: 'previous' },
        { stage: 'stage-sum:s2', after: 'previous' },
        { stage: 'stage-sum:s3', after: ['stage-sum:s0'] },
      ),
      { data: { ms: 10, 'key.s0': 'same', 'key.s1': 'one', 'key.s2': 'two', 'key.s3': 'three' } },
    );
    expect(outcome(run)).toEqual([
      'script:early ok',
      'stage-sum:s0 failed',
      'stage-sum:s1 ok',
      'stage-sum:s2 ok',
      'stage-sum:s3 skipped: runs after stage-sum:s0, which failed',
    ]);
    expect(run.error).toMatchObject({ code: 'ContextConflict', operation: 'stage-sum:s0' });
    expect(run.data).toMatchObject({ same: 0n, one: 10n, two: 10n });
    expect(calls.of('stage-sum').filter((call) => call.startsWith('execute'))).toHaveLength(3);
  });

  it('[G16] is over when it is cancelled', async () => {
    const manager = await createManager();
    await manager.load(fixture('cancellable-stage'));
    const began = gate();
    await manager.load(plugin('script', { fails: () => Promise.reject(new Error('no')), tells: began.open, after() {} }));
    const controller = new AbortController();
    const pending = manager.run(continued('script:fails', 'script:tells', 'cancellable-stage:run', 'script:after'), {
      signal: controller.signal,
    });
    await began.opened;
    setTimeout(() => controller.abort(), 20);
    const run = await pending;
    expect(outcome(run)).toEqual([
      'script:fails failed',
      'script:tells ok',
      'cancellable-stage:run cancelled',
      'script:after not_run',
    ]);
    expect(run.error?.operation).toBe('script:fails');
  });

  it('[G14] [G16] goes on in a dry run as well', async () => {
    const manager = await createManager();
    const fails = () => Promise.reject(new Error('cannot say'));
    await manager.load({
      ...plugin('script'),
      registerStages: () => [
        { id: 'script:fails', execute() {}, dryRun: fails },
        { id: 'script:after', execute() {}, description: 'Does the rest.' },
      ],
    });
    const run = await manager.run(continued('script:fails', 'script:after'), { mode: 'dry_run' });
    expect(outcome(run)).toEqual(['script:fails failed', 'script:after ok']);
    expect(run.stages[1]?.descriptions).toEqual(['Does the rest.']);
  });

  it('[G16] stops all the same where the run says so, and the other way round', async () => {
    const manager = await managerWithTrails();
    const data = { 'fails.script:a': 1 };
    const stopped = await manager.run(continued('script:a', 'script:b'), { data, onFailure: 'stop' });
    expect(outcome(stopped)).toEqual(['script:a failed', 'script:b not_run']);
    const continuing = await manager.run(['script:a', 'script:b'], { data, onFailure: 'continue' });
    expect(outcome(continuing)).toEqual(['script:a failed', 'script:b ok']);
  });
});

describeWithFixtures('stages that are not to be run', () => {
  it('[G16] are skipped with the reason given, and those after them run', async () => {
    const manager = await managerWithTrails();
    const run = await manager.run(
      ['trail:a', 'trail:b', { stage: 'trail:c', after: ['trail:b'] }, 'script:a', { stage: 'script:b', after: ['script:a'] }],
      { skip: { 'trail:b': 'done already', 'script:a': '' } },
    );
    expect(run.ok).toBe(true);
    expect(outcome(run)).toEqual([
      'trail:a ok',
      'trail:b skipped: done already',
      'trail:c ok',
      'script:a skipped: ',
      'script:b ok',
    ]);
    expect(run.data).toMatchObject({ 'ran.trail:a': 0n, 'ran.trail:c': 1n, 'ran.script:b': 2n });
    expect(JSON.parse(JSON.stringify(run)).stages[1]).toEqual({
      stage: 'trail:b',
      plugin: 'trail',
      status: 'skipped',
      milliseconds: 0,
      reason: 'done already',
    });
  });

  it('[G16] are skipped in one run, and run in the next', async () => {
    const manager = await createManager({ pipelines: { two: ['script:a', 'script:b'] } });
    await manager.load(plugin('script', trail));
    const skipping = await manager.run('two', { skip: { 'script:a': 'not today' } });
    expect(outcome(skipping)).toEqual(['script:a skipped: not today', 'script:b ok']);
    expect(outcome(await manager.run('two'))).toEqual(['script:a ok', 'script:b ok']);
    expect(outcome(await manager.run('two', { skip: {} }))).toEqual(['script:a ok', 'script:b ok']);
  });

  it('[G16] [G17] have to be in the pipeline', async () => {
    const manager = await managerWithTrails();
    expect(await refusal(manager.run(['script:a', 'script:b'], { skip: { 'scirpt:a': 'x' } }))).toMatchObject({
      code: 'InvalidOption',
      detail: 'option skip names "scirpt:a", which is no stage of the pipeline',
      remedy: 'Did you mean "script:a"?',
    });
  });
});

describe('a definition', () => {
  it('[G16] holds the steps, and says how they are run', async () => {
    const pipelines = { both: { description: 'a, then b', steps: ['script:a', 'script:b'], onFailure: 'continue' } as const };
    const manager = await createManager({ pipelines });
    await manager.load(plugin('script', trail));
    expect(outcome(await manager.run('both', { data: { 'fails.script:a': 1 } }))).toEqual(['script:a failed', 'script:b ok']);
  });

  const invalid: Array<[string, unknown, string, RegExp]> = [
    ['without steps', { onFailure: 'stop' }, 'PipelineInvalid', /it has no list of steps; a list of stage ids was wanted/],
    ['with no steps', { steps: [] }, 'PipelineInvalid', /it has no stages/],
    [
      'with another policy',
      { steps: ['script:a'], onFailure: 'ignore' },
      'PipelineInvalid',
      /onFailure is "ignore"; "stop" or/,
    ],
    ['with half a stage at once', { steps: ['script:a'], concurrency: 0.5 }, 'PipelineInvalid', /concurrency is 0\.5; a whole/],
    ['with a number for people', { steps: ['script:a'], description: 7 }, 'PipelineInvalid', /description is no text/],
    ['with a misspelt field', { steps: ['script:a'], onFailur: 'stop' }, 'InvalidOption', /no option "onFailur"/],
    ['with a misspelt list', { step: ['script:a'] }, 'InvalidOption', /no option "step"/],
    ['with no time', { steps: [{ stage: 'script:a', timeoutMs: 0 }] }, 'PipelineInvalid', /timeoutMs of script:a is 0; milli/],
    [
      'with another time',
      { steps: [{ stage: 'script:a', timeoutMs: '5s' }] },
      'PipelineInvalid',
      /is "5s"; milliseconds, 1 to/,
    ],
    ['that is nothing', null, 'PipelineInvalid', /it has no stages; a list of stage ids was wanted/],
  ];

  it.each(invalid)('[G16] [G17] %s is refused', async (_title, pipeline, code, message) => {
    const manager = await createManager();
    await manager.load(plugin('script', trail));
    const error = await refusal(manager.run(pipeline as Pipeline));
    expect(error.code).toBe(code);
    expect(error.detail).toMatch(message);
  });

  const options: Array<[object, RegExp]> = [
    [{ onFailure: 'go on' }, /onFailure is "go on"/],
    [{ concurrency: 0 }, /concurrency is 0/],
    [{ skip: ['script:a'] }, /skip is no object/],
    [{ skip: { 'script:a': true } }, /true as the reason for script:a/],
  ];

  it.each(options)('[G17] options %j of a run are refused', async (option, message) => {
    const manager = await createManager();
    await manager.load(plugin('script', trail));
    const error = await refusal(manager.run(['script:a'], option as never));
    expect(error.code).toBe('InvalidOption');
    expect(error.detail).toMatch(message);
  });

  it('[G16] [G17] is checked whole before anything runs, also in a dry run', async () => {
    const calls: string[] = [];
    const manager = await createManager();
    await manager.load(plugin('script', { a: () => void calls.push('a'), b() {}, c() {} }));
    const broken: Array<[string, Pipeline]> = [
      ['StageNotFound', ['script:a', 'script:missing']],
      ['PipelineInvalid', ['script:a', { stage: 'script:b', after: ['script:x'] }]],
      ['PipelineInvalid', ['script:a', { stage: 'script:b', after: ['script:c'] }, { stage: 'script:c', after: ['script:b'] }]],
    ];
    for (const [code, pipeline] of broken) {
      for (const mode of ['live', 'dry_run'] as const) {
        expect((await refusal(manager.run({ steps: pipeline as never, onFailure: 'continue' }, { mode }))).code).toBe(code);
      }
    }
    expect(calls).toEqual([]);
  });

  it('[G16] may have thousands of stages, in a row or beside each other', async () => {
    const count = 5000;
    const ids = Array.from({ length: count }, (_, index) => `script:s${index}`);
    const manager = await createManager();
    await manager.load(plugin('script', Object.fromEntries(ids.map((id) => [id.slice(7), () => {}]))));
    const last = ids.at(-1) as string;
    for (const steps of [ids, [...ids.slice(1).map((stage) => ({ stage })), { stage: ids[0] as string, after: [last] }]]) {
      const run = await manager.run(steps);
      expect(run.stages.filter(({ status }) => status === 'ok')).toHaveLength(count);
    }
  });
});

describe('concurrency', () => {
  /** Runs six stages beside each other; the most that were in progress at once, and the order in which they began. */
  async function runSix(options: { definition?: number; run?: number }) {
    let running = 0;
    let peak = 0;
    const began: string[] = [];
    const work = async ({ stage }: { stage: string }) => {
      began.push(stage);
      peak = Math.max(peak, ++running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
    };
    const names = ['s0', 's1', 's2', 's3', 's4', 's5'];
    const manager = await createManager();
    await manager.load(plugin('script', Object.fromEntries(names.map((name) => [name, work]))));
    const steps = names.map((name) => ({ stage: `script:${name}` }));
    const definition = options.definition === undefined ? {} : { concurrency: options.definition };
    const run = await manager.run({ steps, ...definition }, options.run === undefined ? {} : { concurrency: options.run });
    expect(run.ok).toBe(true);
    expect(began).toEqual(steps.map(({ stage }) => stage));
    expect(run.stages.map(({ stage }) => stage)).toEqual(began);
    return peak;
  }

  it('[G16] has no limit where none is given', async () => expect(await runSix({})).toBe(6));
  it('[G16] is limited by the definition', async () => expect(await runSix({ definition: 2 })).toBe(2));
  it('[G16] is limited by the run, whatever the definition says', async () =>
    expect(await runSix({ definition: 6, run: 1 })).toBe(1));
});
