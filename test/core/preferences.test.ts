import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { logCalls } from '../support/calls.js';
import { resultOf } from '../support/children.js';
import { declared } from '../support/declared.js';
import { refusal } from '../support/errors.js';
import { createManager } from '../support/managers.js';
import { describeWithFixtures, fixture, folderOf, outstanding, shipped } from '../support/plugins.js';
import { temporaryFolder } from '../support/temporary.js';
import { plugin } from '../support/typescript-plugin.js';

const CORE = () => declared({ name: 'core', isCore: true, dependencies: [{ name: 'static-vtable' }] });

const names = (plugins: ReadonlyArray<{ name?: string | undefined }>) => plugins.map(({ name }) => name);

describeWithFixtures('disabling and enabling', () => {
  it('[G20] stops dependents first, and remembers it for the next process', async () => {
    const calls = logCalls();
    const configDirectory = temporaryFolder();
    const directories = [folderOf(fixture('static-vtable'))];
    const dependent = () =>
      plugin(
        'dependent',
        {},
        { dependencies: [{ name: 'static-vtable' }], shutdown: () => calls.note('dependent', 'shutdown') },
      );
    const manager = await createManager({ directories, configDirectory });
    manager.register(dependent());
    await manager.start();
    const report = await manager.disable('static-vtable');
    expect(report.stopped).toEqual(['dependent', 'static-vtable']);
    expect(calls.lines().filter((line) => line.endsWith(' shutdown'))).toEqual([
      'dependent shutdown',
      'static-vtable shutdown',
    ]);
    expect(report.failed).toMatchObject([{ name: 'dependent', error: { code: 'DependencyDisabled' } }]);
    expect(manager.get('static-vtable')).toMatchObject({ state: 'disabled', error: { code: 'PluginDisabled' } });
    expect(manager.get('dependent').state).toBe('failed');

    const next = await createManager({ directories, configDirectory });
    next.register(dependent());
    const boot = await next.start();
    expect(names(boot.disabled)).toEqual(['static-vtable']);
    expect(boot.loaded).toEqual([]);
    expect(boot.failed).toMatchObject([{ name: 'dependent', error: { code: 'DependencyDisabled' } }]);
  });

  it('[G20] of a disabled plugin that names itself in its record, nothing is run', async () => {
    const calls = logCalls();
    const configDirectory = temporaryFolder();
    writeFileSync(join(configDirectory, 'plugins.json'), JSON.stringify({ format: 1, disabled: ['text'] }));
    const manager = await createManager({ directories: [folderOf(shipped('text'))], configDirectory });
    const phases: string[] = [];
    manager.on('phase', ({ plugin: name, phase }) => void phases.push(`${name} ${phase}`));
    const boot = await manager.start();
    expect(boot.disabled).toMatchObject([{ name: 'text', state: 'disabled', kind: 'native' }]);
    expect(phases.filter((phase) => /loading|metadata|unloading/.test(phase))).toEqual([]);
    expect(calls.lines()).toEqual([]);
  });

  it('[G20] enabling starts it again, with those that were stopped for want of it', async () => {
    const path = fixture('static-vtable');
    const manager = await createManager({ directories: [folderOf(path)] });
    manager.register(plugin('dependent', { go: () => {} }, { dependencies: [{ name: 'static-vtable' }] }));
    manager.register(plugin('outermost', {}, { dependencies: [{ name: 'dependent' }] }));
    await manager.start();
    await manager.disable('static-vtable');
    expect(manager.list().map(({ state }) => state)).not.toContain('running');
    const report = await manager.enable('static-vtable');
    expect(names(report.started)).toEqual(['static-vtable', 'dependent', 'outermost']);
    expect(report.failed).toEqual([]);
    expect((await manager.run(['dependent:go'])).ok).toBe(true);
    await manager.stop();
    expect(outstanding(path)).toEqual({});
  });

  it('[G20] disabling twice changes nothing the second time, and enabling what is enabled nothing at all', async () => {
    const manager = await createManager();
    manager.register(plugin('script'));
    await manager.start();
    const nothing = { started: [], stopped: [], failed: [], conflicts: [] };
    expect(await manager.enable('script')).toEqual(nothing);
    expect((await manager.disable('script')).stopped).toEqual(['script']);
    expect(await manager.disable('script')).toEqual(nothing);
  });

  it('[G20] names that are not here are refused with the nearest', async () => {
    const manager = await createManager();
    manager.register(plugin('script'));
    await manager.start();
    for (const change of ['enable', 'disable'] as const) {
      const error = await refusal(manager[change]('scirpt'));
      expect(error).toMatchObject({ code: 'PluginNotFound', remedy: 'Did you mean "script"?' });
      expect(await refusal(manager[change]('../script'))).toMatchObject({ code: 'InvalidOption' });
    }
  });

  it('[G20] load refuses what is disabled', async () => {
    const manager = await createManager();
    manager.register(plugin('script'));
    await manager.start();
    await manager.disable('script');
    expect(await refusal(manager.load(plugin('script')))).toMatchObject({ code: 'PluginDisabled', plugin: 'script' });
  });

  it('[G20] a plugin that is disabled while it runs is waited for', async () => {
    const calls = logCalls();
    const manager = await createManager();
    let go = () => {};
    const began = new Promise<void>((done) => {
      manager.register(
        plugin(
          'script',
          {
            slow: () =>
              new Promise<void>((end) => {
                go = end;
                done();
              }),
          },
          { shutdown: () => calls.note('script', 'shutdown') },
        ),
      );
    });
    await manager.start();
    const run = manager.run(['script:slow']);
    await began;
    const disabling = manager.disable('script');
    expect(calls.lines()).toEqual([]);
    go();
    expect((await run).ok).toBe(true);
    await disabling;
    expect(calls.lines()).toEqual(['script shutdown']);
  });
});

