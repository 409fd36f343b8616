import type { BinaryPlatform, Endian } from './types.js';

/** e_machine, gABI ch. 4 and the processor supplements. `mips`, `riscv` and the like are completed by class and byte order. */
const ELF: Readonly<Record<number, string>> = {
  2: 'sparc',
  3: 'ia32',
  8: 'mips',
  20: 'ppc',
  21: 'ppc64',
  22: 's390',
  40: 'arm',
  43: 'sparc64',
  50: 'ia64',
  62: 'x64',
  183: 'arm64',
  243: 'riscv',
  258: 'loong',
};

/** IMAGE_FILE_MACHINE_*, PE format, "Machine Types". */
const PE: Readonly<Record<number, string>> = {
  332: 'ia32',
  452: 'arm',
  20530: 'riscv32',
  20580: 'riscv64',
  25138: 'loong32',
  25188: 'loong64',
  34404: 'x64',
  42561: 'arm64ec',
  43620: 'arm64',
};

/** cputype, <mach/machine.h>. */
const MACH_O: Readonly<Record<number, string>> = {
  7: 'ia32',
  12: 'arm',
  18: 'ppc',
  16777223: 'x64',
  16777228: 'arm64',
  16777234: 'ppc64',
  33554444: 'arm64ilp32',
};

const TITLES: Readonly<Record<string, string>> = {
  x64: 'x86-64',
  ia32: 'x86 (32-bit)',
  arm64: 'aarch64',
  arm64e: 'arm64e (pointer authentication)',
  arm64ec: 'arm64ec (emulation-compatible)',
  arm: 'arm (32-bit)',
};

const PLATFORMS: Readonly<Record<string, string>> = {
  linux: 'Linux',
  android: 'Android',
  win32: 'Windows',
  darwin: 'macOS',
  ios: 'iOS',
  freebsd: 'FreeBSD',
  openbsd: 'OpenBSD',
  netbsd: 'NetBSD',
  sunos: 'SunOS',
  aix: 'AIX',
} satisfies Partial<Record<BinaryPlatform, string>> & { aix: string };

export function elfMachine(code: number, bits: 32 | 64, endian: Endian): string {
  const name = ELF[code];
  switch (name) {
    case undefined:
      return unknownMachine(code);
    case 'x64':
      return bits === 64 ? 'x64' : 'x32';
    case 'arm64':
      return bits === 64 ? 'arm64' : 'arm64ilp32';
    case 's390':
      return bits === 64 ? 's390x' : 's390';
    case 'riscv':
    case 'loong':
      return name + bits;
    case 'mips':
      return `mips${bits === 64 ? '64' : ''}${endian === 'little' ? 'el' : ''}`;
    default:
      return name;
  }
}

export function peMachine(code: number): string {
  return PE[code] ?? unknownMachine(code);
}

/** Whether `code` can begin a COFF object file. */
export function isPeMachine(code: number): boolean {
  return Object.hasOwn(PE, code);
}

/** @param subtype cpusubtype; its upper byte holds flags. 2 of arm64 is arm64e, which a plain arm64 process cannot load. */
export function machOMachine(type: number, subtype: number): string {
  const name = MACH_O[type] ?? unknownMachine(type);
  return name === 'arm64' && (subtype & 0xff_ffff) === 2 ? 'arm64e' : name;
}

/** As people write it: `x86-64`, `aarch64`. */
export function machineTitle(machine: string): string {
  return TITLES[machine] ?? machine;
}

/** As people write it: `Windows`, `macOS`. */
export function platformTitle(platform: string): string {
  return PLATFORMS[platform] ?? platform;
}

function unknownMachine(code: number): string {
  return `unknown(0x${code.toString(16)})`;
}
