// e. A hundred stages that do nothing, a thousand runs.

import { join } from 'node:path';
import { definePlugin } from '../../dist/index.js';
import { hostile, managerWith, suffix } from '../environment.mjs';
import { interleave, row, timedAsync } from '../measure.mjs';

const STAGES = 100;

export default async function stages(quick) {
  const runs = quick ? 10 : 1_000;
  const execute = async () => {};
  const own = Array.from({ length: STAGES }, (_, index) => ({ id: `idle:s${index}`, execute }));
  const pipelines = {
    native: Array.from({ length: STAGES }, (_, index) => `noop:s${index}`),
    typescript: own.map((stage) => stage.id),
  };
  const manager = await managerWith([join(hostile, `stage-noop${suffix}`)], { pipelines });
  await manager.load(definePlugin({ name: 'idle', version: '1.0.0', stages: own }));
  const run = (pipeline) => async () => {
    const report = await manager.run(pipeline);
    if (!report.ok) throw report.error;
  };
  const medians = await interleave(quick ? 2 : 9, {
    native: () => timedAsync(run('native'), runs),
    typescript: () => timedAsync(run('typescript'), runs),
    loop: () =>
      timedAsync(async () => {
        for (const stage of own) await stage.execute();
      }, runs),
  });
  await manager.stop();
  const peers = { 'bare `await` loop': medians.loop / 1e3 };
  return [
    row({ id: 'e', what: 'a run of 100 no-op native stages', unit: 'µs', ours: medians.native / 1e3, peers }),
    row({ id: 'e', what: 'a run of 100 no-op TypeScript stages', unit: 'µs', ours: medians.typescript / 1e3, peers }),
  ];
}
