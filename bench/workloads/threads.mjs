// g. A native stage on a thread of the host library, beside libuv's pool.

import { addon, loopPlugin, managerWith, peerLibrary } from '../environment.mjs';
import { interleave, row, timedAsync } from '../measure.mjs';

const IN_FLIGHT = 8;

export default async function threads(quick) {
  const times = quick ? 20 : 60;
  const manager = await managerWith([loopPlugin], { pipelines: { idle: ['loop:idle'] } });
  const native = addon();
  const nothing = peerLibrary().library.func('peer_nothing', 'void', []);
  const jobs = {
    ours: async () => {
      const report = await manager.run('idle');
      if (!report.ok) throw report.error;
    },
    Koffi: () => new Promise((resolve, reject) => nothing.async((error) => (error ? reject(error) : resolve()))),
    'Node-API': () => native.nothing(),
  };
  const flight = (job) => async () => {
    await Promise.all(Array.from({ length: IN_FLIGHT }, job));
  };
  const rounds = quick ? 2 : 61;
  const alone = await interleave(
    rounds,
    each(jobs, (job) => () => timedAsync(job, times)),
  );
  const together = await interleave(
    rounds,
    each(jobs, (job) => async () => (await timedAsync(flight(job), times / 4)) / IN_FLIGHT),
  );
  await manager.stop();
  return [
    threadRow('empty stage on a thread, through `manager.run`: one at a time', alone),
    threadRow(`the same, ${IN_FLIGHT} in flight: time for each`, together),
  ];
}

function each(jobs, wrap) {
  return Object.fromEntries(Object.entries(jobs).map(([name, job]) => [name, wrap(job)]));
}

function threadRow(what, { ours, ...peers }) {
  return row({
    id: 'g',
    what,
    unit: 'µs',
    ours: ours / 1e3,
    peers: { Koffi: peers.Koffi / 1e3, 'Node-API': peers['Node-API'] / 1e3 },
  });
}
