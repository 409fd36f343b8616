// d. Context access from C, and ten stages of 4 gets and 2 sets in one run.

import { join } from 'node:path';
import { definePlugin } from '../../dist/index.js';
import { addon, cHost, hostile, loopPlugin, managerWith, numbersFrom, peerLibrary, suffix } from '../environment.mjs';
import { interleave, row, timed, timedAsync } from '../measure.mjs';

const FIRST = { c0: 0, c1: 0, c2: 2, c3: 3 };
const STAGES = 10;

export default async function context(quick) {
  const rounds = quick ? 3 : 101;
  const times = quick ? 50 : 300;
  const pipelines = {
    native: Array.from({ length: STAGES }, (_, index) => `counter:s${index}`),
    typescript: Array.from({ length: STAGES }, (_, index) => `tscounter:s${index}`),
  };
  const manager = await managerWith([join(hostile, `stage-counter${suffix}`), loopPlugin], { pipelines });
  await manager.load(counterInTypeScript());

  const access = (stage) => async () => {
    const report = await manager.run([stage], { data: { loops: quick ? 1_000n : 20_000n } });
    return report.data.nanoseconds;
  };
  const one = await interleave(rounds, { get: access('loop:get'), set: access('loop:set') });

  // The batch alone: what the pipeline hands to the runner of native stages, without the run around it.
  const stages = pipelines.native.map((id) => manager.stages.get(id).stage);
  const { runner } = stages[0];
  const cancellation = { cancelled: false, subscribe: () => () => {} };
  const values = new Map(Object.entries(FIRST).map(([key, value]) => [key, { tag: 'int64', value: BigInt(value) }]));
  const batch = () => {
    const run = {};
    const result = runner.runBatch(stages, { mode: 'live', cancellation, run, exclusive: true, values });
    runner.release(run);
    if (result.completed !== STAGES) throw result.error;
  };

  const data = Object.fromEntries(Object.entries(FIRST).map(([key, value]) => [key, BigInt(value)]));
  const run = (pipeline) => async () => {
    const report = await manager.run(pipeline, { data });
    if (!report.ok) throw report.error;
  };

  const held = new Map(Object.entries(FIRST));
  const get = (key) => held.get(key);
  const set = (key, value) => void held.set(key, value);
  const closures = Array.from({ length: STAGES }, () => (values) => {
    const c0 = values.get('c0');
    const c1 = values.get('c1');
    const c2 = values.get('c2');
    const c3 = values.get('c3');
    values.set('c0', c0 + 1);
    values.set('c1', c1 + c2 + c3);
  });
  const { koffi, library } = peerLibrary();
  const getter = koffi.pointer(koffi.proto('int64_t', ['const char*']));
  const setter = koffi.pointer(koffi.proto('void', ['const char*', 'int64_t']));
  const koffiStages = library.func('peer_stages', 'void', [getter, setter]);
  const registered = [koffi.register(get, getter), koffi.register(set, setter)];
  const native = addon();

  const medians = await interleave(rounds, {
    batch: () => timed(batch, times),
    run: () => timedAsync(run('native'), times),
    typescript: () => timedAsync(run('typescript'), quick ? 20 : 100),
    closures: () =>
      timed(() => {
        for (const stage of closures) stage(held);
      }, times),
    'Koffi callbacks': () => timed(() => koffiStages(...registered), quick ? 20 : 100),
    'Node-API callbacks': () => timed(() => native.stages(get, set), quick ? 20 : 150),
    C: () => numbersFrom(cHost, ['stages', String(quick ? 1_000 : 3_000)])[0],
  });
  for (const callback of registered) koffi.unregister(callback);
  await manager.stop();

  const peers = {
    'JavaScript closures + Map': medians.closures / 1e3,
    'Koffi callbacks': medians['Koffi callbacks'] / 1e3,
    'Node-API callbacks': medians['Node-API callbacks'] / 1e3,
    C: medians.C / 1e3,
  };
  const work = 'ten native stages × (4 get + 2 set)';
  return [
    row({ id: 'd', what: 'context `get` by key, from C', unit: 'ns', ours: one.get, target: { most: 40 } }),
    row({ id: 'd', what: 'context `set` by key, from C', unit: 'ns', ours: one.set, target: { most: 40 } }),
    row({
      id: 'd',
      what: `${work}: the batch, values in and changes out`,
      unit: 'µs',
      ours: medians.batch / 1e3,
      peers,
      target: { most: 3 },
    }),
    row({ id: 'd', what: `${work}: the whole \`manager.run\``, unit: 'µs', ours: medians.run / 1e3, peers }),
    row({
      id: 'd',
      what: 'the same ten stages in TypeScript through `manager.run`',
      unit: 'µs',
      ours: medians.typescript / 1e3,
      peers,
    }),
  ];
}

function counterInTypeScript() {
  const execute = (context) => {
    const c0 = context.get('c0');
    const c1 = context.get('c1');
    const c2 = context.get('c2');
    const c3 = context.get('c3');
    context.set('c0', c0 + 1n);
    context.set('c1', c1 + c2 + c3);
  };
  const stages = Array.from({ length: STAGES }, (_, index) => ({ id: `tscounter:s${index}`, execute }));
  return definePlugin({ name: 'tscounter', version: '1.0.0', stages });
}
