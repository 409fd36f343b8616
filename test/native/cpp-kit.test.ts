import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { refusal } from '../support/errors.js';
import { createManager, managerWith } from '../support/managers.js';
import { memoryLogger } from '../support/memory-logger.js';
import { describeWithFixtures, suffix } from '../support/plugins.js';

const abi = fileURLToPath(new URL('../../native-abi/', import.meta.url));
const HIDDEN = ['-fvisibility=hidden'];
const built = new Map<string, string>();
const folder = mkdtempSync(join(tmpdir(), 'mortise-cpp-kit-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Builds a plugin of native-abi/test, once: it takes seconds. Without HIDDEN everything in it is visible, as where an author forgets the flag. */
function build(sources: readonly string[], flags: readonly string[] = HIDDEN): string {
  const key = [...sources, ...flags].join(' ');
  const known = built.get(key);
  if (known !== undefined) return known;
  const path = join(folder, `plugin-${built.size}${suffix}`);
  const inputs = sources.map((source) => join(abi, 'test', source));
  const options = ['-std=c++17', '-O1', '-fPIC', '-shared', ...flags, `-I${join(abi, 'include')}`];
  const { status, stderr } = spawnSync(process.env['CXX'] ?? 'c++', [...options, ...inputs, '-o', path]);
  if (status !== 0) throw new Error(String(stderr));
  built.set(key, path);
  return path;
}

const greeter = () => build(['greeter.cpp']);
const kit = () => build(['kit.cpp', 'kit_store.cpp']);

describeWithFixtures('the greeter that the page for authors writes with the C++ kit', () => {
  it('[C5] greets, and says in a dry run what it would do', async () => {
    const { logger, lines } = memoryLogger();
    const manager = await managerWith(greeter(), { logger });
    const run = await manager.run(['greeter:greet'], { data: { who: 'größer 💥' } });
    expect(run.data['greeting']).toBe('Hello, größer 💥');
    const dry = await manager.run(['greeter:greet'], { mode: 'dry_run' });
    expect(dry.stages[0]?.descriptions).toEqual(['write `greeting`']);
    await manager.stop();
    expect(lines).toContainEqual(expect.objectContaining({ plugin: 'greeter', msg: 'ready to greet' }));
  });

  it('[C5] has less than 20 lines', () => {
    expect(readFileSync(join(abi, 'test/greeter.cpp'), 'utf8').split('\n').length - 1).toBeLessThan(20);
  });
});

describeWithFixtures('a plugin that uses all of the C++ kit', () => {
  it('[C5] declares what its class says', async () => {
    const manager = await createManager();
    const { metadata } = await manager.load(kit());
    expect(metadata).toMatchObject({
      name: 'kit-cpp',
      version: '1.2.3',
      isCore: false,
      priority: { category: 'third_party_low', value: 201 },
      apiVersions: ['^0.1.0', '^1'],
      dependencies: [
        { name: 'nobody', required: false },
        { name: 'somebody', range: '^1.0.0', required: false },
      ],
      conflictsWith: ['enemy', 'foe'],
      incompatibleWith: [{ name: 'rival', range: '<2' }, { name: 'stranger' }],
      resources: [{ type: 'port', identifier: '8081', access: 'provides_unique' }],
    });
    expect(metadata.requiredStages).toContainEqual({ stage: 'other:stage', required: false, provided: false });
    expect(metadata.requiredStages).toContainEqual({ stage: 'kit-cpp:give', required: false, provided: true });
  });

  it('[C5] registers stages of its constructor, of classes, and of run time', async () => {
    const manager = await managerWith(kit());
    const run = await manager.run(['kit-cpp:late', 'kit-cpp:count', 'kit-cpp:later']);
    expect(run.data).toEqual({ late: true, count: 1n });
  });

  it('[C5] sets and reads values of every type, none by accident as another', async () => {
    const manager = await managerWith(kit());
    const run = await manager.run(['kit-cpp:give', 'kit-cpp:take']);
    expect(run).toMatchObject({ ok: true });
    expect(run.data).toEqual({
      null: null,
      yes: true,
      int: -1n,
      short: 2n,
      unsigned: 3n,
      long: 4n,
      float: 0.5,
      double: 0.25,
      literal: 'text',
      string: 'größer',
      view: 'gr',
      bytes: Buffer.of(1, 2, 3),
      vector: Buffer.of(7),
      json: { a: [] },
      nothing: null,
      something: 'größer',
      same: 0.25,
      'was there': true,
      'is there': false,
      keys: 'null yes int short unsigned long float double literal string view bytes vector json nothing something same was there is there ',
    });
  });

  it('[G7] refuses an integer that is beyond an int64, rather than wrap it', async () => {
    const manager = await managerWith(kit());
    const run = await manager.run(['kit-cpp:give'], { data: { large: true } });
    expect(run).toMatchObject({ ok: false, error: { detail: '18446744073709551615 is greater than an int64 can be' } });
  });

  it.each([{ int: 7 }, { double: 4n }])('[C5] takes numbers of the other type that lose nothing: %o', async (changed) => {
    const manager = await managerWith(kit());
    const data = { yes: true, int: 1n, double: 0.5, string: '', bytes: new Uint8Array(), json: [], ...changed };
    expect(await manager.run(['kit-cpp:take'], { data })).toMatchObject({ ok: true });
  });

  it('[G21] may not offer a service once init has returned', async () => {
    const manager = await managerWith(kit());
    const run = await manager.run(['kit-cpp:offer']);
    const detail = 'services are offered in the constructor of a plugin, or in init';
    expect(run).toMatchObject({ ok: false, error: { code: 'StageFailed', detail } });
  });

  it('[G21] does not get a service whose table is shorter than what it asks for', async () => {
    const manager = await managerWith(kit());
    const run = await manager.run(['kit-cpp:longer']);
    expect(run.error?.detail).toMatch(/^the table of the service `com\.example\.kit` has \d+ bytes, \d+ are wanted$/);
  });

  it('[G21] offers its services, also those that only init knows', async () => {
    const manager = await managerWith(kit());
    expect(
      manager.services
        .list()
        .map(({ name, version }) => `${name} ${version}`)
        .sort(),
    ).toEqual(['com.example.kit 0.1.0', 'com.example.kit 1.0.0']);
  });

  it('[G7] says with code and text why its init failed, and reads its options', async () => {
    const manager = await createManager({ config: { 'kit-cpp': { fail: 'not today' } } });
    expect(await refusal(manager.load(kit()))).toMatchObject({ code: 'InitFailed', detail: 'not today' });
    const unset = await createManager({ config: { 'kit-cpp': { fail: null } } });
    await unset.load(kit());
  });

  it('[G18] logs with fields at every level', async () => {
    const { logger, lines } = memoryLogger();
    const manager = await managerWith(kit(), { logger });
    await manager.run(['kit-cpp:log']);
    await manager.stop();
    const logged = lines.filter((line) => line['stage'] === 'kit-cpp:log').map((line) => line.msg);
    expect(logged).toEqual(['traced', 'debugged', 'said', 'warned', 'failed', 'died', 'many']);
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'debugged', app: 'acme' }));
  });

  it('[G4] begins afresh when the library is opened again', async () => {
    const manager = await createManager();
    for (let round = 0; round < 2; round++) {
      await manager.load(kit());
      const run = await manager.run(['kit-cpp:count']);
      expect(run.data).toEqual({ count: 1n });
      await manager.unload('kit-cpp');
    }
  });

  it('[C5] shares nothing with another one in the same process, even where nothing is hidden', async () => {
    const manager = await createManager();
    const first = await manager.load(build(['greeter.cpp'], []));
    const second = await manager.load(build(['kit.cpp', 'kit_store.cpp'], []));
    expect([first.metadata.name, second.metadata.name]).toEqual(['greeter', 'kit-cpp']);
    expect((await manager.run(['greeter:greet'], { data: { who: 'both' } })).data['greeting']).toBe('Hello, both');
    await manager.unload('greeter');
    expect((await manager.run(['kit-cpp:count'])).data).toEqual({ count: 1n });
    await manager.unload('kit-cpp');
  });
});

