import { describe, expect, it } from 'vitest';
import { checkLoadable, inspectBytes, type LoadingHost, type RecordExpectation } from '../../dist/binary/index.js';
import { type ElfOptions, elfImage, fatImage, machOImage, peImage, type RecordOptions, recordImage, SIZES } from './images.js';
import { refusal } from './refusal.js';

const LINUX: LoadingHost = { platform: 'linux', arch: 'x64', endian: 'little' };
const MAC: LoadingHost = { platform: 'darwin', arch: 'arm64', endian: 'little' };
const HOST: RecordExpectation = {
  abiMajor: 1,
  abiMinor: 4,
  word: 8,
  sizes: {
    vtable: 176,
    slice: 16,
    dependency: 24,
    stageRequirement: 16,
    value: 24,
  },
};
const refused = (bytes: Buffer, host = LINUX) =>
  refusal(() => checkLoadable(inspectBytes(bytes, '/plugins/text', host.arch), host, HOST));

describe('checkLoadable', () => {
  it('[G1] accepts a plugin for this process and gives its record', () => {
    expect(checkLoadable(inspectBytes(elfImage({ record: recordImage() }), 'a'), LINUX, HOST)).toMatchObject({ abiMajor: 1 });
    expect(checkLoadable(inspectBytes(elfImage(), 'a'), LINUX, HOST)).toBeUndefined();
    expect(checkLoadable(inspectBytes(peImage(), 'a'), { platform: 'win32', arch: 'x64' })).toBeUndefined();
    expect(checkLoadable(inspectBytes(machOImage({ cpu: 0x100000c }), 'a'), MAC)).toBeUndefined();
  });

  it('[G1] accepts an ELF library that names no system on every ELF system', () => {
    const info = inspectBytes(elfImage({ needed: [] }), 'a');
    for (const platform of ['linux', 'freebsd', 'openbsd', 'android']) checkLoadable(info, { platform, arch: 'x64' });
    expect(refusal(() => checkLoadable(info, MAC)).detail).toBe(
      'this is an ELF library (Linux or another Unix) for x64, this process is macOS arm64',
    );
  });

  it.each([
    [peImage(), LINUX, 'this is a Windows library for x64, this process is Linux x64'],
    [machOImage(), LINUX, 'this is a macOS library for x64, this process is Linux x64'],
    [elfImage(), MAC, 'this is a Linux library for x64, this process is macOS arm64'],
    [elfImage({ osAbi: 9 }), LINUX, 'this is a FreeBSD library for x64, this process is Linux x64'],
  ])('[G1] refuses a library for another system (%#)', (bytes, host, detail) => {
    expect(refused(bytes, host)).toMatchObject({ code: 'WrongPlatform', detail, path: '/plugins/text' });
  });

  it.each([
    [elfImage({ machine: 183 }), LINUX, 'built for aarch64 Linux, this process is x86-64 Linux'],
    [elfImage({ bits: 32, machine: 3 }), LINUX, 'built for x86 (32-bit) Linux, this process is x86-64 Linux'],
    [machOImage(), MAC, 'built for x86-64 macOS, this process is aarch64 macOS'],
    [
      elfImage({ machine: 21, endian: 'big' }),
      { platform: 'linux', arch: 'ppc64', endian: 'little' } as const,
      'built for big-endian ppc64 Linux, this process is little-endian ppc64 Linux',
    ],
    [
      fatImage([
        { cpu: 0x1000007, bytes: machOImage() },
        { cpu: 7, bytes: machOImage({ bits: 32, cpu: 7 }) },
      ]),
      MAC,
      'built for x86-64 and x86 (32-bit) macOS, this process is aarch64 macOS',
    ],
  ])('[G1] refuses a library for another machine (%#)', (bytes, host, detail) => {
    expect(refused(bytes, host)).toMatchObject({ code: 'WrongMachine', detail });
  });

  it.each<[string, Buffer, LoadingHost]>([
    ['an executable program for x86-64 Linux', elfImage({ type: 2 }), LINUX],
    ['an executable program for x86-64 Linux', elfImage({ flags1: 0x8000000 }), LINUX],
    ['an object file for x86-64 Linux', elfImage({ type: 1 }), LINUX],
    ['an executable program for x86-64 Windows', peImage({ dll: false }), LINUX],
    ['an object file for x86-64 macOS', machOImage({ fileType: 1 }), MAC],
  ])('[G1] refuses %s', (what, bytes, host) => {
    expect(refused(bytes, host)).toMatchObject({ code: 'NotALibrary', detail: `this is ${what}, not a shared library` });
  });
});

