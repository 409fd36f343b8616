import { standIn, testHost } from 'mortise/testing';
import { describe, expect, it } from 'vitest';
import { logCalls } from '../support/calls.js';
import { declared } from '../support/declared.js';
import { refusal } from '../support/errors.js';
import { startHost } from '../support/hosts.js';
import { compilePlugin, describeWithFixtures, fixture, folderOf, shipped } from '../support/plugins.js';

const requires = (...required: unknown[]) => ({ capabilities: { required } });

describeWithFixtures('a capability that is denied', () => {
  it('[G23] [W23] keeps out a plugin whose manifest requires it, before any of its code runs', async () => {
    const calls = logCalls();
    const path = declared({ name: 'fetches', manifest: requires('logging', 'network') });
    const error = await refusal(testHost().plugin(path).denyCapability('network').start());
    expect(error).toMatchObject({
      code: 'CapabilityDenied',
      plugin: 'fetches',
      path,
      detail: 'it requires capability network, which this host denies',
      remedy: expect.stringContaining('denyCapability("network")'),
    });
    expect(calls.lines()).toEqual([]);
  });

  it('[W23] is said before a strict host refuses what it cannot enforce', async () => {
    const path = declared({ name: 'fetches-too', manifest: requires('network') });
    const host = testHost().plugin(path).strict().denyCapability('network').limits({ memoryMb: 16 });
    expect((await refusal(host.start())).code).toBe('CapabilityDenied');
  });

  it('[W23] keeps out plugins of folders, too', async () => {
    const folder = folderOf(declared({ name: 'stores', manifest: requires('storage') }));
    expect((await refusal(testHost().directory(folder).denyCapability('storage').start())).code).toBe('CapabilityDenied');
  });

  it('[W23] lets in a plugin that does not ask for it, and says that nothing keeps it from using it', async () => {
    const path = declared({ name: 'computes', manifest: requires('compute') });
    const host = await startHost(testHost().plugin(path).plugin(shipped('text')).denyCapability('network'));
    expect(host.limits).toEqual([
      {
        limit: 'capability',
        wanted: 'network',
        enforced: false,
        why: expect.stringContaining('manifest requires it are refused'),
      },
    ]);
  });

  it('[W23] is suggested where it is misspelt', async () => {
    expect(await refusal(() => testHost().denyCapability('netwrok' as never))).toMatchObject({
      code: 'InvalidOption',
      remedy: 'Did you mean "network"?',
    });
    expect((await refusal(() => testHost().denyCapability('qqqqqqqqqqqqqq' as never))).remedy).toContain('compute, network');
  });

  it('[W23] does not slip through a manifest that misspells it', async () => {
    const path = declared({ name: 'misspells', manifest: requires('netwrok') });
    await startHost(testHost().plugin(path)).then((host) => host.close());
    expect(await refusal(testHost().plugin(path).denyCapability('network').start())).toMatchObject({
      code: 'ManifestInvalid',
      plugin: 'misspells',
      remedy: 'Did you mean "network"?',
    });
    const list = declared({ name: 'lists', manifest: { capabilities: ['network'] } });
    const error = await refusal(testHost().plugin(list).denyCapability('network').start());
    expect(error).toMatchObject({ code: 'ManifestInvalid', plugin: 'lists' });
    expect(error.detail).toContain('{ "required": [ … ] } was wanted');
  });
});

describeWithFixtures('a limit on memory', () => {
  const path = () => compilePlugin('allocates');

  it('[G23] [W23] is said not to be enforced: a plugin takes 32 MB where 16 were allowed', async () => {
    const host = await startHost(testHost().plugin(path()).limits({ memoryMb: 16 }));
    expect(host.limits).toEqual([
      {
        limit: 'memoryMb',
        wanted: 16,
        enforced: false,
        why: 'plugins share the memory of this process, and the system counts only all of it',
      },
    ]);
    expect((await host.run('allocates:run', { megabytes: 32n })).values['taken']).toBe(32n * 1024n * 1024n);
  });

  it('[G23] [W23] is refused by a strict host, before any code of a plugin runs', async () => {
    const calls = logCalls();
    const error = await refusal(testHost().plugin(path()).strict().limits({ memoryMb: 16 }).start());
    expect(error).toMatchObject({ code: 'LimitNotEnforced', remedy: expect.stringContaining('strict()') });
    expect(error.detail).toContain('memoryMb 16');
    expect(calls.lines()).toEqual([]);
  });

  it('[W23] is the only one that `limits` knows', async () => {
    expect(await refusal(() => testHost().limits({ memoryMB: 16 } as never))).toMatchObject({
      code: 'InvalidOption',
      remedy: 'Did you mean "memoryMb"?',
    });
  });
});

