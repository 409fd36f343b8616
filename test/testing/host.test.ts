import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { definePlugin } from 'mortise';
import { librarySuffix, standIn, testHost } from 'mortise/testing';
import { describe, expect, it } from 'vitest';
import { declared } from '../support/declared.js';
import { refusal } from '../support/errors.js';
import { startHost } from '../support/hosts.js';
import { describeWithFixtures, fixture, folderOf, shipped, suffix } from '../support/plugins.js';
import { temporaryFolder } from '../support/temporary.js';

const MANIFESTS = fileURLToPath(new URL('../../c-plugins/', import.meta.url));

describe('a test host', () => {
  it('[G23] [W23] gives back the data that a plugin processed', async () => {
    const path = join(temporaryFolder(), 'poem.txt');
    writeFileSync(path, 'a rose is a rose\nis a rose\n');
    const host = await startHost(testHost().plugin(shipped('text')));
    const { values, report, descriptions } = await host.run('text:survey', { path });
    expect(values).toMatchObject({ 'text.lines': 2n, 'text.words': 8n });
    expect(report).toMatchObject({ ok: true, stages: [{ stage: 'text:survey', plugin: 'text' }] });
    expect(descriptions).toEqual([]);
  });

  it('[G23] starts plugins in the order of their dependencies, whatever the order in which they are named', async () => {
    const host = await startHost(testHost().plugin(shipped('summary')).plugin(shipped('text')).plugin(shipped('logging')));
    expect(host.manager.list().map(({ name }) => name)).toEqual(['logging', 'text', 'summary']);
    expect(host.plugin('summary')).toMatchObject({ state: 'running', kind: 'native', path: shipped('summary') });
    expect((await refusal(() => host.plugin('sumary'))).remedy).toBe('Did you mean "summary"?');
  });

  it('[G23] takes paths, file URLs, modules, plugins of definePlugin, and folders', async () => {
    const module = join(temporaryFolder(), 'there.mjs');
    const package_ = pathToFileURL(fileURLToPath(new URL('../../dist/index.js', import.meta.url)));
    writeFileSync(
      module,
      `import { definePlugin } from '${package_}'; export default definePlugin({ name: 'there', version: '1.0.0' });`,
    );
    const own = definePlugin({ name: 'own', version: '1.0.0' });
    const host = await startHost(
      testHost()
        .plugin(pathToFileURL(shipped('logging')))
        .plugin(module)
        .plugin(own)
        .directory(folderOf(shipped('text'))),
    );
    expect(
      host.manager
        .list()
        .map(({ name, kind }) => `${name} ${kind}`)
        .sort(),
    ).toEqual(['logging native', 'own typescript', 'text native', 'there typescript']);
    expect(librarySuffix).toBe(suffix);
  });

  it('[G23] describes a dry run, stage by stage', async () => {
    const host = await startHost(testHost().plugin(shipped('text')).plugin(shipped('summary')));
    const { descriptions, report } = await host.run(['text:survey', 'summary:write'], {}, { mode: 'dry_run' });
    expect(descriptions).toHaveLength(2);
    expect(descriptions[1]).toContain('summary.text');
    expect(report.mode).toBe('dry_run');
  });

  it('[G23] rejects with the error of the first stage that failed, which tryRun reports', async () => {
    const host = await startHost(testHost().plugin(shipped('text')));
    const error = await refusal(host.run('text:survey', { path: '/no/such/file' }));
    expect(error).toMatchObject({ code: 'StageFailed', plugin: 'text', operation: 'text:survey' });
    const report = await host.tryRun('text:survey', { path: '/no/such/file' });
    expect(report).toMatchObject({ ok: false, status: 'failed', error: { code: 'StageFailed', detail: error.detail } });
  });

  it('[G23] cancels a run when the signal says so', async () => {
    let begun = () => {};
    const inside = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const waits = standIn('waits', {
      stages: {
        'waits:run': ({ signal }) =>
          new Promise((_, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason));
            begun();
          }),
      },
    });
    const host = await startHost(testHost().plugin(waits));
    const controller = new AbortController();
    const run = refusal(host.run('waits:run', {}, { signal: controller.signal }));
    await inside;
    controller.abort();
    expect((await run).code).toBe('Cancelled');
    expect(host.calls.at(-1)).toMatchObject({ operation: 'execute', stage: 'waits:run', outcome: 'cancelled' });
  });

  it('[G23] refuses a stage that is not there, and a value that no context takes', async () => {
    const host = await startHost(testHost().plugin(shipped('text')));
    expect(await refusal(host.run('text:survay'))).toMatchObject({
      code: 'StageNotFound',
      remedy: 'Did you mean "text:survey"?',
    });
    expect((await refusal(host.run('text:survey', { path: Number as never }))).code).toBe('ContextValueInvalid');
    expect((await refusal(host.run(7 as never))).code).toBe('InvalidOption');
    expect(await refusal(host.run('text:survey', {}, { mod: 'live' } as never))).toMatchObject({
      code: 'InvalidOption',
      remedy: 'Did you mean "mode"?',
    });
  });

  it('[G23] hands each plugin its own options, also those named by name', async () => {
    const seen = new Map<string, unknown>();
    const notes = (name: string) => standIn(name, { init: ({ config }) => void seen.set(name, config) });
    const host = await startHost(
      testHost()
        .plugin(notes('one'))
        .config({ volume: 11 })
        .plugin(shipped('logging'))
        .config({ prefix: 'acme: ' })
        .plugin(notes('two'))
        .config({ other: true }, 'two'),
    );
    expect(Object.fromEntries(seen)).toEqual({ one: { volume: 11 }, two: { other: true } });
    await host.run('logging:note', { 'logging.message': 'hello' });
    expect(host.logs.at(-1)).toMatchObject({ message: 'acme: hello' });
  });

  it('[G23] tells plugins of the application, and preflight checks of its values', async () => {
    let told: unknown;
    const plugin = standIn('asks', {
      init: ({ app, apiVersion }) => {
        told = { app, apiVersion };
      },
      preflight: (context) => {
        if (context.get('gpu') !== 'none') throw new Error('what gpu?');
      },
    });
    await startHost(testHost().plugin(plugin).app('acme', '2.3.4').preflight({ gpu: 'none' }));
    expect(told).toEqual({ app: 'acme', apiVersion: '2.3.4' });
    expect((await refusal(testHost().plugin(plugin).start())).code).toBe('PreflightCheckFailed');
    expect((await refusal(testHost().app('../x', '1').start())).code).toBe('InvalidOption');
  });

  it('[G23] compares the manifest in the record with the one that was meant', async () => {
    const path = join(MANIFESTS, 'text/manifest.json');
    await startHost(testHost().plugin(shipped('text')).manifest(path));
    const wanted = { name: 'text', version: '2.0.0', colour: 'blue' };
    const error = await refusal(testHost().plugin(shipped('logging')).plugin(shipped('text')).manifest(wanted).start());
    expect(error).toMatchObject({ code: 'ManifestMismatch', plugin: 'text', path: shipped('text') });
    expect(error.detail).toContain('field version: "2.0.0" was wanted, "1.0.0" was found');
    expect(error.detail).toContain('field colour: "blue" was wanted, nothing was found');
    expect(error.detail).toContain('field license: nothing was wanted, "MIT" was found');
    expect(error.detail).not.toContain('field name');
  });

  it('[G23] says so where there is no manifest to compare with', async () => {
    const error = await refusal(testHost().plugin(shipped('base-layout-c')).manifest({ name: 'a' }).start());
    expect(error).toMatchObject({ code: 'RecordMissing', detail: 'the library has no record, and so no manifest' });
    expect((await refusal(() => testHost().manifest({}))).code).toBe('InvalidState');
    expect((await refusal(() => testHost().plugin(standIn('a')).manifest({}))).code).toBe('InvalidState');
    expect((await refusal(() => testHost().plugin(shipped('text')).manifest('/no/such.json'))).code).toBe('FileNotFound');
    expect(
      (
        await refusal(() =>
          testHost()
            .plugin(shipped('text'))
            .manifest([] as never),
        )
      ).code,
    ).toBe('InvalidOption');
  });

  it('[G23] has a configuration folder of its own, and leaves nothing behind', async () => {
    const [one, two] = [await startHost(testHost().plugin(standIn('a'))), await startHost(testHost().plugin(standIn('a')))];
    expect(one.configDirectory).not.toBe(two.configDirectory);
    expect(readdirSync(one.configDirectory)).toEqual([]);
    await one.close();
    expect(existsSync(dirname(one.configDirectory))).toBe(false);
    expect(existsSync(two.configDirectory)).toBe(true);
  });

  it('[G23] offers the manager for what it has no word for', async () => {
    const host = await startHost(
      testHost().plugin(standIn('a', { services: [{ name: 'clock', version: '1.2.0', service: 12 }] })),
    );
    expect(host.manager.services.find('clock', '^1')).toBe(12);
  });
});