describe('the entry point', () => {
  const missing = (symbols: NonNullable<ElfOptions['symbols']>, needed: string[] = []) => {
    const error = refused(elfImage({ symbols, needed }));
    expect(error.code).toBe('EntryPointMissing');
    return error;
  };

  it('[G1] refuses a library that only imports _plugin_init', () => {
    const error = missing([{ name: '_plugin_init', linkage: 'imported' }], ['libc.so.6', 'libtext.so']);
    expect(error.detail).toBe(
      'it only imports _plugin_init: another library is to define it; it needs libtext.so: perhaps the plugin is there',
    );
  });

  it('[G1] refuses a library that hides _plugin_init', () => {
    expect(missing([{ name: '_plugin_init', linkage: 'hidden' }]).detail).toContain('with hidden visibility');
    const error = missing([{ name: '_plugin_init', linkage: 'local' }]);
    expect(error.detail).toContain('as a local symbol (static, or left out of what is exported)');
    expect(error.remedy).toContain('MORTISE_EXPORT');
  });

  it('[G1] refuses a library whose _plugin_init is data', () => {
    expect(missing([{ name: '_plugin_init', kind: 'data' }]).detail).toBe('it exports _plugin_init as data, not as a function');
  });

  it('[G1] refuses a library that forwards _plugin_init', () => {
    const windows = { platform: 'win32', arch: 'x64' };
    expect(refused(peImage({ exports: [{ name: '_plugin_init', kind: 'forwarded' }] }), windows).detail).toContain(
      'only as a forwarder',
    );
  });

  it('[G1] names the export that was probably meant', () => {
    const error = missing([{ name: 'plugin_init' }, { name: 'PluginMain' }, { name: 'unrelated' }]);
    expect(error.detail).toBe('it does not export _plugin_init; it exports plugin_init, PluginMain');
    expect(error.remedy).toBe('Rename the function to _plugin_init, if that is the one.');
  });

  it('[G1] recognises a name that C++ or Rust has mangled', () => {
    expect(missing([{ name: '_Z12_plugin_initv' }]).remedy).toContain('extern "C"');
  });

  it('[G1] names the needed libraries that could be the plugin, and those of the system not', () => {
    expect(missing([{ name: 'x' }], ['libm.so.6', 'libreal.so', 'libstdc++.so.6']).detail).toBe(
      'it does not export _plugin_init; it needs libreal.so: perhaps the plugin is there',
    );
    expect(missing([{ name: 'x' }], ['libc.so.6']).detail).toBe('it does not export _plugin_init');
  });
});

describe('the ABI of a record', () => {
  const check = (options: RecordOptions) =>
    checkLoadable(inspectBytes(elfImage({ record: recordImage(options) }), 'a'), LINUX, HOST);
  const sizes = (changes: Record<number, number>) => SIZES.map((size, index) => changes[index] ?? size);

  it('[W3] may be older than that of the host', () => {
    expect(check({ abiMinor: 0 })).toBeDefined();
    expect(check({ abiMinor: 4 })).toBeDefined();
  });

  it('[W3] may be that of newer headers, of which the plugin needs nothing', () => {
    expect(check({ abiMinor: 4, sizes: sizes({ 5: 40, 6: 96, 7: 80, 8: 72, 9: 32 }) })).toBeDefined();
    expect(check({ abiMinor: 0, sizes: sizes({ 5: 65_535, 6: 65_535, 7: 65_535, 8: 65_535, 9: 65_535 }) })).toBeDefined();
  });

  it('[W3] of a plugin for 32 bits has the sizes of words of 4 bytes', () => {
    const narrowHost: RecordExpectation = {
      ...HOST,
      word: 4,
      sizes: { vtable: 88, slice: 8, dependency: 12, stageRequirement: 8, value: 24 },
    };
    const narrow = [88, 8, 12, 8, 24, 20, 48, 40, 36, 16];
    const checkNarrow = (list: readonly number[]) =>
      checkLoadable(inspectBytes(elfImage({ record: recordImage({ word: 4, sizes: list }) }), 'a'), LINUX, narrowHost);
    expect(checkNarrow(narrow)).toBeDefined();
    expect(refusal(() => checkNarrow(narrow.with(8, 32))).detail).toBe(
      'sizeof(MortiseStage) at least 36 since ABI 1.0, plugin 32',
    );
  });

  it.each<[string, RecordOptions, RegExp]>([
    ['host ABI 1.4, plugin 1.6', { abiMinor: 6 }, /against the header of ABI ≤ 1.4, or upgrade the host/],
    ['host ABI 1.4, plugin 1.6', { abiMinor: 6, sizes: sizes({ 6: 96 }) }, /≤ 1.4/],
    [
      'host ABI 1.4, plugin 1.6; sizeof(MortiseHost) at least 88 since ABI 1.0, plugin 80',
      { abiMinor: 6, sizes: sizes({ 6: 80 }) },
      /≤ 1.4/,
    ],
    ['host ABI 1.4, plugin 2.0: another major version', { abiMajor: 2 }, /Upgrade the host/],
    [
      'host ABI 1.4, plugin 0.9: another major version',
      { abiMajor: 0, abiMinor: 9 },
      /Rebuild the plugin against the header of ABI 1/,
    ],
    ['host pointers of 8 bytes, plugin 4', { word: 4, sizes: sizes({ 0: 88 }) }, /Rebuild/],
    ['host sizeof(PluginVTable) 176, plugin 144', { sizes: sizes({ 0: 144 }) }, /struct packing/],
    [
      'host sizeof(FfiSlice) 16, plugin 8; host sizeof(MortiseValue) 24, plugin 16',
      { sizes: sizes({ 1: 8, 4: 16 }) },
      /struct packing/,
    ],
    ['host sizeof(FfiStageRequirement) 16, plugin 24', { sizes: sizes({ 3: 24 }) }, /struct packing/],
    ['sizeof(MortiseError) at least 32 since ABI 1.0, plugin 31', { sizes: sizes({ 5: 31 }) }, /struct packing/],
    ['sizeof(MortiseContext) at least 72 since ABI 1.0, plugin 64', { sizes: sizes({ 7: 64 }) }, /struct packing/],
    [
      'sizeof(MortiseStage) at least 64 since ABI 1.0, plugin 56; sizeof(MortiseRegistry) at least 24 since ABI 1.0, plugin 0',
      { sizes: sizes({ 8: 56, 9: 0 }) },
      /struct packing/,
    ],
  ])('[W3] is refused field by field: %s', (detail, options, remedy) => {
    const error = refusal(() => check(options));
    expect(error).toMatchObject({ code: 'AbiMismatch', detail });
    expect(error.remedy).toMatch(remedy);
  });
});
