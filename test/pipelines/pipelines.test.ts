import type { Pipeline, RunReport, StageContext } from 'mortise';
import { describe, expect, it } from 'vitest';
import { logCalls } from '../support/calls.js';
import { refusal } from '../support/errors.js';
import { createManager, managerWith } from '../support/managers.js';
import { counter, describeWithFixtures, fixture, shipped } from '../support/plugins.js';
import { gate, plugin } from '../support/typescript-plugin.js';

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** A plugin with stages script:a … script:e that note that they ran. */
function noting() {
  const ran: string[] = [];
  const stages = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name, () => void ran.push(name)]));
  return { ran, plugin: plugin('script', stages) };
}

const outcome = (run: RunReport) => run.stages.map(({ stage, status }) => `${stage} ${status}`);

describe('the order of a pipeline', () => {
  const orders: Array<[string, Pipeline, string]> = [
    ['as written, where steps are plain ids', ['script:c', 'script:a', 'script:b'], 'cab'],
    [
      'dependencies first, whatever the order on paper',
      [{ stage: 'script:a', after: ['script:c'] }, { stage: 'script:b', after: ['script:a'] }, { stage: 'script:c' }],
      'cab',
    ],
    [
      'as written, where dependencies leave it open',
      [{ stage: 'script:e' }, { stage: 'script:d' }, { stage: 'script:a', after: ['script:e', 'script:d'] }],
      'eda',
    ],
    [
      'a plain id runs after the step before it, also after one with dependencies',
      [{ stage: 'script:b', after: ['script:e'] }, 'script:a', { stage: 'script:e' }],
      'eba',
    ],
  ];

  it.each(orders)('[G16] is %s', async (_title, pipeline, expected) => {
    const { ran, plugin: script } = noting();
    const manager = await createManager();
    await manager.load(script);
    const run = await manager.run(pipeline);
    expect(run.ok).toBe(true);
    expect(ran.join('')).toBe(expected);
    expect(run.stages.map(({ stage }) => stage.at(-1)).join('')).toBe(expected);
  });

  const invalid: Array<[string, unknown, RegExp, string?]> = [
    ['no stages', [], /it has no stages/],
    ['something else than a list', { stage: 'script:a' }, /a list of stage ids was wanted/],
    ['a step without a stage', [{ after: [] }], /step 0 names no stage/],
    ['the id of a step of a file', ['script:b', { id: 'script:a' }], /step 1 names no stage/, 'Did you mean "stage" by "id"?'],
    ['a misspelt stage', [{ stge: 'script:a' }], /step 0 names no stage/, 'Did you mean "stage" by "stge"?'],
    ['a stage twice', ['script:a', 'script:b', 'script:a'], /stage script:a occurs twice/],
    [
      'an unknown stage to run after',
      ['script:a', { stage: 'script:b', after: ['script:aa'] }],
      /script:b is to run after "script:aa".*did you mean script:a\?/,
    ],
    ['a text to run after', ['script:a', { stage: 'script:b', after: 'script:a' }], /after of script:b is no list/],
    [
      'a stage that waits for itself',
      [{ stage: 'script:a', after: ['script:a'] }],
      /wait for each other: script:a → script:a$/,
    ],
    [
      'stages that wait for each other',
      [
        { stage: 'script:d' },
        { stage: 'script:a', after: ['script:c', 'script:d'] },
        { stage: 'script:b', after: ['script:a'] },
        { stage: 'script:c', after: ['script:b'] },
      ],
      /wait for each other: script:a → script:c → script:b → script:a$/,
    ],
  ];

  it.each(invalid)('[G16] refuses a pipeline with %s', async (_title, pipeline, message, remedy) => {
    const { ran, plugin: script } = noting();
    const manager = await createManager({ pipelines: { broken: pipeline as Pipeline } });
    await manager.load(script);
    for (const name of ['broken', pipeline as Pipeline]) {
      const error = await refusal(manager.run(name));
      expect(error).toMatchObject({ code: 'PipelineInvalid', phase: 'operation' });
      expect(error.detail).toMatch(message);
      if (remedy !== undefined) expect(error.remedy).toBe(remedy);
    }
    expect(ran).toEqual([]);
  });

  it('[G16] [G17] leaves out the middle of a circle of thousands of stages', async () => {
    const count = 20_000;
    const ring = Array.from({ length: count }, (_, index) => ({
      stage: `script:s${index}`,
      after: [`script:s${(index + 1) % count}`],
    }));
    const manager = await createManager();
    await manager.load(noting().plugin);
    const error = await refusal(manager.run(ring));
    expect(error.detail).toBe(
      'pipeline "inline": its stages wait for each other: script:s0 → script:s1 → script:s2 → script:s3 → script:s4 → … 19991 more … → ' +
        'script:s19996 → script:s19997 → script:s19998 → script:s19999 → script:s0',
    );
  });

  it('[G16] [G17] suggests the field of a step that was meant', async () => {
    const manager = await createManager();
    await manager.load(noting().plugin);
    const error = await refusal(manager.run(['script:a', { stage: 'script:b', afer: ['script:a'] } as never]));
    expect(error).toMatchObject({ code: 'InvalidOption', remedy: 'Did you mean "after"?' });
  });

  it('[G16] [G17] an unknown stage or pipeline is an error that suggests the one that was meant', async () => {
    const { ran, plugin: script } = noting();
    const manager = await createManager({ pipelines: { survey: ['script:a'] } });
    await manager.load(script);
    await manager.load(plugin('text', { survey() {} }));
    expect(await refusal(manager.run(['script:a', 'text:survy']))).toMatchObject({
      code: 'StageNotFound',
      operation: 'text:survy',
      remedy: 'Did you mean "text:survey"?',
    });
    expect(await refusal(manager.run('surwey'))).toMatchObject({ code: 'PipelineNotFound', remedy: 'Did you mean "survey"?' });
    expect((await refusal(manager.run('toString'))).code).toBe('PipelineNotFound');
    expect(ran).toEqual([]);
  });

  it('[G16] [G17] a stage of a plugin that does not run is an error that names the plugin', async () => {
    const manager = await createManager({ pipelines: { one: ['text:survey'] } });
    await manager.load(plugin('text', { survey() {} }));
    await manager.start();
    await manager.disable('text');
    expect(await refusal(manager.run('one'))).toMatchObject({
      code: 'StageNotFound',
      detail: 'pipeline "one": no running plugin provides stage "text:survey": plugin text, which has it, does not run',
      remedy: "manager.why('text') says why, unless it was unloaded.",
    });
  });

  it('[G16] [G17] a stage of a plugin whose init failed is an error that names the plugin', async () => {
    const manager = await createManager();
    manager.register(
      plugin(
        'text',
        { survey() {} },
        {
          init() {
            throw new Error('no');
          },
        },
      ),
    );
    await manager.start();
    expect((await refusal(manager.run(['text:survey']))).detail).toContain('plugin text, which has it, does not run');
  });

  it('[G16] a named pipeline follows the plugins: a stage that goes is missed, one that comes back is found', async () => {
    const { plugin: script } = noting();
    const manager = await createManager({ pipelines: { one: ['script:a'] } });
    await manager.load(plugin('other'));
    await manager.load(script);
    expect((await manager.run('one')).ok).toBe(true);
    await manager.unload('script');
    expect((await refusal(manager.run('one'))).code).toBe('StageNotFound');
    await manager.load(noting().plugin);
    expect((await manager.run('one')).ok).toBe(true);
  });

  it('[G16] nothing runs before start or after stop', async () => {
    const manager = await createManager({ pipelines: { one: ['script:a'] } });
    manager.register(noting().plugin);
    expect((await refusal(manager.run('one'))).code).toBe('InvalidState');
    await manager.start();
    expect((await manager.run('one')).ok).toBe(true);
    await manager.stop();
    expect(await refusal(manager.run('one'))).toMatchObject({ code: 'InvalidState', remedy: 'Call start first.' });
  });
});

