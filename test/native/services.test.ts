import type { PluginManager } from 'mortise';
import { expect, it } from 'vitest';
import { NativeOpener, type NativePlugin } from '../../dist/native/index.js';
import { setEnvironment } from '../support/calls.js';
import { refusal } from '../support/errors.js';
import { createManager } from '../support/managers.js';
import { compilePlugin, counter, describeWithFixtures, folderOf, outstanding } from '../support/plugins.js';

const OK = 0;
const INVALID_DATA = 4;
const NOT_FOUND = 16;
const WRONG_STATE = 22;
const CANCELLED = 25;
const DENIED = 26;

const offers = (version: string) => compilePlugin('service-offerer', `offers-${version}`);
const peer = (stem: string, needs?: string) => compilePlugin('service-peer', stem, needs);

/** What the plugin `stem` gets when it looks for a service in a stage. */
async function look(manager: PluginManager, stem: string, service: string, range?: string, stage = 'find') {
  const { data, error } = await manager.run([`${stem}:${stage}`], {
    data: { service, ...(range === undefined ? {} : { range }) },
  });
  expect(error).toBeUndefined();
  return { code: Number(data['code']), answer: Number(data['answer']) };
}

describeWithFixtures('a service of a compiled plugin', () => {
  it('[G21] is found by another one in its init, by name and range, and can be called at once', async () => {
    const manager = await createManager();
    await manager.load(offers('1.2.0'));
    setEnvironment({ FIXTURE_FIND: 'store ^1.0.0' });
    await manager.load(peer('finds-in-init'));
    expect(counter(peer('finds-in-init'), 'code')).toBe(OK);
    expect(counter(peer('finds-in-init'), 'answer')).toBe(10_200);
  });

  it('[G21] is found in its highest version within the range', async () => {
    const manager = await createManager();
    for (const version of ['1.9.0', '1.10.0', '2.1.0']) await manager.load(offers(version));
    await manager.load(peer('finds-highest'));
    const find = (range?: string) => look(manager, 'finds-highest', 'store', range);
    expect(await find()).toEqual({ code: OK, answer: 20_100 });
    expect(await find('^1')).toEqual({ code: OK, answer: 11_000 });
    expect(await find('>=1, <1.10')).toEqual({ code: OK, answer: 10_900 });
    expect(await find('^3 || 1.9.x')).toEqual({ code: OK, answer: 10_900 });
    expect((await find('^3')).code).toBe(NOT_FOUND);
    expect((await find('latest')).code).toBe(INVALID_DATA);
    expect((await find(`${' '.repeat(1024)}1`)).code).toBe(INVALID_DATA);
    expect((await look(manager, 'finds-highest', 'Store')).code).toBe(NOT_FOUND);
  });

  it('[G21] is found on the main thread only', async () => {
    const manager = await createManager();
    await manager.load(offers('1.2.1'));
    await manager.load(peer('finds-elsewhere'));
    expect(await look(manager, 'finds-elsewhere', 'store')).toEqual({ code: OK, answer: 10_201 });
    expect((await look(manager, 'finds-elsewhere', 'store', undefined, 'find-elsewhere')).code).toBe(WRONG_STATE);
  });

  it('[G21] is found by the plugin that offers it too, and by nobody once it is being shut down', async () => {
    const manager = await createManager();
    await manager.load(peer('finds-itself'));
    expect(await look(manager, 'finds-itself', 'finds-itself', '1')).toEqual({ code: OK, answer: 7 });
    await manager.stop();
    expect(counter(peer('finds-itself'), 'stopped')).toBe(7);
    expect(counter(peer('finds-itself'), 'late')).toBe(CANCELLED);
  });

  it('[G21] goes with the plugin that offers it, and comes back with it', async () => {
    const manager = await createManager();
    await manager.load(peer('finds-again'));
    await manager.load(offers('1.2.2'));
    expect((await look(manager, 'finds-again', 'store')).code).toBe(OK);
    expect((await refusal(manager.unload('offers-1.2.2'))).detail).toBe('finds-again needs it');
    await manager.unload('finds-again');
    await manager.unload('offers-1.2.2');
    await manager.load(peer('finds-again'));
    expect((await look(manager, 'finds-again', 'store')).code).toBe(NOT_FOUND);
    await manager.load(offers('1.2.2'));
    expect(await look(manager, 'finds-again', 'store')).toEqual({ code: OK, answer: 10_202 });
    expect(counter(offers('1.2.2'), 'described')).toBe(2);
    await manager.stop();
    expect(outstanding(offers('1.2.2'))).toEqual({});
  });

  it('[G21] can be used until the plugin that found it was shut down', async () => {
    const manager = await createManager();
    await manager.load(offers('1.2.3'));
    setEnvironment({ FIXTURE_FIND: 'store' });
    await manager.load(peer('uses-to-the-end'));
    await manager.stop();
    expect(counter(peer('uses-to-the-end'), 'stopped')).toBe(10_203);
  });

  it('[G21] is not there for the plugins of another manager', async () => {
    const [mine, other] = [await createManager(), await createManager()];
    await mine.load(offers('1.2.4'));
    await other.load(peer('finds-nothing'));
    expect((await look(other, 'finds-nothing', 'store')).code).toBe(NOT_FOUND);
    await other.load(offers('1.2.5'));
    expect(await look(other, 'finds-nothing', 'store')).toEqual({ code: OK, answer: 10_205 });
  });

  it('[G21] is refused to a plugin whose own service the offerer uses, so that no circle forms', async () => {
    const manager = await createManager();
    for (const stem of ['left', 'middle', 'right']) await manager.load(peer(stem));
    expect((await look(manager, 'left', 'middle')).code).toBe(OK);
    expect((await look(manager, 'middle', 'right')).code).toBe(OK);
    expect(await look(manager, 'middle', 'left')).toEqual({ code: DENIED, answer: -2 });
    expect((await look(manager, 'right', 'left')).code).toBe(DENIED);
    expect((await look(manager, 'left', 'right')).code).toBe(OK);
  });

  it('[G21] that a plugin of another build offers in the same version refuses the second of the two', async () => {
    const manager = await createManager();
    const first = offers('1.3.0');
    await manager.load(first);
    const error = await refusal(manager.load(compilePlugin('service-offerer-again', 'offers-again')));
    expect(error).toMatchObject({
      code: 'ServiceInvalid',
      phase: 'init',
      operation: 'mortise.services/1',
      plugin: 'offers-again',
    });
    expect(error.detail).toBe('service store 1.3.0 is offered by plugin offers-1.3.0 already');
    expect(outstanding(compilePlugin('service-offerer-again', 'offers-again'))).toEqual({});
  });

  it('[G21] takes part in a start with a first look, where nobody else is', async () => {
    setEnvironment({ FIXTURE_FIND: 'store ^1' });
    const directory = folderOf(offers('1.3.1'), peer('starts', 'offers-1.3.1'));
    const manager = await createManager({ directories: [directory], firstLook: { timeoutMs: 20_000 } });
    const { failed } = await manager.start();
    expect(failed).toEqual([]);
    expect(await look(manager, 'starts', 'store')).toEqual({ code: OK, answer: 10_301 });
  });
});

