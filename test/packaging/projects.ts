import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, onTestFinished } from 'vitest';
import { createProject, type Language } from '../../dist/scaffold/index.js';
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

/** What stands above the source of a plugin that dies, or does not come back, when it is opened. */
export const DIES = '__attribute__((constructor)) static void die(void) { *(volatile int*)8 = 1; }\n';
export const HANGS = '__attribute__((constructor)) static void hang(void) { for (volatile int i = 1; i;) { } }\n';

/** Writes files into a folder; their folders are made. */
export function write(folder: string, files: Readonly<Record<string, string | object>>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`);
  }
  return folder;
}

/** Lays a file over one of a project that several tests share, until the test ends. */
export function overlay(file: string, change: (text: string) => string): void {
  const before = readFileSync(file, 'utf8');
  onTestFinished(() => writeFileSync(file, before));
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(file, after);
}

/** A folder that is removed after the tests of a file. */
export function sharedFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mortise-shared-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The source of a created plugin in C. */
export const createdSource = (folder: string) => readFileSync(join(folder, 'src/plugin.c'), 'utf8');

interface CmakeProject {
  /** A new one that is removed after the test where absent. */
  readonly folder?: string;
  /** Lines above the source that was created. */
  readonly above?: string;
  /** Further lines of CMakeLists.txt. */
  readonly more?: string;
}

/** A created plugin in C with CMake, with another manifest. */
export function cmakeProject({ folder = temporaryFolder(), above = '', more = '' }: CmakeProject = {}): string {
  created('greeter', 'c', folder);
  appendFileSync(join(folder, 'CMakeLists.txt'), more);
  return write(folder, { 'manifest.json': MANIFEST, 'src/plugin.c': above + createdSource(folder) });
}

/** The same with node-gyp only, which the project has in its node_modules. */
export function gypProject(): string {
  const folder = created('greeter', 'c');
  rmSync(join(folder, 'CMakeLists.txt'));
  return write(withModules(folder, 'node-gyp'), { 'manifest.json': MANIFEST });
}

interface CargoProject {
  /** A new one that is removed after the test where absent. */
  readonly folder?: string;
  /** Further lines of Cargo.toml. */
  readonly more?: string;
}

/** A created plugin in Rust, with another manifest. */
export function cargoProject({ folder = temporaryFolder(), more = '' }: CargoProject = {}): string {
  created('greeter', 'rust', folder);
  appendFileSync(join(folder, 'Cargo.toml'), more);
  return write(folder, { 'manifest.json': MANIFEST });
}

/** A created plugin in TypeScript, of two modules, with the compiler in its node_modules. `description`: fields of package.json. */
export function typeScriptProject(description: object = {}, { compiler = true } = {}): string {
  const folder = created('reporter', 'ts');
  withModules(folder, '@types', 'undici-types', ...(compiler ? ['typescript', '@typescript'] : []));
  const own = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as object;
  return write(folder, {
    'manifest.json': { ...MANIFEST, name: 'reporter', version: '2.0.0' },
    'package.json': { ...own, ...description },
    'src/words.ts': "export const words = ['hello'];\n",
  });
}

/** What `mortise create` writes, with this package in its node_modules. */
function created(name: string, language: Language, folder = temporaryFolder()): string {
  createProject({ name, language, folder });
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules', 'mortise'));
  return folder;
}

/** Gives a project packages of this checkout. */
function withModules(folder: string, ...names: string[]): string {
  const modules = join(root, 'node_modules');
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

/** Every file below `folder`, relative, sorted. Links are not followed. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
