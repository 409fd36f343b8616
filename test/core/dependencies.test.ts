import type { PluginManager } from 'mortise';
import { describe, expect, it } from 'vitest';
import { type Declaration, declared } from '../support/declared.js';
import { createManager } from '../support/managers.js';
import { describeWithFixtures, folderOf, outstanding, suffix } from '../support/plugins.js';
import { plugin } from '../support/typescript-plugin.js';

const names = (plugins: ReadonlyArray<{ name?: string | undefined }>) => plugins.map(({ name }) => name);

/** A manager over a folder of compiled plugins that declare this. */
async function managerOver(...declarations: Declaration[]): Promise<PluginManager> {
  return createManager({ apiVersion: '2.3.0', directories: [folderOf(...declarations.map(declared))] });
}

describeWithFixtures('dependencies of compiled plugins', () => {
  it('[G9] [W21] are started first, in a version within the range', async () => {
    const manager = await managerOver(
      { name: 'a-user', dependencies: [{ name: 'library', range: '^1.2.0' }] },
      { name: 'library', version: '1.4.0' },
    );
    const { loaded, failed } = await manager.start();
    expect(failed).toEqual([]);
    expect(names(loaded)).toEqual(['library', 'a-user']);
    expect((await manager.stop()).stopped).toEqual(['a-user', 'library']);
  });

  it('[G9] that are missing name the chain and what was wanted', async () => {
    const manager = await managerOver(
      { name: 'top', dependencies: [{ name: 'middle' }] },
      { name: 'middle', dependencies: [{ name: 'not-here', range: '>=2' }] },
      { name: 'other' },
    );
    const { loaded, failed } = await manager.start();
    expect(names(loaded)).toEqual(['other']);
    const errors = new Map(failed.map(({ name, error }) => [name, error]));
    expect(errors.get('middle')).toMatchObject({ code: 'DependencyMissing', phase: 'resolution', plugin: 'middle' });
    expect(errors.get('middle')?.detail).toMatch(/not-here/);
    expect(errors.get('middle')?.detail).toMatch(/>=2/);
    expect(errors.get('top')).toMatchObject({ code: 'DependencyFailed', cause: { code: 'DependencyMissing' } });
  });

  it('[G9] [W21] in another version say what was wanted by whom, and what is here', async () => {
    const manager = await managerOver(
      { name: 'a-user', dependencies: [{ name: 'library', range: '>=1.0, <2' }] },
      { name: 'library', version: '2.1.0' },
    );
    const { loaded, failed } = await manager.start();
    expect(names(loaded)).toEqual(['library']);
    expect(failed).toMatchObject([{ name: 'a-user', error: { code: 'DependencyVersion' } }]);
    for (const part of ['a-user', 'library', '>=1.0, <2', '2.1.0']) expect(failed[0]?.error.detail).toContain(part);
  });

  it('[G9] that are optional are skipped when absent or in another version, and come first when they are here', async () => {
    const manager = await managerOver(
      { name: 'a', dependencies: [{ name: 'not-here', required: false }] },
      { name: 'b', dependencies: [{ name: 'z', required: false }] },
      { name: 'c', dependencies: [{ name: 'z', range: '^2', required: false }] },
      { name: 'z' },
    );
    const { loaded, failed } = await manager.start();
    expect(failed).toEqual([]);
    expect(names(loaded)).toEqual(['a', 'z', 'b', 'c']);
    expect(manager.get('c').warnings).toMatchObject([{ code: 'DependencyVersion' }]);
  });

  it('[G9] in a circle are refused with the circle spelled out, unless one of them is optional', async () => {
    const circle = (optional: boolean): Declaration[] => [
      { name: 'x', dependencies: [{ name: 'y' }] },
      { name: 'y', dependencies: [{ name: 'z' }] },
      { name: 'z', dependencies: [{ name: 'x', required: !optional }] },
    ];
    const refused = await (await managerOver(...circle(false))).start();
    expect(refused.loaded).toEqual([]);
    expect(new Set(refused.failed.map(({ error }) => error.code))).toEqual(new Set(['DependencyCycle']));
    expect(refused.failed[0]?.error.detail).toMatch(/x → y → z → x|y → z → x → y|z → x → y → z/);
  });

  it('[G9] an optional circle is started, what is required first', async () => {
    const manager = await managerOver(
      { name: 'p', dependencies: [{ name: 'q' }] },
      { name: 'q', dependencies: [{ name: 'p', required: false }] },
    );
    const { loaded, failed } = await manager.start();
    expect(failed).toEqual([]);
    expect(names(loaded)).toEqual(['q', 'p']);
  });

  it('[W21] of two versions the highest that suits is taken, and the other is given back', async () => {
    const old = declared({ name: 'library', version: '1.9.0' });
    const young = declared({ name: 'library', version: '2.0.0' });
    const user = declared({ name: 'a-user', dependencies: [{ name: 'library', range: '^1' }] });
    const directories = [folderOf(old), folderOf(young), folderOf(user)];
    const manager = await createManager({ directories });
    const { loaded, failed, conflicts } = await manager.start();
    expect(loaded.map(({ name, version }) => `${name} ${version}`)).toEqual(['library 1.9.0', 'a-user 1.0.0']);
    expect(failed).toMatchObject([
      { name: 'library', path: `${directories[1]}/library${suffix}`, error: { code: 'PluginDuplicate' } },
    ]);
    expect(conflicts).toMatchObject([{ kind: 'duplicate', id: 'duplicate:library', severity: 'fatal' }]);
    expect(manager.get('library').version).toBe('1.9.0');
    for (const path of [old, young, user]) expect(outstanding(path)).toEqual({});
  });

  it('[W21] versions that suit nobody together are explained by a smallest set', async () => {
    const library = ['1.0.0', '2.0.0', '3.0.0'].map((version) => folderOf(declared({ name: 'library', version })));
    const user = (name: string, range: string) => declared({ name, dependencies: [{ name: 'library', range }] });
    const users = [user('a', '<3'), user('b', '>1'), user('c', '1 || 3'), declared({ name: 'd' })];
    const manager = await createManager({ directories: [...library, folderOf(...users)] });
    const { loaded, failed, conflicts } = await manager.start();
    const version = conflicts.find(({ kind }) => kind === 'version');
    expect(version?.plugins).toEqual(['a', 'b', 'c']);
    expect(version?.detail).toMatch(/suits all of them.*: remove any one of a, b and c$/);
    expect(names(loaded)).toContain('d');
    for (const name of ['a', 'b', 'c'])
      expect(failed.find((each) => each.name === name)?.error.code).toBe('DependencyConflict');
  });

  it('[G9] a plugin that failed to load is no missing one', async () => {
    const manager = await managerOver(
      { name: 'fails', fails: 'INIT' },
      { name: 'needs-it', dependencies: [{ name: 'fails' }] },
    );
    const { failed } = await manager.start();
    expect(failed.map(({ name, error }) => [name, error.code])).toEqual([
      ['fails', 'InitFailed'],
      ['needs-it', 'DependencyFailed'],
    ]);
  });
});

