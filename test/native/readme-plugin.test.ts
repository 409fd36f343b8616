import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { refusal } from '../support/errors.js';
import { createManager } from '../support/managers.js';
import { describeWithFixtures, suffix } from '../support/plugins.js';
import { temporaryFolder } from '../support/temporary.js';
import { plugin } from '../support/typescript-plugin.js';

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
    const manager = await createManager();
    const { metadata } = await manager.load(build());
    expect(manager.services.list()).toEqual([{ name: 'com.example.store', version: '1.0.0', plugin: 'store', kind: 'native' }]);
    expect(metadata.resources).toEqual([{ type: 'port', identifier: '8080', access: 'provides_unique' }]);
    const other = plugin('web', {}, { resources: [{ type: 'port', identifier: '8080', access: 'provides_unique' }] });
    expect((await refusal(manager.load(other))).code).toBe('ResourceConflict');
  });

  it('[G7] says why its init failed', async () => {
    const manager = await createManager({ config: { store: { first: 'one' } } });
    const error = await refusal(manager.load(build()));
    expect(error.code).toBe('InitFailed');
    expect(error.detail).toContain('the option `first` must be a number');
  });
});
