import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { definePlugin, type PhaseEvent, type Plugin, type PluginDefinition, type Priority } from 'mortise';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type CallLog, logCalls } from '../support/calls.js';
import { createManager } from '../support/managers.js';
import { compilePlugin, describeWithFixtures, fixture, folderOf, outstanding, shipped, suffix } from '../support/plugins.js';

/** A TypeScript plugin that notes its calls where the compiled fixtures note theirs. */
function noting(calls: CallLog, name: string, more: Partial<PluginDefinition> = {}): Plugin {
  const made = definePlugin({
    name,
    version: '1.0.0',
    stages: [{ id: `${name}:run`, execute: () => calls.note(name, `execute ${name}:run`) }],
    init: () => calls.note(name, 'init'),
    preflight: () => calls.note(name, 'preflight_check'),
    shutdown: () => calls.note(name, 'shutdown'),
    ...more,
  });
  return {
    ...made,
    registerStages: () => {
      calls.note(name, 'register_stages');
      return made.registerStages();
    },
    destroy: () => calls.note(name, 'destroy'),
  };
}

const HIGH: Priority = { category: 'third_party_high', value: 110 };
const LOW: Priority = { category: 'third_party_low', value: 210 };

function collectPhases(): PhaseEvent[] {
  const events: PhaseEvent[] = [];
  const listener = (event: unknown) => events.push(event as PhaseEvent);
  subscribe('mortise:phase', listener);
  onTestFinished(() => void unsubscribe('mortise:phase', listener));
  return events;
}

