import { elfImage } from './elf-image.js';
import { fatImage, machOImage } from './mach-o-image.js';
import { peImage } from './pe-image.js';
import { recordImage } from './record-image.js';

export { type ElfOptions, elfImage } from './elf-image.js';
export { fatImage, type MachOOptions, machOImage } from './mach-o-image.js';
export { type PeOptions, peImage } from './pe-image.js';
export { type RecordOptions, recordImage, SIZES } from './record-image.js';

export interface Sample {
  readonly title: string;
  readonly bytes: Buffer;
  readonly format: 'elf' | 'pe' | 'mach-o';
  readonly bits: 32 | 64;
  readonly endian: 'little' | 'big';
  readonly machine: string;
  readonly platform: 'linux' | 'win32' | 'darwin';
  readonly needed: readonly string[];
}

const WIDE_X64 = { cpu: 0x1000007, cpuSubtype: 3 };
const ARM64 = { cpu: 0x100000c, cpuSubtype: 0 };

/** One well-formed plugin with a record in each container, width and byte order. */
export function samples(): Sample[] {
  const elf = (
    bits: 32 | 64,
    endian: 'little' | 'big',
    machine: number,
    name: string,
    hash: 'gnu' | 'plain' | 'both',
  ): Sample => ({
    title: `ELF${bits} ${endian} ${name} (${hash} hash)`,
    bytes: elfImage({
      bits,
      endian,
      machine,
      hash,
      record: recordImage({ little: endian === 'little', word: bits / 8 }),
      symbols: MANY,
    }),
    format: 'elf',
    bits,
    endian,
    machine: name,
    platform: 'linux',
    needed: ['libc.so.6'],
  });
  const machO = (bits: 32 | 64, endian: 'little' | 'big', cpu: number, machine: string): Sample => ({
    title: `Mach-O ${bits} ${endian} ${machine}`,
    bytes: machOImage({
      bits,
      endian,
      cpu,
      cpuSubtype: 0,
      record: recordImage({ little: endian === 'little', word: bits / 8 }),
      symbols: MANY_MACH_O,
    }),
    format: 'mach-o',
    bits,
    endian,
    machine,
    platform: 'darwin',
    needed: ['/usr/lib/libSystem.B.dylib'],
  });
  const pe = (wide: boolean, machine: number, name: string): Sample => ({
    title: `PE ${wide ? '32+' : '32'} ${name}`,
    bytes: peImage({
      wide,
      machine,
      record: recordImage({ word: wide ? 8 : 4 }),
      exports: [{ name: '_plugin_init' }, { name: 'mortise_plugin_extension' }, { name: 'table', kind: 'data' }],
    }),
    format: 'pe',
    bits: wide ? 64 : 32,
    endian: 'little',
    machine: name,
    platform: 'win32',
    needed: ['KERNEL32.dll'],
  });
  const fat = (wide: boolean): Sample => ({
    title: `Mach-O fat, ${wide ? 64 : 32}-bit header`,
    bytes: fatImage(
      [WIDE_X64, ARM64].map((cpu) => ({ ...cpu, bytes: machOImage({ ...cpu, record: recordImage(), symbols: MANY_MACH_O }) })),
      wide,
    ),
    format: 'mach-o',
    bits: 64,
    endian: 'little',
    machine: 'x64',
    platform: 'darwin',
    needed: ['/usr/lib/libSystem.B.dylib'],
  });
  return [
    elf(64, 'little', 62, 'x64', 'gnu'),
    elf(64, 'little', 183, 'arm64', 'both'),
    elf(64, 'big', 21, 'ppc64', 'gnu'),
    elf(64, 'big', 43, 'sparc64', 'plain'),
    elf(32, 'little', 3, 'ia32', 'plain'),
    elf(32, 'little', 40, 'arm', 'gnu'),
    elf(32, 'big', 8, 'mips', 'both'),
    elf(32, 'big', 20, 'ppc', 'gnu'),
    pe(true, 0x8664, 'x64'),
    pe(true, 0xaa64, 'arm64'),
    pe(false, 0x14c, 'ia32'),
    machO(64, 'little', 0x1000007, 'x64'),
    machO(64, 'little', 0x100000c, 'arm64'),
    machO(32, 'little', 7, 'ia32'),
    machO(32, 'big', 18, 'ppc'),
    machO(64, 'big', 0x1000012, 'ppc64'),
    fat(false),
    fat(true),
  ];
}

const MANY_MACH_O = [
  { name: '_plugin_init' },
  { name: 'mortise_plugin_extension' },
  { name: 'table', kind: 'data' },
  { name: 'malloc', linkage: 'imported' },
  { name: 'inner', linkage: 'hidden' },
  { name: 'own', linkage: 'local' },
] as const;
const MANY = MANY_MACH_O;