describeWithFixtures('the report of a run', () => {
  it('[G16] names pipeline, mode, status, and of each stage its plugin, status and time', async () => {
    const manager = await managerWith([fixture('slow-stage')], { pipelines: { nap: ['slow-stage:run', 'script:a'] } });
    await manager.load(noting().plugin);
    const run = await manager.run('nap', { data: { ms: 30 } });
    expect(run).toMatchObject({ pipeline: 'nap', mode: 'live', status: 'ok', ok: true, error: undefined });
    expect(run.stages).toMatchObject([
      { stage: 'slow-stage:run', plugin: 'slow-stage', status: 'ok' },
      { stage: 'script:a', plugin: 'script', status: 'ok' },
    ]);
    expect(run.stages[0]?.milliseconds).toBeGreaterThanOrEqual(29);
    expect(run.milliseconds).toBeGreaterThanOrEqual(run.stages[0]?.milliseconds as number);
    for (const stage of run.stages) expect(stage).not.toHaveProperty('descriptions');
  });

  it('[G16] says when each stage began, from the begin of the run, one after the other', async () => {
    const manager = await managerWith([fixture('slow-stage'), fixture('stage-noop')]);
    await manager.load(plugin('script', { naps: () => sleep(20) }));
    const run = await manager.run(['script:naps', 'noop:s0', 'noop:s1', 'slow-stage:run'], {
      data: { ms: 20 },
    });
    let ended = 0;
    for (const { stage, startedAfterMs, milliseconds } of run.stages) {
      // Two clocks are read, of which one is coarser.
      expect(startedAfterMs, stage).toBeGreaterThanOrEqual(ended - 1);
      ended = (startedAfterMs as number) + milliseconds;
    }
    expect(ended).toBeLessThanOrEqual(run.milliseconds + 1);
    expect(JSON.parse(JSON.stringify(run)).stages[0].startedAfterMs).toBe(run.stages[0]?.startedAfterMs);
  });

  it('[G16] leaves out when a stage began that did not begin', async () => {
    const manager = await createManager();
    await manager.load(plugin('script', { fails: () => Promise.reject(new Error('no')), after() {} }));
    const run = await manager.run(['script:fails', 'script:after']);
    expect(run.stages[0]?.startedAfterMs).toBeGreaterThanOrEqual(0);
    expect(run.stages[1]).toEqual({ stage: 'script:after', plugin: 'script', status: 'not_run', milliseconds: 0 });
  });

  it('[G16] a failing stage ends the run: the rest is not run, and what succeeded is kept', async () => {
    const { ran, plugin: script } = noting();
    const fixtures = ['stage-echo', 'stage-writes-then-fails', 'stage-removes'].map(fixture);
    const manager = await managerWith(fixtures);
    await manager.load(script);
    const run = await manager.run(
      ['script:a', 'stage-echo:run', 'stage-writes-then-fails:run', 'stage-removes:run', 'script:b'],
      { data: { in: 7n } },
    );
    expect(run).toMatchObject({ status: 'failed', ok: false });
    expect(outcome(run)).toEqual([
      'script:a ok',
      'stage-echo:run ok',
      'stage-writes-then-fails:run failed',
      'stage-removes:run not_run',
      'script:b not_run',
    ]);
    expect(run.error).toMatchObject({
      code: 'StageFailed',
      plugin: 'stage-writes-then-fails',
      path: fixture('stage-writes-then-fails'),
      operation: 'stage-writes-then-fails:run',
      detail: 'failed after writing a',
    });
    expect(run.stages[2]?.error).toBe(run.error);
    expect(run.data).toEqual({ in: 7n, out: 7n, 'out.type': 'int64' });
    expect(ran).toEqual(['a']);
  });

  it('[G17] what a TypeScript stage throws is the cause', async () => {
    const manager = await createManager();
    const cause = new TypeError('x is undefined');
    await manager.load(plugin('script', { fails: () => Promise.reject(cause) }));
    const { error } = await manager.run(['script:fails']);
    expect(error).toMatchObject({ code: 'StageFailed', detail: 'x is undefined', plugin: 'script', operation: 'script:fails' });
    expect(error?.cause).toBe(cause);
  });

  it('[G16] is written as JSON: exact bigints as numbers, others as strings, bytes as their length, errors by code', async () => {
    const manager = await managerWith(fixture('stage-writes-then-fails'));
    const data = { small: 5n, large: 2n ** 60n, raw: new Uint8Array(3), object: { a: [1] }, nothing: null };
    const run = await manager.run(['stage-writes-then-fails:run'], { data });
    const json = JSON.parse(JSON.stringify(run));
    expect(json).toMatchObject({
      pipeline: 'inline',
      mode: 'live',
      status: 'failed',
      data: { small: 5, large: '1152921504606846976', raw: { bytes: 3 }, object: { a: [1] }, nothing: null },
      error: { code: 'StageFailed', plugin: 'stage-writes-then-fails', message: 'failed after writing a' },
    });
    expect(json.stages).toMatchObject([
      { stage: 'stage-writes-then-fails:run', status: 'failed', error: { code: 'StageFailed' } },
    ]);
    expect(json.milliseconds).toBeGreaterThan(0);
  });
});