describeWithFixtures('the order of the lifecycle', () => {
  it('[G12] [Z1] starts compiled and TypeScript plugins together and runs a pipeline over both', async () => {
    const manager = await createManager({
      directories: [folderOf(shipped('text'), shipped('checksum'))],
      pipelines: { survey: ['text:survey', 'checksum:crc32c', 'report:write'] },
    });
    let seen: unknown;
    manager.register(
      definePlugin({
        name: 'report',
        version: '1.0.0',
        stages: [
          {
            id: 'report:write',
            execute(context) {
              seen = context.get('text.lines');
              context.set('report', { lines: Number(seen) });
            },
          },
        ],
      }),
    );
    const boot = await manager.start();
    expect(boot.failed).toEqual([]);
    const run = await manager.run('survey', { data: { path: new URL('../../package.json', import.meta.url).pathname } });
    expect(run.error).toBeUndefined();
    expect(typeof seen).toBe('bigint');
    expect(run.data['checksum.crc32c']).toMatch(/^[0-9a-f]{8}$/);
    expect((await manager.stop()).failed).toEqual([]);
  });

  it('[G12] [Z10] takes all plugins through one phase before the next, dependencies first, and stops in reverse order', async () => {
    const calls = logCalls();
    const manager = await createManager({ directories: [folderOf(compilePlugin('needs', 'native-b', 'script-a'))] });
    manager.register(noting(calls, 'script-c', { dependencies: [{ name: 'native-b' }] }));
    manager.register(noting(calls, 'script-a', { priority: LOW }));
    const boot = await manager.start();
    await manager.run(['script-a:run', 'native-b:run', 'script-c:run']);
    const report = await manager.stop();

    expect(boot.failed).toEqual([]);
    expect(boot.loaded.map((info) => info.name)).toEqual(['script-a', 'native-b', 'script-c']);
    expect(report).toEqual({ stopped: ['script-c', 'native-b', 'script-a'], failed: [], unfinished: [], warnings: [] });
    expect(calls.lines()).toEqual([
      'native-b entry',
      'script-a register_stages',
      'native-b register_stages',
      'script-c register_stages',
      'script-a init',
      'native-b init',
      'script-c init',
      'script-a preflight_check',
      'native-b preflight_check',
      'script-c preflight_check',
      'script-a execute script-a:run',
      'native-b execute native-b:run',
      'script-c execute script-c:run',
      'script-c shutdown',
      'script-c destroy',
      'native-b shutdown',
      'native-b stage_destroy native-b:run',
      'native-b destroy',
      'script-a shutdown',
      'script-a destroy',
    ]);
  });

  it('[G5] [G12] starts by priority where dependencies leave it open, then by name', async () => {
    const calls = logCalls();
    // full-metadata is core:80, slow-stage third_party:160.
    const manager = await createManager({ directories: [folderOf(fixture('slow-stage'), fixture('full-metadata'))] });
    manager.register(noting(calls, 'low', { priority: LOW }));
    manager.register(noting(calls, 'middle-b'));
    manager.register(noting(calls, 'middle-a'));
    manager.register(noting(calls, 'high', { priority: HIGH }));
    const { loaded } = await manager.start();
    expect(loaded.map((info) => info.name)).toEqual(['full-metadata', 'high', 'slow-stage', 'middle-a', 'middle-b', 'low']);
  });

  it('[G9] starts a dependency before its dependent even if its priority says otherwise', async () => {
    const calls = logCalls();
    const manager = await createManager();
    manager.register(noting(calls, 'first', { priority: HIGH, dependencies: [{ name: 'second' }] }));
    manager.register(noting(calls, 'second', { priority: LOW }));
    const { loaded } = await manager.start();
    expect(loaded.map((info) => info.name)).toEqual(['second', 'first']);
  });

  it('[G9] does not mind an optional dependency that is missing', async () => {
    const manager = await createManager();
    manager.register(noting(logCalls(), 'lonely', { dependencies: [{ name: 'absent', required: false }] }));
    expect((await manager.start()).loaded.map((info) => info.name)).toEqual(['lonely']);
  });

  it('[G12] reports the milliseconds of each phase, for each plugin and in sum', async () => {
    const manager = await createManager({ directories: [folderOf(fixture('static-vtable'))] });
    const slowInit = () => new Promise<void>((resolve) => setTimeout(resolve, 30));
    manager.register(noting(logCalls(), 'script', { init: slowInit }));
    const boot = await manager.start();
    const phases = ['discovery', 'loading', 'metadata', 'resolution', 'registration', 'stages', 'init', 'preflight'];
    expect(Object.keys(boot.milliseconds).sort()).toEqual(phases.sort());
    for (const milliseconds of Object.values(boot.milliseconds)) expect(milliseconds).toBeGreaterThanOrEqual(0);
    expect(boot.milliseconds.init).toBeGreaterThanOrEqual(25);
    expect(boot.totalMilliseconds).toBeGreaterThanOrEqual(boot.milliseconds.init as number);
    const native = manager.get('static-vtable').milliseconds;
    expect(Object.keys(native)).toEqual(['loading', 'metadata', 'registration', 'stages', 'init', 'preflight']);
    expect(manager.get('script').milliseconds.init).toBeGreaterThanOrEqual(25);
  });

  it('[G12] announces each phase of each plugin on the channel mortise:phase', async () => {
    const events = collectPhases();
    const directory = folderOf(fixture('static-vtable'));
    const manager = await createManager({ directories: [directory] });
    await manager.start();
    await manager.stop();
    expect(events.map((event) => event.phase)).toEqual([
      'discovery',
      'loading',
      'metadata',
      'resolution',
      'registration',
      'stages',
      'init',
      'preflight',
      'shutdown',
      'unloading',
    ]);
    const path = `${directory}/static-vtable${suffix}`;
    const ofAll = ['discovery', 'resolution'];
    for (const event of events) {
      const whose = ofAll.includes(event.phase) ? { plugin: undefined, path: undefined } : { plugin: 'static-vtable', path };
      expect(event).toMatchObject({ ...whose, error: undefined });
    }
    for (const event of events) expect(event.milliseconds).toBeGreaterThanOrEqual(0);
  });

  it('[G12] announces the phase that failed with its error', async () => {
    const events = collectPhases();
    const manager = await createManager({ directories: [folderOf(fixture('fail-init'))] });
    await manager.start();
    expect(events.map((event) => [event.phase, event.error?.code])).toEqual([
      ['discovery', undefined],
      ['loading', undefined],
      ['metadata', undefined],
      ['resolution', undefined],
      ['registration', undefined],
      ['stages', undefined],
      ['init', 'InitFailed'],
      ['unloading', undefined],
    ]);
  });
});

