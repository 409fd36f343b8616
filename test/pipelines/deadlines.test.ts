import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StageContext } from 'mortise';
import { describe, expect, it, onTestFinished } from 'vitest';
import { setEnvironment } from '../support/calls.js';
import { refusal } from '../support/errors.js';
import { createManager, managerWith } from '../support/managers.js';
import { compilePlugin, counter, describeWithFixtures, fixture, fixtureAs } from '../support/plugins.js';
import { temporaryFolder } from '../support/temporary.js';
import { gate, plugin } from '../support/typescript-plugin.js';
import { outcome, trail } from './outcome.js';

const HOUR = 3_600_000;

/** Ends when it is told to give up, as a good stage does. */
const obeys = (context: StageContext) =>
  new Promise<void>((_, reject) => {
    context.signal.addEventListener('abort', () => reject(context.signal.reason));
  });

/** hang-stage under another name, as it is abandoned; it returns when the test ends. */
function hangingStage(stem: string): { path: string; id: string } {
  const release = join(temporaryFolder(), 'release');
  setEnvironment({ FIXTURE_RELEASE: release });
  onTestFinished(() => {
    if (!existsSync(release)) writeFileSync(release, '');
  });
  return { path: fixtureAs('hang-stage', stem), id: `${stem}:run` };
}

describe('the deadline of a TypeScript stage', () => {
  it('[G16] raises its signal, and the stage has failed', async () => {
    let reason: unknown;
    const manager = await createManager();
    await manager.load(
      plugin('script', {
        waits(context) {
          context.set('half', 1);
          context.signal.addEventListener('abort', () => {
            reason = context.signal.reason;
          });
          return obeys(context);
        },
        after() {},
      }),
    );
    const run = await manager.run([{ stage: 'script:waits', timeoutMs: 20 }, 'script:after']);
    expect(run).toMatchObject({ status: 'failed', ok: false, data: {} });
    expect(run.error).toMatchObject({
      code: 'TimedOut',
      plugin: 'script',
      operation: 'script:waits',
      detail: 'script:waits did not end within 20 ms',
    });
    expect(reason).toMatchObject({ code: 'TimedOut' });
    expect(outcome(run)).toEqual(['script:waits failed', 'script:after not_run']);
  });

  it('[G16] does not wait for a stage that ignores it, whose context takes no more writes', async () => {
    const never = gate();
    const ended = gate();
    let late: unknown;
    const manager = await createManager();
    await manager.load(
      plugin('script', {
        async ignores(context) {
          await never.opened;
          try {
            context.set('late', 1);
          } catch (error) {
            late = error;
          }
          ended.open();
        },
        after() {},
      }),
    );
    const run = await manager.run({
      steps: [{ stage: 'script:ignores', timeoutMs: 20 }, 'script:after'],
      onFailure: 'continue',
    });
    expect(outcome(run)).toEqual(['script:ignores failed', 'script:after ok']);
    expect(run.error?.code).toBe('TimedOut');
    never.open();
    await ended.opened;
    expect(late).toMatchObject({ code: 'InvalidState' });
    expect(run.data).toEqual({});
  });

  it('[G16] is of one stage: others are not cancelled by it', async () => {
    const manager = await createManager();
    let others: boolean | undefined;
    const timedOut = gate();
    await manager.load(
      plugin('script', {
        waits: (context) => obeys(context).finally(timedOut.open),
        async other(context) {
          await timedOut.opened;
          others = context.signal.aborted;
          context.set('other', 1);
        },
      }),
    );
    const run = await manager.run([{ stage: 'script:waits', timeoutMs: 20 }, { stage: 'script:other' }]);
    expect(outcome(run)).toEqual(['script:waits failed', 'script:other ok']);
    expect(others).toBe(false);
    expect(run.data).toEqual({ other: 1 });
  });

  it('[G16] counts for a stage that blocks the thread, too', async () => {
    const manager = await createManager();
    await manager.load(
      plugin('script', {
        blocks(context) {
          const end = performance.now() + 30;
          while (performance.now() < end);
          context.set('done', 1);
        },
      }),
    );
    const run = await manager.run([{ stage: 'script:blocks', timeoutMs: 5 }]);
    expect(run).toMatchObject({ status: 'failed', error: { code: 'TimedOut' }, data: {} });
  });

  it('[G16] leaves nothing behind when the stage ends in time', async () => {
    const manager = await createManager();
    await manager.load(plugin('script', { ...trail }));
    const before = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const run = await manager.run([{ stage: 'script:a', timeoutMs: HOUR }]);
    expect(run).toMatchObject({ ok: true, data: { before: 1n } });
    expect(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length).toBe(before);
  });

  it('[G16] passes on that the run was cancelled', async () => {
    const manager = await createManager();
    const controller = new AbortController();
    const reason = new Error('the user closed the window');
    await manager.load(plugin('script', { waits: obeys }));
    setTimeout(() => controller.abort(reason), 10);
    const run = await manager.run([{ stage: 'script:waits', timeoutMs: HOUR }], { signal: controller.signal });
    expect(run).toMatchObject({ status: 'cancelled', error: { code: 'Cancelled' } });
    expect(run.error?.cause).toBe(reason);
    expect(outcome(run)).toEqual(['script:waits cancelled']);
  });

  it('[G16] ends a cancelled run whose stage does not obey', async () => {
    const never = gate();
    const manager = await createManager();
    await manager.load(plugin('script', { ignores: () => never.opened }));
    const run = await manager.run([{ stage: 'script:ignores', timeoutMs: 50 }], { signal: AbortSignal.timeout(5) });
    expect(run).toMatchObject({ status: 'cancelled', error: { code: 'Cancelled' } });
    never.open();
  });

  it('[G14] [G16] is that of a dry run as well', async () => {
    const manager = await createManager();
    await manager.load({
      ...plugin('script'),
      registerStages: () => [{ id: 'script:says', execute() {}, dryRun: obeys }],
    });
    const run = await manager.run([{ stage: 'script:says', timeoutMs: 10 }], { mode: 'dry_run' });
    expect(run.error).toMatchObject({ code: 'TimedOut', operation: 'script:says' });
  });
});