describe('a test host that does not start', () => {
  it('[G23] rejects with why the plugin does not run', async () => {
    expect(await refusal(testHost().plugin(shipped('summary')).start())).toMatchObject({
      code: 'DependencyMissing',
      plugin: 'summary',
    });
    expect((await refusal(testHost().plugin('/no/such/plugin.so').start())).code).toBe('FileNotFound');
  });

  it('[G23] names the plugin that failed first, not the one that fell with it', async () => {
    const base = standIn('base', {
      init() {
        throw new Error('no licence');
      },
    });
    const top = standIn('top', { dependencies: [{ name: 'base' }] });
    expect(await refusal(testHost().plugin(top).plugin(base).start())).toMatchObject({ code: 'InitFailed', plugin: 'base' });
  });

  it('[G23] stops what ran already', async () => {
    const calls: string[] = [];
    const good = standIn('good', { init: () => void calls.push('init'), shutdown: () => void calls.push('shutdown') });
    const bad = standIn('bad', {
      preflight() {
        throw new Error('no');
      },
    });
    await refusal(testHost().plugin(good).plugin(bad).start());
    expect(calls).toEqual(['init', 'shutdown']);
  });

  it('[G23] refuses a folder that is not there', async () => {
    const error = await refusal(testHost().directory('/no/such/folder').start());
    expect(error).toMatchObject({ code: 'FileNotFound', operation: 'directory' });
    expect(error.detail).toContain('/no/such/folder');
  });

  it.each<[string, () => unknown, RegExp]>([
    ['plugin', () => testHost().plugin({} as never), /make one with definePlugin/],
    ['plugin', () => testHost().plugin(''), /plugin is ""; a path was wanted/],
    ['plugin', () => testHost().plugin(new URL('https://localhost/a.so')), /a path was wanted/],
    ['directory', () => testHost().directory(7 as never), /directory is 7; a path was wanted/],
    [
      'config',
      () =>
        testHost()
          .plugin(standIn('a'))
          .config([] as never),
      /config is \[\]; an object was wanted/,
    ],
    ['config', () => testHost().config({}, 7 as never), /the name of a plugin was wanted/],
    ['preflight', () => testHost().preflight(null as never), /preflight is null/],
    ['timeout', () => testHost().timeout(0), /timeout is 0; milliseconds/],
    ['limits', () => testHost().limits({ memoryMb: -1 }), /memoryMb is -1/],
  ])('[G23] tells a mistake in %s where it is made', async (_method, work, detail) => {
    const error = await refusal(work);
    expect(error.code).toBe('InvalidOption');
    expect(error.detail).toMatch(detail);
  });

  it('[G23] wants a plugin before options for it', async () => {
    expect(await refusal(() => testHost().config({}))).toMatchObject({
      code: 'InvalidState',
      remedy: expect.stringContaining('plugin('),
    });
  });
});

