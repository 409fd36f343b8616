import { expect, it } from 'vitest';
import { logCalls } from '../support/calls.js';
import { refusal } from '../support/errors.js';
import { createManager } from '../support/managers.js';
import { describeWithFixtures, fixture, folderOf, outstanding, shipped } from '../support/plugins.js';
import { plugin } from '../support/typescript-plugin.js';

describeWithFixtures('loading without starting', () => {
  it('[Z10] loadAll opens and resolves, start takes it from there, stop stops all', async () => {
    const calls = logCalls();
    const path = fixture('static-vtable');
    const manager = await createManager({ directories: [folderOf(path)] });
    manager.register(plugin('dependent', {}, { dependencies: [{ name: 'static-vtable' }] }));
    manager.register(plugin('lonely', {}, { dependencies: [{ name: 'not-here' }] }));
    const report = await manager.loadAll();
    expect(report.loaded.map(({ name, state }) => [name, state])).toEqual([
      ['static-vtable', 'loaded'],
      ['dependent', 'loaded'],
    ]);
    expect(report.failed).toMatchObject([{ name: 'lonely', error: { code: 'DependencyMissing' } }]);
    expect(calls.lines()).toEqual(['static-vtable entry']);
    const started = await manager.start();
    expect(started.loaded.map(({ state }) => state)).toEqual(['running', 'running']);
    expect(started.failed.map(({ name }) => name)).toEqual(['lonely']);
    expect(calls.of('static-vtable').filter((call) => call === 'entry')).toHaveLength(1);
    expect((await manager.stop()).stopped).toEqual(['dependent', 'static-vtable']);
    expect(outstanding(path)).toEqual({});
  });

  it('[Z10] stop before start destroys what was loaded', async () => {
    const calls = logCalls();
    const path = fixture('static-vtable');
    const manager = await createManager({ directories: [folderOf(path)] });
    await manager.loadAll();
    expect((await manager.stop()).failed).toEqual([]);
    expect(calls.lines()).toEqual(['static-vtable entry', 'static-vtable destroy']);
    expect(outstanding(path)).toEqual({});
    expect((await manager.start()).loaded.map(({ name }) => name)).toEqual(['static-vtable']);
  });

  it('[Z10] what is disabled in between is not started, and the other way round', async () => {
    const manager = await createManager({ directories: [folderOf(fixture('static-vtable'), shipped('text'))] });
    await manager.loadAll();
    await manager.disable('static-vtable');
    await manager.disable('text');
    expect(manager.list().map(({ state }) => state)).toEqual(['disabled', 'disabled']);
    expect((await manager.enable('text')).started).toEqual([]);
    const { loaded, disabled } = await manager.start();
    expect([loaded, disabled].map((list) => list.map(({ name }) => name))).toEqual([['text'], ['static-vtable']]);
  });

  it('[Z10] calls that make no sense in between are refused with the way to go', async () => {
    const manager = await createManager({ directories: [folderOf(shipped('text'))] });
    await manager.loadAll();
    expect(await refusal(manager.loadAll())).toMatchObject({ code: 'InvalidState', remedy: 'Call start.' });
    expect(await refusal(manager.load(plugin('late')))).toMatchObject({ code: 'InvalidState', remedy: 'Call start first.' });
    expect(await refusal(() => manager.register(plugin('late')))).toMatchObject({ code: 'InvalidState' });
    expect(await refusal(manager.run(['text:survey']))).toMatchObject({ code: 'InvalidState' });
    await manager.start();
    expect(await refusal(manager.loadAll())).toMatchObject({ code: 'InvalidState', remedy: 'Call stop first.' });
  });
});
