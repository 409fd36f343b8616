import { expect, it } from 'vitest';
import { runScript } from '../support/children.js';
import { describeWithFixtures } from '../support/plugins.js';

describeWithFixtures('an application that uses koffi itself', () => {
  it('[G1] may have opened libraries with it before the first plugin', async () => {
    const { stdout, stderr, code } = await runScript(`
      const { default: koffi } = await import('koffi');
      koffi.load(process.platform === 'darwin' ? 'libSystem.dylib' : 'libc.so.6');
      const manager = await create();
      console.log((await manager.load(shipped('text'))).state);
      await manager.stop();
    `);
    expect({ stdout, stderr, code }).toEqual({ stdout: 'running\n', stderr: '', code: 0 });
  });
});