describeWithFixtures('a dry run', () => {
  it('[G14] [G16] calls dry_run and never execute, and collects what each stage would do', async () => {
    const calls = logCalls();
    const manager = await managerWith([fixture('stage-echo'), fixture('stage-noop')]);
    let executed = false;
    const execute = () => {
      executed = true;
    };
    await manager.load({
      ...plugin('script'),
      registerStages: () => [
        {
          id: 'script:says',
          execute,
          dryRun(context) {
            for (const text of ['one', 'two']) context.describe(`would do ${text}`);
          },
        },
        { id: 'script:silent', execute, description: 'Does something.' },
        { id: 'script:nameless', execute },
        { id: 'script:named', name: 'The named one', execute },
      ],
    });
    const ids = ['script:says', 'stage-echo:run', 'script:silent', 'noop:s0', 'script:nameless', 'script:named'];
    const run = await manager.run(ids, { mode: 'dry_run' });
    expect(run).toMatchObject({ mode: 'dry_run', ok: true });
    expect(run.stages.map(({ descriptions }) => descriptions)).toEqual([
      ['would do one', 'would do two'],
      ['would run stage-echo:run'],
      ['Does something.'],
      ['would run noop:s0'],
      ['would run script:nameless'],
      ['would run The named one'],
    ]);
    expect(executed).toBe(false);
    expect(calls.of('stage-echo').slice(-1)).toEqual(['dry_run stage-echo:run']);
  });

  it('[G14] consecutive native stages keep their descriptions apart', async () => {
    const manager = await managerWith([shipped('text'), shipped('checksum'), fixture('stage-echo')]);
    const run = await manager.run(['text:survey', 'checksum:crc32c', 'stage-echo:run', 'checksum:xxh64'], {
      mode: 'dry_run',
      data: { path: '/tmp/some-file' },
    });
    expect(run.error).toBeUndefined();
    const [text, crc, echo, xxh] = run.stages.map(({ descriptions }) => descriptions?.join(' ') as string);
    expect(text).toContain('/tmp/some-file');
    expect(crc).toMatch(/crc/i);
    expect(echo).toBe('would run stage-echo:run');
    expect(xxh).toMatch(/xxh/i);
  });

  it('[G14] describe is refused in a live run, so that nobody relies on it there', async () => {
    const manager = await createManager();
    await manager.load(plugin('script', { run: (context) => context.describe('x') }));
    expect((await manager.run(['script:run'])).error).toMatchObject({ code: 'InvalidState', operation: 'script:run' });
  });
});

