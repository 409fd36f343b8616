import { copyFileSync, linkSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { setEnvironment } from '../support/calls.js';
import { refusal } from '../support/errors.js';
import { createManager, managerWith } from '../support/managers.js';
import {
  compilePlugin,
  counter,
  describeWithFixtures,
  fixture,
  fixtureAs,
  folderOf,
  outstanding,
  shipped,
  suffix,
} from '../support/plugins.js';
import { temporaryFolder } from '../support/temporary.js';

describeWithFixtures('one library, one live handle', () => {
  it('[G1] [C4] a library that is open is not opened twice, in this manager or another', async () => {
    const manager = await managerWith(fixture('static-vtable'));
    const other = await createManager();
    const path = fixture('static-vtable');
    expect(await refusal(manager.load(path))).toMatchObject({ code: 'PluginDuplicate', plugin: 'static-vtable', path });
    expect(await refusal(other.load(path))).toMatchObject({ code: 'LibraryInUse', phase: 'loading', path });
    expect(counter(fixture('static-vtable'), 'entries') - counter(fixture('static-vtable'), 'destroyed')).toBe(1);
    expect(manager.get('static-vtable').state).toBe('running');
  });

  it('[G1] a symbolic link and a hard link are the same library', async () => {
    const folder = folderOf(fixture('static-vtable'));
    const path = join(folder, `static-vtable${suffix}`);
    const manager = await managerWith(path);
    symlinkSync(path, join(folder, 'symbolic.so'));
    linkSync(path, join(folder, 'hard.so'));
    for (const name of ['symbolic.so', 'hard.so']) {
      expect((await refusal(manager.load(join(folder, name)))).code).toBe('LibraryInUse');
    }
  });

  it('[G1] a copy is another library, with static data of its own', async () => {
    const [first, second] = [fixture('stage-echo'), join(folderOf(fixture('stage-echo')), `stage-echo${suffix}`)];
    const manager = await managerWith(first);
    const other = await managerWith(second);
    await other.run(['stage-echo:run'], { data: { in: 1 } });
    expect(counter(second, 'executed')).toBe(1);
    expect(counter(first, 'executed')).toBe(0);
    expect((await manager.run(['stage-echo:run'], { data: { in: 1 } })).ok).toBe(true);
  });

  it('[G12] [C4] loads again after unload, with a fresh instance, and the same after a failure', async () => {
    const path = fixtureAs('stage-echo', 'echo-fresh');
    const manager = await createManager();
    for (let round = 1; round <= 5; round++) {
      await manager.load(path);
      expect((await manager.run(['echo-fresh:run'], { data: { in: round } })).data['out']).toBe(round);
      await manager.unload('echo-fresh');
      expect(counter(path, 'entries')).toBe(round);
      expect(outstanding(path)).toEqual({});
    }
    for (let round = 0; round < 3; round++) {
      expect((await refusal(manager.load(fixture('fail-register-after-two')))).code).toBe('StageRegistrationFailed');
      expect(outstanding(fixture('fail-register-after-two'))).toEqual({});
    }
  });

  it('[G12] moves from one manager to the next', async () => {
    for (const app of ['first', 'second']) {
      const manager = await managerWith(shipped('text'), { app });
      expect(manager.get('text').state).toBe('running');
      await manager.stop();
    }
  });

  it('[G1] [G17] refuses a file that was replaced while the old one is mapped, and takes the old one back', async () => {
    const folder = folderOf(fixture('stage-echo'));
    const path = join(folder, `stage-echo${suffix}`);
    const manager = await managerWith(path);
    renameSync(path, join(folder, 'kept'));
    copyFileSync(fixture('stage-removes'), path);
    expect((await manager.run(['stage-echo:run'], { data: { in: 1 } })).ok).toBe(true);
    await manager.unload('stage-echo');
    expect(await refusal(manager.load(path))).toMatchObject({ code: 'LibraryChanged', path, phase: 'loading' });
    renameSync(join(folder, 'kept'), path);
    expect((await manager.load(path)).name).toBe('stage-echo');
  });

  it('[G1] a file that is replaced between its check and its opening is refused, and nothing of it is called', async () => {
    const path = join(temporaryFolder(), `moving${suffix}`);
    copyFileSync(compilePlugin('replaced-at-open'), path);
    copyFileSync(fixture('static-vtable'), `${path}.new`);
    setEnvironment({ FIXTURE_REPLACE: path, FIXTURE_REPLACE_BY: `${path}.new` });
    const manager = await createManager();
    expect(await refusal(manager.load(path))).toMatchObject({
      code: 'LibraryChanged',
      path,
      detail: 'the file was replaced between its check and its opening',
    });
    expect(counter(path, 'entries')).toBe(0);
  });

  it('[G1] a file that was replaced before it was mapped is taken as it is', async () => {
    const path = join(temporaryFolder(), 'plugin.so');
    const manager = await createManager();
    writeFileSync(path, 'not yet');
    expect((await refusal(manager.load(path))).code).toBe('NotALibrary');
    copyFileSync(fixture('stage-echo'), path);
    expect((await manager.load(path)).name).toBe('stage-echo');
  });
});
