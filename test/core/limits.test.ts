import { describe, expect, it } from 'vitest';
import { refusal } from '../support/errors.js';
import { createManager } from '../support/managers.js';
import { describeWithFixtures, fixture, folderOf, outstanding } from '../support/plugins.js';
import { plugin } from '../support/typescript-plugin.js';

const never = () => new Promise<void>(() => {});

describe('deadlines of phases', () => {
  it.each([
    ['init', { init: never }, 'init'],
    ['preflight', { preflight: never }, 'preflight'],
  ] as const)(
    '[G12] a TypeScript plugin that does not come back from %s is rolled back, and the others run',
    async (name, more, phase) => {
      const manager = await createManager({ deadlines: { [name]: 20 } });
      manager.register(plugin('hangs', {}, more));
      manager.register(plugin('dependent', {}, { dependencies: [{ name: 'hangs' }] }));
      manager.register(plugin('other'));
      const { loaded, failed } = await manager.start();
      expect(loaded.map((each) => each.name)).toEqual(['other']);
      expect(failed).toMatchObject([
        { name: 'hangs', error: { code: 'TimedOut', phase } },
        { name: 'dependent', error: { code: 'DependencyFailed' } },
      ]);
      expect(failed[0]?.error.detail).toBe(`${name} of hangs did not end within 20 ms`);
    },
  );

  it('[G13] a preflight check that is late is told so by its signal', async () => {
    const manager = await createManager({ deadlines: { preflight: 20 } });
    let signal: AbortSignal | undefined;
    manager.register(
      plugin(
        'hangs',
        {},
        {
          preflight: (context) => {
            signal = context.signal;
            return never();
          },
        },
      ),
    );
    await manager.start();
    expect(signal?.aborted).toBe(true);
  });

  it('[G12] a shutdown that does not come back is reported, and the others are stopped', async () => {
    const manager = await createManager({ deadlines: { shutdown: 20 } });
    manager.register(plugin('hangs', {}, { shutdown: never }));
    manager.register(plugin('other'));
    await manager.start();
    const { stopped, failed } = await manager.stop();
    expect(stopped).toEqual(['other', 'hangs']);
    expect(failed).toMatchObject([{ name: 'hangs', error: { code: 'TimedOut', phase: 'shutdown' } }]);
  });

  it('[G12] stages that are never handed over are waited for no longer than allowed', async () => {
    const manager = await createManager({ deadlines: { stages: 20 } });
    const hanging = { ...plugin('hangs'), registerStages: () => new Promise<never>(() => {}) };
    manager.register(hanging);
    const { failed } = await manager.start();
    expect(failed).toMatchObject([{ name: 'hangs', error: { code: 'TimedOut', phase: 'stages' } }]);
  });

  it('[G12] options that are none are refused', async () => {
    expect(await refusal(createManager({ deadlines: { intit: 5 } as never }))).toMatchObject({
      code: 'InvalidOption',
      remedy: 'Did you mean "init"?',
    });
    expect(await refusal(createManager({ deadlines: { init: -1 } }))).toMatchObject({ code: 'InvalidOption' });
    await createManager({ deadlines: { init: Number.POSITIVE_INFINITY } });
  });
});

describeWithFixtures('the most plugins', () => {
  it('[W1] those that load last are refused, with what was taken from them given back', async () => {
    const path = fixture('static-vtable');
    const manager = await createManager({ directories: [folderOf(path)], maxPlugins: 2 });
    manager.register(plugin('needed', {}, { priority: { category: 'third_party_low', value: 255 } }));
    manager.register(plugin('first', {}, { priority: { category: 'kernel', value: 0 }, dependencies: [{ name: 'needed' }] }));
    const { loaded, failed } = await manager.start();
    expect(loaded.map(({ name }) => name)).toEqual(['needed', 'first']);
    expect(failed).toMatchObject([{ name: 'static-vtable', error: { code: 'TooManyPlugins', phase: 'registration' } }]);
    expect(outstanding(path)).toEqual({});
    expect(await refusal(manager.load(plugin('another')))).toMatchObject({ code: 'TooManyPlugins', plugin: 'another' });
    await manager.unload('first');
    expect((await manager.load(plugin('another'))).state).toBe('running');
  });

  it('[W1] is 100 where nothing is said', async () => {
    const manager = await createManager();
    for (let index = 0; index < 101; index++) manager.register(plugin(`p${String(index).padStart(3, '0')}`));
    const { loaded, failed } = await manager.start();
    expect(loaded).toHaveLength(100);
    expect(failed.map(({ name, error }) => [name, error.code])).toEqual([['p100', 'TooManyPlugins']]);
  });
});