describeWithFixtures('cancelling a run', () => {
  it('[G15] [G16] a native stage sees it in memory and ends; the rest is not run', async () => {
    const manager = await managerWith(fixture('cancellable-stage'));
    const { ran, plugin: script } = noting();
    await manager.load(script);
    const controller = new AbortController();
    const pending = manager.run(['script:a', 'cancellable-stage:run', 'script:b'], { signal: controller.signal });
    while (counter(fixture('cancellable-stage'), 'waiting') === 0) await sleep(5);
    controller.abort();
    const run = await pending;
    expect(run).toMatchObject({ status: 'cancelled', ok: false, error: { code: 'Cancelled', plugin: 'cancellable-stage' } });
    expect(outcome(run)).toEqual(['script:a ok', 'cancellable-stage:run cancelled', 'script:b not_run']);
    expect(ran).toEqual(['a']);
    expect(counter(fixture('cancellable-stage'), 'cancelled')).toBe(1);
  });

  it('[G16] a run that is cancelled before it begins runs nothing', async () => {
    const { ran, plugin: script } = noting();
    const manager = await createManager();
    await manager.load(script);
    const run = await manager.run(['script:a', 'script:b'], { signal: AbortSignal.abort() });
    expect(run).toMatchObject({ status: 'cancelled', error: { code: 'Cancelled' } });
    expect(outcome(run)).toEqual(['script:a not_run', 'script:b not_run']);
    expect(ran).toEqual([]);
  });

  it('[G16] a TypeScript stage sees it through its signal, with the reason of the caller', async () => {
    const manager = await createManager();
    const controller = new AbortController();
    const reason = new Error('the user closed the window');
    let seen: unknown;
    await manager.load(
      plugin('script', {
        waits: (context) =>
          new Promise((_, reject) => {
            context.signal.addEventListener('abort', () => {
              seen = context.signal.reason;
              reject(context.signal.reason);
            });
          }),
      }),
    );
    const pending = manager.run(['script:waits'], { signal: controller.signal });
    await sleep(5);
    controller.abort(reason);
    const run = await pending;
    expect(seen).toBe(reason);
    expect(run).toMatchObject({ status: 'cancelled', error: { code: 'Cancelled', plugin: 'script' } });
    expect(run.error?.cause).toBe(reason);
  });

  it('[G16] a stage that fails by itself while the run is cancelled is reported as it failed', async () => {
    const manager = await createManager();
    const controller = new AbortController();
    await manager.load(
      plugin('script', {
        run() {
          controller.abort();
          throw new Error('the disk is full');
        },
      }),
    );
    const run = await manager.run(['script:run'], { signal: controller.signal });
    expect(run).toMatchObject({ status: 'failed', error: { code: 'StageFailed', detail: 'the disk is full' } });
  });

  it('[G16] a run that waits for a busy plugin can be cancelled without waiting on', async () => {
    const manager = await managerWith(fixture('slow-stage'));
    const first = manager.run(['slow-stage:run'], { data: { ms: 400 } });
    const second = await manager.run(['slow-stage:run'], { data: { ms: 0 }, signal: AbortSignal.timeout(30) });
    expect(second).toMatchObject({ status: 'cancelled', stages: [{ status: 'not_run' }] });
    let isFirstDone = false;
    void first.then(() => {
      isFirstDone = true;
    });
    await Promise.resolve();
    expect(isFirstDone).toBe(false);
    expect((await first).ok).toBe(true);
  });

  it('[G16] one run is cancelled, the other that shares its plugin goes on', async () => {
    const manager = await managerWith(fixture('stage-sum'));
    const steps = ['stage-sum:s0'];
    const cancelled = manager.run(steps, { data: { ms: 5000, key: 'k' }, signal: AbortSignal.timeout(30) });
    const other = manager.run(steps, { data: { ms: 100, key: 'k' } });
    expect((await cancelled).status).toBe('cancelled');
    expect(await other).toMatchObject({ status: 'ok', data: { k: 100n } });
  });

  it('[G16] leaves no listener on the signal of the caller', async () => {
    const manager = await managerWith(fixture('stage-echo'));
    const controller = new AbortController();
    const { getEventListeners } = await import('node:events');
    for (let round = 0; round < 20; round++)
      await manager.run(['stage-echo:run'], { data: { in: 1 }, signal: controller.signal });
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });
});

