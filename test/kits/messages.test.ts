import type { PluginManager } from 'mortise';
import { expect, it } from 'vitest';
import { probe } from '../../dist/isolation/probe.js';
import { mortise } from '../cli/mortise.js';
import { setEnvironment } from '../support/calls.js';
import { refusal } from '../support/errors.js';
import { createManager } from '../support/managers.js';
import { compilePlugin, counter, describeWithFixtures, folderOf, outstanding } from '../support/plugins.js';
import { failureInline, failureProbed, liveAgain, SLOTS } from './slots.js';

/*
 * The texts that a plugin leaves in mortise.error/1, with a plugin whose table is written by hand: what is given is counted, and it does not cut, check or
 * spare anything.
 */

const slots = Object.entries(SLOTS).map(([name, slot]) => ({ name, ...slot }));
const text = (slot: string) => `${slot} of says: größer 💥`;

function says(slot: string, as = 'plain'): string {
  setEnvironment({ FIXTURE_SAYS: slot, FIXTURE_SAYS_AS: as });
  return compilePlugin('says');
}

const hush = () => setEnvironment({ FIXTURE_SAYS: '' });

const load = async (path: string): Promise<PluginManager> => {
  const manager = await createManager({ apiVersion: '1.0.0' });
  await manager.load(path);
  return manager;
};

describeWithFixtures('a plugin that says what failed', () => {
  it.each(slots)('[G7] is quoted, undone and opened again: $name', async ({ name, code, phase, shows, ...slot }) => {
    const path = says(name);
    const detail = `${slot.before.replace('stage NAME:echo: ', '')}${text(name)}`;
    const error = { code, phase, operation: slot.operation.replace('NAME', 'says'), plugin: 'says', path, detail, ledger: [] };
    expect(await failureInline(path, 'says', shows)).toMatchObject(error);
    expect(outstanding(path)).toEqual({});
    const probed = await failureProbed(path, shows);
    if (shows === 'load' || shows === 'unload') expect(probed).toMatchObject(error);
    hush();
    await liveAgain(path, 'says');
    expect(outstanding(path)).toEqual({});
  });

  it.each(slots.filter(({ phase }) => phase === 'metadata'))(
    '[G7] is believed whatever the getter returned beside it: $name',
    async ({ name, before }) => {
      const path = says(name, 'nothing');
      const error = await failureInline(path, 'says', 'load');
      expect(error).toMatchObject({ code: 'MetadataFailed', operation: name, detail: `${before}${text(name)}`, ledger: [] });
      expect(outstanding(path)).toEqual({});
    },
  );

  it('[G7] is asked once after each getter, and once after destroy', async () => {
    const path = says('');
    const asked = () => [counter(path, 'asked'), counter(path, 'asked_at_the_end')];
    const before = asked();
    const manager = await load(path);
    expect(asked().map((count, index) => count - (before[index] ?? 0))).toEqual([9, 0]);
    await manager.unload('says');
    expect(asked().map((count, index) => count - (before[index] ?? 0))).toEqual([9, 1]);
  });

  it.each(['name', 'init', 'destroy', 'execute'])(
    '[G7] is cut between characters where it says more than was offered: %s',
    async (name) => {
      const { shows } = SLOTS[name] as (typeof SLOTS)[string];
      const { detail } = await failureInline(says(name, 'long'), 'says', shows);
      expect(detail).toContain(text(name));
      expect(detail.length).toBeGreaterThan(500);
      expect(detail).toMatch(/größer 💥(ö💥)+ö?$/);
    },
  );

  it.each(['name', 'init', 'destroy'])('[G7] is quoted to its end where it has 10 000 bytes: %s', async (name) => {
    const { shows, before } = SLOTS[name] as (typeof SLOTS)[string];
    const { detail } = await failureInline(says(name, 'whole'), 'says', shows);
    expect(detail).toContain(text(name));
    expect(Buffer.byteLength(detail) - before.length).toBeGreaterThan(9990);
    expect(detail).toMatch(/ö💥$/);
  });

  it.each(['version', 'preflight_check', 'shutdown', 'destroy', '_plugin_init'])(
    '[G7] is told apart where it is no text: %s',
    async (name) => {
      const { shows, code } = SLOTS[name] as (typeof SLOTS)[string];
      const path = says(name, 'bytes');
      const error = await failureInline(path, 'says', shows);
      expect(error.code).toBe(code);
      expect(error.detail).toContain('(the message of the plugin is not valid UTF-8)');
      expect((await failureProbed(path, shows))?.detail).toBe(error.detail);
    },
  );

  it.each(['version', 'init', 'destroy'])('[G7] cannot steer a terminal: %s', async (name) => {
    const { shows, before } = SLOTS[name] as (typeof SLOTS)[string];
    const path = says(name, 'controls');
    const error = await failureInline(path, 'says', shows);
    expect(error.detail.slice(before.length)).toBe('one\n\ttwo \ufffd[2J \ufffd \ufffd \ufffd \ufffd three');
    expect((await failureProbed(path, shows))?.detail).toBe(error.detail);
  });

  it('[G7] is quoted beside a code that does not exist, and what it said is not taken for the next failure', async () => {
    const path = says('init', 'code');
    const error = await failureInline(path, 'says', 'load');
    expect(error.code).toBe('ResultInvalid');
    expect(error.detail).toMatch(/^init returned result code 4711, .*, saying: init of says: größer 💥$/);
    expect(outstanding(path)).toEqual({});
  });
});

