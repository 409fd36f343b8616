import { expect, it } from 'vitest';
import { type Ended, runScript } from '../support/children.js';
import { compilePlugin, describeWithFixtures } from '../support/plugins.js';

/** Does `work` `times` times, `atOnce` at a time. */
async function repeat<Result>(times: number, atOnce: number, work: (index: number) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const one = async () => {
    while (next < times) {
      const index = next++;
      results[index] = await work(index);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return results;
}

/** What a process is in the middle of when it exits. */
const SITUATIONS = {
  'a stage that obeys cancellation runs': `
    await manager.load(fixture('cancellable-stage'));
    void manager.run(['cancellable-stage:run']);`,
  'a stage that ignores cancellation runs': `
    await manager.load(fixture('hang-stage'));
    void manager.run(['hang-stage:run']);`,
  'a stage runs and others wait for its plugin': `
    await manager.load(fixture('slow-stage'));
    for (let i = 0; i < 5; i++) void manager.run(['slow-stage:run'], { data: { ms: 60_000 } });`,
  'eighty stages run or wait for a thread': `
    await manager.load(fixture('stage-sum'));
    for (let i = 0; i < 80; i++) void manager.run(['stage-sum:s0'], { data: { ms: 60_000, key: 'k' } });`,
  'a thread of a plugin logs': `
    await manager.load(fixture('thread-logger'));`,
};

describeWithFixtures('the end of the process', () => {
  it('[G12] process.exit(7) ends it in time, with that code, whatever runs or waits: 100 of 100', async () => {
    const situations = Object.entries(SITUATIONS);
    const ends = await repeat(100, 3, async (index): Promise<[string, Ended]> => {
      const [title, source] = situations[index % situations.length] as [string, string];
      const exit = `await sleep(${index % 4 === 0 ? 0 : (index * 7) % 40}); process.exit(7);`;
      return [title, await runScript(`const manager = await create(); ${source} ${exit}`)];
    });
    const good = ends.filter(([, end]) => end.code === 7 && end.stderr === '');
    console.log(`process.exit(7) with native stages in progress: ${good.length} of ${ends.length} ended with code 7`);
    expect(ends.filter((entry) => !good.includes(entry))).toEqual([]);
  }, 120_000);

  it.each(Object.entries(SITUATIONS))('[G12] an uncaught exception ends it while %s', async (_title, source) => {
    const end = await runScript(`
      const manager = await create();
      ${source}
      setTimeout(() => { throw new Error('nobody caught me'); }, 20);`);
    expect(end).toMatchObject({ code: 1, signal: null });
    expect(end.stderr).toContain('nobody caught me');
  });

  it('[G12] a native stage that calls exit(0) is named, and the status is no success', async () => {
    const end = await runScript(`
      const manager = await create();
      await manager.load(${JSON.stringify(compilePlugin('exits'))});
      await manager.run(['exits:run']);`);
    expect(end).toMatchObject({ code: 70, signal: null });
    expect(end.stderr).toContain('the stage exits:run called exit()');
  });

  it('[G12] process.exit inside a TypeScript stage, beside native stages, ends it', async () => {
    const end = await runScript(`
      const manager = await create();
      await manager.load(fixture('hang-stage'));
      await manager.load(definePlugin({ name: 'script', version: '1.0.0',
        stages: [{ id: 'script:exit', async execute() { await sleep(20); process.exit(7); } }] }));
      void manager.run([{ stage: 'hang-stage:run' }, { stage: 'script:exit' }]);`);
    expect(end).toMatchObject({ code: 7, stderr: '' });
  });

  it('[G12] it ends by itself when nothing runs, though plugins are loaded and nobody called stop', async () => {
    const end = await runScript(`
      const manager = await create();
      for (const name of ['stage-echo', 'stage-log', 'late-thread']) await manager.load(fixture(name));
      await manager.run(['stage-echo:run', 'stage-log:run'], { data: { in: 1 } });
      console.log('end of main');`);
    expect(end).toMatchObject({ code: 0, stdout: 'end of main\n', stderr: '' });
    expect(end.milliseconds).toBeLessThan(10_000);
  });

  it('[G12] it does not end before the stages that run', async () => {
    const end = await runScript(`
      const manager = await create();
      await manager.load(fixture('slow-stage'));
      void manager.run(['slow-stage:run'], { data: { ms: 400 } }).then((run) => console.log(run.status));
      void manager.run(['slow-stage:run'], { data: { ms: 1 } }).then((run) => console.log(run.status, 2));`);
    expect(end).toMatchObject({ code: 0, stdout: 'ok\nok 2\n', stderr: '' });
  });

  it('[G14] it can end after a stage was abandoned', async () => {
    const end = await runScript(`
      const manager = await create();
      await manager.load(fixture('hang-stage'));
      const run = await manager.run(['hang-stage:run'], { signal: AbortSignal.timeout(500) });
      const { failed } = await manager.stop();
      console.log(run.error.code, failed[0].error.code);`);
    expect(end).toMatchObject({ code: 0, signal: null, stdout: 'Abandoned Abandoned\n' });
    expect(end.milliseconds).toBeLessThan(10_000);
  });

  it('[G12] the exit code of a process that ends by itself is its own', async () => {
    const end = await runScript(`
      const manager = await create();
      await manager.load(fixture('static-vtable'));
      process.exitCode = 3;`);
    expect(end).toMatchObject({ code: 3, stderr: '' });
  });

  it('[G18] log lines that were queued when it exits are written', async () => {
    const end = await runScript(`
      const manager = await create({ logLevel: 'info' });
      await manager.load(fixture('stage-log'));
      void manager.run(['stage-log:run']);
      await sleep(0);
      const until = performance.now() + 300;
      while (performance.now() < until);
      process.exit(0);`);
    expect(end.code).toBe(0);
    const lines = end.stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map((line) => line.level)).toEqual([30, 40, 50, 60, 30]);
  });

  it('[G18] nothing is written where nobody asked for it, even if plugins log and fail', async () => {
    const end = await runScript(`
      const manager = await create({ directories: [] });
      await manager.load(fixture('stage-log'));
      await manager.load(fixture('fail-init')).catch(() => {});
      await manager.run(['stage-log:run']);
      await manager.stop();`);
    expect(end).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });
});
