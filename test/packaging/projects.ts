import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../project/installed.js';
import { suffix } from '../support/plugins.js';
import { temporaryFolder } from '../support/temporary.js';

/** Whether a program is on this machine; says so if not. */
export function isHere(program: string): boolean {
  const found = spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
  if (!found) console.log(`skipped: ${program} is not on this machine`);
  return found;
}

/** `linux-x64` */
export const here = `${process.platform}-${process.arch}`;
/** Where a build puts the library of a plugin, relative to its project. */
export const built = (name: string) => join('dist', here, name + suffix);

export const MANIFEST = { name: 'greeter', version: '1.2.3', description: 'Greets "everybody", größer 💥' };

/** Writes files into a folder; their folders are made. */
export function write(folder: string, files: Readonly<Record<string, string | object>>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`);
  }
  return folder;
}

const minimal = readFileSync(join(root, 'native-abi/test/minimal.c'), 'utf8');

/** The plugin of native-abi/README.md, with its manifest, name and version taken from manifest.json. */
export const source = minimal
  .replace('#include "mortise.h"', '#include "mortise.h"\n#include "mortise_manifest.h"')
  .replace(/^MORTISE_RECORD\(.*$/m, 'MORTISE_RECORD(MORTISE_LANGUAGE_C, MORTISE_THREADS_SAFE, MORTISE_MANIFEST);')
  .replace('return "greeter";', 'return MORTISE_MANIFEST_NAME;')
  .replace('return "1.0.0";', 'return MORTISE_MANIFEST_VERSION;');

const cmakeLists = (more: string) => `cmake_minimum_required(VERSION 3.16)
project(greeter LANGUAGES C)
find_package(mortise CONFIG REQUIRED)
mortise_add_plugin(greeter src/plugin.c)
${more}`;

interface CmakeProject {
  readonly manifest?: object;
  readonly plugin?: string;
  /** Further lines of CMakeLists.txt. */
  readonly more?: string;
}

/** A plugin in C with CMake, in a folder of its own. */
export function cmakeProject(project: CmakeProject = {}): string {
  return writeCmakeProject(temporaryFolder(), project);
}

export function writeCmakeProject(
  folder: string,
  { manifest = MANIFEST, plugin = source, more = '' }: CmakeProject = {},
): string {
  return write(folder, { 'manifest.json': manifest, 'src/plugin.c': plugin, 'CMakeLists.txt': cmakeLists(more) });
}

/** The same with node-gyp, which the project has in its node_modules. */
export function gypProject(): string {
  const abi = join(root, 'native-abi');
  const folder = write(temporaryFolder(), {
    'manifest.json': MANIFEST,
    'src/plugin.c': source,
    'binding.gyp': `{ 'targets': [{
      'target_name': 'greeter',
      'variables': {'mortise_abi': '${abi}', 'mortise_manifest': 'manifest.json'},
      'includes': ['${abi}/toolchain/plugin.gypi'],
      'sources': ['src/plugin.c'],
    }] }`,
  });
  return withModules(folder, 'node-gyp');
}

/** A plugin in Rust: a shipped one, with its record and version taken from manifest.json. `dependencies`: further lines below [dependencies]. */
export function cargoProject({ dependencies = '', crateType = 'cdylib' } = {}): string {
  const folder = temporaryFolder();
  cpSync(join(root, 'c-plugins/checksum/src'), join(folder, 'src'), { recursive: true });
  const record = readFileSync(join(folder, 'src/record.rs'), 'utf8');
  const from = record.indexOf('const MANIFEST');
  const to = record.indexOf('#[used]');
  return write(folder, {
    'manifest.json': { name: 'checksum', version: '0.4.0', tags: ['rust'] },
    'src/record.rs': `${record.slice(0, from)}const MANIFEST: &str = include_str!("../manifest.json");\n${record.slice(to)}`,
    'Cargo.toml': `[package]
name = "checksum"
version = "0.4.0"
edition = "2021"

[lib]
crate-type = ["${crateType}"]

[dependencies]
rust-support = { path = "${root}c-plugins/rust-support" }
${dependencies}
[workspace]
`,
  });
}

/** A plugin in TypeScript, which has the compiler and this package in its node_modules. */
export function typeScriptProject(description: object = {}, { compiler = true } = {}): string {
  const folder = write(temporaryFolder(), {
    'manifest.json': { name: 'reporter', version: '2.0.0' },
    'package.json': { name: 'reporter', private: true, type: 'module', exports: './dist/plugin.js', ...description },
    'tsconfig.json': {
      compilerOptions: {
        target: 'es2022',
        module: 'nodenext',
        types: ['node'],
        rootDir: 'src',
        outDir: 'dist',
        declaration: true,
        strict: true,
      },
      include: ['src'],
    },
    'src/plugin.ts': `import { readFileSync } from 'node:fs';
import { definePlugin } from 'mortise';
import { hello } from './hello.js';
const { name, version } = JSON.parse(readFileSync(new URL('../manifest.json', import.meta.url), 'utf8')) as Record<'name' | 'version', string>;
export default definePlugin({
  name,
  version,
  stages: [{ id: 'reporter:greet', execute: (context) => context.set('greeting', hello(String(context.get('who')))) }],
});
`,
    'src/hello.ts': 'export const hello = (who: string): string => "Hello, ".concat(who);\n',
  });
  const modules = withModules(folder, '@types', 'undici-types', ...(compiler ? ['typescript', '@typescript'] : []));
  symlinkSync(root, join(modules, 'node_modules', 'mortise'));
  return modules;
}

/** Gives a project packages of this checkout. */
function withModules(folder: string, ...names: string[]): string {
  const modules = join(root, 'node_modules');
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  for (const name of names.filter((each) => readdirSync(modules).includes(each))) {
    symlinkSync(join(modules, name), join(folder, 'node_modules', name));
  }
  return folder;
}

/** A folder for PATH in which the named programs are, and no others. */
export function pathOf(...programs: string[]): string {
  const folder = temporaryFolder();
  for (const program of programs) {
    const { stdout } = spawnSync('which', [program], { encoding: 'utf8' });
    symlinkSync(stdout.trim(), join(folder, program));
  }
  return folder;
}

/** Every file below `folder`, relative, sorted. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
