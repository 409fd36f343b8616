import { PluginSystemError } from '../errors/index.js';
import type { PluginRecord, RecordSizes } from './record.js';
import type { BinaryInfo } from './types.js';

/** The host's side of the ABI, in the terms of a plugin's record. */
export interface RecordExpectation {
  readonly abiMajor: number;
  readonly abiMinor: number;
  /** Bytes of a pointer. */
  readonly word: number;
  /** Of structs that never change; of the others version 1.0 says what is least. */
  readonly sizes: Pick<RecordSizes, FixedStruct>;
}

type FixedStruct = 'vtable' | 'slice' | 'dependency' | 'stageRequirement' | 'value';

/** C names, for messages, of structs that never change: their sizes must be the host's. */
const FIXED: readonly (readonly [FixedStruct, string])[] = [
  ['vtable', 'PluginVTable'],
  ['slice', 'FfiSlice'],
  ['dependency', 'FfiPluginDependency'],
  ['stageRequirement', 'FfiStageRequirement'],
  ['value', 'MortiseValue'],
];

/**
 * Structs that begin with their size and grow at the end, with the words that ABI 1.0 has in them after the first 8 bytes. None may be smaller than that;
 * a larger one is of newer headers, and the record's minor says what the plugin needs of those.
 */
const GROWING: readonly (readonly [Exclude<keyof RecordSizes, FixedStruct>, string, number])[] = [
  ['error', 'MortiseError', 3],
  ['host', 'MortiseHost', 10],
  ['context', 'MortiseContext', 8],
  ['stage', 'MortiseStage', 7],
  ['registry', 'MortiseRegistry', 2],
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
      const [size, expected] = [record.sizes[name], host.sizes[name]];
      if (size !== expected) differences.push(`host sizeof(${type}) ${expected}, plugin ${size}`);
    }
    for (const [name, type, words] of GROWING) {
      const [size, least] = [record.sizes[name], 8 + words * host.word];
      if (size < least) differences.push(`sizeof(${type}) at least ${least} since ABI 1.0, plugin ${size}`);
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
