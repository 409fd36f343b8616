import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, extname, join } from 'node:path';
import { PluginManager } from 'mortise';
import { afterEach, expect, it } from 'vitest';
import { takeChildSlot } from '../../dist/isolation/child-slots.js';
import { FirstLook } from '../../dist/isolation/index.js';
import { checkLibraryFile } from '../../dist/native/index.js';
import { setEnvironment } from '../support/calls.js';
import { refusal } from '../support/errors.js';
import { compilePlugin, describeWithFixtures, fixture } from '../support/plugins.js';
import { temporaryFolder } from '../support/temporary.js';

/** A first look with a cache of its own, and how often the plugins that it looks at were entered. */
function firstLook(cacheDirectory = join(temporaryFolder(), 'cache'), timeoutMs = 20_000) {
  const log = join(temporaryFolder(), 'log');
  process.env['FIXTURE_LOG'] = log;
  const entered = () => {
    try {
      return readFileSync(log, 'utf8').match(/^entry$/gm)?.length ?? 0;
    } catch {
      return 0;
    }
  };
  const remembered = () => {
    try {
      return readdirSync(join(cacheDirectory, 'first-look'));
    } catch {
      return [];
    }
  };
  return {
    look: new FirstLook({ app: 'acme', apiVersion: '0.1.0', cacheDirectory, timeoutMs }),
    cacheDirectory,
    entered,
    remembered,
  };
}

afterEach(() => {
  delete process.env['FIXTURE_LOG'];
});

describeWithFixtures('a first look', () => {
  it('[G12] passes a plugin that keeps the contract, and does not look at it again', async () => {
    const { look, cacheDirectory, entered, remembered } = firstLook();
    const file = checkLibraryFile(fixture('static-vtable'));
    await look.look(file);
    expect(entered()).toBe(1);
    expect(remembered()).toEqual([`${file.sha256}.json`]);
    await look.look(file);
    expect(entered()).toBe(1);
    const later = firstLook(cacheDirectory);
    await later.look.look(file);
    expect(later.entered()).toBe(0);
  });

  it('looks once at files with the same content, and each of them gets its answer', async () => {
    const { look, entered } = firstLook();
    const folder = temporaryFolder();
    const names = ['one', 'two', 'three'].map((name) => join(folder, `${name}.so`));
    for (const name of names) copyFileSync(fixture('static-vtable'), name);
    await Promise.all(names.map((name) => look.look(checkLibraryFile(name))));
    expect(entered()).toBe(1);
    const bad = ['four', 'five'].map((name) => join(folder, `${name}.so`));
    for (const name of bad) copyFileSync(fixture('segfault-init'), name);
    const errors = await Promise.all(bad.map((name) => refusal(look.look(checkLibraryFile(name)))));
    expect(errors.map(({ path }) => path && basename(path))).toEqual(['four.so', 'five.so']);
    expect(entered()).toBe(2);
  });

  it.each([
    ['segfault-init', 'FirstLookCrashed'],
    ['exit0-entry', 'FirstLookCrashed'],
    ['hang-init', 'FirstLookHung'],
    ['bad-result', 'ResultInvalid'],
    ['null-name', 'PointerNull'],
    ['fail-register', 'StageRegistrationFailed'],
  ])('[G12] refuses a plugin that breaks it, and forgets that it did: %s', async (name, code) => {
    const { look, remembered } = firstLook(undefined, name === 'hang-init' ? 700 : 20_000);
    const error = await refusal(look.look(checkLibraryFile(fixture(name))));
    expect(error).toMatchObject({ code, path: fixture(name) });
    expect(remembered()).toEqual([]);
  });

  it.each(['fail-init', 'fail-preflight', 'fail-shutdown'])(
    '[G13] leaves an orderly refusal to the real start: %s',
    async (name) => {
      const { look, remembered } = firstLook();
      await look.look(checkLibraryFile(fixture(name)));
      expect(remembered()).toHaveLength(1);
    },
  );

  it('reads nothing into a cache file that is not its own, and writes it again', async () => {
    const file = checkLibraryFile(fixture('static-vtable'));
    const { look, cacheDirectory } = firstLook();
    await look.look(file);
    const path = join(cacheDirectory, 'first-look', `${file.sha256}.json`);
    const good = readFileSync(path, 'utf8');
    const other = JSON.stringify({ ...JSON.parse(good), mortise: '0.0.1' });
    for (const content of ['', '{', 'null', '[]', '{}', other]) {
      writeFileSync(path, content);
      const again = firstLook(cacheDirectory);
      await again.look.look(file);
      expect(again.entered(), JSON.stringify(content)).toBe(1);
      expect(readFileSync(path, 'utf8')).toBe(good);
    }
    expect(readdirSync(join(cacheDirectory, 'first-look'))).toHaveLength(1);
  });

  it('looks each time where nothing can be remembered', async () => {
    const file = checkLibraryFile(fixture('static-vtable'));
    const { look, entered } = firstLook('/dev/null/cache');
    await look.look(file);
    await look.look(file);
    expect(entered()).toBe(2);
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'first-look', `${file.sha256}.json`), { recursive: true });
    await firstLook(folder).look.look(file);
    expect(readdirSync(join(folder, 'first-look'))).toHaveLength(1);
  });
});

it('at most as many children run as the machine has processors', async () => {
  const limit = availableParallelism();
  const held = await Promise.all(Array.from({ length: limit }, () => takeChildSlot(undefined)));
  const order: string[] = [];
  const controller = new AbortController();
  const first = takeChildSlot(undefined).then((release) => {
    order.push('first');
    return release;
  });
  const impatient = takeChildSlot(controller.signal).catch((reason) => order.push(String(reason)));
  const second = takeChildSlot(undefined).then((release) => {
    order.push('second');
    return release;
  });
  await new Promise(setImmediate);
  expect(order).toEqual([]);
  controller.abort('tired of waiting');
  await impatient;
  held[0]?.();
  held[0]?.();
  const release = await first;
  await new Promise(setImmediate);
  expect(order).toEqual(['tired of waiting', 'first']);
  release();
  (await second)();
  for (const give of held) give();
});

describeWithFixtures('a file that is replaced while it is looked at', () => {
  it('[G1] [G12] is not opened: what was looked at is what is opened', async () => {
    const folder = temporaryFolder();
    const path = join(folder, `moving${extname(fixture('static-vtable'))}`);
    copyFileSync(compilePlugin('replaces-itself'), path);
    copyFileSync(fixture('static-vtable'), `${path}.new`);
    setEnvironment({ FIXTURE_REPLACE: path, FIXTURE_REPLACE_BY: `${path}.new` });
    const manager = await PluginManager.create({
      app: 'acme',
      apiVersion: '0.1.0',
      directories: [folder],
      userDirectory: false,
      configDirectory: join(folder, 'config'),
      cacheDirectory: join(folder, 'cache'),
    });
    const { loaded, failed } = await manager.start();
    expect(existsSync(`${path}.new`)).toBe(false);
    expect(loaded).toEqual([]);
    expect(failed.map(({ error }) => [error.code, error.detail])).toEqual([
      ['LibraryChanged', 'the file was replaced since it was looked at'],
    ]);
    await manager.stop();
  });
});
