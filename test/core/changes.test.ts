import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PluginManager, StateEvent } from 'mortise';
import { describe, expect, it } from 'vitest';
import { resultOf } from '../support/children.js';
import { declared } from '../support/declared.js';
import { refusal } from '../support/errors.js';
import { createManager } from '../support/managers.js';
import { describeWithFixtures, fixture, folderOf, outstanding, shipped } from '../support/plugins.js';
import { temporaryFolder } from '../support/temporary.js';
import { gate, plugin } from '../support/typescript-plugin.js';

const names = (plugins: ReadonlyArray<{ name?: string | undefined }>) => plugins.map(({ name }) => name);
const states = (manager: PluginManager) => manager.list().map(({ name, state }) => `${name} ${state}`);

function collectStates(manager: PluginManager): string[] {
  const events: string[] = [];
  manager.on('state', ({ plugin: name, from, to }: StateEvent) => void events.push(`${name} ${from} ${to}`));
  return events;
}

describeWithFixtures('a plugin that was disabled before the start', () => {
  it('[G20] [G9] is judged by all that it says once it is enabled, and not by what its file declares alone', async () => {
    const configDirectory = temporaryFolder();
    writeFileSync(join(configDirectory, 'plugins.json'), JSON.stringify({ format: 1, disabled: ['user'] }));
    const user = declared({ name: 'user', dependencies: [{ name: 'library' }] });
    const manager = await createManager({ directories: [folderOf(user)], configDirectory });
    await manager.start();
    const report = await manager.enable('user');
    expect(report.started).toEqual([]);
    expect(report.failed).toMatchObject([{ name: 'user', error: { code: 'DependencyMissing' } }]);
    await manager.load(plugin('library'));
    expect(states(manager).sort()).toEqual(['library running', 'user running']);
    expect((await manager.disable('library')).stopped).toEqual(['user', 'library']);
  });
});

describeWithFixtures('a plugin that could not be opened', () => {
  const folder = () =>
    folderOf(fixture('segfault-init'), declared({ name: 'user', dependencies: [{ name: 'segfault-init' }] }), shipped('text'));

  it('[G20] [G9] is known by its name where its record says it: it can be asked for and disabled, and those that need it keep their reason', async () => {
    const manager = await createManager({ directories: [folder()], firstLook: {} });
    const { failed } = await manager.start();
    const why = new Map(failed.map(({ name, error }) => [name, error.code]));
    expect(why.get('user')).toBe('DependencyFailed');
    if (!manager.has('segfault-init')) return;
    expect(manager.get('segfault-init')).toMatchObject({ state: 'failed', error: { code: 'FirstLookCrashed' } });
    await manager.disable('text');
    expect(manager.get('user').error?.code).toBe('DependencyFailed');
    await manager.disable('segfault-init');
    expect(manager.get('user').error?.code).toBe('DependencyDisabled');
  });
});

describe('reports and events of a change', () => {
  it('[G20] name what has changed, and nothing else', async () => {
    const manager = await createManager();
    manager.register(plugin('lonely', {}, { dependencies: [{ name: 'not-here' }] }));
    for (const name of ['a', 'b']) manager.register(plugin(name));
    await manager.start();
    const events: string[] = [];
    manager.on('warning', ({ code }) => void events.push(code));
    manager.on('conflict', ({ id }) => void events.push(id));
    expect(await manager.disable('a')).toEqual({ started: [], stopped: ['a'], failed: [], conflicts: [] });
    expect((await manager.enable('a')).failed).toEqual([]);
    expect(events).toEqual([]);
  });

  it('[G12] states follow each other as they were', async () => {
    const manager = await createManager();
    const events = collectStates(manager);
    manager.register(plugin('a'));
    manager.register(plugin('lonely', {}, { dependencies: [{ name: 'not-here' }] }));
    await manager.start();
    await manager.disable('a');
    await manager.enable('a');
    expect(events).toEqual([
      'lonely loaded failed',
      'a loaded registered',
      'a registered initialised',
      'a initialised running',
      'a running stopped',
      'a stopped disabled',
      'a disabled loaded',
      'a loaded registered',
      'a registered initialised',
      'a initialised running',
    ]);
  });

  it('[G10] warnings and conflicts do not pile up', async () => {
    const manager = await createManager({ conflictPolicy: 'allow' });
    manager.register(plugin('a', {}, { conflictsWith: ['b'] }));
    for (const name of ['b', 'c']) manager.register(plugin(name));
    await manager.start();
    for (let round = 0; round < 5; round++) {
      await manager.disable('c');
      await manager.enable('c');
    }
    expect(manager.get('a').warnings).toHaveLength(1);
    expect(manager.conflicts()).toHaveLength(1);
  });

  it('[G20] enabling a plugin that failed for reasons of its own tries it again', async () => {
    const manager = await createManager();
    let isMended = false;
    const init = () => {
      if (!isMended) throw new Error('no licence');
    };
    manager.register(plugin('a', {}, { init }));
    await manager.start();
    isMended = true;
    const { started } = await manager.enable('a');
    expect(names(started)).toEqual(['a']);
    // Of this life of it alone.
    expect(manager.get('a').milliseconds).not.toHaveProperty('unloading');
  });
});

