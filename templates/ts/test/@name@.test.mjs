import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testHost } from 'mortise/testing';

// What `npm run build` has made.
const plugin = new URL('../dist/plugin.js', import.meta.url);

/** A host in which the plugin runs. */
async function started(t) {
  const host = await testHost().plugin(plugin).strict().start();
  t.after(() => host.close());
  return host;
}

test('greets', async (t) => {
  const host = await started(t);
  const { values } = await host.run('@name@:greet', { who: 'World' });
  assert.equal(values.greeting, 'Hello, World');
});

test('says what it would do, and does not do it', async (t) => {
  const host = await started(t);
  const { values, descriptions } = await host.run('@name@:greet', { who: 'World' }, { mode: 'dry_run' });
  assert.deepEqual(descriptions, ['greet World']);
  assert.equal(values.greeting, undefined);
});

test('fails where `who` is missing, or no text', async (t) => {
  const host = await started(t);
  await assert.rejects(host.run('@name@:greet'), { code: 'StageFailed', message: /`who`/ });
  await assert.rejects(host.run('@name@:greet', { who: 7 }), { code: 'StageFailed', message: /`who`/ });
});

test('offers what it says to other plugins', async (t) => {
  const host = await started(t);
  assert.equal(host.manager.services.find('@name@').hello('World'), 'Hello, World');
});
