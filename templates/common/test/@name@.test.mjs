import assert from 'node:assert/strict';
import { test } from 'node:test';
import { librarySuffix, testHost } from 'mortise/testing';

// What `npm run build` has made.
const plugin = new URL(`../dist/${process.platform}-${process.arch}/@name@${librarySuffix}`, import.meta.url);
const manifest = new URL('../manifest.json', import.meta.url);

/** A host in which the plugin runs. Closing it checks that the plugin got back all that it gave. */
async function started(t) {
  const host = await testHost().plugin(plugin).manifest(manifest).strict().start();
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