describeWithFixtures('a compiled plugin, as the manager sees it', () => {
  const opener = () =>
    new NativeOpener({ app: 'services', apiVersion: '1.0.0', configDirectory: '/nowhere', cancelGraceMs: 0 });
  const log = { level: 'info' } as never;
  const start = (plugin: NativePlugin) => {
    plugin.registerStages();
    plugin.init({ config: {}, log });
    return plugin.services();
  };
  const end = (...plugins: NativePlugin[]) => {
    for (const plugin of plugins) {
      plugin.shutdown();
      plugin.destroy();
    }
  };

  it('[G21] offers its services without what only compiled plugins can use, and describes them once', () => {
    const plugin = opener().open(offers('2.0.0'));
    const services = start(plugin);
    expect(services).toEqual([{ name: 'store', version: '2.0.0' }]);
    expect(plugin.services()).toBe(services);
    expect(counter(plugin.path, 'described')).toBe(1);
    end(plugin);
  });

  it('[G21] names the plugins whose services it found, until it was shut down', () => {
    const one = opener();
    const [offerer, finder] = [one.open(offers('2.0.1')), one.open(peer('names'))];
    start(offerer);
    setEnvironment({ FIXTURE_FIND: 'store' });
    expect(finder.uses()).toEqual([]);
    start(finder);
    expect(finder.uses()).toEqual(['offers-2.0.1']);
    expect(offerer.uses()).toEqual([]);
    finder.shutdown();
    expect(finder.uses()).toEqual([]);
    finder.destroy();
    end(offerer);
  });

  it('[G21] is refused the service of a plugin that depends on it, once the manager has said so', () => {
    const one = opener();
    const [dependent, dependency] = [one.open(peer('dependent')), one.open(peer('dependency'))];
    dependent.dependsOn([dependency, { kind: 'typescript' } as never]);
    start(dependent);
    setEnvironment({ FIXTURE_FIND: 'dependent' });
    start(dependency);
    expect(counter(dependency.path, 'code')).toBe(DENIED);
    end(dependent);
    end(dependency);
  });
});
