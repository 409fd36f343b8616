import { expect, it } from 'vitest';
import { resultOf, runScript } from '../support/children.js';
import { compilePlugin, describeWithFixtures } from '../support/plugins.js';

const ROUNDS = 20;

/** What a worker thread is in the middle of when it is terminated; `path` is the plugin, `id` a stage of it. */
const SITUATIONS = [
  {
    title: 'a quick stage on its own thread',
    path: `process.env.SPIN`,
    id: 'spin:run',
    work: `begins(); for (;;) await manager.run(['spin:run'], { data: { ms: 200 } });`,
  },
  {
    title: 'a stage on a thread of the host library, which obeys cancellation',
    path: `fixture('stage-sum')`,
    id: 'stage-sum:s0',
    work: `begins(); await manager.run(['stage-sum:s0'], { data: { ms: 60000, key: 'k' } });`,
  },
  {
    title: 'a stage on a thread of the host library, which ignores cancellation for a while',
    path: `fixture('slow-stage')`,
    id: 'slow-stage:run',
    work: `begins(); await manager.run(['slow-stage:run'], { data: { ms: 100 } });`,
  },
  {
    // Between two loads, not inside one: Koffi 3.3.4 ends the process when a thread is terminated while it makes a value (napi_throw).
    title: 'waiting, with a plugin open that it loaded and unloaded a hundred times',
    path: `fixture('static-vtable')`,
    id: undefined,
    work: `for (let i = 0; i < 100; i++) { await manager.unload('static-vtable'); await manager.load(path); }
      setInterval(begins, 1);`,
  },
];

/** The main thread keeps a plugin of its own running, and takes over the plugin of the worker that it terminated. */
const script = ({ path, id, work }: (typeof SITUATIONS)[number]) => `
  const path = ${path};
  const manager = await create();
  await manager.load(fixture('stage-echo'));
  const source = \`
    const { path } = workerData;
    await manager.load(path);
    const begins = () => parentPort.postMessage('begins');
    ${work}
  \`;
  const rounds = [];
  for (let round = 0; round < ${ROUNDS}; round++) {
    const worker = startWorker(source, { path });
    await said(worker);
    await sleep(30 + ((round * 3) % 11));
    await worker.terminate();
    const alive = await manager.run(['stage-echo:run'], { data: { in: round } });
    let info;
    const until = performance.now() + 3000;
    while (info === undefined) {
      try {
        info = await manager.load(path);
      } catch (error) {
        if (error.code !== 'LibraryInUse' || performance.now() > until) throw error;
        await sleep(10);
      }
    }
    const id = ${JSON.stringify(id)};
    const run = id === undefined ? { ok: true } : await manager.run([id], { data: { ms: 1, key: 'k' } });
    rounds.push(alive.data.out === round && run.ok);
    await manager.unload(info.name);
  }
  const { failed } = await manager.stop();
  console.log(JSON.stringify({ rounds, failed }));
`;

describeWithFixtures('a worker thread that is terminated', () => {
  it.each(SITUATIONS)('[G12] in the middle of $title leaves the main thread alive, and the plugin free', async (situation) => {
    const environment = situation.path === 'process.env.SPIN' ? { SPIN: compilePlugin('spin') } : {};
    const { rounds, failed } = (await resultOf(script(situation), { timeoutMs: 60_000, environment })) as {
      rounds: boolean[];
      failed: unknown[];
    };
    const good = rounds.filter(Boolean).length;
    console.log(`a worker terminated in the middle of ${situation.title}: ${good} of ${ROUNDS}`);
    expect(good).toBe(ROUNDS);
    expect(failed).toEqual([]);
  });
});

describeWithFixtures('plugins in worker threads', () => {
  it('[G1] [G12] a library that runs in one thread is refused in another, and free when that one has stopped', async () => {
    const result = await resultOf(`
      const path = fixture('stage-echo');
      const manager = await create();
      await manager.load(path);
      const worker = startWorker(\`
        const outcomes = [];
        parentPort.on('message', async () => {
          await manager.load(workerData.path).then(() => outcomes.push('ok'), (error) => outcomes.push(error.code));
          if (outcomes.length === 1) return parentPort.postMessage('again');
          const run = await manager.run(['stage-echo:run'], { data: { in: 5 } });
          await manager.stop();
          parentPort.postMessage({ outcomes, out: run.data.out });
          parentPort.close();
        });
        parentPort.postMessage('ready');
      \`, { path });
      await said(worker);
      worker.postMessage('load');
      await said(worker);
      await manager.unload('stage-echo');
      worker.postMessage('load');
      const result = await said(worker);
      await new Promise((resolve) => worker.once('exit', resolve));
      await manager.load(path);
      console.log(JSON.stringify({ ...result, back: (await manager.run(['stage-echo:run'], { data: { in: 6 } })).data.out }));
    `);
    expect(result).toEqual({ outcomes: ['LibraryInUse', 'ok'], out: 5, back: 6 });
  });

  it('[G12] a worker that ends by itself without stop frees its plugins', async () => {
    const end = await runScript(`
      const path = fixture('stage-echo');
      const manager = await create();
      await manager.load(fixture('stage-log'));
      for (let round = 0; round < 5; round++) {
        const worker = startWorker('await manager.load(workerData.path);', { path });
        await new Promise((resolve, reject) => { worker.once('exit', resolve); worker.once('error', reject); });
      }
      console.log((await manager.load(path)).state);`);
    expect(end).toMatchObject({ code: 0, stdout: 'running\n', stderr: '' });
  });

  it('[G12] process.exit(7) ends the process while worker threads run stages', async () => {
    const end = await runScript(`
      const plugins = [['slow-stage', 'run'], ['hang-stage', 'run'], ['stage-sum', 's0']];
      await Promise.all(plugins.map(([name, stage]) => said(startWorker(\`
        await manager.load(workerData.path);
        void manager.run([workerData.id], { data: { ms: 60000, key: 'k' } });
        setTimeout(() => parentPort.postMessage('runs'), 10);
      \`, { path: fixture(name), id: name + ':' + stage }))));
      process.exit(7);`);
    expect(end).toMatchObject({ code: 7, signal: null, stderr: '' });
  });
});
