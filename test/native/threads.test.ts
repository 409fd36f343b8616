import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { setEnvironment } from '../support/calls.js';
import { refusal } from '../support/errors.js';
import { managerWith } from '../support/managers.js';
import { counter, describeWithFixtures, fixture, fixtureAs } from '../support/plugins.js';
import { temporaryFolder } from '../support/temporary.js';

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const here = fileURLToPath(import.meta.url);

/** Tells whether `work` has ended. */
function watch(work: Promise<unknown>): { readonly done: boolean } {
  const state = { done: false };
  const end = () => {
    state.done = true;
  };
  work.then(end, end);
  return state;
}

describeWithFixtures('slow native stages', () => {
  it.each([
    ['asleep', { ms: 1000 }],
    ['computing', { ms: 1000, busy: true }],
  ])('[G14] eight at once, %s, hold back neither timers nor files of the application', async (_title, data) => {
    const names = Array.from({ length: 8 }, (_, index) => `slow-${index}`);
    const manager = await managerWith(names.map((name) => fixtureAs('slow-stage', name)));
    const runs = names.map((name) => manager.run([`${name}:run`], { data }));
    const first = watch(Promise.race(runs));
    const timers = Array.from({ length: 50 }, () => sleep(10));
    const files = Array.from({ length: 20 }, () => readFile(here));
    await Promise.all([...timers, ...files]);
    expect(first.done).toBe(false);
    for (const run of await Promise.all(runs)) expect(run.error).toBeUndefined();
  });

  it('[G14] a plugin that is not thread-safe gets one call at a time, and all of them', async () => {
    const manager = await managerWith(fixture('slow-stage'));
    const began = performance.now();
    const runs = await Promise.all(Array.from({ length: 5 }, () => manager.run(['slow-stage:run'], { data: { ms: 50 } })));
    for (const run of runs) expect(run.error).toBeUndefined();
    // A sleep never ends early, so that calls that overlap would take less.
    expect(performance.now() - began).toBeGreaterThanOrEqual(5 * 49);
  });

  it('[G14] stages of one plugin that is not thread-safe are serialised across parallel steps, too', async () => {
    const manager = await managerWith([fixture('slow-stage'), fixture('stage-echo')]);
    const run = await manager.run([{ stage: 'slow-stage:run' }, { stage: 'stage-echo:run' }], { data: { ms: 20, in: 1 } });
    expect(run.error).toBeUndefined();
  });

  it('[G14] a thread-safe plugin gets several calls at once', async () => {
    const path = fixtureAs('stage-sum', 'sum-peak');
    const manager = await managerWith(path);
    const runs = Array.from({ length: 8 }, () => manager.run(['sum-peak:s0'], { data: { ms: 300, key: 'k' } }));
    for (const run of await Promise.all(runs)) expect(run.error).toBeUndefined();
    expect(counter(path, 'peak')).toBe(8);
  });

  it('[G14] three hundred at once all complete, though there are 64 threads', async () => {
    const path = fixtureAs('stage-sum', 'sum-many');
    const manager = await managerWith(path);
    const runs = Array.from({ length: 300 }, (_, index) =>
      manager.run(['sum-many:s0'], { data: { ms: 10 + (index % 7), key: `k${index}` } }),
    );
    const reports = await Promise.all(runs);
    expect(reports.filter((run) => run.ok)).toHaveLength(300);
    for (const [index, run] of reports.entries()) expect(run.data[`k${index}`]).toBe(BigInt(10 + (index % 7)));
    expect(counter(path, 'peak')).toBeLessThanOrEqual(64);
  });

  it('[G14] those that wait for a thread do not wait for the longest call, only for the next that ends', async () => {
    const manager = await managerWith(fixtureAs('stage-sum', 'sum-long'));
    const long = manager.run(['sum-long:s0'], { data: { ms: 3000, key: 'k' } });
    const isLong = watch(long);
    const short = Array.from({ length: 150 }, () => manager.run(['sum-long:s1'], { data: { ms: 20, key: 'k' } }));
    for (const run of await Promise.all(short)) expect(run.error).toBeUndefined();
    expect(isLong.done).toBe(false);
    expect((await long).ok).toBe(true);
  });

  it('[G14] [G16] a run that waits for a thread can be cancelled', async () => {
    const manager = await managerWith(fixtureAs('stage-sum', 'sum-full'));
    const full = Array.from({ length: 64 }, () => manager.run(['sum-full:s0'], { data: { ms: 1000, key: 'k' } }));
    const isAnyDone = watch(Promise.race(full));
    const waiting = manager.run(['sum-full:s1'], { data: { ms: 0, key: 'k' }, signal: AbortSignal.timeout(30) });
    const next = manager.run(['sum-full:s1'], { data: { ms: 0, key: 'k' } });
    expect(await waiting).toMatchObject({ status: 'cancelled', stages: [{ status: 'not_run' }] });
    expect(isAnyDone.done).toBe(false);
    expect((await next).ok).toBe(true);
    for (const run of await Promise.all(full)) expect(run.error).toBeUndefined();
  });
});