describeWithFixtures('core plugins', () => {
  it('[G20] load first and cannot be disabled, nor what they need', async () => {
    const core = CORE();
    const folder = folderOf(core, fixture('static-vtable'));
    const manager = await createManager({ coreDirectories: [folder] });
    manager.register(plugin('early', {}, { priority: { category: 'kernel', value: 0 } }));
    const { loaded } = await manager.start();
    // It needs static-vtable, which comes before it for that reason.
    expect(names(loaded)).toEqual(['static-vtable', 'core', 'early']);
    expect(loaded.map(({ isCore }) => isCore)).toEqual([false, true, false]);
    expect(await refusal(manager.disable('core'))).toMatchObject({ code: 'PluginIsCore', detail: 'core is a core plugin' });
    expect((await refusal(manager.disable('static-vtable'))).detail).toBe('the core plugin core needs static-vtable');
    expect(manager.get('core').state).toBe('running');
  });

  it('[G20] one from another directory is treated like any other, and told so', async () => {
    const manager = await createManager({ directories: [folderOf(CORE(), fixture('static-vtable'))] });
    manager.register(plugin('early', {}, { priority: { category: 'kernel', value: 0 } }));
    const { loaded } = await manager.start();
    expect(names(loaded)[0]).toBe('early');
    expect(manager.get('core')).toMatchObject({ isCore: false, metadata: { isCore: true } });
    expect(manager.get('core').warnings).toMatchObject([{ code: 'CoreNotHonoured' }]);
    await manager.disable('core');
    expect(manager.get('core').state).toBe('disabled');
  });

  it('[G20] what was disabled before it became core is on again', async () => {
    const configDirectory = temporaryFolder();
    writeFileSync(join(configDirectory, 'plugins.json'), JSON.stringify({ format: 1, disabled: ['core'] }));
    const manager = await createManager({ coreDirectories: [folderOf(CORE(), fixture('static-vtable'))], configDirectory });
    expect(names((await manager.start()).loaded)).toContain('core');
  });

  it('[G20] a TypeScript plugin that the application hands in may be core', async () => {
    const manager = await createManager();
    manager.register(plugin('script', {}, { isCore: true }));
    await manager.start();
    expect(await refusal(manager.disable('script'))).toMatchObject({ code: 'PluginIsCore' });
  });
});

