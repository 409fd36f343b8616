import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConflictResolution, PluginConflict, PluginManagerOptions } from 'mortise';
import { describe, expect, it } from 'vitest';
import { type Declaration, declared } from '../support/declared.js';
import { refusal } from '../support/errors.js';
import { createManager } from '../support/managers.js';
import { describeWithFixtures, folderOf, outstanding, suffix } from '../support/plugins.js';
import { temporaryFolder } from '../support/temporary.js';
import { plugin } from '../support/typescript-plugin.js';

const names = (plugins: ReadonlyArray<{ name?: string | undefined }>) => plugins.map(({ name }) => name);

const A: Declaration = { name: 'a', priority: { category: 'third_party', value: 160 } };
const B: Declaration = { name: 'b', priority: { category: 'third_party', value: 170 } };

const excluding = (): string[] => [declared({ ...A, conflictsWith: ['b'] }), declared(B)];
const over = (paths: readonly string[], options: Partial<PluginManagerOptions> = {}) =>
  createManager({ directories: [folderOf(...paths)], ...options });

describeWithFixtures('two plugins of which one excludes the other', () => {
  it('[G10] are both refused by default, and reported as data', async () => {
    const paths = excluding();
    const manager = await over(paths);
    const { loaded, failed, conflicts } = await manager.start();
    expect(loaded).toEqual([]);
    expect(failed.map(({ name, error }) => [name, error.code, error.phase]).sort()).toEqual([
      ['a', 'PluginConflict', 'resolution'],
      ['b', 'PluginConflict', 'resolution'],
    ]);
    expect(conflicts).toMatchObject([
      {
        id: 'exclusion:a+b',
        kind: 'exclusion',
        severity: 'error',
        plugins: ['a', 'b'],
        resolution: 'refuse',
        isDecided: false,
      },
    ]);
    expect([...(conflicts[0] as PluginConflict).refused].sort()).toEqual(['a', 'b']);
    expect(manager.conflicts()).toEqual(conflicts);
    for (const path of paths) expect(outstanding(path)).toEqual({});
  });

  it('[G10] the policy prefer keeps the one that loads first', async () => {
    const { loaded, failed } = await (await over(excluding(), { conflictPolicy: 'prefer' })).start();
    expect([names(loaded), names(failed)]).toEqual([['a'], ['b']]);
  });

  it('[G10] the policy allow keeps both, with a warning on each', async () => {
    const manager = await over(excluding(), { conflictPolicy: 'allow' });
    const { loaded, conflicts } = await manager.start();
    expect(names(loaded)).toEqual(['a', 'b']);
    for (const name of ['a', 'b']) expect(manager.get(name).warnings).toMatchObject([{ code: 'PluginConflict' }]);
    expect(conflicts).toMatchObject([{ resolution: 'allow', refused: [] }]);
  });

  it.each([
    [{ disable: 'a' }, ['b'], ['a']],
    [{ disable: 'b' }, ['a'], ['b']],
    ['prefer', ['a'], ['b']],
    ['allow', ['a', 'b'], []],
  ] satisfies Array<[ConflictResolution, string[], string[]]>)(
    '[G10] the decision %o takes effect at once and is remembered',
    async (resolution, run, give) => {
      const configDirectory = temporaryFolder();
      const directories = [folderOf(...excluding())];
      const manager = await createManager({ directories, configDirectory });
      await manager.start();
      const report = await manager.resolveConflict('exclusion:a+b', resolution);
      expect(names(report.started)).toEqual(run);
      expect(
        manager
          .list()
          .filter(({ state }) => state === 'running')
          .map(({ name }) => name),
      ).toEqual(run);
      expect(manager.conflicts()).toMatchObject([{ id: 'exclusion:a+b', resolution, isDecided: true, refused: give }]);

      const next = await createManager({ directories: [folderOf(...excluding())], configDirectory });
      await manager.stop();
      const boot = await next.start();
      expect(names(boot.loaded)).toEqual(run);
      expect(boot.conflicts).toMatchObject([{ resolution, isDecided: true }]);
      expect(JSON.parse(readFileSync(join(configDirectory, 'plugins.json'), 'utf8')).resolutions).toEqual({
        'exclusion:a+b': resolution,
      });
    },
  );

  it('[G10] a decision that is changed stops who gives way now, with its dependents, and starts the other', async () => {
    const manager = await over([...excluding(), declared({ name: 'needs-a', dependencies: [{ name: 'a' }] })]);
    await manager.start();
    await manager.resolveConflict('exclusion:a+b', { disable: 'b' });
    expect(manager.get('needs-a').state).toBe('running');
    const report = await manager.resolveConflict('exclusion:a+b', { disable: 'a' });
    expect(report.stopped).toEqual(['needs-a', 'a']);
    expect(names(report.started)).toEqual(['b']);
    expect(report.failed.map(({ name, error }) => [name, error.code])).toContainEqual(['needs-a', 'DependencyFailed']);
  });

  it('[G10] decisions that make no sense are refused', async () => {
    const manager = await over(excluding());
    await manager.start();
    const decide = (id: string, resolution: unknown) => refusal(manager.resolveConflict(id, resolution as ConflictResolution));
    expect(await decide('exclusion:a+c', 'prefer')).toMatchObject({
      code: 'ConflictNotFound',
      remedy: 'Did you mean "exclusion:a+b"?',
    });
    expect(await decide('exclusion:a+b', 'perhaps')).toMatchObject({ code: 'InvalidOption' });
    expect(await decide('exclusion:a+b', { disable: 'c' })).toMatchObject({
      code: 'InvalidOption',
      remedy: `Give one of a, b, ${manager.conflicts()[0]?.paths.join(', ')}.`,
    });
  });

  it('[G10] one that is core stays, whatever the policy', async () => {
    const paths = [declared({ ...A, conflictsWith: ['b'] }), declared({ ...B, isCore: true })];
    const manager = await createManager({ coreDirectories: [folderOf(...paths)] });
    const { loaded, failed } = await manager.start();
    expect([names(loaded), names(failed)]).toEqual([['b'], ['a']]);
  });

  it('[G10] one that is loaded later gives way to the one that runs', async () => {
    const manager = await createManager();
    const [a, b] = excluding() as [string, string];
    await manager.load(b);
    expect(await refusal(manager.load(a))).toMatchObject({ code: 'PluginConflict', plugin: 'a' });
    expect(manager.get('b').state).toBe('running');
  });

  it('[G10] a conflict with one that fails or is disabled is none', async () => {
    const manager = await over([
      declared({ ...A, conflictsWith: ['b'] }),
      declared({ ...B, dependencies: [{ name: 'not-here' }] }),
    ]);
    const { loaded, conflicts } = await manager.start();
    expect([names(loaded), conflicts]).toEqual([['a'], []]);
  });
});

