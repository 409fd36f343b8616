import { type Plugin, PluginSystemError, type StageReport } from 'mortise';
import { expect, it, onTestFinished } from 'vitest';
import type { CallHooks, StageCall } from '../../dist/pipelines/call-hooks.js';
import { PipelineRuns } from '../../dist/pipelines/pipeline-runs.js';
import { StageTable } from '../../dist/pipelines/stage-table.js';
import { logCalls } from '../support/calls.js';
import { createManager, managerWith } from '../support/managers.js';
import { compilePlugin, describeWithFixtures } from '../support/plugins.js';
import { plugin } from '../support/typescript-plugin.js';
import { outcome, trail } from './outcome.js';

/** Runs over the stages of a manager, with hooks that note what they are told and forbid what `vetoes` names. */
async function hooked(vetoes: readonly string[] = [], active = true) {
  const heard: string[] = [];
  const calls: StageCall[] = [];
  const hooks: CallHooks = {
    active,
    async before(call) {
      calls.push(call);
      heard.push(`before ${call.stage}`);
      return vetoes.includes(call.stage) ? new PluginSystemError('Vetoed', 'not while the door is open') : undefined;
    },
    async after(call: StageCall, report: StageReport) {
      heard.push(`after ${call.stage} ${report.status}`);
    },
  };
  const manager = await managerWith(compilePlugin('trail'));
  await manager.load(plugin('script', trail) as Plugin);
  const table = new StageTable();
  for (const name of ['trail', 'script']) {
    table.reserve(
      name,
      manager.stages.of(name).map((id) => manager.stages.get(id).stage),
    );
    table.publish(name);
  }
  const silent = { child: () => silent } as never;
  const settings = { pipelines: {}, configDirectory: '/nowhere', cancelGraceMs: 1000, drainMs: 1000 };
  const runs = new PipelineRuns(settings, table, silent, hooks);
  onTestFinished(() => runs.drain());
  return { runs, heard, calls };
}

describeWithFixtures('hooks of calls', () => {
  it('[Z11] are told before and after each stage, also within what is a chain without them', async () => {
    const { runs, heard, calls } = await hooked();
    const run = await runs.run(['trail:a', 'trail:b', 'script:a'], { mode: 'live' });
    expect(run.ok).toBe(true);
    expect(run.data).toMatchObject({ before: 3n });
    expect(heard).toEqual([
      'before trail:a',
      'after trail:a ok',
      'before trail:b',
      'after trail:b ok',
      'before script:a',
      'after script:a ok',
    ]);
    expect(calls[1]).toEqual({ pipeline: 'inline', stage: 'trail:b', plugin: 'trail', mode: 'live' });
  });

  it('[Z11] fail a stage that they forbid, of which nothing is called', async () => {
    const log = logCalls();
    const { runs, heard } = await hooked(['trail:b', 'script:a']);
    const run = await runs.run({ steps: ['trail:a', 'trail:b', 'script:a', 'trail:c'], onFailure: 'continue' }, {});
    expect(outcome(run)).toEqual(['trail:a ok', 'trail:b failed', 'script:a failed', 'trail:c ok']);
    expect(run.error).toMatchObject({
      code: 'Vetoed',
      plugin: 'trail',
      operation: 'trail:b',
      detail: 'not while the door is open',
    });
    expect(run.stages[1]).not.toHaveProperty('startedAfterMs');
    expect(heard).toContain('after trail:b failed');
    expect(run.data).not.toHaveProperty('ran.script:a');
    expect(log.of('trail').filter((call) => call.startsWith('execute'))).toEqual(['execute trail:a', 'execute trail:c']);
  });

  it('[Z11] are not told of stages that are skipped or not run', async () => {
    const { runs, heard } = await hooked(['script:b']);
    const run = await runs.run(['script:a', 'script:b', 'script:c'], { skip: { 'script:a': 'no' } });
    expect(outcome(run)).toEqual(['script:a skipped: no', 'script:b failed', 'script:c not_run']);
    expect(heard).toEqual(['before script:b', 'after script:b failed']);
  });

  it('[Z11] that are not active when a run begins are not asked', async () => {
    const { runs, heard } = await hooked(['trail:a'], false);
    expect((await runs.run(['trail:a', 'script:a'], {})).ok).toBe(true);
    expect(heard).toEqual([]);
  });

  it('[Z11] are asked for stages beside each other, too', async () => {
    const { runs, heard } = await hooked(['script:a']);
    const run = await runs.run({ steps: [{ stage: 'script:a' }, { stage: 'trail:a' }], onFailure: 'continue' }, {});
    expect(outcome(run)).toEqual(['script:a failed', 'trail:a ok']);
    expect(heard.sort()).toEqual(['after script:a failed', 'after trail:a ok', 'before script:a', 'before trail:a']);
  });

  it('[Z11] that fail themselves fail the stage, not the process', async () => {
    const manager = await createManager();
    await manager.load(plugin('script', trail));
    const table = new StageTable();
    table.reserve('script', [manager.stages.get('script:a').stage]);
    table.publish('script');
    const hooks = { active: true, before: () => Promise.reject(new Error('out of order')), after: async () => {} };
    const settings = { pipelines: {}, configDirectory: '/nowhere', cancelGraceMs: 1000, drainMs: 1000 };
    const run = await new PipelineRuns(settings, table, {} as never, hooks).run(['script:a'], {});
    expect(run).toMatchObject({ status: 'failed', error: { code: 'Internal', detail: 'out of order' } });
  });
});