describe('a manager that does not run', () => {
  it('[G20] remembers what is disabled and enabled, and starts nothing', async () => {
    const manager = await createManager();
    manager.register(plugin('a'));
    await manager.disable('a');
    expect(names((await manager.start()).disabled)).toEqual(['a']);
    await manager.stop();
    expect((await manager.enable('a')).started).toEqual([]);
    expect(names((await manager.start()).loaded)).toEqual(['a']);
  });

  it('[G20] can be rid of a name that is remembered and not here any more', async () => {
    const manager = await createManager();
    await manager.disable('gone');
    await manager.start();
    await manager.enable('gone');
    expect(await refusal(manager.enable('gone'))).toMatchObject({ code: 'PluginNotFound' });
  });

  it('[C4] unload forgets what was registered, too', async () => {
    const manager = await createManager();
    manager.register(plugin('a'));
    await manager.start();
    await manager.unload('a');
    await manager.stop();
    expect((await manager.start()).loaded).toEqual([]);
  });
});

describeWithFixtures('between loadAll and start', () => {
  const libraries = () => [declared({ name: 'base' }), declared({ name: 'user', dependencies: [{ name: 'base' }] })];

  it('[Z10] what is unloaded is not started, and what others need is not unloaded', async () => {
    const paths = libraries();
    const manager = await createManager({ directories: [folderOf(...paths)] });
    await manager.loadAll();
    expect((await refusal(manager.unload('base'))).detail).toBe('user needs it');
    await manager.unload('user');
    await manager.unload('base');
    expect((await manager.start()).loaded).toEqual([]);
    for (const path of paths) expect(outstanding(path)).toEqual({});
  });

  it('[Z10] the report of start is of what came of it, whatever changed in between', async () => {
    const configDirectory = temporaryFolder();
    writeFileSync(join(configDirectory, 'plugins.json'), JSON.stringify({ format: 1, disabled: ['base'] }));
    const manager = await createManager({ directories: [folderOf(...libraries())], configDirectory });
    expect(names((await manager.loadAll()).failed)).toEqual(['user']);
    await manager.enable('base');
    const { loaded, failed } = await manager.start();
    expect([names(loaded), failed]).toEqual([['base', 'user'], []]);
  });

  it('[G20] what a core plugin needs cannot be disabled', async () => {
    const core = declared({ name: 'core', isCore: true, dependencies: [{ name: 'base' }] });
    const manager = await createManager({
      coreDirectories: [folderOf(core)],
      directories: [folderOf(declared({ name: 'base' }))],
    });
    await manager.loadAll();
    expect(await refusal(manager.disable('base'))).toMatchObject({ code: 'PluginIsCore' });
  });
});