describeWithFixtures('a native stage that does not return', () => {
  it('[G14] [G17] is abandoned after the grace; its plugin is never called again; stop ends', async () => {
    const release = join(temporaryFolder(), 'release');
    setEnvironment({ FIXTURE_RELEASE: release });
    const path = fixture('hang-stage');
    const manager = await managerWith([path, fixture('stage-echo')], { cancelGraceMs: 100, drainMs: 100 });
    const controller = new AbortController();
    const pending = manager.run(['stage-echo:run', 'hang-stage:run'], {
      data: { in: 1 },
      signal: controller.signal,
    });
    while (counter(path, 'waiting') === 0) await sleep(5);
    // One waits for the plugin meanwhile: it must not wait for ever.
    const queued = manager.run(['hang-stage:run']);
    controller.abort();
    const run = await pending;
    expect(run).toMatchObject({
      status: 'failed',
      error: { code: 'Abandoned', plugin: 'hang-stage', operation: 'hang-stage:run' },
    });
    expect(run.error?.detail).toContain('did not return within 100 ms');
    expect((await queued).error).toMatchObject({ code: 'Abandoned', plugin: 'hang-stage' });
    expect(await refusal(manager.run(['hang-stage:run']))).toMatchObject({ code: 'StageNotFound' });
    expect(manager.get('hang-stage').state).toBe('abandoned');
    expect(manager.get('stage-echo').state).toBe('running');
    expect((await manager.run(['stage-echo:run'], { data: { in: 2 } })).data['out']).toBe(2);

    const before = { shutdowns: counter(path, 'shutdowns'), destroyed: counter(path, 'destroyed') };
    const report = await manager.stop();
    expect(report.stopped).toEqual(['stage-echo']);
    expect(report.failed).toMatchObject([{ name: 'hang-stage', error: { code: 'Abandoned' } }]);
    expect({ shutdowns: counter(path, 'shutdowns'), destroyed: counter(path, 'destroyed') }).toEqual(before);
    expect((await refusal(manager.load(path))).code).toBe('LibraryInUse');

    await writeFile(release, '');
    while (counter(path, 'released') === 0) await sleep(5);
    expect(counter(path, 'executed')).toBe(1);
  });

  it('[G14] [G17] in the middle of a chain is the one that is reported; those before it had run', async () => {
    const release = join(temporaryFolder(), 'release');
    setEnvironment({ FIXTURE_RELEASE: release });
    const path = fixtureAs('hang-stage', 'hang-copy');
    const manager = await managerWith([path, fixture('stage-echo'), fixture('stage-noop')], {
      cancelGraceMs: 100,
      drainMs: 100,
    });
    const controller = new AbortController();
    const pending = manager.run(['stage-echo:run', 'hang-copy:run', 'noop:s0'], { data: { in: 1 }, signal: controller.signal });
    while (counter(path, 'waiting') === 0) await sleep(5);
    controller.abort();
    const run = await pending;
    expect(run.stages.map(({ stage, status }) => `${stage} ${status}`)).toEqual([
      'stage-echo:run ok',
      'hang-copy:run failed',
      'noop:s0 not_run',
    ]);
    await writeFile(release, '');
    while (counter(path, 'released') === 0) await sleep(5);
  });

  it('[G12] stop abandons what does not obey, and ends in time', async () => {
    const release = join(temporaryFolder(), 'release');
    setEnvironment({ FIXTURE_RELEASE: release });
    const path = fixtureAs('hang-stage', 'hang-at-stop');
    const manager = await managerWith(path, { cancelGraceMs: 100, drainMs: 50 });
    const pending = manager.run(['hang-at-stop:run']);
    while (counter(path, 'waiting') === 0) await sleep(5);
    expect((await manager.stop()).failed).toMatchObject([{ name: 'hang-at-stop', error: { code: 'Abandoned' } }]);
    expect((await pending).error?.code).toBe('Abandoned');
    expect(counter(path, 'released')).toBe(0);
    await writeFile(release, '');
    while (counter(path, 'released') === 0) await sleep(5);
  });
});
