import { describe, expect, it } from 'vitest';
import { inspectBytes, readRecord } from '../../dist/binary/index.js';
import { elfImage, fatImage, machOImage, peImage, recordImage, samples } from './images.js';

describe.each(samples())('$title', (sample) => {
  const info = inspectBytes(sample.bytes, 'text.so', 'x64');

  it('[G1] says what it is built for and what it needs', () => {
    const { format, bits, endian, machine, platform, needed } = sample;
    expect(info).toMatchObject({ path: 'text.so', type: 'shared', format, bits, endian, machine, platform, needed });
  });

  it('[G1] lists and finds its exports, functions apart from data', () => {
    expect(info.exports()).toEqual([
      { name: '_plugin_init', kind: 'function' },
      { name: 'mortise_plugin_extension', kind: 'function' },
      { name: 'table', kind: 'data' },
    ]);
    for (const { name } of info.exports()) expect(info.hasExport(name)).toBe(true);
    for (const name of ['', 'plugin_init', '_plugin_init_', 'malloc', 'inner', 'own']) expect(info.hasExport(name)).toBe(false);
  });

  it('[W3] gives the record of the plugin without running it', () => {
    const record = readRecord(info);
    expect(record).toMatchObject({
      abiMajor: 1,
      abiMinor: 0,
      language: 'c',
      threads: 'one',
      headerVersion: '0.1.0',
      word: sample.bits / 8,
    });
    expect(record?.manifest).toEqual({ name: 'text', version: '1.0.0' });
    expect(readRecord(info)).toBe(record);
  });
});

describe('ELF', () => {
  it.each(['imported', 'hidden', 'local'] as const)('[G1] tells an %s symbol from an export', (linkage) => {
    const info = inspectBytes(elfImage({ symbols: [{ name: 'other' }, { name: '_plugin_init', linkage }] }), 'text.so');
    expect(info.hasExport('_plugin_init')).toBe(false);
    expect(info.symbol('_plugin_init')).toMatchObject({ linkage });
    expect(info.exports()).toEqual([{ name: 'other', kind: 'function' }]);
  });

  it('[G1] counts weak symbols as exports, and code without a symbol type as a function', () => {
    const info = inspectBytes(
      elfImage({
        symbols: [
          { name: 'weak', linkage: 'weak' },
          { name: 'assembly', kind: 'none' },
        ],
      }),
      'text.so',
    );
    expect(info.exports()).toEqual([
      { name: 'weak', kind: 'function' },
      { name: 'assembly', kind: 'function' },
    ]);
  });

  it.each(['gnu', 'plain', 'both'] as const)(
    '[G1] reads a library without section headers by its dynamic segment (%s hash)',
    (hash) => {
      const symbols = [
        { name: '_plugin_init' },
        { name: 'malloc', linkage: 'imported' },
        { name: 'mortise_record', kind: 'data' },
      ] as const;
      const info = inspectBytes(elfImage({ hash, symbols, sections: false, soname: 'libtext.so.1' }), 'text.so');
      expect(info.soname).toBe('libtext.so.1');
      expect(info.exports().map(({ name }) => name)).toEqual(['_plugin_init', 'mortise_record']);
      expect(info.symbol('malloc')).toMatchObject({ linkage: 'imported' });
      expect(info.recordBytes?.byteLength).toBe(32);
    },
  );

  it('[W3] has no record where section headers and its symbol are gone', () => {
    expect(readRecord(inspectBytes(elfImage({ sections: false, record: recordImage() }), 'text.so'))).toBeUndefined();
  });

  it('[G1] calls position-independent programs executables', () => {
    expect(inspectBytes(elfImage({ flags1: 0x8000001 }), 'tool').type).toBe('executable');
    expect(inspectBytes(elfImage({ flags1: 1 }), 'tool').type).toBe('shared');
  });

  it.each([
    ['freebsd', { osAbi: 9, needed: [] }],
    ['linux', { osAbi: 3, needed: [] }],
    ['unknown', { needed: [] }],
    ['unknown', { needed: ['libc.so'] }],
    ['linux', { needed: ['libc.musl-x86_64.so.1'] }],
    ['android', { needed: ['libc.so'], note: ['Android', 1, Buffer.alloc(4)] }],
    ['linux', { needed: [], note: ['GNU', 1, Buffer.alloc(16)] }],
    ['openbsd', { needed: [], note: ['OpenBSD', 1, Buffer.alloc(4)] }],
  ] as const)('[G1] recognises %s by brand, note or needed libraries: %o', (platform, options) => {
    expect(inspectBytes(elfImage(options), 'text.so').platform).toBe(platform);
  });

  it('[G1] names a machine that it does not know by its code', () => {
    expect(inspectBytes(elfImage({ machine: 0x1234 }), 'text.so').machine).toBe('unknown(0x1234)');
    expect(inspectBytes(elfImage({ bits: 32 }), 'text.so').machine).toBe('x32');
  });
});

