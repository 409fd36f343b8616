import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PluginManager, type PluginManagerOptions } from 'mortise';
import { describe, expect, it } from 'vitest';
import { refusal } from '../support/errors.js';
import { createManager, managerWith } from '../support/managers.js';
import { compilePlugin, describeWithFixtures, fixture, folderOf, shipped } from '../support/plugins.js';
import { temporaryFolder } from '../support/temporary.js';
import { plugin } from '../support/typescript-plugin.js';

describeWithFixtures('the set of plugins', () => {
  it('[G20] [C4] loads a compiled plugin by path and a TypeScript plugin as it is, without start', async () => {
    const manager = await createManager();
    const info = await manager.load(shipped('checksum'));
    expect(info).toMatchObject({ name: 'checksum', kind: 'native', path: shipped('checksum'), state: 'running' });
    expect(info.stages).toEqual(['checksum:crc32c', 'checksum:xxh64']);
    await manager.load(plugin('script', { run() {} }));
    expect(manager.list().map(({ name, kind }) => [name, kind])).toEqual([
      ['checksum', 'native'],
      ['script', 'typescript'],
    ]);
    expect((await manager.run(['script:run'])).ok).toBe(true);
  });

  it('[G20] [C4] get and has know what runs and what failed, and nothing else', async () => {
    const manager = await managerWith(shipped('text'));
    await expect(manager.load(fixture('fail-init'))).rejects.toMatchObject({ code: 'InitFailed' });
    expect(manager.has('text')).toBe(true);
    expect(manager.get('text').version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(manager.has('fail-init')).toBe(true);
    expect(manager.get('fail-init')).toMatchObject({ state: 'failed', error: { code: 'InitFailed' } });
    expect(manager.has('absent')).toBe(false);
  });

  it('[C4] [G17] an unknown name is an error that suggests the one that was meant', async () => {
    const manager = await managerWith(shipped('checksum'));
    const error = await refusal(() => manager.get('cheksum'));
    expect(error).toMatchObject({ code: 'PluginNotFound', remedy: 'Did you mean "checksum"?' });
    expect((await refusal(manager.unload('checksumm'))).remedy).toBe('Did you mean "checksum"?');
    expect((await refusal(() => manager.get('weather'))).remedy).toBe('Check the name; list() gives those that are here.');
  });

  it('[C4] a plugin that loads another while it is itself started gets an error, instead of waiting for itself', async () => {
    const manager = await createManager();
    let inside: unknown;
    const nested = plugin(
      'nested',
      {},
      {
        init: async () => {
          inside = await refusal(manager.load(plugin('other')));
        },
      },
    );
    await manager.load(nested);
    expect(inside).toMatchObject({ code: 'InvalidState', operation: 'load' });
    await manager.load(plugin('other'));
    expect(manager.has('other')).toBe(true);
  });

  it('[C4] what a plugin began in its init may load others once that is over', async () => {
    const manager = await createManager();
    let later: Promise<unknown> = Promise.resolve();
    const eager = plugin(
      'eager',
      {},
      {
        init: () => {
          later = new Promise((resolve) => setTimeout(resolve, 20)).then(() => manager.load(plugin('other')));
        },
      },
    );
    await manager.load(eager);
    expect(await later).toMatchObject({ name: 'other', state: 'running' });
  });

  it('[G14] [G17] quotes why the host refused a stage, where the plugin passes on a bare code', async () => {
    const manager = await createManager();
    const error = await refusal(manager.load(compilePlugin('bare-stage')));
    expect(error).toMatchObject({ code: 'StageRegistrationFailed', plugin: 'bare-stage', phase: 'stages' });
    expect(error.detail).toContain('register_stage refused "greet": the stage\'s id is not "namespace:stage"');
  });

  it('[G20] a plugin that runs after it had failed is listed once', async () => {
    const manager = await createManager();
    let fails = true;
    const moody = plugin(
      'moody',
      {},
      {
        init: () => {
          if (fails) throw new Error('not now');
        },
      },
    );
    expect(await refusal(manager.load(moody))).toMatchObject({ code: 'InitFailed' });
    fails = false;
    await manager.load(moody);
    expect(manager.list().map(({ name, state }) => [name, state])).toEqual([['moody', 'running']]);
  });

  it('[G12] a stage can be found and run once its plugin runs, not while it is being started', async () => {
    const manager = await createManager();
    let executed = false;
    let early: unknown;
    const slow = plugin(
      'slow',
      {
        run: () => {
          executed = true;
        },
      },
      {
        init: async () => {
          expect(manager.stages.has('slow:run')).toBe(false);
          early = await refusal(manager.run(['slow:run']));
        },
      },
    );
    await manager.load(slow);
    expect(early).toMatchObject({ code: 'InvalidState' });
    expect(executed).toBe(false);
    expect((await manager.run(['slow:run'])).ok).toBe(true);
  });

  it('[G20] what is no plugin of definePlugin is refused at once, and hinders no other', async () => {
    const manager = await createManager();
    expect(await refusal(() => manager.register({ metadata: { name: 'half' } } as never))).toMatchObject({
      code: 'InvalidOption',
    });
    manager.register(plugin('whole'));
    expect((await manager.start()).loaded.map(({ name }) => name)).toEqual(['whole']);
  });

  it('[G20] a plugin named like a property of every object gets no options by accident', async () => {
    const manager = await createManager({ config: {} });
    let seen: unknown;
    await manager.load(
      plugin(
        'constructor',
        {},
        {
          init: (host) => {
            seen = host.config;
          },
        },
      ),
    );
    expect(seen).toEqual({});
  });

  it('[G20] list is a snapshot: what happens later does not change it', async () => {
    const manager = await managerWith(shipped('text'));
    const [before] = manager.list();
    await manager.unload('text');
    expect(before).toMatchObject({ name: 'text', state: 'running', stages: ['text:survey'] });
    expect(Object.isFrozen(before)).toBe(true);
  });

  it('[G14] [C4] what an unloaded plugin registered cannot be reached any more', async () => {
    const manager = await managerWith(shipped('text'));
    const { stage } = manager.stages.get('text:survey');
    await manager.unload('text');
    expect(manager.has('text')).toBe(false);
    expect(manager.stages.has('text:survey')).toBe(false);
    expect((await refusal(manager.run(['text:survey']))).code).toBe('InvalidState');
    await manager.load(plugin('script', { run: (context) => stage.execute(context) }));
    expect((await manager.run(['script:run'])).error).toMatchObject({ code: 'PluginClosed', plugin: 'text' });
  });

  it('[G20] a plugin that others need is not unloaded before them', async () => {
    const manager = await managerWith(fixture('static-vtable'));
    await manager.load(compilePlugin('needs', 'needs-static-vtable', 'static-vtable'));
    const error = await refusal(manager.unload('static-vtable'));
    expect(error).toMatchObject({ code: 'InvalidState', plugin: 'static-vtable', phase: 'unloading' });
    expect(error.detail).toBe('needs-static-vtable needs it');
    expect((await manager.run(['needs-static-vtable:run'])).ok).toBe(true);
    await manager.unload('needs-static-vtable');
    await manager.unload('static-vtable');
    expect(manager.list()).toEqual([]);
  });

  it('[C4] loading a second plugin of one name is refused; the first goes on', async () => {
    const manager = await createManager();
    await manager.load(plugin('text', { run() {} }));
    const error = await refusal(manager.load(shipped('text')));
    expect(error).toMatchObject({ code: 'PluginDuplicate', plugin: 'text', path: shipped('text') });
    expect(error.detail).toContain('a TypeScript plugin');
    expect((await manager.run(['text:run'])).ok).toBe(true);
    await manager.unload('text');
    expect((await manager.load(shipped('text'))).kind).toBe('native');
  });

  it('[G20] a plugin that failed may be loaded again, and its failure forgotten', async () => {
    const manager = await createManager();
    await refusal(manager.load(fixture('fail-init')));
    await refusal(manager.load(fixture('fail-init')));
    await manager.unload('fail-init');
    expect(manager.list()).toEqual([]);
  });

  it('[G9] a plugin that is loaded needs its dependencies to run', async () => {
    const manager = await createManager();
    const dependent = compilePlugin('needs', 'needs-static-vtable', 'static-vtable');
    expect(await refusal(manager.load(dependent))).toMatchObject({ code: 'DependencyMissing', plugin: 'needs-static-vtable' });
    // It waited for this one.
    await manager.load(fixture('static-vtable'));
    expect(manager.get('needs-static-vtable').state).toBe('running');
    expect(await refusal(manager.load(dependent))).toMatchObject({
      code: 'PluginDuplicate',
      remedy: 'Unload it first to load it again.',
    });
  });

  it('[G20] register is refused once started, with the way to go', async () => {
    const manager = await createManager();
    await manager.start();
    const error = await refusal(() => manager.register(plugin('late')));
    expect(error).toMatchObject({ code: 'InvalidState', plugin: 'late', remedy: 'Use `await manager.load(plugin)`.' });
  });

  it('[C4] the same name cannot be registered twice', async () => {
    const manager = await createManager();
    manager.register(plugin('one'));
    expect(await refusal(() => manager.register(plugin('one')))).toMatchObject({ code: 'PluginDuplicate', plugin: 'one' });
  });

  it.each([undefined, null, {}, 42])('[G17] register and load refuse %j, which is no plugin', async (value) => {
    const manager = await createManager();
    expect((await refusal(() => manager.register(value as never))).code).toBe('InvalidOption');
    expect((await refusal(manager.load(value as never))).code).toBe('InvalidOption');
  });

  it('[G1] [G17] a path that is no plugin is refused with its reason, and nothing is left behind', async () => {
    const manager = await createManager();
    expect((await refusal(manager.load('/nowhere/at/all.so'))).code).toBe('FileNotFound');
    expect((await refusal(manager.load(fixture('truncated')))).code).toBe('LibraryTruncated');
    expect((await refusal(manager.load(fixture('no-entry')))).code).toBe('EntryPointMissing');
    expect(manager.list()).toEqual([]);
  });

  it('[G19] finds the libraries in its directories; one that is not there is a warning', async () => {
    const folder = folderOf(fixture('stage-log'), fixture('static-vtable'), fixture('stage-echo'));
    const manager = await createManager({ directories: [folder, join(folder, 'missing')] });
    const { loaded, failed, warnings } = await manager.start();
    expect(loaded.map(({ name }) => name)).toEqual(['stage-echo', 'stage-log', 'static-vtable']);
    expect(failed).toEqual([]);
    expect(warnings).toMatchObject([{ code: 'FileNotFound' }]);
  });

  it('[G20] a manager does not create its folders before it needs them', async () => {
    const folder = temporaryFolder();
    const manager = await createManager({ configDirectory: join(folder, 'config'), cacheDirectory: join(folder, 'cache') });
    await manager.load(shipped('text'));
    expect(existsSync(join(folder, 'config'))).toBe(false);
    expect(existsSync(join(folder, 'cache'))).toBe(false);
  });
});

describe('options', () => {
  const good = { app: 'acme', apiVersion: '0.1.0' };
  const wrong: Array<[string, object, RegExp]> = [
    ['a missing app', { app: undefined }, /option app is missing/],
    ['an app that is a path', { app: '../acme' }, /option app is "..\/acme"/],
    ['an API version that is none', { apiVersion: '1' }, /option apiVersion is "1".*semantic version/],
    ['directories that are no list', { directories: '/plugins' }, /option directories.*list of paths/],
    ['a time below zero', { drainMs: -1 }, /option drainMs is -1.*milliseconds/],
    ['a time that is no number', { cancelGraceMs: '5' }, /option cancelGraceMs/],
    ['a time that is NaN', { firstLook: { timeoutMs: Number.NaN } }, /option firstLook.timeoutMs is NaN/],
    ['a log level that does not exist', { logLevel: 'loud' }, /option logLevel is "loud".*trace, debug/],
  ];

  it.each(wrong)('[G17] refuses %s', async (_what, options, message) => {
    const error = await refusal(PluginManager.create({ ...good, ...options } as PluginManagerOptions));
    expect(error).toMatchObject({ code: 'InvalidOption', category: 'usage' });
    expect(error.message).toMatch(message);
  });

  const misspelt: Array<[string, object, string]> = [
    ['create', { pipeline: {} }, 'pipelines'],
    ['create', { directorys: [] }, 'directories'],
    ['create', { firstLook: { timeoutMS: 5 } }, 'timeoutMs'],
  ];

  it.each(misspelt)('[G17] suggests the option that was meant: %s(%j)', async (_where, options, meant) => {
    const error = await refusal(PluginManager.create({ ...good, ...options } as PluginManagerOptions));
    expect(error).toMatchObject({ code: 'InvalidOption', remedy: `Did you mean "${meant}"?` });
  });

  it('[G17] suggests the option of run that was meant', async () => {
    const manager = await createManager();
    await manager.load(plugin('script', { run() {} }));
    expect((await refusal(manager.run(['script:run'], { sginal: 1 } as never))).remedy).toBe('Did you mean "signal"?');
    expect((await refusal(manager.run(['script:run'], { mode: 'dry' as never }))).code).toBe('InvalidOption');
  });

  it('[G17] suggests the field of a plugin definition that was meant', async () => {
    expect((await refusal(() => plugin('script', {}, { dependancies: [] } as never))).remedy).toBe(
      'Did you mean "dependencies"?',
    );
  });
});