describeWithFixtures('a failure in the lifecycle', () => {
  const cases = [
    {
      name: 'fail-register-after-two',
      code: 'StageRegistrationFailed',
      phase: 'stages',
      detail: 'the third stage cannot be made',
      ran: [
        'entry',
        'register_stages',
        'stage_destroy fail-register-after-two:two',
        'stage_destroy fail-register-after-two:one',
        'destroy',
      ],
    },
    {
      name: 'fail-init',
      code: 'InitFailed',
      phase: 'init',
      detail: 'the licence server does not answer',
      ran: ['entry', 'register_stages', 'init', 'destroy'],
    },
    {
      name: 'fail-preflight',
      code: 'PreflightCheckFailed',
      phase: 'preflight',
      detail: 'not on this machine',
      ran: ['entry', 'register_stages', 'init', 'preflight_check', 'shutdown', 'destroy'],
    },
  ];

  it.each(cases)('[G12] [G17] $name is rolled back exactly as far as it came', async ({ name, code, phase, detail, ran }) => {
    const calls = logCalls();
    const directory = folderOf(fixture(name));
    const manager = await createManager({ directories: [directory] });
    manager.register(noting(calls, 'other'));
    const { loaded, failed } = await manager.start();

    expect(loaded.map((info) => info.name)).toEqual(['other']);
    expect(failed).toHaveLength(1);
    const path = `${directory}/${name}${suffix}`;
    expect(failed[0]).toMatchObject({ name, path, error: { code, phase, plugin: name, path, detail, ledger: [] } });
    expect(failed[0]?.error.remedy).not.toBe('');
    expect(calls.of(name)).toEqual(ran);
    expect(outstanding(path)).toEqual({});
    expect(manager.stages.list().map((entry) => entry.plugin)).toEqual(['other']);
    expect(manager.get(name)).toMatchObject({ state: 'failed', stages: [], error: { code } });
    expect((await manager.run(['other:run'])).ok).toBe(true);
    expect((await manager.stop()).stopped).toEqual(['other']);
    expect(calls.of(name)).toEqual(ran);
  });

  it('[G12] a plugin whose shutdown fails is destroyed all the same, and those after it are stopped', async () => {
    const calls = logCalls();
    const directory = folderOf(fixture('fail-shutdown'));
    const manager = await createManager({ directories: [directory] });
    manager.register(noting(calls, 'before', { priority: HIGH }));
    manager.register(noting(calls, 'later', { dependencies: [{ name: 'fail-shutdown' }] }));
    await manager.start();
    const { stopped, failed } = await manager.stop();
    expect(stopped).toEqual(['later', 'fail-shutdown', 'before']);
    expect(failed.map(({ name, error }) => [name, error.code, error.detail])).toEqual([
      ['fail-shutdown', 'ShutdownFailed', 'a file could not be written'],
    ]);
    expect(calls.of('fail-shutdown').slice(-2)).toEqual(['shutdown', 'destroy']);
    expect(calls.of('before').slice(-2)).toEqual(['shutdown', 'destroy']);
    expect(outstanding(`${directory}/fail-shutdown${suffix}`)).toEqual({});
  });

  it('[G12] unload reports a failed shutdown, and the plugin is gone', async () => {
    const manager = await createManager();
    await manager.load(fixture('fail-shutdown'));
    await expect(manager.unload('fail-shutdown')).rejects.toMatchObject({ code: 'ShutdownFailed', plugin: 'fail-shutdown' });
    expect(manager.has('fail-shutdown')).toBe(false);
    expect(outstanding(fixture('fail-shutdown'))).toEqual({});
  });

  const phases: Array<[string, Partial<PluginDefinition>, string, string[]]> = [
    ['init', { init: () => Promise.reject(new Error('no')) }, 'InitFailed', ['register_stages', 'destroy']],
    [
      'preflight',
      { preflight: () => Promise.reject(new Error('no')) },
      'PreflightCheckFailed',
      ['register_stages', 'init', 'shutdown', 'destroy'],
    ],
  ];

  it.each(phases)('[G12] a TypeScript plugin that rejects in %s is rolled back alike', async (phase, failing, code, ran) => {
    const calls = logCalls();
    const manager = await createManager();
    manager.register(noting(calls, 'script', failing));
    const { failed } = await manager.start();
    expect(failed).toMatchObject([{ name: 'script', error: { code, phase, detail: 'no', plugin: 'script' } }]);
    expect(failed[0]?.error.cause).toMatchObject({ message: 'no' });
    expect(calls.of('script')).toEqual(ran);
    expect(manager.stages.list()).toEqual([]);
  });

  it('[G9] [G12] the dependents of a plugin that failed are skipped, near and far, each with its reason', async () => {
    const calls = logCalls();
    const direct = compilePlugin('needs', 'needs-fail-init', 'fail-init');
    const manager = await createManager({ directories: [folderOf(fixture('fail-init'), direct)] });
    manager.register(noting(calls, 'far', { dependencies: [{ name: 'needs-fail-init' }] }));
    manager.register(noting(calls, 'free'));
    manager.register(noting(calls, 'wishing', { dependencies: [{ name: 'fail-init', required: false }] }));
    const { loaded, failed } = await manager.start();
    expect(loaded.map((info) => info.name)).toEqual(['free', 'wishing']);
    expect(failed.map(({ name, error }) => [name, error.code])).toEqual([
      ['fail-init', 'InitFailed'],
      ['needs-fail-init', 'DependencyFailed'],
      ['far', 'DependencyFailed'],
    ]);
    expect(failed[1]?.error.detail).toBe(
      'needs-fail-init needs plugin fail-init, which failed: the licence server does not answer',
    );
    expect(failed[1]?.error.cause).toBe(failed[0]?.error);
    expect(failed[2]?.error.detail).toContain(
      'far needs plugin needs-fail-init, which cannot run without fail-init, which failed',
    );
    expect(calls.of('needs-fail-init')).toEqual(['entry', 'register_stages', 'stage_destroy needs-fail-init:run', 'destroy']);
    expect(calls.of('far')).toEqual(['register_stages', 'destroy']);
  });

  it('[G12] when a preflight check fails, those that need the plugin are shut down before it', async () => {
    const calls = logCalls();
    const direct = compilePlugin('needs', 'needs-fail-preflight', 'fail-preflight');
    const manager = await createManager({ directories: [folderOf(fixture('fail-preflight'), direct)] });
    manager.register(noting(calls, 'far', { dependencies: [{ name: 'needs-fail-preflight' }] }));
    const { loaded, failed } = await manager.start();
    expect(loaded).toEqual([]);
    expect(failed.map(({ error }) => error.code)).toEqual(['PreflightCheckFailed', 'DependencyFailed', 'DependencyFailed']);
    expect(calls.lines().filter((line) => line.endsWith(' shutdown'))).toEqual([
      'far shutdown',
      'needs-fail-preflight shutdown',
      'fail-preflight shutdown',
    ]);
  });

  it('[G9] a missing dependency names the chain', async () => {
    const calls = logCalls();
    const manager = await createManager();
    manager.register(noting(calls, 'top', { dependencies: [{ name: 'middle' }] }));
    manager.register(noting(calls, 'middle', { dependencies: [{ name: 'absent' }] }));
    const { failed } = await manager.start();
    const byName = Object.fromEntries(failed.map(({ name, error }) => [name, error]));
    expect(byName['middle']).toMatchObject({ code: 'DependencyMissing', phase: 'resolution' });
    expect(byName['middle']?.detail).toContain('middle needs plugin absent, which is not here');
    expect(byName['top']).toMatchObject({ code: 'DependencyFailed' });
    expect(calls.of('top')).toEqual(['destroy']);
  });

  it('[G9] plugins that need each other in a circle fail with the circle spelt out; others run', async () => {
    const calls = logCalls();
    const manager = await createManager();
    manager.register(noting(calls, 'a', { dependencies: [{ name: 'b' }] }));
    manager.register(noting(calls, 'b', { dependencies: [{ name: 'c' }] }));
    manager.register(noting(calls, 'c', { dependencies: [{ name: 'a' }] }));
    manager.register(noting(calls, 'd'));
    const { loaded, failed } = await manager.start();
    expect(loaded.map((info) => info.name)).toEqual(['d']);
    expect(failed.map(({ error }) => error.code)).toEqual(['DependencyCycle', 'DependencyCycle', 'DependencyCycle']);
    expect(failed[0]?.error.detail).toContain('a → b → c → a');
  });

  it('[G10] the second plugin of one name is refused and destroyed; the first runs', async () => {
    const calls = logCalls();
    const manager = await createManager({ directories: [folderOf(fixture('static-vtable'))] });
    manager.register(noting(calls, 'static-vtable'));
    const { loaded, failed } = await manager.start();
    expect(loaded).toMatchObject([{ name: 'static-vtable', kind: 'typescript' }]);
    expect(failed).toMatchObject([{ name: 'static-vtable', error: { code: 'PluginDuplicate', phase: 'registration' } }]);
    expect(calls.lines().filter((line) => line.endsWith(' destroy'))).toEqual(['static-vtable destroy']);
  });

  it('[G14] [G10] a plugin that uses the namespace of another is refused, whichever it is', async () => {
    const manager = await createManager({ directories: [folderOf(shipped('text'), fixture('namespace-thief'))] });
    const { loaded, failed } = await manager.start();
    expect(loaded.map((info) => info.name)).toEqual(['namespace-thief']);
    expect(failed).toMatchObject([
      { name: 'text', error: { code: 'NamespaceTaken', phase: 'stages', operation: 'text:survey' } },
    ]);
    expect(failed[0]?.error.detail).toContain('belongs to plugin namespace-thief');
    expect(manager.stages.list().map((entry) => entry.stage.id)).toEqual(['text:steal']);
  });

  it('[G14] a namespace is free again when its plugin is gone', async () => {
    const manager = await createManager();
    await manager.load(fixture('namespace-thief'));
    await expect(manager.load(shipped('text'))).rejects.toMatchObject({ code: 'NamespaceTaken' });
    await manager.unload('namespace-thief');
    expect((await manager.load(shipped('text'))).stages).toEqual(['text:survey']);
  });

  it('[G14] refuses a second stage with the same id in one plugin, and registers none of its stages', async () => {
    const manager = await createManager();
    const stages = ['a:one', 'a:two', 'a:one'].map((id) => ({ id, execute() {} }));
    manager.register(definePlugin({ name: 'twice', version: '1.0.0', stages }));
    const { failed } = await manager.start();
    expect(failed).toMatchObject([{ error: { code: 'StageInvalid', operation: 'a:one' } }]);
    expect(manager.stages.list()).toEqual([]);
  });
});

