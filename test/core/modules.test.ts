import { execFileSync } from 'node:child_process';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { probe } from 'mortise';
import { describe, expect, it } from 'vitest';
import { refusal } from '../support/errors.js';
import { createManager } from '../support/managers.js';
import { module } from '../support/modules.js';
import { describeWithFixtures, folderOf, shipped } from '../support/plugins.js';
import { temporaryFolder } from '../support/temporary.js';

const PLUGIN = (name: string) =>
  module(
    `${name}.mjs`,
    `import { appendFileSync } from 'node:fs';
     const note = (what) => appendFileSync(new URL('calls', import.meta.url), what + '\\n');
     note('import');
     export default definePlugin({
       name: '${name}', version: '1.0.0',
       stages: [{ id: '${name}:run', execute: (context) => context.set('by', '${name}') }],
       init: () => note('init'), preflight: () => note('preflight'), shutdown: () => note('shutdown'),
     });`,
  );

describe('a plugin in a module', () => {
  it('[C4] [Z1] is loaded by path, and lives as every other', async () => {
    const manager = await createManager();
    const path = PLUGIN('inside');
    const info = await manager.load(path);
    expect(info).toMatchObject({ name: 'inside', kind: 'typescript', path, state: 'running', isCore: false, ledger: [] });
    expect(Object.keys(info.milliseconds)).toEqual(
      expect.arrayContaining(['loading', 'metadata', 'stages', 'init', 'preflight']),
    );
    expect((await manager.run(['inside:run'])).data).toEqual({ by: 'inside' });
    expect(await refusal(manager.load(path))).toMatchObject({ code: 'PluginDuplicate', plugin: 'inside' });
    await manager.unload('inside');
    expect(manager.has('inside')).toBe(false);
  });

  it('[C4] can be loaded again after it was unloaded, in the same import', async () => {
    const manager = await createManager();
    const path = PLUGIN('again');
    await manager.load(path);
    await manager.unload('again');
    await manager.load(path);
    expect((await manager.run(['again:run'])).ok).toBe(true);
  });

  it('[C4] is refused where its file has changed since it was imported', async () => {
    const manager = await createManager();
    const path = PLUGIN('changes');
    await manager.load(path);
    await manager.unload('changes');
    writeFileSync(path, 'export default 7;');
    expect(await refusal(manager.load(path))).toMatchObject({
      code: 'LibraryChanged',
      path,
      remedy: expect.stringContaining('Restart the process'),
    });
  });

  it('[G20] is registered by path, and started with the rest', async () => {
    const manager = await createManager();
    const path = PLUGIN('registered');
    manager.register(path);
    expect((await refusal(() => manager.register(path))).code).toBe('PluginDuplicate');
    const boot = await manager.start();
    expect(boot.loaded).toMatchObject([{ name: 'registered', path }]);
    await manager.stop();
    expect((await manager.start()).loaded).toMatchObject([{ name: 'registered' }]);
  });

  it('[G20] [Z10] can be disabled and enabled', async () => {
    const manager = await createManager();
    manager.register(PLUGIN('switched'));
    await manager.start();
    expect((await manager.disable('switched')).stopped).toEqual(['switched']);
    expect((await manager.enable('switched')).started).toMatchObject([{ name: 'switched' }]);
  });

  it('[G7] that cannot be imported is named in the report of start, with its file', async () => {
    const manager = await createManager();
    const path = module('broken.mjs', "throw new Error('no licence');");
    manager.register(path);
    const { failed } = await manager.start();
    expect(failed).toMatchObject([{ path, error: { code: 'ModuleInvalid', path, phase: 'loading' } }]);
    expect(failed[0]?.error.detail).toContain('no licence');
  });

  it('[G19] is not looked for in directories', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'left.mjs'), 'throw new Error("imported")');
    const manager = await createManager({ directories: [folder] });
    expect(await manager.start()).toMatchObject({ loaded: [], failed: [] });
  });
});