describeWithFixtures('API versions', () => {
  it.each([
    { ranges: [], hasRecord: true, fits: true },
    { ranges: ['^2.0.0'], hasRecord: true, fits: true },
    { ranges: ['^1.0.0', '>=2.3, <3'], hasRecord: true, fits: true },
    { ranges: ['2.3.0'], hasRecord: true, fits: true },
    { ranges: ['2.1.0'], hasRecord: true, fits: false },
    // Cargo: a bare version means ^.
    { ranges: ['2.1.0'], hasRecord: false, fits: true },
    { ranges: ['=2.1.0'], hasRecord: false, fits: false },
    { ranges: ['^1.0.0', '^3.0.0'], hasRecord: true, fits: false },
  ])('[G8] host 2.3.0, plugin $ranges, record: $hasRecord → fits: $fits', async ({ ranges, hasRecord, fits }) => {
    const manager = await managerOver({ name: 'subject', apiVersions: ranges, hasRecord });
    const { loaded, failed } = await manager.start();
    expect(names(loaded)).toEqual(fits ? ['subject'] : []);
    if (fits) return;
    expect(failed).toMatchObject([{ name: 'subject', error: { code: 'ApiIncompatible', phase: 'resolution' } }]);
    for (const side of ['2.3.0', ...ranges]) expect(failed[0]?.error.detail).toContain(side);
  });

  it.each([
    { range: 'newest', hasRecord: true },
    { range: '^1 || ^2', hasRecord: false },
  ])('[G8] $range is no range (record: $hasRecord)', async ({ range, hasRecord }) => {
    const manager = await managerOver({ name: 'subject', apiVersions: [range], hasRecord });
    expect((await manager.start()).failed).toMatchObject([{ error: { code: 'RangeInvalid' } }]);
  });
});

