import { expect, it } from 'vitest';
import { createManager } from '../support/managers.js';
import { compilePlugin, counter, describeWithFixtures, outstanding, shipped } from '../support/plugins.js';

describeWithFixtures('the resources that a compiled plugin declares', () => {
  it('[G10] are read once, copied, and part of what it says of itself', async () => {
    const manager = await createManager();
    const path = compilePlugin('uses-resources');
    const { metadata } = await manager.load(path);
    await manager.unload('uses-resources');
    expect(metadata.resources).toEqual([
      { type: 'file', identifier: '/var/lib/café', access: 'exclusive_write' },
      { type: 'port', identifier: '8080', access: 'provides_unique' },
      { type: 'device', identifier: '', access: 'shared_write' },
    ]);
    expect(Object.isFrozen(metadata.resources) && metadata.resources.every((each) => Object.isFrozen(each))).toBe(true);
    expect([counter(path, 'asked'), counter(path, 'counted'), counter(path, 'described')]).toEqual([1, 1, 3]);
    expect(outstanding(path)).toEqual({});
  });

  it('[G10] are none where it declares none', async () => {
    const manager = await createManager();
    expect((await manager.load(shipped('text'))).metadata.resources).toEqual([]);
  });
});