describeWithFixtures('the deadline of a native stage', () => {
  it('[G16] raises its flag, and the stage has failed', async () => {
    const manager = await managerWith(fixture('cancellable-stage'));
    await manager.load(plugin('script', trail));
    const run = await manager.run({
      steps: ['script:a', { stage: 'cancellable-stage:run', after: 'previous', timeoutMs: 250 }, 'script:b'],
      onFailure: 'continue',
    });
    expect(run.status).toBe('failed');
    expect(run.error).toMatchObject({
      code: 'TimedOut',
      plugin: 'cancellable-stage',
      operation: 'cancellable-stage:run',
      detail: 'cancellable-stage:run did not end within 250 ms',
    });
    expect(outcome(run)).toEqual(['script:a ok', 'cancellable-stage:run failed', 'script:b ok']);
    expect(run.stages[1]?.milliseconds).toBeGreaterThan(0);
    expect(counter(fixture('cancellable-stage'), 'cancelled')).toBe(1);
    expect(manager.get('cancellable-stage').state).toBe('running');
  });

  it('[G16] ends the run as any failure does', async () => {
    const manager = await managerWith(fixture('cancellable-stage'));
    await manager.load(plugin('script', trail));
    const run = await manager.run([{ stage: 'cancellable-stage:run', timeoutMs: 20 }, 'script:a']);
    expect(outcome(run)).toEqual(['cancellable-stage:run failed', 'script:a not_run']);
    expect(run.error?.code).toBe('TimedOut');
  });

  it('[G16] lets a stage that ignores it return within the grace, and drops what it did', async () => {
    const manager = await managerWith(fixture('slow-stage'));
    const run = await manager.run([{ stage: 'slow-stage:run', timeoutMs: 20 }], { data: { ms: 100 } });
    expect(run.error).toMatchObject({ code: 'TimedOut' });
    expect(manager.get('slow-stage').state).toBe('running');
    expect((await manager.run(['slow-stage:run'])).ok).toBe(true);
  });

  it('[G3] [G16] abandons a plugin whose stage does not return, and the rest of the run goes on', async () => {
    const { path, id } = hangingStage('hangs-past-deadline');
    const manager = await managerWith([path, compilePlugin('trail')], { cancelGraceMs: 50 });
    const run = await manager.run({
      steps: ['trail:a', { stage: id, after: 'previous', timeoutMs: 250 }, 'trail:b', { stage: 'trail:c', after: [id] }],
      onFailure: 'continue',
    });
    expect(run.error).toMatchObject({ code: 'Abandoned', plugin: 'hangs-past-deadline', operation: id });
    expect(run.error?.detail).toBe(
      `${id} did not end within 250 ms, and the native call did not return within 50 ms of being cancelled; the plugin is never called again`,
    );
    expect(outcome(run)).toEqual([
      'trail:a ok',
      `${id} failed`,
      'trail:b ok',
      `trail:c skipped: runs after ${id}, which failed`,
    ]);
    expect(run.data).toMatchObject({ 'ran.trail:a': 0n, 'ran.trail:b': 1n });
    expect(run.stages[1]?.milliseconds).toBeGreaterThan(0);
    expect(manager.get('hangs-past-deadline').state).toBe('abandoned');
    expect(await refusal(manager.run([id]))).toMatchObject({ code: 'StageNotFound', remedy: expect.stringContaining('why') });
  });

  it('[G16] holds for a stage that calls itself quick: it runs where it can be interrupted', async () => {
    const spin = compilePlugin('spin');
    const manager = await managerWith(spin, { cancelGraceMs: 5000 });
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    onTestFinished(() => clearInterval(timer));
    const run = await manager.run([{ stage: 'spin:run', timeoutMs: 50 }], { data: { ms: 300 } });
    expect(run.error?.code).toBe('TimedOut');
    expect(ticks).toBeGreaterThan(0);
  });

  it('[G15] [G16] does not keep values from stages of a chain around it', async () => {
    const manager = await managerWith(compilePlugin('trail'));
    const run = await manager.run([
      'trail:a',
      { stage: 'trail:b', after: 'previous', timeoutMs: HOUR },
      'trail:c',
      { stage: 'trail:d', after: ['trail:c'], timeoutMs: HOUR },
    ]);
    expect(run.error).toBeUndefined();
    expect(run.data).toEqual({ before: 4n, 'ran.trail:a': 0n, 'ran.trail:b': 1n, 'ran.trail:c': 2n, 'ran.trail:d': 3n });
  });

  it('[G16] passes also while the stage waits for its plugin', async () => {
    const manager = await managerWith(fixture('slow-stage'));
    const first = manager.run(['slow-stage:run'], { data: { ms: 300 } });
    const second = await manager.run([{ stage: 'slow-stage:run', timeoutMs: 20 }], { data: { ms: 0 } });
    expect(second.error).toMatchObject({
      code: 'TimedOut',
      detail: 'slow-stage:run did not begin within 20 ms: its plugin, the threads or the process were busy',
    });
    expect(outcome(second)).toEqual(['slow-stage:run failed']);
    expect(second.stages[0]).not.toHaveProperty('startedAfterMs');
    expect((await first).ok).toBe(true);
  });

  it('[G16] is nothing to a run that is cancelled before', async () => {
    const manager = await managerWith(fixture('cancellable-stage'));
    const run = await manager.run([{ stage: 'cancellable-stage:run', timeoutMs: HOUR }], { signal: AbortSignal.timeout(20) });
    expect(run).toMatchObject({ status: 'cancelled', error: { code: 'Cancelled' } });
  });
});
