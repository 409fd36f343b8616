import { PluginSystemError } from '../errors/index.js';
import { checkRecord, type RecordExpectation } from './abi-check.js';
import { requireEntryPoint } from './entry-point.js';
import { machineTitle, platformTitle } from './machine.js';
import { type PluginRecord, readRecord } from './record.js';
import type { BinaryInfo, Endian } from './types.js';

/** A process that is to open the library. */
export interface LoadingHost {
  /** As `process.platform`. */
  readonly platform: string;
  /** As `process.arch`. */
  readonly arch: string;
  /** Not checked where absent. */
  readonly endian?: Endian;
}

/** The process that this code runs in. */
export const THIS_PROCESS: LoadingHost = {
  platform: process.platform,
  arch: process.arch,
  endian: new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 'little' : 'big',
};

const NOT_ELF: readonly string[] = ['win32', 'darwin', 'ios', 'aix'];

/**
 * Whether `host` can open the library as a plugin, as far as the file tells: right system, right machine, a library, with an entry point
 * of its own, built for this ABI. Its symbols and record are read here; the record is the answer.
 * @param expected what the host's side of the ABI is; without it a record must be well-formed, no more
 * @throws PluginSystemError NotALibrary, WrongPlatform, WrongMachine, EntryPointMissing, RecordMalformed, AbiMismatch; LibraryMalformed for
 * symbol tables that contradict themselves
 */
export function checkLoadable(
  info: BinaryInfo,
  host: LoadingHost = THIS_PROCESS,
  expected?: RecordExpectation,
): PluginRecord | undefined {
  requireLibrary(info);
  requirePlatform(info, host);
  requireMachine(info, host);
  requireEntryPoint(info);
  const record = readRecord(info);
  if (record !== undefined && expected !== undefined) checkRecord(record, expected, info);
  return record;
}

function requireLibrary(info: BinaryInfo): void {
  if (info.type === 'shared') return;
  const what = { executable: 'an executable program', object: 'an object file', other: 'a core dump, driver or the like' }[
    info.type
  ];
  throw new PluginSystemError('NotALibrary', `this is ${what} for ${builtFor(info)}, not a shared library`, {
    path: info.path,
    ...(info.type === 'object' && { remedy: 'Link it into a shared library (cc -shared), and give the path of that.' }),
  });
}

function requirePlatform(info: BinaryInfo, host: LoadingHost): void {
  if (info.platform === host.platform) return;
  if (info.platform === 'unknown' && info.format === 'elf' && !NOT_ELF.includes(host.platform)) return;
  const made =
    info.platform === 'unknown' ? 'an ELF library (Linux or another Unix)' : `a ${platformTitle(info.platform)} library`;
  throw new PluginSystemError(
    'WrongPlatform',
    `this is ${made} for ${info.machine}, this process is ${platformTitle(host.platform)} ${host.arch}`,
    { path: info.path },
  );
}

function requireMachine(info: BinaryInfo, host: LoadingHost): void {
  const rightOrder = host.endian === undefined || info.endian === host.endian;
  if (info.machine === host.arch && rightOrder) return;
  const order = info.machine === host.arch ? `${info.endian}-endian ` : '';
  const hostOrder = info.machine === host.arch ? `${host.endian}-endian ` : '';
  throw new PluginSystemError(
    'WrongMachine',
    `built for ${order}${builtFor(info)}, this process is ${hostOrder}${machineTitle(host.arch)} ${platformTitle(host.platform)}`,
    { path: info.path },
  );
}

function builtFor(info: BinaryInfo): string {
  const machines = info.architectures.map(machineTitle).join(' and ');
  return info.platform === 'unknown' ? machines : `${machines} ${platformTitle(info.platform)}`;
}