describeWithFixtures('stopping while runs are in progress', () => {
  it('[G12] [W6] unload waits for a run that uses the plugin', async () => {
    const manager = await managerWith(fixture('slow-stage'));
    const pending = manager.run(['slow-stage:run'], { data: { ms: 150 } });
    let isDone = false;
    void pending.then(() => {
      isDone = true;
    });
    await sleep(10);
    await manager.unload('slow-stage');
    expect(isDone).toBe(true);
    expect((await pending).ok).toBe(true);
  });

  it('[G12] unload does not wait for runs of other plugins', async () => {
    const manager = await managerWith([fixture('slow-stage'), fixture('stage-echo')]);
    const pending = manager.run(['slow-stage:run'], { data: { ms: 300 } });
    await sleep(10);
    await manager.unload('stage-echo');
    let isDone = false;
    void pending.then(() => {
      isDone = true;
    });
    await sleep(0);
    expect(isDone).toBe(false);
    expect((await pending).ok).toBe(true);
  });

  it('[G12] stop cancels runs that do not end in time, and shuts down after they have ended', async () => {
    const calls = logCalls();
    const manager = await managerWith(fixture('cancellable-stage'), { drainMs: 50 });
    const pending = manager.run(['cancellable-stage:run']);
    await sleep(20);
    expect((await manager.stop()).failed).toEqual([]);
    expect(await pending).toMatchObject({ status: 'cancelled', error: { code: 'Cancelled' } });
    expect(calls.of('cancellable-stage').slice(-4)).toEqual([
      'execute cancellable-stage:run',
      'shutdown',
      'stage_destroy cancellable-stage:run',
      'destroy',
    ]);
  });

  it('[G12] no run begins while the manager stops', async () => {
    const manager = await managerWith(fixture('slow-stage'));
    const first = manager.run(['slow-stage:run'], { data: { ms: 100 } });
    await sleep(10);
    const stopped = manager.stop();
    await sleep(10);
    expect(await refusal(manager.run(['slow-stage:run'], { data: { ms: 500 } }))).toMatchObject({ code: 'InvalidState' });
    expect((await stopped).failed).toEqual([]);
    expect((await first).ok).toBe(true);
  });

  it('[G12] stages that obey late have the whole grace to do so, also the longest that there is', async () => {
    const trace: string[] = [];
    const began = gate();
    const manager = await createManager({ drainMs: 10, cancelGraceMs: 2 ** 31 - 1 });
    const obeysLate = ({ signal }: StageContext) =>
      new Promise<void>((resolve) => {
        signal.addEventListener('abort', () =>
          setTimeout(() => {
            trace.push('stage ends');
            resolve();
          }, 100),
        );
        began.open();
      });
    await manager.load(plugin('script', { run: obeysLate }, { shutdown: () => void trace.push('shutdown') }));
    const run = manager.run(['script:run']);
    await began.opened;
    await manager.stop();
    await run;
    expect(trace).toEqual(['stage ends', 'shutdown']);
  });

  it('[G12] a TypeScript stage that never ends does not keep stop from ending, which names its pipeline', async () => {
    const manager = await createManager({ drainMs: 20, cancelGraceMs: 0 });
    const never = gate();
    await manager.load(plugin('script', { run: () => never.opened }));
    const pending = manager.run(['script:run']);
    expect(await manager.stop()).toMatchObject({ stopped: ['script'], unfinished: ['inline'] });
    never.open();
    expect((await pending).status).toBe('ok');
  });
});
