import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkLoadable, inspectBytes, inspectFileSync, readRecord } from '../../dist/binary/index.js';
import { refusal } from './refusal.js';

const include = resolve(import.meta.dirname, '../../native-abi/include');
const folder = mkdtempSync(join(tmpdir(), 'mortise-compiled-'));
afterAll(() => rmSync(folder, { recursive: true }));

const PLUGIN = `
#include <mortise/plugin.h>
#include <mortise/record.h>
MORTISE_RECORD(MORTISE_LANGUAGE_C, MORTISE_THREADS_SAFE, "{\\"name\\":\\"text\\",\\"version\\":\\"1.2.3\\"}");
static PluginVTable table;
MORTISE_EXPORT int counter;
int counter = 1;
PluginVTable* _plugin_init(void) { counter++; return &table; }
`;

function tool(...candidates: string[]): string | undefined {
  const found = candidates.find((name) => spawnSync(name, ['--version']).status === 0);
  if (found === undefined) console.log(`skipped: ${candidates[0]} is not on this machine`);
  return found;
}

function compile(name: string, source: string, command: string, ...options: string[]): string {
  const input = join(folder, `${name}.c`);
  writeFileSync(input, source);
  execFileSync(command, [...options, '-I', include, input, '-o', join(folder, name)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return join(folder, name);
}

function expectPlugin(path: string, arch: string) {
  const info = inspectBytes(readFileSync(path), path, arch);
  const functions = info.exports().filter(({ kind }) => kind === 'function');
  expect(functions.map(({ name }) => name)).toContain('_plugin_init');
  expect(info.symbol('counter')).toEqual({ name: 'counter', kind: 'data', linkage: 'exported' });
  expect(readRecord(info)).toMatchObject({ language: 'c', threads: 'safe', manifest: { name: 'text', version: '1.2.3' } });
  return info;
}

const gcc = process.platform === 'linux' ? tool('gcc', 'cc', 'clang') : undefined;

describe.skipIf(gcc === undefined)('libraries built by the C compiler of this machine', () => {
  const shared = (name: string, source: string, ...options: string[]) =>
    compile(name, source, gcc!, '-shared', '-fPIC', ...options);

  it.each([
    ['as it is', []],
    ['optimised, hidden and stripped', ['-O2', '-s', '-fvisibility=hidden', '-Wl,--gc-sections']],
    ['with a System V hash table only', ['-Wl,--hash-style=sysv']],
    ['with both hash tables', ['-Wl,--hash-style=both']],
    ['with debug information', ['-g']],
  ])('[G1] are accepted: %s', (title, options) => {
    const path = shared(`${title.replaceAll(' ', '-')}.so`, PLUGIN, ...options);
    const info = expectPlugin(path, process.arch);
    expect(info).toMatchObject({ format: 'elf', machine: process.arch, type: 'shared', architectures: [process.arch] });
    expect(checkLoadable(info)).toBe(readRecord(info));
  });

  it('[G1] are found truncated at every 64th byte', () => {
    const bytes = readFileSync(shared('whole.so', PLUGIN));
    for (let length = 64; length < bytes.length; length += 64) {
      expect(refusal(() => inspectBytes(bytes.subarray(0, length), 'cut.so'))).toMatchObject({ code: 'LibraryTruncated' });
    }
    expect(refusal(() => inspectBytes(bytes.subarray(0, bytes.length - 1), 'cut.so'))).toMatchObject({
      code: 'LibraryTruncated',
    });
  });

  it.for<[string, number, bigint]>([
    ['initialiser (DT_INIT)', 12, 0x10n],
    ['table of initialisers (DT_INIT_ARRAY)', 25, 0x1000000n],
    ['relocation table (DT_RELA)', 8, 0xffffffn],
    ['DT_RELAENT is 8, not 24', 9, 8n],
    ['65535 relocations are relative', 0x6ffffff9, 0xffffn],
  ])('[G1] are refused where damage would crash the loader: %s', ([detail, tag, value], { skip }) => {
    const bytes = readFileSync(shared('damaged.so', PLUGIN));
    if (!damageDynamic(bytes, tag, value)) skip(`this compiler writes no dynamic entry ${tag}`);
    const error = refusal(() => inspectBytes(bytes, 'damaged.so'));
    expect(error).toMatchObject({ code: 'LibraryMalformed' });
    expect(error.detail).toContain(detail);
  });

  it('[W3] keep their record through a whole-file strip', ({ skip }) => {
    if (tool('strip') === undefined) skip('strip is not here');
    const path = shared('stripped.so', PLUGIN, '-fvisibility=hidden');
    execFileSync('strip', ['--strip-all', path]);
    expect(readRecord(inspectFileSync(path).info)?.manifest['name']).toBe('text');
  });

  it.each([
    ['it only imports _plugin_init', 'void* _plugin_init(void); void* other(void) { return _plugin_init(); }', []],
    ['as a local symbol', 'void* _plugin_init(void) { return 0; }', ['-fvisibility=hidden']],
    ['as a local symbol (static', '__attribute__((used)) static void* _plugin_init(void) { return 0; }', []],
    ['as data', 'void* _plugin_init;', []],
    ['it exports plugin_init', 'void* plugin_init(void) { return 0; }', []],
  ])('[G1] are refused with the reason: %s', (detail, source, options) => {
    const path = shared(`no-entry-${detail.replaceAll(' ', '-')}.so`, source, '-nostdlib', ...options);
    const error = refusal(() => checkLoadable(inspectFileSync(path).info));
    expect(error).toMatchObject({ code: 'EntryPointMissing', path });
    expect(error.detail).toContain(detail);
  });

  it.each([
    ['an executable program', ['-pie', '-fPIE']],
    ['an executable program', ['-no-pie']],
    ['an object file', ['-c']],
  ])('[G1] are refused when they are %s (%o)', (what, options) => {
    const path = compile(`program${options.join('')}`, 'int main(void) { return 0; }', gcc!, ...options);
    const error = refusal(() => checkLoadable(inspectFileSync(path).info));
    expect(error).toMatchObject({ code: 'NotALibrary' });
    expect(error.detail).toContain(`this is ${what}`);
  });
});

const mingw = tool('x86_64-w64-mingw32-gcc');

describe.skipIf(mingw === undefined)('DLLs built by MinGW', () => {
  it('[G1] are understood, and refused on other systems', () => {
    const path = compile('text.dll', PLUGIN, mingw!, '-shared');
    const info = expectPlugin(path, 'x64');
    expect(info).toMatchObject({ format: 'pe', machine: 'x64', platform: 'win32', type: 'shared', soname: 'text.dll' });
    expect(info.needed.map((name) => name.toLowerCase())).toContain('kernel32.dll');
    expect(info.symbol('_plugin_init_')).toBeUndefined();
    checkLoadable(info, { platform: 'win32', arch: 'x64' });
    expect(refusal(() => checkLoadable(info, { platform: 'linux', arch: 'x64' }))).toMatchObject({ code: 'WrongPlatform' });
  });

  it('[G1] are found truncated at every 64th byte', () => {
    const bytes = readFileSync(compile('cut.dll', PLUGIN, mingw!, '-shared'));
    for (let length = 64; length < bytes.length; length += 64) {
      expect(refusal(() => inspectBytes(bytes.subarray(0, length), 'cut.dll')).code, `${length}`).toBe('LibraryTruncated');
    }
  });
});

const clang = tool('clang');
const linker = tool('ld64.lld', '/usr/lib/llvm-14/bin/ld64.lld');
const lipo = tool('llvm-lipo', '/usr/lib/llvm-14/bin/llvm-lipo');

describe.skipIf(clang === undefined || linker === undefined)('Mach-O libraries built by clang and lld', () => {
  // There is no SDK here: the headers of the compiler, and of the C library what the contract's inline functions use.
  mkdirSync(join(folder, 'c-library'));
  writeFileSync(
    join(folder, 'c-library', 'string.h'),
    'void *memcpy(void *, const void *, unsigned long);\nvoid *memset(void *, int, unsigned long);\n' +
      'int memcmp(const void *, const void *, unsigned long);\nunsigned long strlen(const char *);\n' +
      'int strcmp(const char *, const char *);\nint strncmp(const char *, const char *, unsigned long);\n',
  );
  const dylib = (arch: 'x86_64' | 'arm64') => {
    const object = compile(
      `${arch}.o`,
      PLUGIN,
      clang!,
      `--target=${arch}-apple-macos11`,
      '-ffreestanding',
      '-c',
      '-isystem',
      join(folder, 'c-library'),
    );
    const path = join(folder, `${arch}.dylib`);
    const platform = ['-platform_version', 'macos', '11.0', '11.0'];
    execFileSync(linker!, ['-dylib', '-undefined', 'dynamic_lookup', '-arch', arch, ...platform, object, '-o', path]);
    return path;
  };

  it.each([
    ['x86_64', 'x64'],
    ['arm64', 'arm64'],
  ] as const)('[G1] are understood: %s', (arch, machine) => {
    const info = expectPlugin(dylib(arch), machine);
    expect(info).toMatchObject({ format: 'mach-o', machine, platform: 'darwin', type: 'shared' });
    checkLoadable(info, { platform: 'darwin', arch: machine });
  });

  it('[G1] are found truncated at every 64th byte', () => {
    const bytes = readFileSync(dylib('x86_64'));
    for (let length = 64; length < bytes.length; length += 64) {
      expect(refusal(() => inspectBytes(bytes.subarray(0, length), 'cut.dylib')).code, `${length}`).toBe('LibraryTruncated');
    }
  });

  it.skipIf(lipo === undefined)('[G1] are understood in one fat file, each slice for its machine', () => {
    const path = join(folder, 'fat.dylib');
    execFileSync(lipo!, ['-create', dylib('x86_64'), dylib('arm64'), '-output', path]);
    for (const machine of ['x64', 'arm64']) {
      const info = expectPlugin(path, machine);
      expect(info.machine).toBe(machine);
      expect([...info.architectures].sort()).toEqual(['arm64', 'x64']);
    }
  });
});

/** Writes `value` into the dynamic entry `tag` of a 64-bit little-endian library, if it has one. */
function damageDynamic(bytes: Buffer, tag: number, value: bigint): boolean {
  const programs = Number(bytes.readBigUInt64LE(32));
  for (let index = 0; index < bytes.readUInt16LE(56); index++) {
    const program = programs + index * 56;
    if (bytes.readUInt32LE(program) !== 2) continue;
    const start = Number(bytes.readBigUInt64LE(program + 8));
    const end = start + Number(bytes.readBigUInt64LE(program + 32));
    for (let at = start; at < end; at += 16) {
      if (Number(bytes.readBigUInt64LE(at)) !== tag) continue;
      bytes.writeBigUInt64LE(value, at + 8);
      return true;
    }
  }
  return false;
}