describe('a Value of the C++ kit', () => {
  const compile = (code: string) => {
    const source = `#include "mortise.hpp"\nvoid set(mortise::Context& context) { context.set("key", ${code}); }\n`;
    const options = ['-std=c++17', '-fsyntax-only', `-I${join(abi, 'include')}`, '-x', 'c++', '-'];
    return spawnSync(process.env['CXX'] ?? 'c++', options, { input: source }).status;
  };

  it('[C5] is made from nullptr and from numbers that are 0', () => {
    expect(compile('nullptr'), 'nullptr').toBe(0);
    expect(
      compile('0); long l = 0; context.set("l", l); context.set("u", 0u); context.set("ll", 0LL); context.set("s", sizeof l'),
      'numbers',
    ).toBe(0);
  });

  it.skipIf(process.platform === 'win32')('[C5] is not made from NULL, which would be the number 0', () =>
    expect(compile('NULL')).not.toBe(0),
  );
});

describeWithFixtures('what stages and functions of the C++ kit captured', () => {
  it('[G7] is destroyed before the members of the plugin that it may refer to', async () => {
    const { logger, lines } = memoryLogger();
    const manager = await managerWith(build(['leases.cpp']), { logger });
    await manager.unload('leases').catch((error: unknown) => lines.push({ level: 50, msg: String(error) } as never));
    expect(JSON.stringify(lines)).toContain('2 given back');
  });

  it('[G7] is never destroyed where the constructor throws, since those members are gone', async () => {
    const path = build(['leases.cpp'], [...HIDDEN, '-DREFUSES']);
    const manager = await createManager();
    for (let attempt = 0; attempt < 2; attempt++) {
      expect((await refusal(manager.load(path))).detail).toContain('0 given back');
    }
  });

  it('[G7] leaves the process alive where the destructor of an exception throws', async () => {
    const manager = await createManager();
    const error = await refusal(manager.load(build(['leases.cpp'], [...HIDDEN, '-DSPITEFUL'])));
    expect(error).toMatchObject({ code: 'InitFailed', detail: 'an exception that is no std::exception' });
  });
});
