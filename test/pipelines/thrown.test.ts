import { inspect } from 'node:util';
import { type PipelineDefinition, PluginSystemError, type RunOptions } from 'mortise';
import { describe, expect, it } from 'vitest';
import { runInParallel } from '../../dist/pipelines/schedule.js';
import { createManager } from '../support/managers.js';
import { plugin } from '../support/typescript-plugin.js';
import { outcome } from './outcome.js';

/** What a stage may throw that answers no question about itself. */
function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const boo = (): never => {
  throw new Error('boo');
};
const forged = (fields: object) => Object.assign(new PluginSystemError('InitFailed', 'the text'), fields);

const hostile: Array<[string, () => unknown, object]> = [
  ['a revoked proxy', revoked, { code: 'StageFailed', detail: 'something that cannot be shown (object)' }],
  ['a proxy of which nothing can be asked', () => new Proxy({}, { get: boo, getPrototypeOf: boo }), { code: 'StageFailed' }],
  ['an object whose name cannot be read', () => Object.defineProperty({}, 'name', { get: boo }), { code: 'StageFailed' }],
  ['an object without a prototype', () => Object.create(null), { code: 'StageFailed' }],
  ['nothing', () => undefined, { code: 'StageFailed', detail: 'undefined' }],
  ['an error whose message is a symbol', () => Object.assign(new Error(), { message: Symbol('s') }), { detail: 'Symbol(s)' }],
  ['an error of ours with another code', () => forged({ code: 'Forged' }), { code: 'Internal', detail: 'the text' }],
  ['an error of ours with no code', () => forged({ code: revoked() }), { code: 'Internal', detail: 'the text' }],
  ['an error of ours whose fields are none', () => forged({ detail: 5n, plugin: {}, ledger: 5 }), { detail: '5n' }],
  ['an error of ours that is frozen', () => Object.freeze(forged({})), { code: 'InitFailed', detail: 'the text' }],
  [
    'an error of ours that cannot be read',
    () => Object.defineProperty(forged({}), 'detail', { get: boo }),
    { code: 'StageFailed' },
  ],
  ['what has but the prototype of ours', () => Object.create(PluginSystemError.prototype), { code: 'Internal' }],
];

const shapes: Array<[string, PipelineDefinition['steps']]> = [
  ['in a row', ['script:throws', 'script:other']],
  ['beside others', [{ stage: 'script:other' }, { stage: 'script:throws' }]],
  ['with a deadline', ['script:other', { stage: 'script:throws', timeoutMs: 60_000 }]],
];

async function runThrowing(make: () => unknown, steps: PipelineDefinition['steps'], options: RunOptions = {}) {
  const manager = await createManager();
  await manager.load(
    plugin('script', {
      async throws({ signal }) {
        if (options.signal !== undefined && !signal.aborted)
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
        throw make();
      },
      other() {},
    }),
  );
  return manager.run({ steps, onFailure: 'continue' }, options);
}

describe.each(shapes)('a stage %s', (_title, steps) => {
  it.each(hostile)('[G16] [G17] that throws %s has failed with a typed error', async (_what, make, expected) => {
    const run = await runThrowing(make, steps);
    expect(run.status).toBe('failed');
    expect([...outcome(run)].sort()).toEqual(['script:other ok', 'script:throws failed']);
    expect(run.error).toBeInstanceOf(PluginSystemError);
    expect(run.error).toMatchObject({ plugin: 'script', phase: 'operation', operation: 'script:throws', ...expected });
    expect(run.error?.category).toMatch(/^(operation|internal|init)$/);
    expect(JSON.parse(JSON.stringify(run)).error).toMatchObject({ operation: 'script:throws' });
    expect(inspect(run)).toContain('script:throws');
  });

  it.each(hostile)('[G16] [G17] that throws %s after it was cancelled ends the run', async (_what, make) => {
    const run = await runThrowing(make, steps, { signal: AbortSignal.timeout(20) });
    expect(run.error).toBeInstanceOf(PluginSystemError);
  });
});

describe('a run beside which the scheduler itself fails', () => {
  const segment = (index: number) =>
    ({ index, planned: [], stages: [], runner: undefined, after: [], followers: [], skipped: undefined }) as const;

  it.each([
    ['rejects', () => Promise.reject(new Error('defect'))],
    ['throws', boo],
  ])('[G16] ends when a segment %s, once the others have ended', async (_how, fails) => {
    const trace: string[] = [];
    const segments = [segment(0), segment(1), segment(2), segment(3)];
    const failing = runInParallel(
      segments,
      2,
      () => true,
      ({ index }) => {
        trace.push(`begin ${index}`);
        if (index === 1) return fails();
        return new Promise<void>((resolve) => setTimeout(resolve, 5)).then(() => {
          trace.push(`end ${index}`);
        });
      },
    );
    await expect(failing).rejects.toThrow(/defect|boo/);
    expect(trace).toEqual(['begin 0', 'begin 1', 'end 0']);
  });
});