describe('PE', () => {
  it('[G1] does not take a forwarder for a function', () => {
    const info = inspectBytes(peImage({ exports: [{ name: '_plugin_init', kind: 'forwarded' }] }), 'text.dll');
    expect(info.exports()).toEqual([]);
    expect(info.hasExport('_plugin_init')).toBe(false);
    expect(info.symbol('_plugin_init')).toMatchObject({ linkage: 'forwarded' });
  });

  it.each([true, false])('[G1] finds a name among the imports (PE32+: %s)', (wide) => {
    const imports = [
      { library: 'a.dll', names: ['one'] },
      { library: 'b.dll', names: ['two', '_plugin_init'] },
    ];
    const info = inspectBytes(peImage({ wide, exports: [], imports }), 'text.dll');
    expect(info.needed).toEqual(['a.dll', 'b.dll']);
    expect(info.symbol('_plugin_init')).toMatchObject({ linkage: 'imported' });
    expect(info.symbol('three')).toBeUndefined();
  });

  it('[G1] tells a program from a DLL', () => {
    expect(inspectBytes(peImage({ dll: false }), 'tool.exe').type).toBe('executable');
  });
});

describe('Mach-O', () => {
  const x64 = { cpu: 0x1000007, cpuSubtype: 3 };
  const arm64 = { cpu: 0x100000c, cpuSubtype: 0 };
  const arm64e = { cpu: 0x100000c, cpuSubtype: 0x80000002 };
  const fat = fatImage(
    [x64, arm64e, arm64].map((cpu) => ({ ...cpu, bytes: machOImage({ ...cpu, soname: `${cpu.cpu}-${cpu.cpuSubtype}` }) })),
  );

  it.each([
    ['x64', 'x64'],
    ['arm64', 'arm64'],
    ['riscv64', 'x64'],
  ])('[G1] takes from a fat file the slice for %s, else the first', (arch, machine) => {
    const info = inspectBytes(fat, 'text.dylib', arch);
    expect(info).toMatchObject({ machine, architectures: ['x64', 'arm64e', 'arm64'] });
    expect(info.hasExport('_plugin_init')).toBe(true);
  });

  it('[G1] accepts bundles and refuses to call programs libraries', () => {
    expect(inspectBytes(machOImage({ fileType: 8 }), 'a').type).toBe('shared');
    expect(inspectBytes(machOImage({ fileType: 2 }), 'a').type).toBe('executable');
    expect(inspectBytes(machOImage({ fileType: 1 }), 'a').type).toBe('object');
  });

  it('[G1] reads the platform and its own name', () => {
    const info = inspectBytes(machOImage({ platform: 2, soname: '@rpath/libtext.dylib' }), 'a');
    expect(info).toMatchObject({ platform: 'ios', soname: '@rpath/libtext.dylib' });
  });

  it.each(['imported', 'hidden', 'local'] as const)('[G1] tells an %s symbol from an export', (linkage) => {
    const info = inspectBytes(machOImage({ symbols: [{ name: '_plugin_init', linkage }] }), 'a');
    expect(info.hasExport('_plugin_init')).toBe(false);
    expect(info.symbol('_plugin_init')).toMatchObject({ linkage });
  });
});
