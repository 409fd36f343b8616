import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../project/installed.js';
import { suffix } from '../support/plugins.js';
import { installedFolder, isHere, probed, ran, run, succeed } from './installed-project.js';

/** Files by path below a folder in which the packed package is installed. */
function projectOf(files: Readonly<Record<string, string>>): string {
  const folder = installedFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const MANIFEST = '{ "name": "plain", "version": "2.0.0", "description": "Built by hand." }\n';
const C_KIT = `#include "mortise/kit.h"
static FfiResult answer(void* state, const MortiseContext* context, MortiseError* error) {
  (void)state;
  return mortise_set_int64(context, "answer", 42, error);
}
static const MortiseStage stages[] = {MORTISE_STAGE("plain:answer", answer)};
MORTISE_EXPORT_PLUGIN(MORTISE_THREADS_SAFE, .stages = MORTISE_ITEMS(stages))
`;
const CPP_KIT = `#include <mortise.hpp>
struct Plain : mortise::Plugin {
  Plain() { stage("plain:answer", [](mortise::Context& context) { context.set("answer", 42); }); }
};
MORTISE_EXPORT_PLUGIN(Plain, MORTISE_THREADS_SAFE)
`;
const NAMED = '#define MORTISE_MANIFEST_NAME "plain"\n#define MORTISE_MANIFEST_VERSION "2.0.0"\n';
const GENERATED = '#include "mortise_manifest.h"\n';

function answers(folder: string, plugin: string): void {
  expect(probed(folder, plugin)).toEqual(['plain:answer']);
  expect(ran(folder, plugin, 'plain:answer')).toMatchObject({ answer: expect.anything() });
}

const onPosix = (...programs: string[]) => it.skipIf(process.platform === 'win32' || !programs.every(isHere));

describe('a plugin outside of any template', () => {
  onPosix('cc')('[W27] compiles in C with cc -I "$(npx mortise include)"', () => {
    const folder = projectOf({ 'plain.c': NAMED + C_KIT });
    const options = '-std=c11 -Wall -Wextra -Wpedantic -Werror -fPIC -fvisibility=hidden -shared';
    succeed(folder, 'sh', '-c', `mkdir out && cc ${options} -I "$(npx mortise include)" plain.c -o out/plain${suffix}`);
    answers(folder, join('out', `plain${suffix}`));
  });

  onPosix('c++')('[W27] compiles in C++ with c++ -I "$(npx mortise include)"', () => {
    const folder = projectOf({ 'plain.cpp': NAMED + CPP_KIT });
    const options = '-std=c++17 -Wall -Wextra -Wpedantic -Werror -fPIC -fvisibility=hidden -shared';
    succeed(folder, 'sh', '-c', `mkdir out && c++ ${options} -I "$(npx mortise include)" plain.cpp -o out/plain${suffix}`);
    answers(folder, join('out', `plain${suffix}`));
  });

  it.each([
    ['-Dmortise_DIR="$(npx mortise include --cmake)"', 'C'],
    ['-DCMAKE_PREFIX_PATH="$(npx mortise include --cmake)"', 'CXX'],
  ])('[W27] is found by CMake with %s, in a project in %s that asks for a version', (option, language) => {
    if (process.platform === 'win32' || !['cmake', 'c++', 'cc'].every(isHere)) return;
    const source = language === 'C' ? 'plain.c' : 'plain.cpp';
    const folder = projectOf({
      'sources/CMakeLists.txt': `cmake_minimum_required(VERSION 3.16)
        project(anything LANGUAGES ${language})
        find_package(mortise ${version} CONFIG REQUIRED)
        mortise_add_plugin(plain MANIFEST about/plain.json ${source})`,
      'sources/about/plain.json': MANIFEST,
      [`sources/${source}`]: GENERATED + (language === 'C' ? C_KIT : CPP_KIT),
    });
    succeed(folder, 'sh', '-c', `cmake -S sources -B out ${option} && cmake --build out`);
    answers(folder, join('out', `plain${suffix}`));
    expect(JSON.parse(succeed(folder, 'npx', 'mortise', 'inspect', `out/plain${suffix}`, '--json'))).toMatchObject({
      record: { manifest: JSON.parse(MANIFEST) },
    });
  });

  onPosix('cmake', 'cc')('[W27] is not taken by CMake without a manifest, and the message says what is missing', () => {
    const folder = projectOf({
      'CMakeLists.txt':
        'cmake_minimum_required(VERSION 3.16)\nproject(a C)\nfind_package(mortise CONFIG REQUIRED)\nmortise_add_plugin(plain plain.c)\n',
      'plain.c': GENERATED + C_KIT,
    });
    const { status, stderr } = run(folder, 'sh', '-c', 'cmake -S . -B out -Dmortise_DIR="$(npx mortise include --cmake)"');
    expect(status).not.toBe(0);
    expect(stderr.replace(/\s+/g, ' ')).toContain('manifest.json is not here; a plugin has a manifest with at least');
  });

  onPosix('cmake', 'cc')('[W27] is not built by CMake for another release than it asks for', () => {
    const folder = projectOf({
      'CMakeLists.txt': 'cmake_minimum_required(VERSION 3.16)\nproject(a C)\nfind_package(mortise 99.0 CONFIG REQUIRED)\n',
    });
    const { status, stderr } = run(folder, 'sh', '-c', 'cmake -S . -B out -Dmortise_DIR="$(npx mortise include --cmake)"');
    expect(status).not.toBe(0);
    expect(stderr).toContain(`version: ${version}`);
  });

  onPosix('cargo')('[W27] is built by cargo with the crate in $(npx mortise include --rust)', () => {
    const folder = projectOf({ 'src/lib.rs': '', 'manifest.json': MANIFEST });
    copyFileSync(join(root, 'templates/rust/src/lib.rs'), join(folder, 'src/lib.rs'));
    succeed(
      folder,
      'sh',
      '-c',
      `sed -i.old -e 's/@name@/plain/g; s/@class@/Plain/g' src/lib.rs
       printf '[package]\\nname = "anything"\\nedition = "2021"\\n[lib]\\ncrate-type = ["cdylib"]\\n[dependencies]\\nmortise = { path = "%s" }\\n' "$(npx mortise include --rust)" > Cargo.toml
       cargo build --release --offline`,
    );
    const plugin = join('target', 'release', `libanything${suffix}`);
    expect(existsSync(join(folder, plugin))).toBe(true);
    expect(probed(folder, plugin)).toEqual(['plain:greet']);
  });
});