describe('who found a service while its offerer was on the way out', () => {
  const clock = { name: 'clock', version: '1.0.0', service: {} };

  /** `user` has a stage in progress that finds the service of `offerer` when it is told to; `busy` keeps `offerer` from ending. */
  async function underWay(ends = () => {}) {
    const manager = await createManager();
    const order: string[] = [];
    const [busy, told, found] = [gate(), gate(), gate()];
    let find = () => {};
    manager.register(
      plugin('offerer', { busy: () => busy.opened }, { services: [clock], shutdown: () => void order.push('offerer') }),
    );
    manager.register(
      plugin(
        'user',
        {
          later: async () => {
            await told.opened;
            find();
            found.open();
            await new Promise((resolve) => setTimeout(resolve, 50));
            ends();
          },
        },
        {
          init: ({ services }) => {
            find = () => void services.find('clock');
          },
          shutdown: () => void order.push('user'),
        },
      ),
    );
    await manager.start();
    const runs = [manager.run(['offerer:busy']), manager.run(['user:later'])];
    const meanwhile = async () => {
      told.open();
      await found.opened;
      busy.open();
    };
    return { manager, order, runs, meanwhile };
  }

  it('[G21] is stopped before it by disable', async () => {
    const { manager, order, meanwhile } = await underWay();
    const disabling = manager.disable('offerer');
    await meanwhile();
    expect((await disabling).stopped).toEqual(['user', 'offerer']);
    expect(order).toEqual(['user', 'offerer']);
  });

  it('[G21] is stopped before it by stop', async () => {
    const { manager, order, meanwhile } = await underWay();
    const stopping = manager.stop();
    await meanwhile();
    expect((await stopping).stopped).toEqual(['user', 'offerer']);
    expect(order).toEqual(['user', 'offerer']);
  });

  it('[G21] is waited for as well, when it is to be stopped for that', async () => {
    const { manager, order, meanwhile } = await underWay(() => void order.push('stage ended'));
    const disabling = manager.disable('offerer');
    await meanwhile();
    await disabling;
    expect(order).toEqual(['stage ended', 'user', 'offerer']);
  });

  it('[G21] keeps it from being unloaded, and its stages can be run again', async () => {
    const { manager, meanwhile, runs } = await underWay();
    const unloading = refusal(manager.unload('offerer'));
    await meanwhile();
    expect((await unloading).detail).toBe('user needs it');
    await Promise.all(runs);
    expect((await manager.run(['offerer:busy'])).ok).toBe(true);
  });

  it('[G21] cannot find what a plugin offers that does not run yet: it would fall with it', async () => {
    const manager = await createManager();
    let find = () => {};
    manager.register(
      plugin(
        'user',
        {},
        {
          init: ({ services }) => {
            find = () => void services.find('clock');
          },
        },
      ),
    );
    await manager.start();
    let told: unknown;
    const preflight = async () => {
      told = await refusal(find);
      throw new Error('not here');
    };
    await refusal(manager.load(plugin('offerer', {}, { services: [clock], preflight })));
    expect(told).toMatchObject({ code: 'ServiceNotFound' });
    expect(manager.get('user').state).toBe('running');
  });

  it('[G21] finds nothing once it was stopped, and leaves no use behind', async () => {
    const manager = await createManager();
    let find = () => {};
    const user = (version: string) =>
      plugin(
        'user',
        {},
        {
          version,
          init: ({ services }) => {
            const own = () => void services.find('clock');
            if (version === '1.0.0') find = own;
          },
        },
      );
    manager.register(plugin('offerer', {}, { services: [clock] }));
    manager.register(user('1.0.0'));
    await manager.start();
    await manager.unload('user');
    expect(await refusal(find)).toMatchObject({ code: 'InvalidState', plugin: 'user' });
    await manager.load(user('2.0.0'));
    await manager.unload('offerer');
    expect(states(manager)).toEqual(['user running']);
  });
});

describe('what an application does wrong', () => {
  it('[G12] an event listener or a list of services that fails later does not end the process', async () => {
    const script = `
      const manager = await create();
      manager.on('state', async () => { throw new Error('late'); });
      manager.register(definePlugin({ name: 'a', version: '1.0.0', services: () => Promise.reject(new Error('late')) }));
      const { failed } = await manager.start();
      await sleep(50);
      console.log(JSON.stringify(failed.map(({ error }) => error.code)));
    `;
    expect(await resultOf(script)).toEqual(['ServiceInvalid']);
  });

  it('[G12] a destroy that never ends is waited for no longer than allowed', async () => {
    const manager = await createManager({ deadlines: { shutdown: 20 } });
    manager.register({ ...plugin('hangs'), destroy: () => new Promise<void>(() => {}) });
    await manager.start();
    expect((await manager.stop()).failed).toMatchObject([{ name: 'hangs', error: { code: 'TimedOut', phase: 'unloading' } }]);
  });

  it('[G12] a failure while a failed plugin is rolled back is a warning of it', async () => {
    const manager = await createManager();
    const fails = (what: string) => () => Promise.reject(new Error(what));
    manager.register(plugin('a', {}, { preflight: fails('no room'), shutdown: fails('no way out') }));
    await manager.start();
    expect(manager.get('a')).toMatchObject({
      error: { code: 'PreflightCheckFailed', detail: 'no room' },
      warnings: [{ code: 'ShutdownFailed', message: 'while it was rolled back: no way out' }],
    });
  });

  it('[G14] stages that come too late reserve nothing', async () => {
    const manager = await createManager({ deadlines: { stages: 20 } });
    const late = {
      ...plugin('late'),
      registerStages: () => new Promise<never[]>((resolve) => setTimeout(() => resolve([]), 60)),
    };
    manager.register({
      ...late,
      registerStages: async () => {
        await new Promise((resolve) => setTimeout(resolve, 60));
        return [{ id: 'shared:one', execute: () => {} }];
      },
    });
    await manager.start();
    await new Promise((resolve) => setTimeout(resolve, 80));
    const next = { ...plugin('next'), registerStages: () => [{ id: 'shared:two', execute: () => {} }] };
    expect((await manager.load(next)).stages).toEqual(['shared:two']);
  });

  it('[G9] messages do not grow along a chain of dependents', async () => {
    const manager = await createManager({ maxPlugins: 1000 });
    manager.register(plugin('p0', {}, { init: () => Promise.reject(new Error('no licence')) }));
    for (let at = 1; at < 300; at++) manager.register(plugin(`p${at}`, {}, { dependencies: [{ name: `p${at - 1}` }] }));
    const { failed } = await manager.start();
    expect(failed).toHaveLength(300);
    for (const { error } of failed) expect(error.message.length).toBeLessThan(300);
    expect(failed.at(-1)?.error.detail).toBe('p299 needs plugin p298, which cannot run without p0, which failed: no licence');
  });
});