describe('a file that is no plugin in JavaScript', () => {
  it.each<[string, string, string, string | RegExp, string | RegExp]>([
    ['throws', 'a.mjs', "throw new Error('boom')", 'it threw when it was imported: boom', /Mend the module/],
    ['throws undefined', 'a.mjs', 'throw undefined', 'it threw when it was imported: undefined', /Mend the module/],
    ['imports what is not there', 'a.mjs', "import 'nowhere-at-all'", /Cannot find package/, /Install what it imports/],
    ['has no default export', 'a.mjs', 'export const a = 1', 'it has no default export', /definePlugin/],
    ['exports something else', 'a.mjs', 'export default 7', 'its default export is 7, and no plugin', /definePlugin/],
    [
      'exports a definition',
      'a.mjs',
      "export default { name: 'a', version: '1.0.0' }",
      /and no plugin/,
      /export default definePlugin\(/,
    ],
    [
      'exports a plugin by name',
      'a.mjs',
      "export const mine = definePlugin({ name: 'a', version: '1.0.0' })",
      /no default/,
      /mine as default/,
    ],
    ['is TypeScript', 'a.ts', 'let a: number = 1', '.ts files are not imported', /Compile it first/],
    ['is CommonJS that exports nothing', 'a.cjs', '', /no plugin/, /definePlugin/],
  ])('[G6] %s: that is said, with what to do', async (_what, name, source, detail, remedy) => {
    const path = module(name, source);
    const error = await refusal((await createManager()).load(path));
    expect(error).toMatchObject({ code: 'ModuleInvalid', path });
    expect(error.detail).toMatch(detail);
    expect(error.remedy).toMatch(remedy);
  });

  it('[G17] keeps the words of definePlugin', async () => {
    const path = module('a.mjs', "export default definePlugin({ name: 'a', version: '1.0.0', stagees: [] })");
    const error = await refusal((await createManager()).load(path));
    expect(error).toMatchObject({ code: 'InvalidOption', path, phase: 'loading', remedy: 'Did you mean "stages"?' });
  });

  it('[G17] is missed where there is none', async () => {
    const manager = await createManager();
    expect((await refusal(manager.load('/no/such/module.mjs'))).code).toBe('FileNotFound');
    const folder = join(temporaryFolder(), 'folder.mjs');
    writeFileSync(folder, '');
    expect((await refusal(manager.load(folder))).code).toBe('ModuleInvalid');
  });

  it.each<[string, string, string]>([
    ['is a proxy that cannot be looked at', 'a.mjs', "export default new Proxy({}, { get() { throw new Error('trap') } })"],
    ['is such a proxy of a function', 'a.mjs', "export default new Proxy(() => {}, { get() { throw new Error('trap') } })"],
    ['has a throwing __esModule', 'a.cjs', "module.exports = { get __esModule() { throw new Error('trap') } }"],
    ['has a throwing name', 'a.mjs', "export default { get name() { throw new Error('trap') } }"],
    [
      'has throwing metadata',
      'a.mjs',
      "export default { kind: 'x', registerStages() {}, get metadata() { throw new Error('trap') } }",
    ],
    [
      'has a throwing field in its definition',
      'a.mjs',
      "export default definePlugin({ get name() { throw new Error('trap') } })",
    ],
  ])('[G6] that %s is told by that, in a probe as well', async (_what, name, source) => {
    const path = module(name, source);
    const error = await refusal((await createManager()).load(path));
    expect(error).toMatchObject({ code: 'ModuleInvalid', path, detail: expect.stringContaining('trap') });
    expect((await probe(path)).error).toMatchObject({ code: 'ModuleInvalid', detail: error.detail });
  });

  it.skipIf(process.platform === 'win32')('[G1] is not waited for where it is a FIFO', () => {
    const path = join(temporaryFolder(), 'pipe.mjs');
    execFileSync('mkfifo', [path]);
    // In a process of its own: one that waits for the FIFO does nothing else, nor sees a deadline.
    const program = `
      import { PluginManager, probe } from ${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)};
      const manager = await PluginManager.create({ app: 'acme', apiVersion: '1.0.0', userDirectory: false });
      const loaded = await manager.load(${JSON.stringify(path)}).catch((error) => error);
      const { error: probed } = await probe(${JSON.stringify(path)});
      console.log(JSON.stringify([loaded, probed]));`;
    const printed = execFileSync(process.execPath, ['--input-type=module', '-e', program], { timeout: 30_000 });
    const error = { code: 'ModuleInvalid', path, phase: 'loading', message: 'this is a FIFO (named pipe), not a module' };
    expect(JSON.parse(String(printed))).toMatchObject([error, error]);
  });

  it('[G1] is refused where it is a folder, or larger than any module', async () => {
    const manager = await createManager();
    const folder = join(temporaryFolder(), 'folder.mjs');
    mkdirSync(folder);
    expect(await refusal(manager.load(folder))).toMatchObject({
      code: 'ModuleInvalid',
      detail: 'this is a directory, not a module',
    });
    const large = module('large.mjs', '');
    truncateSync(large, 2 ** 40);
    expect(await refusal(manager.load(large))).toMatchObject({
      code: 'FileUnreadable',
      detail: `the file has ${2 ** 40} bytes; at most 67108864 are read`,
    });
  });

  it('[G17] made for CommonJS by a compiler is taken', async () => {
    const source = `exports.__esModule = true; exports.default = require(${JSON.stringify(new URL('../../dist/index.js', import.meta.url).pathname)}).definePlugin({ name: 'common', version: '1.0.0' });`;
    const path = module('a.cjs', source, { bare: true });
    expect(await (await createManager()).load(path)).toMatchObject({ name: 'common', kind: 'typescript', path });
  });
});

describeWithFixtures('a compiled plugin that is registered by path', () => {
  it('[G20] starts with those of the directories, once, in the order of dependencies', async () => {
    const folder = folderOf(shipped('text'));
    const manager = await createManager({ directories: [folder] });
    manager.register(shipped('summary'));
    manager.register(join(folder, basename(shipped('text'))));
    const boot = await manager.start();
    expect(boot.failed).toEqual([]);
    expect(boot.loaded.map(({ name }) => name)).toEqual(['text', 'summary']);
  });

  it('[G20] is forgotten when it is unloaded', async () => {
    const manager = await createManager();
    manager.register(shipped('text'));
    await manager.start();
    await manager.unload('text');
    await manager.stop();
    expect((await manager.start()).loaded).toEqual([]);
  });
});
