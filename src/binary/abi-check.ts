import { PluginSystemError } from '../errors/index.js';
import type { PluginRecord, RecordSizes } from './record.js';
import type { BinaryInfo } from './types.js';

/** The host's side of the ABI, in the terms of a plugin's record. */
export interface RecordExpectation {
  readonly abiMajor: number;
  readonly abiMinor: number;
  /** Bytes of a pointer. */
  readonly word: number;
  readonly sizes: RecordSizes;
}

/** C names, for messages, of structs that never change: their sizes must be the host's. */
const FIXED: readonly (readonly [keyof RecordSizes, string])[] = [
  ['vtable', 'PluginVTable'],
  ['slice', 'FfiSlice'],
  ['dependency', 'FfiPluginDependency'],
  ['stageRequirement', 'FfiStageRequirement'],
  ['value', 'MortiseValue'],
];

/** Structs that begin with their size and grow at the end: a smaller one is an older one, a larger one needs a newer minor. */
const GROWING: readonly (readonly [keyof RecordSizes, string])[] = [
  ['error', 'MortiseError'],
  ['host', 'MortiseHost'],
  ['context', 'MortiseContext'],
  ['stage', 'MortiseStage'],
  ['registry', 'MortiseRegistry'],
];

/**
 * Compares a plugin's record with the host, field by field; one error names every difference.
 * @throws PluginSystemError AbiMismatch
 */
export function checkRecord(record: PluginRecord, host: RecordExpectation, info: BinaryInfo): void {
  const hostAbi = `${host.abiMajor}.${host.abiMinor}`;
  const fail = (differences: readonly string[], remedy: string) => {
    throw new PluginSystemError('AbiMismatch', differences.join('; '), { path: info.path, remedy });
  };
  if (record.abiMajor !== host.abiMajor) {
    fail(
      [`host ABI ${hostAbi}, plugin ${record.abiMajor}.${record.abiMinor}: another major version`],
      record.abiMajor > host.abiMajor
        ? `Upgrade the host, or rebuild the plugin against the header of ABI ${host.abiMajor}.`
        : `Rebuild the plugin against the header of ABI ${host.abiMajor}.`,
    );
  }
  const differences: string[] = [];
  const isNewer = record.abiMinor > host.abiMinor;
  if (isNewer) differences.push(`host ABI ${hostAbi}, plugin ${record.abiMajor}.${record.abiMinor}`);
  if (record.word !== host.word) {
    differences.push(`host pointers of ${host.word} bytes, plugin ${record.word}`);
  } else {
    for (const [name, type] of FIXED) {
      if (record.sizes[name] !== host.sizes[name]) differences.push(sizeDifference(type, host.sizes[name], record.sizes[name]));
    }
    for (const [name, type] of GROWING) {
      if (record.sizes[name] > host.sizes[name]) differences.push(sizeDifference(type, host.sizes[name], record.sizes[name]));
    }
  }
  if (differences.length === 0) return;
  fail(
    differences,
    isNewer
      ? `Rebuild the plugin against the header of ABI ≤ ${hostAbi}, or upgrade the host.`
      : 'Rebuild the plugin against the published header, with the default struct packing of the compiler.',
  );
}

function sizeDifference(type: string, host: number, plugin: number): string {
  return `host sizeof(${type}) ${host}, plugin ${plugin}`;
}
