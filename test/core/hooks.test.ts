import type { HookEvents, HookName, PluginManager } from 'mortise';
import { describe, expect, it } from 'vitest';
import { logCalls } from '../support/calls.js';
import { refusal } from '../support/errors.js';
import { createManager } from '../support/managers.js';
import { describeWithFixtures, fixture, folderOf, outstanding, shipped } from '../support/plugins.js';
import { plugin } from '../support/typescript-plugin.js';

const ALL: readonly HookName[] = [
  'beforeLoad',
  'afterLoad',
  'beforeInit',
  'afterInit',
  'beforeCall',
  'afterCall',
  'beforeUnload',
  'beforeShutdown',
  'afterShutdown',
  'afterUnload',
];

/** Notes every hook that is called, with the plugin that it was called for. */
function noteHooks(manager: PluginManager): Array<[string, string | undefined]> {
  const seen: Array<[string, string | undefined]> = [];
  for (const name of ALL) manager.hook(name, (event) => void seen.push([name, (event as { plugin?: string }).plugin]));
  return seen;
}

describeWithFixtures('hooks around the life of a compiled plugin', () => {
  it('[Z11] are called before and after load, init, call, shutdown and unload, in this order', async () => {
    const manager = await createManager({ directories: [folderOf(shipped('text'))] });
    const seen = noteHooks(manager);
    await manager.start();
    await manager.run(['text:survey'], { data: { path: 'README.md' } });
    await manager.unload('text');
    const [first, ...others] = seen;
    // By the record in its file: nothing of it was run by then.
    expect(first).toEqual(['beforeLoad', 'text']);
    expect(others).toEqual(ALL.slice(1).map((name) => [name, 'text']));
  });

  it('[Z11] a veto of beforeLoad keeps the library from being opened', async () => {
    const calls = logCalls();
    const manager = await createManager({ directories: [folderOf(fixture('static-vtable'), shipped('text'))] });
    manager.hook('beforeLoad', ({ path }) => (path?.includes('static-vtable') ? { veto: 'not on Sundays' } : undefined));
    const { loaded, failed } = await manager.start();
    expect(loaded.map(({ name }) => name)).toEqual(['text']);
    expect(failed).toMatchObject([{ error: { code: 'Vetoed', phase: 'loading' } }]);
    expect(failed[0]?.error.detail).toBe('the beforeLoad hook of the application forbade it: not on Sundays');
    expect(calls.lines()).toEqual([]);
  });

  it('[Z11] a veto of beforeInit rolls the plugin back and skips its dependents', async () => {
    const calls = logCalls();
    const path = fixture('static-vtable');
    const manager = await createManager({ directories: [folderOf(path)] });
    manager.register(plugin('dependent', {}, { dependencies: [{ name: 'static-vtable' }] }));
    manager.hook('beforeInit', (event) => (event.plugin === 'static-vtable' ? { veto: 'no licence' } : undefined));
    const { failed } = await manager.start();
    expect(failed.map(({ name, error }) => [name, error.code])).toEqual([
      ['static-vtable', 'Vetoed'],
      ['dependent', 'DependencyFailed'],
    ]);
    expect(calls.of('static-vtable').filter((call) => call === 'init' || call === 'shutdown')).toEqual([]);
    expect(calls.of('static-vtable').at(-1)).toBe('destroy');
    expect(outstanding(path)).toEqual({});
  });

  it('[Z11] a veto of beforeShutdown or beforeUnload keeps unload and disable from anything', async () => {
    const calls = logCalls();
    const manager = await createManager({ directories: [folderOf(fixture('static-vtable'))] });
    await manager.start();
    for (const name of ['beforeShutdown', 'beforeUnload'] as const) {
      const remove = manager.hook(name, async ({ reason }) => ({ veto: `no ${reason} in the afternoon` }));
      expect(await refusal(manager.unload('static-vtable'))).toMatchObject({ code: 'Vetoed', plugin: 'static-vtable' });
      expect((await refusal(manager.disable('static-vtable'))).detail).toContain('no disable in the afternoon');
      expect(manager.get('static-vtable').state).toBe('running');
      remove();
    }
    expect(calls.of('static-vtable')).not.toContain('shutdown');
    await manager.unload('static-vtable');
    expect(manager.has('static-vtable')).toBe(false);
  });

  it('[Z11] stop cannot be forbidden: what was said against it is reported', async () => {
    const manager = await createManager({ directories: [folderOf(fixture('static-vtable'))] });
    await manager.start();
    manager.hook('beforeShutdown', () => ({ veto: 'stay' }));
    const { stopped, failed, warnings } = await manager.stop();
    expect([stopped, failed]).toEqual([['static-vtable'], []]);
    expect(warnings).toMatchObject([{ code: 'Vetoed', message: expect.stringContaining('stay') }]);
  });

  it('[Z11] a failed init is told to afterInit, and its rollback to afterUnload', async () => {
    const manager = await createManager({ directories: [folderOf(fixture('fail-init'))] });
    const ended: Array<[string, string | undefined]> = [];
    for (const name of ['afterInit', 'afterUnload'] as const)
      manager.hook(name, (event) => void ended.push([name, event.error?.code]));
    await manager.start();
    expect(ended).toEqual([
      ['afterInit', 'InitFailed'],
      ['afterUnload', undefined],
    ]);
  });
});