describeWithFixtures('loadAll', () => {
  it('[Z10] asks the hooks about each file once, and leaves alone what could not be opened', async () => {
    const manager = await createManager({ directories: [folderOf(shipped('text'), shipped('environment-check'))] });
    const asked: Array<string | undefined> = [];
    manager.hook('beforeLoad', ({ plugin: name }) => {
      asked.push(name);
      return name === 'text' ? { veto: 'not here' } : undefined;
    });
    const { loaded, failed } = await manager.loadAll();
    expect(asked.sort()).toEqual(['environment-check', 'text']);
    expect([names(loaded), failed.map(({ error }) => error.code)]).toEqual([['environment-check'], ['Vetoed']]);
  });
});

describe('a decision about a conflict', () => {
  it('[G10] [G20] cannot let a core plugin give way, and is not remembered then', async () => {
    const manager = await createManager();
    manager.register(plugin('core', {}, { isCore: true, conflictsWith: ['guest'] }));
    manager.register(plugin('guest'));
    await manager.start();
    const error = await refusal(manager.resolveConflict('exclusion:core+guest', { disable: 'core' }));
    expect(error).toMatchObject({ code: 'PluginIsCore', plugin: 'core', operation: 'resolveConflict' });
    expect(manager.conflicts()).toMatchObject([{ isDecided: false, refused: ['guest'] }]);
  });

  it('[G10] restarts nobody whom it does not concern', async () => {
    const manager = await createManager();
    manager.register(plugin('rival', {}, { conflictsWith: ['legacy', 'web'] }));
    for (const name of ['legacy', 'web']) manager.register(plugin(name));
    await manager.start();
    await manager.resolveConflict('exclusion:legacy+rival', { disable: 'rival' });
    const events = collectStates(manager);
    expect(
      states(manager)
        .filter((state) => state.endsWith('running'))
        .sort(),
    ).toEqual(['legacy running', 'web running']);
    const stale = await refusal(manager.resolveConflict('exclusion:rival+web', { disable: 'web' }));
    expect(stale.code).toBe('ConflictNotFound');
    expect(events).toEqual([]);
  });

  it('[G10] is forgotten by undefined', async () => {
    const manager = await createManager();
    manager.register(plugin('a', {}, { conflictsWith: ['b'] }));
    manager.register(plugin('b'));
    await manager.start();
    await manager.resolveConflict('exclusion:a+b', 'allow');
    expect(names(manager.list().filter(({ state }) => state === 'running'))).toEqual(['a', 'b']);
    await manager.resolveConflict('exclusion:a+b', undefined);
    expect(manager.conflicts()).toMatchObject([{ resolution: 'refuse', isDecided: false }]);
    expect(names(manager.list().filter(({ state }) => state === 'running'))).toEqual([]);
  });

  it('[G10] nobody gives way to a plugin that then cannot have all it wants', async () => {
    const manager = await createManager();
    manager.register({
      ...plugin('core', {}, { isCore: true }),
      registerStages: () => [{ id: 'core:one', execute: () => {} }],
    });
    manager.register({ ...plugin('a'), registerStages: () => [{ id: 'shared:one', execute: () => {} }] });
    const both = () => ['shared:two', 'core:two'].map((id) => ({ id, execute: () => {} }));
    manager.register({ ...plugin('b'), registerStages: both });
    await manager.start();
    await manager.resolveConflict('stage:a+b', { disable: 'a' });
    expect(states(manager).sort()).toEqual(['a running', 'b failed', 'core running']);
  });
});
