import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { standIn, testHost } from 'mortise/testing';
import { expect, it } from 'vitest';
import { refusal } from '../support/errors.js';
import { startHost } from '../support/hosts.js';
import { describeWithFixtures, suffix } from '../support/plugins.js';
import { temporaryFolder } from '../support/temporary.js';

const abi = fileURLToPath(new URL('../../native-abi/', import.meta.url));

/** Builds the plugin of native-abi/test that native-abi/README.md quotes. */
function build(): string {
  const path = join(temporaryFolder(), `store${suffix}`);
  const flags = ['-std=c11', '-O1', '-fPIC', '-fvisibility=hidden', '-shared', `-I${join(abi, 'include')}`];
  const { status, stderr } = spawnSync(process.env['CC'] ?? 'cc', [...flags, join(abi, 'test/store.c'), '-o', path]);
  if (status !== 0) throw new Error(String(stderr));
  return path;
}

describeWithFixtures('the plugin that the page for authors quotes', () => {
  it('[G21] offers its service, and declares its resource', async () => {
    const path = build();
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
    const error = await refusal(testHost().plugin(build()).config({ first: 'one' }).start());
    expect(error.code).toBe('InitFailed');
    expect(error.detail).toContain('the option `first` must be a number');
  });
});