describeWithFixtures('hooks around calls', () => {
  it('[Z11] see each stage of a native chain, with its report', async () => {
    const manager = await createManager({ directories: [folderOf(shipped('text'), shipped('environment-check'))] });
    await manager.start();
    const calls: unknown[] = [];
    manager.hook('beforeCall', (event) => void calls.push(['before', event.stage, event.plugin, event.mode, event.pipeline]));
    manager.hook('afterCall', ({ stage, report }) => void calls.push(['after', stage, report.status]));
    await manager.run(['environment:cpu', 'text:survey'], { data: { path: 'README.md' } });
    expect(calls).toEqual([
      ['before', 'environment:cpu', 'environment-check', 'live', 'inline'],
      ['after', 'environment:cpu', 'ok'],
      ['before', 'text:survey', 'text', 'live', 'inline'],
      ['after', 'text:survey', 'ok'],
    ]);
  });

  it('[Z11] a veto fails the stage, which is not called; what ran before it stays', async () => {
    const manager = await createManager({ directories: [folderOf(shipped('text'), shipped('environment-check'))] });
    await manager.start();
    manager.hook('beforeCall', ({ stage }) => (stage === 'text:survey' ? { veto: 'confidential' } : undefined));
    const run = await manager.run(['environment:cpu', 'text:survey'], { data: { path: 'README.md' } });
    expect(run.stages.map(({ status }) => status)).toEqual(['ok', 'failed']);
    expect(run.error).toMatchObject({ code: 'Vetoed', plugin: 'text', operation: 'text:survey' });
    expect(run.data).toHaveProperty(['environment.cpu']);
    expect(run.data).not.toHaveProperty(['text.lines']);
  });
});

describe('hooks that fail', () => {
  it('[Z11] forbid nothing, and are warned of', async () => {
    const manager = await createManager({ deadlines: { hook: 20 } });
    const warnings: string[] = [];
    manager.on('warning', ({ code, plugin: name, message }) => void warnings.push(`${code} ${name}: ${message}`));
    manager.register(plugin('script'));
    manager.hook('beforeInit', () => {
      throw new Error('broken');
    });
    manager.hook('beforeInit', () => new Promise<undefined>(() => {}));
    manager.hook('beforeInit', (() => 42) as never);
    const { loaded } = await manager.start();
    expect(loaded.map(({ name }) => name)).toEqual(['script']);
    expect(warnings).toEqual([
      'HookFailed script: the beforeInit hook of the application failed: broken; it forbade nothing',
      expect.stringMatching(/^HookFailed script: .* did not end within 20 ms; it forbade nothing$/),
      'HookFailed script: the beforeInit hook of the application answered neither nothing nor { veto: REASON }; it forbade nothing',
    ]);
  });

  it('[Z11] a hook that asks for a change of the plugins is told no instead of waiting for itself', async () => {
    const manager = await createManager();
    manager.register(plugin('script'));
    let told: unknown;
    manager.hook('afterInit', async () => {
      told = await refusal(manager.unload('script'));
    });
    await manager.start();
    expect(told).toMatchObject({ code: 'InvalidState' });
  });

  it('[Z11] names that are none are refused with the nearest', async () => {
    const manager = await createManager();
    const misspelt = await refusal(() => manager.hook('beforeInt' as 'beforeInit', () => undefined));
    expect(misspelt).toMatchObject({ code: 'InvalidOption', remedy: 'Did you mean "beforeInit"?' });
    expect(await refusal(() => manager.hook('beforeInit', 7 as never))).toMatchObject({ code: 'InvalidOption' });
  });

  it('[Z11] a hook that was taken away is not called again', async () => {
    const manager = await createManager();
    manager.register(plugin('script'));
    let count = 0;
    const counting = (_: HookEvents['beforeInit']) => {
      count++;
    };
    const remove = manager.hook('beforeInit', counting);
    manager.hook('beforeInit', counting);
    remove();
    remove();
    await manager.start();
    expect(count).toBe(1);
  });
});
