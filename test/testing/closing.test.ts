import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { definePlugin } from 'mortise';
import { standIn, testHost } from 'mortise/testing';
import { describe, expect, it } from 'vitest';
import { setEnvironment } from '../support/calls.js';
import { refusal } from '../support/errors.js';
import { startHost } from '../support/hosts.js';
import { counter, describeWithFixtures, fixture, outstanding } from '../support/plugins.js';
import { temporaryFolder } from '../support/temporary.js';

describe('closing a test host', () => {
  it('[G23] stops its plugins, once, and refuses runs from then on', async () => {
    let stopped = 0;
    const host = await startHost(
      testHost().plugin(standIn('a', { shutdown: () => void stopped++, stages: { 'a:b': () => {} } })),
    );
    await Promise.all([host.close(), host.close()]);
    await host.close();
    expect(stopped).toBe(1);
    expect((await refusal(host.run('a:b'))).code).toBe('InvalidState');
  });

  it('[G23] happens at the end of a block that it was declared for', async () => {
    let stopped = 0;
    const host = await testHost()
      .plugin(standIn('a', { shutdown: () => void stopped++ }))
      .start();
    await host[Symbol.asyncDispose]();
    expect(stopped).toBe(1);
    expect(existsSync(host.configDirectory)).toBe(false);
  });

  it('[G23] rejects where something was not given back', async () => {
    const keeps = Object.freeze({
      ...definePlugin({ name: 'keeps', version: '1.0.0' }),
      ledger: [{ what: 'handle', taken: 2, given: 1 }],
    });
    const host = await startHost(testHost().plugin(keeps));
    expect(await refusal(host.close())).toMatchObject({
      code: 'LedgerUnbalanced',
      plugin: 'keeps',
      detail: 'handle of keeps: 1 of 2 given back',
      ledger: [{ what: 'handle', taken: 2, given: 1 }],
    });
  });

  it('[G23] rejects where a run has not ended', async () => {
    let inside = () => {};
    const begun = new Promise<void>((resolve) => {
      inside = resolve;
    });
    const stays = standIn('stays', {
      stages: {
        'stays:run': () => {
          inside();
          return new Promise<void>(() => {});
        },
      },
    });
    const host = await startHost(testHost().plugin(stays));
    void host.tryRun('stays:run');
    await begun;
    expect((await refusal(host.close())).code).toBe('TimedOut');
  });
});

describeWithFixtures('closing a test host of compiled plugins', () => {
  it('[G23] gives everything back', async () => {
    const path = fixture('full-metadata');
    const host = await startHost(testHost().plugin(path));
    await host.close();
    expect(outstanding(path)).toEqual({});
  });

  it('[G23] rejects with the failure of shutdown, after all else was undone', async () => {
    const host = await startHost(testHost().plugin(fixture('fail-shutdown')));
    expect(await refusal(host.close())).toMatchObject({
      code: 'ShutdownFailed',
      plugin: 'fail-shutdown',
      detail: 'a file could not be written',
    });
    expect(existsSync(host.configDirectory)).toBe(false);
    expect(outstanding(fixture('fail-shutdown'))).toEqual({});
  });

  it('[G23] [W23] rejects where a stage did not return, whose plugin is never called again', async () => {
    const release = join(temporaryFolder(), 'release');
    setEnvironment({ FIXTURE_RELEASE: release });
    const path = fixture('hang-stage');
    const host = await startHost(testHost().plugin(path).timeout(50));
    const error = await refusal(host.run('hang-stage:run'));
    expect(error).toMatchObject({ code: 'Abandoned', plugin: 'hang-stage' });
    expect(host.plugin('hang-stage').state).toBe('abandoned');
    expect((await refusal(host.close())).code).toBe('Abandoned');
    expect(counter(path, 'destroyed')).toBe(0);
    expect(host.ledger).toContainEqual({ plugin: 'hang-stage', what: 'instance', taken: 1, given: 0 });
    writeFileSync(release, '');
  });
});