describeWithFixtures('versions that are incompatible', () => {
  it.each([
    ['^1', true],
    ['^2', false],
    [undefined, true],
  ] as const)('[G10] incompatible_with b %s, and b is 1.5.0: a conflict is %s', async (range, isConflict) => {
    const incompatible = range === undefined ? { name: 'b' } : { name: 'b', range };
    const manager = await over([declared({ ...A, incompatibleWith: [incompatible] }), declared({ ...B, version: '1.5.0' })]);
    const { loaded, conflicts } = await manager.start();
    expect(names(loaded)).toEqual(isConflict ? [] : ['a', 'b']);
    expect(conflicts.map(({ id }) => id)).toEqual(isConflict ? ['incompatible:a+b'] : []);
    if (isConflict && range !== undefined) expect(conflicts[0]?.detail).toContain(range);
  });
});

describeWithFixtures('one name, one namespace', () => {
  it('[G10] of two files with one name the first is taken, unless it is decided otherwise', async () => {
    const path = declared({ name: 'twin' });
    const directories = [folderOf(path), folderOf(path)];
    const manager = await createManager({ directories });
    const { loaded, failed, conflicts } = await manager.start();
    expect(loaded.map((each) => each.path)).toEqual([`${directories[0]}/twin${suffix}`]);
    expect(failed).toMatchObject([{ name: 'twin', error: { code: 'PluginDuplicate', phase: 'registration' } }]);
    expect(conflicts).toMatchObject([{ id: 'duplicate:twin', severity: 'fatal', resolution: 'prefer' }]);
    const report = await manager.resolveConflict('duplicate:twin', { disable: `${directories[0]}/twin${suffix}` });
    expect(report.started.map((each) => each.path)).toEqual([`${directories[1]}/twin${suffix}`]);
    expect(manager.list()).toHaveLength(1);
  });

  it('[G10] of two plugins with one namespace of stages the one that loads first has it, unless it is decided otherwise', async () => {
    const paths = [declared({ ...A, stages: ['shared:one'] }), declared({ ...B, stages: ['shared:two'] })];
    const manager = await over(paths);
    const { loaded, failed, conflicts } = await manager.start();
    expect(names(loaded)).toEqual(['a']);
    expect(failed).toMatchObject([{ name: 'b', error: { code: 'NamespaceTaken', phase: 'stages' } }]);
    expect(conflicts).toMatchObject([
      { id: 'stage:a+b', kind: 'stage', severity: 'fatal', resolution: 'prefer', refused: ['b'] },
    ]);
    const report = await manager.resolveConflict('stage:a+b', { disable: 'a' });
    expect([report.stopped, names(report.started)]).toEqual([['a'], ['b']]);
    expect(manager.stages.list().map(({ stage }) => stage.id)).toEqual(['shared:two']);
    await manager.resolveConflict('stage:a+b', 'refuse');
    expect(manager.list().map(({ state }) => state)).toEqual(['failed', 'failed']);
  });
});

describe('resources', () => {
  const ACCESSES = ['shared_read', 'shared_write', 'exclusive_write', 'provides_unique'] as const;
  const excludes = (one: string, other: string) =>
    one === 'exclusive_write' || other === 'exclusive_write' || (one === 'provides_unique' && other === 'provides_unique');

  for (const one of ACCESSES)
    for (const other of ACCESSES)
      it(`[G10] ${one} beside ${other}: ${excludes(one, other) ? 'a conflict' : 'goes together'}`, async () => {
        const manager = await createManager();
        const using = (access: (typeof ACCESSES)[number]) => ({ resources: [{ type: 'port', identifier: '8080', access }] });
        manager.register(plugin('a', {}, using(one)));
        manager.register(plugin('b', {}, using(other)));
        const { loaded, failed, conflicts } = await manager.start();
        expect(names(loaded)).toEqual(excludes(one, other) ? [] : ['a', 'b']);
        expect(new Set(failed.map(({ error }) => error.code))).toEqual(
          new Set(excludes(one, other) ? ['ResourceConflict'] : []),
        );
        expect(conflicts.map(({ id }) => id)).toEqual(excludes(one, other) ? ['resource:a+b@port/8080'] : []);
      });

  it('[G10] of other types or names have nothing to do with each other', async () => {
    const manager = await createManager();
    const using = (type: string, identifier: string) => ({
      resources: [{ type, identifier, access: 'exclusive_write' as const }],
    });
    manager.register(plugin('a', {}, using('port', '8080')));
    manager.register(plugin('b', {}, using('port', '8081')));
    manager.register(plugin('c', {}, using('file', '8080')));
    expect(names((await manager.start()).loaded)).toEqual(['a', 'b', 'c']);
  });
});
