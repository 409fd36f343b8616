import { expect, it } from 'vitest';
import { resultOf } from '../support/children.js';
import { describeWithFixtures } from '../support/plugins.js';

/** Collects garbage after every step, and while stages run on other threads. */
const COLLECT = `
  const collect = () => { for (let i = 0; i < 3; i++) globalThis.gc(); };
  const step = async (work) => { collect(); const result = await work(); collect(); await sleep(0); collect(); return result; };
`;

describeWithFixtures('garbage collection between all steps', () => {
  it('[G1] [G12] takes nothing away that native code still uses, through the whole life of plugins', async () => {
    const result = await resultOf(
      `${COLLECT}
      const results = [];
      for (let round = 0; round < 5; round++) {
        let manager = await step(() => create({ pipelines: { all: ['text:survey', 'stage-echo:run', 'script:turn', 'checksum:crc32c', 'noop:s0', 'noop:s1'] } }));
        for (const path of [shipped('text'), shipped('checksum'), fixture('stage-echo'), fixture('stage-noop'), fixture('heap-vtable')]) {
          await step(() => manager.load(path));
        }
        await step(() => manager.load(definePlugin({ name: 'script', version: '1.0.0', stages: [{ id: 'script:turn', async execute(context) {
          const bytes = context.get('out');
          collect();
          await sleep(1);
          context.set('length', bytes.length);
          collect();
        } }] })));
        let data = { path: process.cwd() + '/package.json', in: new Uint8Array(1024 * 1024).fill(round) };
        const pending = manager.run('all', { data });
        data = undefined;
        collect();
        let run = await pending;
        collect();
        results.push([run.status, run.data.length, run.data.out[5], run.data['checksum.crc32c'].length]);
        run = undefined;
        const many = Array.from({ length: 8 }, (_, index) => manager.run(['stage-echo:run'], { data: { in: 'x'.repeat(10000) + index } }));
        collect();
        results.push((await Promise.all(many)).map((each) => each.data.out.slice(9999)).join(' '));
        await step(() => manager.unload('stage-echo'));
        await step(() => manager.stop());
        manager = undefined;
        collect();
      }
      console.log(JSON.stringify(results));`,
      { flags: ['--expose-gc'], timeoutMs: 60_000 },
    );
    const echoes = Array.from({ length: 8 }, (_, index) => `x${index}`).join(' ');
    expect(result).toEqual(Array.from({ length: 5 }, (_, round) => [['ok', 1024 * 1024, round, 8], echoes]).flat());
  });

  it('[G12] a manager that nobody holds any more keeps its libraries mapped', async () => {
    const result = await resultOf(
      `${COLLECT}
      let manager = await create();
      await manager.load(fixture('thread-logger'));
      manager = undefined;
      for (let i = 0; i < 20; i++) { collect(); await sleep(5); }
      console.log(JSON.stringify('alive'));
      process.exit(0);`,
      { flags: ['--expose-gc'] },
    );
    expect(result).toBe('alive');
  });

  it('[G14] large bytes given to a running stage are not collected under it', async () => {
    const result = await resultOf(
      `${COLLECT}
      const manager = await create();
      await manager.load(fixture('stage-echo'));
      await manager.load(fixture('slow-stage'));
      let sum = 0;
      for (let round = 0; round < 10; round++) {
        const pending = manager.run(['slow-stage:run', 'stage-echo:run'], { data: { ms: 10, in: new Uint8Array(4 * 1024 * 1024).fill(round + 1) } });
        for (let i = 0; i < 5; i++) { collect(); new Uint8Array(4 * 1024 * 1024).fill(255); await sleep(1); }
        const { data } = await pending;
        if (data.out.every((byte) => byte === round + 1)) sum++;
      }
      await manager.stop();
      console.log(JSON.stringify(sum));`,
      { flags: ['--expose-gc'], timeoutMs: 60_000 },
    );
    expect(result).toBe(10);
  });
});
