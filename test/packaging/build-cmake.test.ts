import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Ended, json, mortise, start } from '../cli/mortise.js';
import { runs } from '../isolation/processes.js';
import { root } from '../project/installed.js';
import { suffix } from '../support/plugins.js';
import { temporaryFolder } from '../support/temporary.js';
import {
  built,
  cmakeProject,
  createdSource,
  DIES,
  filesIn,
  here,
  isHere,
  MANIFEST,
  pathOf,
  sharedFolder,
  write,
} from './projects.js';

/** A plugin without stages. `redefined`: macros that the build has made of manifest.json, with another value. */
const plugin = (redefined: Readonly<Record<string, string>>) => `#include "mortise_manifest.h"
${Object.entries(redefined)
  .map(([macro, value]) => `#undef ${macro}\n#define ${macro} ${value}`)
  .join('\n')}
#include "mortise/kit.h"
MORTISE_EXPORT_PLUGIN(MORTISE_THREADS_SAFE)
`;

describe.skipIf(!isHere('cmake') || process.platform === 'win32')('mortise build with CMake', () => {
  /** Built once; tests that change it have a copy. */
  const original = sharedFolder();
  let first: Ended;
  beforeAll(async () => {
    first = await mortise('build', cmakeProject({ folder: original }));
  });

  const copied = () => {
    const folder = join(temporaryFolder(), 'copy');
    cpSync(original, folder, { recursive: true });
    return folder;
  };

  it('[W27] builds a plugin, strips it and writes what it says of itself', async () => {
    const folder = original;
    const { code, document, stderr } = await json('build', folder);
    expect(code, stderr).toBe(0);
    expect(filesIn(join(folder, 'dist'))).toEqual([`${here}/greeter${suffix}`, 'metadata.json']);
    const unstripped = document['unstripped'] as { path: string; size: number };
    expect(document).toMatchObject({
      plugin: 'greeter',
      version: '1.2.3',
      tool: 'cmake',
      debug: false,
      probed: true,
      warnings: [],
    });
    expect(document['notStripped']).toBeNull();
    expect(statSync(join(folder, built('greeter'))).size).toBe(document['size']);
    expect(statSync(unstripped.path).size).toBe(unstripped.size);
    expect(unstripped.size).toBeGreaterThan(document['size'] as number);

    const written = JSON.parse(readFileSync(join(folder, 'dist/metadata.json'), 'utf8'));
    expect(written).toEqual(document['document']);
    expect(written).toMatchObject({
      format: 1,
      manifest: MANIFEST,
      language: 'c',
      abi: '1.0',
      threads: 'safe',
      declared: { priority: { category: 'third_party', value: 175 }, dependencies: [], rangeSyntax: 'npm' },
      stages: [{ id: 'greeter:greet', name: 'Greet', description: 'Greets `who`', quick: true }],
      files: [{ platform: process.platform, arch: process.arch, path: `${here}/greeter${suffix}`, size: document['size'] }],
    });
    const inspected = await json('inspect', join(folder, built('greeter')));
    expect(written.files[0].sha256).toBe(inspected.document['sha256']);
  });

  it('[W27] says what it built, and shows what the tools print on stderr', () => {
    const { code, stdout, stderr } = first;
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(`greeter 1.2.3: built with cmake for ${here}\n`);
    expect(stdout).toMatch(/^ {2}built +\S+ {2}[\d ]+ bytes, [\d ]+ bytes before strip$/m);
    expect(stdout).toMatch(/^ {2}stages +greeter:greet {2}Greets `who`$/m);
    expect(stderr).toMatch(/Building C object/);
  });

  it('builds for a debugger', async () => {
    const folder = cmakeProject();
    const { code, document } = await json('build', folder, '--debug');
    expect(code).toBe(0);
    expect(document).toMatchObject({ debug: true, notStripped: null });
    expect((document['unstripped'] as { size: number }).size).toBe(document['size']);
    expect(readFileSync(join(folder, built('greeter')), 'latin1')).toContain('.debug_info');
  });

  it('builds again what has changed, also after the folder was moved', async () => {
    const moved = copied();
    expect(await json('build', moved)).toMatchObject({ code: 0, document: { result: join(moved, built('greeter')) } });
    writeFileSync(join(moved, 'manifest.json'), JSON.stringify({ ...MANIFEST, version: '1.3.0' }));
    expect(await json('build', moved)).toMatchObject({ code: 0, document: { version: '1.3.0' } });
  });

  it('takes the target of the name of the plugin where there are several libraries', async () => {
    const more = 'add_library(other SHARED src/other.c)\nadd_library(part STATIC src/other.c)\n';
    const folder = write(cmakeProject({ more }), { 'src/other.c': 'int other(void);\nint other(void) { return 1; }\n' });
    expect(await json('build', folder)).toMatchObject({ code: 0, document: { plugin: 'greeter', probed: true } });
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...MANIFEST, name: 'hello' }));
    const { code, document } = await json('build', folder);
    expect(code).toBe(1);
    expect(document).toMatchObject({
      error: {
        code: 'BuildFailed',
        message: expect.stringMatching(
          /^cmake built 2 shared libraries \((greeter\S+, libother\S+|libother\S+, greeter\S+)\), and none of them is named hello$/,
        ),
        remedy: expect.stringContaining('Name the target of the plugin hello'),
      },
    });
  });

  it('shows what the compiler says, once, and leaves dist as it was', async () => {
    const folder = copied();
    const before = readFileSync(join(folder, built('greeter')));
    writeFileSync(join(folder, 'src/plugin.c'), `#error broken here\n${createdSource(folder)}`);
    const { code, stdout, stderr } = await mortise('build', folder);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr.match(/error: #error broken here/g)?.length).toBe(1);
    expect(stderr).toMatch(/error BuildFailed: cmake --build failed: exit code \d+\n/);
    expect(stderr).toMatch(new RegExp(`^ {2}file +${folder}$`, 'm'));
    expect(stderr).toMatch(/^ {2}to do +See the output of the build\.$/m);
    expect(readFileSync(join(folder, built('greeter'))).equals(before)).toBe(true);
    const asJson = await json('build', folder);
    expect(asJson.document).toMatchObject({
      error: { code: 'BuildFailed', cause: expect.stringMatching(/plugin\.c:\d+:\d+: error:/) },
    });
  });

  it('names each field in which the library differs from manifest.json', async () => {
    const own = String.raw`"{\"name\":\"greeter\",\"version\":\"1.0.0\",\"license\":\"MIT\"}"`;
    const folder = write(cmakeProject(), { 'src/plugin.c': plugin({ MORTISE_MANIFEST: own }) });
    const { code, document } = await json('build', folder);
    expect(code).toBe(1);
    expect(document).toMatchObject({
      error: {
        code: 'ManifestMismatch',
        plugin: 'greeter',
        message:
          'version: "1.2.3" in manifest.json, "1.0.0" in the library; ' +
          `description: ${JSON.stringify(MANIFEST.description)} in manifest.json, nothing in the library; ` +
          'license: nothing in manifest.json, "MIT" in the library',
      },
    });
    expect(existsSync(join(folder, 'dist'))).toBe(false);
  });

  it('finds a version that only the table says', async () => {
    const folder = write(cmakeProject(), { 'src/plugin.c': plugin({ MORTISE_MANIFEST_VERSION: '"1.0.0"' }) });
    const { code, document } = await json('build', folder);
    expect(code).toBe(1);
    expect(document).toMatchObject({
      error: {
        code: 'ManifestMismatch',
        message: 'the version is "1.0.0" in the table and "1.2.3" in the manifest of the record',
      },
    });
  });

  it('refuses a library without a record', async () => {
    const folder = cmakeProject();
    cpSync(join(root, 'c-plugins/base-layout-c/plugin.c'), join(folder, 'src/plugin.c'));
    const { code, document } = await json('build', folder);
    expect(code).toBe(1);
    expect(document).toMatchObject({ error: { code: 'RecordMissing', remedy: expect.stringContaining('MORTISE_RECORD') } });
  });

  it('refuses a plugin that dies when it is opened, and names where', async () => {
    const folder = cmakeProject({ above: DIES });
    const { code, document } = await json('build', folder);
    expect(code).toBe(1);
    expect(document).toMatchObject({
      error: { code: 'FirstLookCrashed', phase: 'loading', message: expect.stringContaining('SIGSEGV during the opening') },
    });
    const { path } = document['error'] as { path: string };
    expect(existsSync(path), 'what failed can be looked at').toBe(true);
    expect(existsSync(join(folder, 'dist'))).toBe(false);
  });

  it('passes on what is no reason to refuse it', async () => {
    const plugin = `#include "mortise_manifest.h"
#include "mortise/kit.h"
#include <stdlib.h>
static FfiResult greet(void* state, const MortiseContext* context, MortiseError* error) {
  (void)state;
  return mortise_set_int64(context, "greeting", 1, error);
}
static const MortiseStage stages[] = {MORTISE_STAGE("greeter:greet", greet, .destroy = free)};
MORTISE_EXPORT_PLUGIN(MORTISE_THREADS_SAFE, .stages = MORTISE_ITEMS(stages))
`;
    const { code, stderr } = await mortise('build', write(cmakeProject(), { 'src/plugin.c': plugin }));
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('warning SlotInOtherLibrary:');
  });

  it('goes on without strip, and says so', async () => {
    const programs = ['cmake', 'cc', 'ld', 'as', 'node', isHere('ninja') ? 'ninja' : 'make'];
    const folder = cmakeProject();
    const { code, stdout, stderr } = await start(['build', folder], { PATH: pathOf(...programs) }).ended;
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^ {2}not stripped +strip was not found, llvm-strip was not found$/m);
    expect(existsSync(join(folder, built('greeter')))).toBe(true);
  });

  it.skipIf(!isHere('objcopy'))('keeps the symbols where strip takes the record away', async () => {
    const tools = write(temporaryFolder(), {
      strip: '#!/bin/sh\n[ "$2" = -o ] && exec objcopy --remove-section=.mortise "$4" "$3"\n',
    });
    spawnSync('chmod', ['+x', join(tools, 'strip')]);
    const folder = cmakeProject();
    const { ended } = start(['build', folder, '--json'], { PATH: `${tools}:${process.env['PATH']}` });
    const { code, stdout, stderr } = await ended;
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ probed: true, notStripped: expect.stringContaining('RecordMissing') });
  });

  it.skipIf(!isHere('x86_64-w64-mingw32-gcc'))('builds for another machine, and does not open that here', async () => {
    const toolchain = 'set(CMAKE_SYSTEM_NAME Windows)\nset(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc)\n';
    const folder = write(cmakeProject(), { 'windows.cmake': toolchain });
    const { ended } = start(['build', folder, '--json'], { CMAKE_TOOLCHAIN_FILE: join(folder, 'windows.cmake') });
    const { code, stdout, stderr } = await ended;
    expect(code, stderr).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ platform: 'win32', arch: 'x64', probed: false, document: null, notStripped: null });
    expect(report.size).toBeLessThan(report.unstripped.size);
    expect(filesIn(join(folder, 'dist'))).toEqual(['win32-x64/greeter.dll']);
  });

  it('says what to install when CMake or a compiler is missing', async () => {
    const none = await start(['build', cmakeProject()], { PATH: temporaryFolder() }).ended;
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('error BuildFailed: cmake was not found') });
    expect(none.stderr).toMatch(/to do +(Run|Install) /);
    const alone = await start(['build', cmakeProject()], { PATH: pathOf('cmake') }).ended;
    expect(alone.code).toBe(1);
    expect(alone.stderr).toMatch(/error BuildFailed: (neither ninja nor make|no C compiler) was found/);
    expect(alone.stderr).toMatch(/to do +(Run|Install) /);
  });

  it('ends the tool and all that it started when it is interrupted, and leaves nothing in dist', async () => {
    const more = 'add_custom_target(forever ALL COMMAND sh -c "echo $$ > ../../pid && exec sleep 600" VERBATIM)\n';
    const folder = cmakeProject({ more });
    const { child, ended } = start(['build', folder]);
    const pid = join(folder, 'pid');
    while (!existsSync(pid) || readFileSync(pid, 'utf8') === '') await sleep(50);
    const sleeper = Number(readFileSync(pid, 'utf8'));
    expect(runs(sleeper)).toBe(true);
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toContain('error Cancelled: the build was interrupted');
    await expect.poll(() => runs(sleeper), { timeout: 30_000 }).toBe(false);
    expect(existsSync(join(folder, 'dist'))).toBe(false);
  });
});
