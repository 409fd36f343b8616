import { existsSync } from 'node:fs';
import { probe } from 'mortise';
import { describe, expect, it } from 'vitest';
import { refusal } from '../support/errors.js';
import { createManager, managerWith } from '../support/managers.js';
import { describeWithFixtures, fixture, shipped } from '../support/plugins.js';

const rust = existsSync(shipped('base-layout-rust')) ? ['base-layout-rust'] : [];
if (rust.length === 0) console.log('base-layout-rust was not built (no cargo): the tests do without it');

// c-plugins/base-layout-* declare the 22 slots themselves and include nothing of ours, as plugins do that are older than Mortise.
describe('[G2] plugins that were built for the base table alone', () => {
  it.each(['base-layout-c', ...rust])('%s: loads, says who it is, and unloads, again and again', async (name) => {
    const manager = await createManager();
    await manager.start();
    for (let round = 0; round < 3; round++) {
      const info = await manager.load(shipped(name));
      expect(info).toMatchObject({ name, kind: 'native', state: 'running', stages: [], warnings: [] });
      await manager.unload(name);
      expect(manager.has(name)).toBe(false);
    }
  });

  it.each(['base-layout-c', ...rust])('%s: gets back all that it hands over', async (name) => {
    const report = await probe(shipped(name), { init: true });
    expect(report).toMatchObject({ ok: true, difference: [], stderr: '' });
    expect(report.record).toBeUndefined();
    expect(report.ledger.length).toBeGreaterThan(5);
  });

  it('run beside plugins with a record', async () => {
    const manager = await managerWith([...rust, 'base-layout-c', 'text'].map(shipped));
    expect(manager.list().map(({ name, state }) => [name, state])).toEqual(
      [...rust, 'base-layout-c', 'text'].map((name) => [name, 'running']),
    );
  });
});

describeWithFixtures('[G2] an entry point that returns NULL', () => {
  it('is an error that says so', async () => {
    const manager = await createManager();
    const error = await refusal(manager.load(fixture('null-vtable')));
    expect(error).toMatchObject({
      code: 'EntryReturnedNull',
      phase: 'loading',
      operation: '_plugin_init',
      detail: '_plugin_init returned NULL',
    });
  });
});