describe('a timeout', () => {
  it('[G23] [W23] ends a stage that takes longer, and is enforced in the eyes of a strict host', async () => {
    const slow = standIn('slow', { stages: { 'slow:run': () => new Promise<void>(() => {}) } });
    const host = await startHost(testHost().plugin(slow).strict().timeout(50));
    expect(await refusal(host.run('slow:run'))).toMatchObject({ code: 'TimedOut', plugin: 'slow', operation: 'slow:run' });
    expect(host.limits).toMatchObject([{ limit: 'timeout', wanted: 50, enforced: true }]);
  });

  it('[W23] ends a stage that runs only because another requires it', async () => {
    const slow = standIn('slow', { stages: { 'slow:run': () => new Promise<void>(() => {}) } });
    const needs = standIn('needs', {
      dependencies: [{ name: 'slow' }],
      requiredStages: [{ stage: 'slow:run' }],
      stages: { 'needs:run': () => {} },
    });
    const host = await startHost(testHost().plugin(slow).plugin(needs).timeout(50));
    expect(await refusal(host.run('needs:run'))).toMatchObject({ code: 'TimedOut', operation: 'slow:run' });
  });

  it('[W23] ends a phase of a TypeScript plugin', async () => {
    const slow = standIn('slow', { init: () => new Promise<void>(() => {}) });
    expect(await refusal(testHost().plugin(slow).timeout(50).start())).toMatchObject({ code: 'TimedOut', phase: 'init' });
  });
});

describeWithFixtures('a timeout of compiled stages', () => {
  it('[W23] raises the flag that a stage looks at', async () => {
    const host = await startHost(testHost().plugin(fixture('cancellable-stage')).timeout(50));
    expect(await refusal(host.run('cancellable-stage:run'))).toMatchObject({ code: 'TimedOut', plugin: 'cancellable-stage' });
    await host.close();
  });

  it('[W23] leaves alone what is done in time', async () => {
    const host = await startHost(testHost().plugin(fixture('stage-echo')).timeout(30_000));
    expect((await host.run('stage-echo:run', { in: 'x' })).values['out']).toBe('x');
  });
});

describeWithFixtures('a strict host', () => {
  it('[G23] [W23] starts a plugin that nothing is to be said about', async () => {
    const host = await startHost(testHost().plugin(shipped('text')).strict().timeout(5000));
    await host.close();
  });

  it('[G23] [W23] refuses a priority out of its band, and a slot in another library', async () => {
    for (const [name, code] of [
      ['priority-out-of-band', 'PriorityOutOfBand'],
      ['slot-in-libc', 'SlotInOtherLibrary'],
    ] as const) {
      const error = await refusal(testHost().plugin(fixture(name)).strict().start());
      expect(error).toMatchObject({ code: 'WarningRefused', plugin: name });
      expect(error.detail).toContain(`${code}: `);
      const host = await startHost(testHost().plugin(fixture(name)));
      expect(host.plugin(name).warnings).toMatchObject([{ code }]);
      await host.close();
    }
  });

  it('[G23] refuses, when it is closed, what was warned of since', async () => {
    const host = await startHost(testHost().plugin(standIn('a')).strict());
    host.manager.hook('beforeShutdown', () => {
      throw new Error('not now');
    });
    const error = await refusal(host.close());
    expect(error).toMatchObject({ code: 'WarningRefused', operation: 'close' });
    expect(error.detail).toContain('HookFailed: ');
  });
});
