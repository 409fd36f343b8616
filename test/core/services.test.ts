import { describe, expect, it } from 'vitest';
import { refusal } from '../support/errors.js';
import { createManager } from '../support/managers.js';
import { plugin } from '../support/typescript-plugin.js';

interface Clock {
  now(): number;
}

const clock = (version: string, value: number) => ({ name: 'clock', version, service: { now: () => value } satisfies Clock });

describe('services of TypeScript plugins', () => {
  it('[G21] are found by name in the highest version within the range, by plugins and by the application', async () => {
    const manager = await createManager();
    manager.register(plugin('one', {}, { services: [clock('1.0.0', 1), clock('1.4.0', 14)] }));
    manager.register(plugin('two', {}, { services: () => [clock('2.0.0', 2)] }));
    const found: number[] = [];
    manager.register(
      plugin(
        'user',
        {},
        {
          dependencies: [{ name: 'one' }, { name: 'two' }],
          init({ services }) {
            for (const range of [undefined, '^1.0.0', '1.0.0']) found.push(services.find<Clock>('clock', range).now());
            expect(services.has('clock', '>=3')).toBe(false);
          },
        },
      ),
    );
    const { failed } = await manager.start();
    expect(failed).toEqual([]);
    expect(found).toEqual([2, 14, 1]);
    expect(manager.services.find<Clock>('clock', '<2').now()).toBe(14);
    expect(manager.services.list()).toEqual([
      { name: 'clock', version: '2.0.0', plugin: 'two', kind: 'typescript' },
      { name: 'clock', version: '1.4.0', plugin: 'one', kind: 'typescript' },
      { name: 'clock', version: '1.0.0', plugin: 'one', kind: 'typescript' },
    ]);
  });

  it('[G21] that nobody offers are refused with what there is', async () => {
    const manager = await createManager();
    manager.register(plugin('one', {}, { services: [clock('1.0.0', 1)] }));
    await manager.start();
    const find = (name: string, range?: string) => refusal(() => manager.services.find(name, range));
    expect(await find('clokc')).toMatchObject({ code: 'ServiceNotFound', remedy: 'Did you mean "clock"?' });
    expect((await find('clock', '^2')).detail).toBe('service "clock" ^2 is wanted; what is offered: 1.0.0 of one');
    expect(await find('clock', 'newest')).toMatchObject({ code: 'RangeInvalid' });
  });

  it('[G21] are gone when the plugin that offers them goes', async () => {
    const manager = await createManager();
    manager.register(plugin('one', {}, { services: [clock('1.0.0', 1)] }));
    await manager.start();
    expect(manager.services.has('clock')).toBe(true);
    await manager.unload('one');
    expect(manager.services.has('clock')).toBe(false);
    expect(manager.services.list()).toEqual([]);
    await manager.load(plugin('one', {}, { services: [clock('1.0.0', 1)] }));
    expect(manager.services.has('clock')).toBe(true);
  });

  it('[G21] are gone when a later phase of the plugin fails', async () => {
    const manager = await createManager();
    const failing = { preflight: () => Promise.reject(new Error('no')), services: [clock('1.0.0', 1)] };
    manager.register(plugin('one', {}, failing));
    let holder: { find(name: string): unknown } | undefined;
    manager.register(
      plugin(
        'two',
        {},
        {
          init: ({ services }) => {
            holder = services;
          },
        },
      ),
    );
    await manager.start();
    expect(manager.services.list()).toEqual([]);
    expect(await refusal(() => holder?.find('clock'))).toMatchObject({ code: 'ServiceNotFound' });
  });

  it('[G21] whoever found one is stopped first, whatever the order of the start, and keeps the offerer from being unloaded', async () => {
    const manager = await createManager();
    const stopped: string[] = [];
    let find = () => {};
    manager.register(
      plugin(
        'a-user',
        {},
        {
          init: ({ services }) => {
            find = () => services.find('clock');
          },
          shutdown: () => void stopped.push('a-user'),
        },
      ),
    );
    manager.register(plugin('offerer', {}, { services: [clock('1.0.0', 1)], shutdown: () => void stopped.push('offerer') }));
    await manager.start();
    await manager.unload('offerer');
    await manager.load(plugin('offerer', {}, { services: [clock('1.0.0', 1)], shutdown: () => void stopped.push('offerer') }));
    stopped.length = 0;
    find();
    expect((await refusal(manager.unload('offerer'))).detail).toBe('a-user needs it');
    await manager.stop();
    expect(stopped).toEqual(['a-user', 'offerer']);
  });

  it('[G21] a plugin that found a service falls with the one that offers it', async () => {
    const manager = await createManager();
    let find = () => {};
    manager.register(
      plugin(
        'a-user',
        {},
        {
          init: ({ services }) => {
            find = () => services.find('clock');
          },
        },
      ),
    );
    const offerer = {
      services: [clock('1.0.0', 1)],
      preflight: () => {
        find();
        throw new Error('not today');
      },
    };
    manager.register(plugin('offerer', {}, offerer));
    const { loaded, failed } = await manager.start();
    expect(loaded).toEqual([]);
    expect(failed.map(({ name, error }) => [name, error.code])).toEqual([
      ['offerer', 'PreflightCheckFailed'],
      ['a-user', 'DependencyFailed'],
    ]);
  });

  it('[G21] of a plugin that depends on the finder cannot be found by it', async () => {
    const manager = await createManager();
    let find = () => {};
    manager.register(
      plugin(
        'base',
        {},
        {
          init: ({ services }) => {
            find = () => services.find('clock');
          },
        },
      ),
    );
    manager.register(plugin('middle', {}, { dependencies: [{ name: 'base' }] }));
    manager.register(plugin('top', {}, { dependencies: [{ name: 'middle' }], services: [clock('1.0.0', 1)] }));
    await manager.start();
    const error = await refusal(find);
    expect(error).toMatchObject({ code: 'ServiceCircle', plugin: 'base' });
    expect(error.detail).toBe('base looks up service clock 1.0.0 of top, which depends on base itself');
  });

  it.each([
    ['a bad name', [{ name: '../clock', version: '1.0.0', service: {} }]],
    ['a bad version', [{ name: 'clock', version: '1', service: {} }]],
    ['the same one twice', [clock('1.0.0', 1), clock('1.0.0', 2)]],
    ['nothing behind it', [{ name: 'clock', version: '1.0.0' }]],
    ['no list', 'clock'],
  ])('[G21] an offer of %s refuses the plugin, which is shut down', async (_, services) => {
    const manager = await createManager();
    const calls: string[] = [];
    manager.register(plugin('one', {}, { services: () => services as never, shutdown: () => void calls.push('shutdown') }));
    const { failed } = await manager.start();
    expect(failed).toMatchObject([{ name: 'one', error: { code: 'ServiceInvalid', phase: 'init' } }]);
    expect(calls).toEqual(['shutdown']);
  });

  it('[G21] a service that another plugin offers in that version is refused', async () => {
    const manager = await createManager();
    for (const name of ['one', 'two']) manager.register(plugin(name, {}, { services: [clock('1.0.0', 1)] }));
    const { failed } = await manager.start();
    expect(failed).toMatchObject([{ name: 'two', error: { code: 'ServiceInvalid' } }]);
    expect(failed[0]?.error.detail).toBe('service clock 1.0.0 is offered by plugin one already');
  });
});