describe('the file of preferences', () => {
  it('[G20] is replaced as a whole, and keeps what another process wrote', async () => {
    const configDirectory = join(temporaryFolder(), 'not', 'there', 'yet');
    const [one, two] = [await createManager({ configDirectory }), await createManager({ configDirectory })];
    for (const manager of [one, two]) {
      for (const name of ['a', 'b']) manager.register(plugin(name));
      await manager.start();
    }
    await one.disable('a');
    await two.disable('b');
    expect(readdirSync(configDirectory)).toEqual(['plugins.json']);
    expect(JSON.parse(readFileSync(join(configDirectory, 'plugins.json'), 'utf8'))).toEqual({
      format: 1,
      disabled: ['a', 'b'],
      resolutions: {},
    });
  });

  it.each([
    ['no JSON', '{"format": 1, "disa'],
    ['another format', '{"format": "two"}'],
    ['a list', '[]'],
    ['a name that is none', '{"format": 1, "disabled": ["../x"]}'],
    ['a resolution that is none', '{"format": 1, "resolutions": {"exclusion:a+b": "perhaps"}}'],
  ])('[G20] that is damaged (%s) is set aside and said, and the plugins run', async (_, text) => {
    const configDirectory = temporaryFolder();
    writeFileSync(join(configDirectory, 'plugins.json'), text);
    writeFileSync(join(configDirectory, 'plugins.json.damaged'), 'an earlier one');
    const manager = await createManager({ configDirectory });
    manager.register(plugin('script'));
    const { loaded, warnings } = await manager.start();
    expect(names(loaded)).toEqual(['script']);
    expect(warnings).toMatchObject([
      { code: 'PreferencesUnreadable', message: expect.stringContaining('plugins.json.damaged-2') },
    ]);
    expect(readFileSync(join(configDirectory, 'plugins.json.damaged-2'), 'utf8')).toBe(text);
    await manager.disable('script');
    expect(readdirSync(configDirectory).sort()).toEqual(['plugins.json', 'plugins.json.damaged', 'plugins.json.damaged-2']);
  });

  it('[G20] that a later release wrote is left as it is, and nothing is written over it', async () => {
    const configDirectory = temporaryFolder();
    const text = JSON.stringify({ format: 2, disabled: ['script'], more: true });
    writeFileSync(join(configDirectory, 'plugins.json'), text);
    const manager = await createManager({ configDirectory });
    for (const name of ['script', 'other']) manager.register(plugin(name));
    const { warnings } = await manager.start();
    expect(warnings).toMatchObject([{ code: 'PreferencesUnreadable', message: expect.stringContaining('later release') }]);
    expect(await refusal(manager.disable('other'))).toMatchObject({ code: 'PreferencesUnwritable' });
    expect(manager.get('other').state).toBe('running');
    expect(readdirSync(configDirectory)).toEqual(['plugins.json']);
    expect(readFileSync(join(configDirectory, 'plugins.json'), 'utf8')).toBe(text);
  });

  it('[G20] that is damaged while the manager runs keeps what was decided in force', async () => {
    const configDirectory = temporaryFolder();
    const manager = await createManager({ configDirectory });
    for (const name of ['dangerous', 'other']) manager.register(plugin(name));
    await manager.start();
    await manager.disable('dangerous');
    writeFileSync(join(configDirectory, 'plugins.json'), '{');
    const warnings: string[] = [];
    manager.on('warning', ({ code }) => void warnings.push(code));
    const { stopped, started } = await manager.disable('other');
    expect([stopped, started]).toEqual([['other'], []]);
    expect(warnings).toEqual(['PreferencesUnreadable']);
    expect(manager.get('dangerous').state).toBe('disabled');
    expect(JSON.parse(readFileSync(join(configDirectory, 'plugins.json'), 'utf8')).disabled).toEqual(['dangerous', 'other']);
  });

  it.skipIf(process.platform === 'win32')('[G20] that is a named pipe is said, and nobody waits for it', async () => {
    const configDirectory = temporaryFolder();
    execFileSync('mkfifo', [join(configDirectory, 'plugins.json')]);
    const manager = await createManager({ configDirectory });
    manager.register(plugin('script'));
    const { loaded, warnings } = await manager.start();
    expect(names(loaded)).toEqual(['script']);
    expect(warnings).toMatchObject([{ code: 'PreferencesUnreadable', message: expect.stringContaining('it is no file') }]);
  });

  it('[G20] is shared by processes that all write at once: nothing is lost', async () => {
    const configDirectory = temporaryFolder();
    const script = (mine: number) => `
      const manager = await create({ configDirectory: ${JSON.stringify(configDirectory)} });
      for (let i = 0; i < 10; i++) await manager.disable('p${mine}-' + i);
      console.log('{}');
    `;
    await Promise.all([0, 1, 2].map((mine) => resultOf(script(mine))));
    const { disabled } = JSON.parse(readFileSync(join(configDirectory, 'plugins.json'), 'utf8'));
    expect(disabled).toHaveLength(30);
    expect(readdirSync(configDirectory)).toEqual(['plugins.json']);
  });

  it.skipIf(process.platform === 'win32')('[G20] keeps its rights, and a link to it stays one', async () => {
    const folder = temporaryFolder();
    const configDirectory = temporaryFolder();
    writeFileSync(join(folder, 'real.json'), '{"format": 1}', { mode: 0o664 });
    chmodSync(join(folder, 'real.json'), 0o664);
    symlinkSync(join(folder, 'real.json'), join(configDirectory, 'plugins.json'));
    const manager = await createManager({ configDirectory });
    await manager.disable('script');
    expect(lstatSync(join(configDirectory, 'plugins.json')).isSymbolicLink()).toBe(true);
    expect(statSync(join(folder, 'real.json')).mode & 0o777).toBe(0o664);
    expect(JSON.parse(readFileSync(join(folder, 'real.json'), 'utf8')).disabled).toEqual(['script']);
  });

  it('[G20] that cannot be written changes nothing', async () => {
    const configDirectory = join(temporaryFolder(), 'file');
    writeFileSync(configDirectory, 'a file where a folder was wanted');
    const manager = await createManager({ configDirectory });
    manager.register(plugin('script'));
    await manager.start();
    const error = await refusal(manager.disable('script'));
    expect(error).toMatchObject({ code: 'PreferencesUnwritable', path: join(configDirectory, 'plugins.json') });
    expect(manager.get('script').state).toBe('running');
  });

  it('[G20] that is a folder is said, and the plugins run', async () => {
    const configDirectory = temporaryFolder();
    mkdirSync(join(configDirectory, 'plugins.json'));
    const manager = await createManager({ configDirectory });
    manager.register(plugin('script'));
    const { loaded, warnings } = await manager.start();
    expect(names(loaded)).toEqual(['script']);
    expect(warnings).toMatchObject([{ code: 'PreferencesUnreadable' }]);
  });
});