describe('start and stop', () => {
  it('[G12] starts again after a stop, with a fresh instance', async () => {
    const calls = logCalls();
    const manager = await createManager();
    manager.register(noting(calls, 'script'));
    await manager.start();
    await manager.stop();
    expect((await manager.start()).loaded.map((info) => info.name)).toEqual(['script']);
    expect((await manager.run(['script:run'])).ok).toBe(true);
    expect(calls.of('script').filter((call) => call === 'init')).toHaveLength(2);
  });

  it('[G12] a second start is refused, a second stop does nothing', async () => {
    const calls = logCalls();
    const manager = await createManager();
    manager.register(noting(calls, 'script'));
    await manager.start();
    await expect(manager.start()).rejects.toMatchObject({ code: 'InvalidState' });
    expect((await manager.stop()).stopped).toEqual(['script']);
    expect(await manager.stop()).toEqual({ stopped: [], failed: [], unfinished: [], warnings: [] });
    expect(calls.of('script').filter((call) => call === 'shutdown')).toHaveLength(1);
  });

  it('[G12] stop before start does nothing, and start works after it', async () => {
    const manager = await createManager();
    manager.register(noting(logCalls(), 'script'));
    expect(await manager.stop()).toEqual({ stopped: [], failed: [], unfinished: [], warnings: [] });
    expect((await manager.start()).loaded).toHaveLength(1);
  });

  it('[G12] is stopped by `await using`', async () => {
    const calls = logCalls();
    const manager = await createManager();
    manager.register(noting(calls, 'script'));
    await manager.start();
    await manager[Symbol.asyncDispose]();
    expect(calls.of('script').slice(-2)).toEqual(['shutdown', 'destroy']);
    await expect(manager.run(['script:run'])).rejects.toMatchObject({ code: 'InvalidState' });
  });

  it('[G12] concurrent calls of start, load, unload and stop are carried out one after the other', async () => {
    const calls = logCalls();
    const manager = await createManager();
    const slow = (name: string) => noting(calls, name, { init: () => new Promise((resolve) => setTimeout(resolve, 10)) });
    manager.register(slow('a'));
    const [boot, b, , report] = await Promise.all([
      manager.start(),
      manager.load(slow('b')),
      manager.unload('a'),
      manager.stop(),
    ]);
    expect(boot.loaded.map((info) => info.name)).toEqual(['a']);
    expect(b.state).toBe('running');
    expect(report.stopped).toEqual(['b']);
    expect(calls.lines().filter((line) => /(preflight_check|shutdown)$/.test(line))).toEqual([
      'a preflight_check',
      'b preflight_check',
      'a shutdown',
      'b shutdown',
    ]);
  });
});