describe('dependencies between TypeScript and compiled plugins', () => {
  it('[G9] are the same', async () => {
    const manager = await createManager();
    manager.register(plugin('user', {}, { dependencies: [{ name: 'library', range: '^2' }] }));
    manager.register(plugin('library'));
    const { failed } = await manager.start();
    expect(failed).toMatchObject([{ name: 'user', error: { code: 'DependencyVersion' } }]);
  });
});

describeWithFixtures('priorities', () => {
  it('[G5] decide the order where dependencies leave it open, kernel first, the same on every run', async () => {
    const bands = [
      ['e', 'third_party', 151],
      ['a', 'kernel', 10],
      ['f', 'third_party', 151],
      ['d', 'third_party_high', 101],
      ['c', 'core', 51],
      ['b', 'core_critical', 11],
      ['g', 'third_party_low', 255],
    ] as const;
    const declarations = bands.map(
      ([name, category, value]): Declaration => ({ name: `p-${name}`, priority: { category, value } }),
    );
    for (let run = 0; run < 3; run++) {
      const manager = await managerOver(...declarations);
      expect(names((await manager.start()).loaded)).toEqual(['p-a', 'p-b', 'p-c', 'p-d', 'p-e', 'p-f', 'p-g']);
      await manager.stop();
    }
  });

  it('[G5] out of the band are refused with a record, and a warning without', async () => {
    const priority = { category: 'kernel', value: 200 } as const;
    const refused = await (await managerOver({ name: 'strict', priority })).start();
    expect(refused.failed).toMatchObject([{ name: 'strict', error: { code: 'PriorityInvalid' } }]);
    const manager = await managerOver({ name: 'bare', priority, hasRecord: false });
    await manager.start();
    expect(manager.get('bare').warnings).toMatchObject([{ code: 'PriorityOutOfBand' }]);
  });
});

describeWithFixtures('stage requirements', () => {
  const requires = (stage: string, required = true) => [{ stage, required, provided: false }];

  it('[G11] that nobody provides refuse the plugin before init, and those that depend on it', async () => {
    const path = declared({ name: 'wants', requiredStages: requires('nobody:here') });
    const manager = await createManager({
      directories: [folderOf(path, declared({ name: 'next', requiredStages: requires('wants:run') }))],
    });
    const ran: string[] = [];
    manager.on('phase', ({ plugin: name, phase }) => void (phase === 'init' && ran.push(String(name))));
    const { loaded, failed } = await manager.start();
    expect(loaded).toEqual([]);
    expect(failed).toMatchObject([
      { name: 'wants', error: { code: 'StageRequirementMissing', operation: 'nobody:here' } },
      { name: 'next', error: { code: 'StageRequirementMissing', operation: 'wants:run' } },
    ]);
    expect(failed[0]?.error.detail).toBe('wants requires stage nobody:here, which no plugin provides');
    expect(failed[1]?.error.detail).toBe('next requires stage wants:run, which wants provides, which was refused');
    expect(ran).toEqual([]);
    expect(outstanding(path)).toEqual({});
  });

  it('[G11] that are optional refuse nobody', async () => {
    const manager = await managerOver({ name: 'wants', requiredStages: requires('nobody:here', false) });
    expect(names((await manager.start()).loaded)).toEqual(['wants']);
  });

  it('[G11] a stage that is said to be provided must be registered', async () => {
    const manager = await managerOver({
      name: 'boasts',
      requiredStages: [{ stage: 'boasts:more', required: false, provided: true }],
    });
    const { failed } = await manager.start();
    expect(failed).toMatchObject([{ name: 'boasts', error: { code: 'StageRequirementMissing' } }]);
    expect(failed[0]?.error.detail).toBe('boasts says that it provides stage boasts:more, and registers boasts:run');
  });

  it('[G11] may be met by a TypeScript plugin, and by one that runs already', async () => {
    const manager = await createManager();
    manager.register(plugin('script', { run: () => {} }));
    await manager.start();
    expect((await manager.load(declared({ name: 'wants', requiredStages: requires('script:run') }))).state).toBe('running');
  });

  it('[G11] required and optional stages run before those of the plugin, required ones even where the pipeline does not name them', async () => {
    const manager = await managerOver(
      { name: 'first' },
      { name: 'wish' },
      { name: 'wants', requiredStages: [...requires('first:run'), ...requires('wish:run', false)] },
    );
    await manager.start();
    const stages = async (pipeline: string[]) => (await manager.run(pipeline)).stages.map(({ stage }) => stage);
    expect(await stages(['wants:run'])).toEqual(['first:run', 'wants:run']);
    expect(await stages(['wish:run', 'wants:run'])).toEqual(['wish:run', 'first:run', 'wants:run']);
  });
});