describeWithFixtures('what a test host has seen', () => {
  it('[G23] has all that was done to a compiled plugin, in order', async () => {
    const host = await startHost(testHost().plugin(fixture('stage-echo')));
    await host.run('stage-echo:run', { in: 7n });
    await host.tryRun('stage-echo:run');
    await host.close();
    expect(host.calls.map(({ operation, stage, outcome }) => [operation, stage, outcome])).toEqual([
      ['open', undefined, 'ok'],
      ['metadata', undefined, 'ok'],
      ['register_stages', undefined, 'ok'],
      ['init', undefined, 'ok'],
      ['preflight_check', undefined, 'ok'],
      ['execute', 'stage-echo:run', 'ok'],
      ['execute', 'stage-echo:run', 'failed'],
      ['shutdown', undefined, 'ok'],
      ['destroy', undefined, 'ok'],
    ]);
    expect(host.calls[6]?.error).toMatchObject({ code: 'StageFailed', detail: '`in` is missing' });
  });

  it('[G23] has the lines of a compiled stage when its run has ended, of every level', async () => {
    const host = await startHost(testHost().plugin(fixture('stage-log')));
    await host.run('stage-log:run');
    const lines = host.logs.filter(({ stage }) => stage === 'stage-log:run');
    expect(lines.map(({ level }) => level)).toEqual(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'info']);
    expect(lines[0]).toMatchObject({
      plugin: 'stage-log',
      message: 'one line of trace',
      fields: { bool: true, double: 0.1, json: { a: [1, null] } },
    });
  });

  it('[G23] has the lines of a TypeScript plugin, as pino would take them', async () => {
    const plugin = standIn('talks', {
      init({ log }) {
        log.info('ready');
        log.warn({ code: 7 });
        log.error(new Error('broken'));
        const child = log.child({ part: 'inner' });
        child.level = 'error';
        child.info('unheard');
        child.error({ more: 1 }, 'heard');
      },
      stages: { 'talks:run': ({ log }) => log.debug('in a stage') },
    });
    const host = await startHost(testHost().plugin(plugin));
    await host.run('talks:run');
    expect(host.logs).toMatchObject([
      { level: 'info', message: 'ready', fields: {}, plugin: 'talks' },
      { level: 'warn', message: '', fields: { code: 7 } },
      { level: 'error', message: 'broken', fields: { err: expect.any(Error) } },
      { level: 'error', message: 'heard', fields: { part: 'inner', more: 1 } },
      { level: 'debug', message: 'in a stage', plugin: 'talks', stage: 'talks:run' },
    ]);
  });

  it('[G23] has what was taken from a compiled plugin, and that it was given back', async () => {
    const host = await startHost(testHost().plugin(declared({ name: 'ledger' })));
    const held = { plugin: 'ledger', what: 'stage ledger:run', taken: 1, given: 0 };
    expect(host.ledger).toContainEqual(held);
    await host.close();
    expect(host.ledger).toContainEqual({ ...held, given: 1 });
    expect(host.ledger.filter(({ taken, given }) => taken !== given)).toEqual([]);
  });
});
