import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ContextValue } from 'mortise';
import { standIn, testHost } from 'mortise/testing';
import { expect, it } from 'vitest';
import { refusal } from '../support/errors.js';
import { startHost } from '../support/hosts.js';
import { createManager, managerWith } from '../support/managers.js';
import { memoryLogger } from '../support/memory-logger.js';
import { describeWithFixtures, suffix } from '../support/plugins.js';
import { temporaryFolder } from '../support/temporary.js';

const abi = fileURLToPath(new URL('../../native-abi/', import.meta.url));

/** Builds a plugin of native-abi/test that native-abi/README.md quotes. */
function build(source: string): string {
  const path = join(temporaryFolder(), `${source}${suffix}`);
  const flags = ['-std=c11', '-O1', '-fPIC', '-fvisibility=hidden', '-shared', `-I${join(abi, 'include')}`];
  const { status, stderr } = spawnSync(process.env['CC'] ?? 'cc', [...flags, join(abi, `test/${source}.c`), '-o', path]);
  if (status !== 0) throw new Error(String(stderr));
  return path;
}

describeWithFixtures('the plugin that the page for authors quotes', () => {
  it('[G21] offers its service, and declares its resource', async () => {
    const path = build('store');
    const host = await startHost(testHost().plugin(path));
    const offered = { name: 'com.example.store', version: '1.0.0', plugin: 'store', kind: 'native' };
    expect(host.manager.services.list()).toEqual([offered]);
    const resource = { type: 'port', identifier: '8080', access: 'provides_unique' } as const;
    expect(host.plugin('store').metadata.resources).toEqual([resource]);
    await host.close();
    const both = testHost()
      .plugin(path)
      .plugin(standIn('web', { resources: [resource] }));
    expect((await refusal(both.start())).code).toBe('ResourceConflict');
  });

  it('[G7] says why its init failed', async () => {
    const error = await refusal(testHost().plugin(build('store')).config({ first: 'one' }).start());
    expect(error.code).toBe('InitFailed');
    expect(error.detail).toContain('the option `first` must be a number');
  });
});

describeWithFixtures.each([
  ['by hand', 'minimal'],
  ['with the C kit', 'greeter'],
])('the plugin that the page for authors shows whole, %s', (_how, source) => {
  it('[C5] greets, says in a dry run what it would do, and logs that it is ready', async () => {
    const { logger, lines } = memoryLogger();
    const manager = await createManager({ logger });
    const { metadata } = await manager.load(build(source));
    expect(metadata).toMatchObject({ name: 'greeter', version: '1.0.0', priority: { category: 'third_party', value: 175 } });
    expect((await manager.run(['greeter:greet'], { data: { who: 'Grüße 🔩' } })).data).toMatchObject({
      greeting: 'Hello, Grüße 🔩',
    });
    const dry = await manager.run(['greeter:greet'], { mode: 'dry_run', data: { who: 'x' } });
    expect(dry.stages[0]?.descriptions).toEqual(['write `greeting`']);
    await manager.stop();
    expect(lines).toContainEqual(expect.objectContaining({ plugin: 'greeter', level: 30, msg: 'ready to greet' }));
  });

  it.each<[string, Record<string, ContextValue>, RegExp]>([
    ['is missing', {}, /`who`/],
    ['is a number', { who: 5 }, /`who` must be a string/],
  ])('[C5] [G7] says what is wrong with `who` if it %s', async (_what, data, text) => {
    const manager = await managerWith(build(source));
    const run = await manager.run(['greeter:greet'], { data });
    expect(run.ok ? undefined : run.error).toMatchObject({
      code: 'StageFailed',
      plugin: 'greeter',
      detail: expect.stringMatching(text),
    });
  });
});