describeWithFixtures('a text that is longer than what a kit keeps', () => {
  it.each([
    ['C', 'long-text', 'init'],
    ['C++', 'long-text.cpp', 'init'],
    ['C++', 'long-text.cpp', 'priority'],
  ])('[G7] is cut between characters, by the kit for %s: %s, %s', async (_, source, slot) => {
    setEnvironment({ FIXTURE_SAYS: slot });
    const path = compilePlugin(source, source.replace('.', '-'));
    const { code, before } = SLOTS[slot] as (typeof SLOTS)[string];
    const error = await failureInline(path, 'long-text', 'load');
    expect(error).toMatchObject({ code, operation: slot });
    const said = error.detail.slice(before.length);
    expect(said).toMatch(/^(ö💥)+ö?$/u);
    expect(Buffer.byteLength(said)).toBeGreaterThan(1000);
    expect((await failureProbed(path, 'load'))?.detail).toBe(error.detail);
  });
});

describeWithFixtures('a destroy that fails', () => {
  const detail = `destroy failed: ${text('destroy')}`;

  it('[G7] is in the report of stop, of a plugin that is gone', async () => {
    const manager = await load(says('destroy'));
    const { stopped, failed } = await manager.stop();
    expect(stopped).toEqual(['says']);
    expect(failed).toMatchObject([{ name: 'says', error: { code: 'DestroyFailed', detail, phase: 'unloading' } }]);
    expect(manager.list()).toEqual([]);
  });

  it('[G7] is in the report of disable, and on the record of the plugin', async () => {
    const manager = await load(says('destroy'));
    const { stopped, failed } = await manager.disable('says');
    expect(stopped).toEqual(['says']);
    expect(failed).toMatchObject([{ name: 'says', error: { code: 'DestroyFailed', detail } }]);
    expect(manager.get('says')?.state).toBe('disabled');
    await manager.enable('says');
  });

  it('[G7] after a failed shutdown is a warning beside it', async () => {
    const path = says('shutdown destroy');
    const manager = await load(path);
    const warnings: unknown[] = [];
    manager.on('warning', (warning) => warnings.push(warning));
    expect(await refusal(manager.unload('says'))).toMatchObject({ code: 'ShutdownFailed', detail: text('shutdown') });
    expect(warnings).toEqual([{ code: 'DestroyFailed', message: detail, plugin: 'says' }]);
    const { error, warnings: probed } = await probe(path, { init: true });
    expect(error?.code).toBe('ShutdownFailed');
    expect(probed).toEqual([{ code: 'DestroyFailed', message: `after it had failed: ${detail}` }]);
  });

  it('[G7] on the way back from a failed init is a warning beside it', async () => {
    const path = says('init destroy');
    const manager = await createManager({ apiVersion: '1.0.0' });
    expect(await refusal(manager.load(path))).toMatchObject({ code: 'InitFailed', detail: text('init') });
    expect(manager.get('says')?.warnings).toEqual([{ code: 'DestroyFailed', message: `while it was rolled back: ${detail}` }]);
  });

  it('[G7] of a plugin that was not even loaded stands behind the reason', async () => {
    const path = says('version destroy');
    const error = await failureInline(path, 'says', 'load');
    const both = `the getter version failed: ${text('version')}; then ${detail}`;
    expect(error).toMatchObject({ code: 'MetadataFailed', operation: 'version', plugin: 'says', detail: both });
    expect(await failureProbed(path, 'load')).toMatchObject({ code: 'MetadataFailed', detail: both });
  });

  it('[G7] is no reason not to open a plugin after a first look', async () => {
    const path = says('destroy');
    const manager = await createManager({ apiVersion: '1.0.0', firstLook: {}, directories: [folderOf(path)] });
    const { failed, loaded } = await manager.start();
    expect(failed).toEqual([]);
    expect(loaded.map(({ name }) => name)).toEqual(['says']);
    hush();
  });

  it('[G7] of a plugin that had to be opened to see that it is disabled is in the report of start', async () => {
    setEnvironment({ FIXTURE_SAYS: '' });
    // Without a record, only the plugin itself knows its name.
    const folder = folderOf(compilePlugin('says', 'says', { defines: ['-DWITHOUT_RECORD'] }));
    const options = { apiVersion: '1.0.0', directories: [folder], configDirectory: folder };
    const first = await createManager(options);
    await first.start();
    await first.disable('says');
    await first.stop();
    setEnvironment({ FIXTURE_SAYS: 'destroy' });
    const second = await createManager(options);
    const { failed, disabled } = await second.start();
    expect(disabled.map(({ name }) => name)).toEqual(['says']);
    expect(failed).toMatchObject([{ name: 'says', error: { code: 'DestroyFailed', detail } }]);
  });

  it('[G7] is printed by mortise probe, in words and as JSON', async () => {
    const path = says('stage_destroy');
    const ended = await mortise('probe', path, '--init');
    expect(ended.code).toBe(1);
    expect(`${ended.stdout}${ended.stderr}`).toContain(text('stage_destroy'));
    const { stdout } = await mortise('probe', path, '--init', '--json');
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'DestroyFailed',
      plugin: 'says',
      phase: 'unloading',
      operation: 'destroy',
      message: `destroy failed: ${text('stage_destroy')}`,
    });
  });
});
