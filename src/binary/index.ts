export type { RecordExpectation } from './abi-check.js';
export { ENTRY_POINT } from './entry-point.js';
export { type FileIdentity, identify, sameIdentity } from './identity.js';
export { type InspectedFile, inspectBytes, inspectFile, inspectFileSync, MAX_LIBRARY_SIZE } from './inspect.js';
export { checkLoadable, type LoadingHost, THIS_PROCESS } from './loadable.js';
export { type PluginRecord, type RecordSizes, readRecord } from './record.js';
export type {
  BinaryExport,
  BinaryFormat,
  BinaryInfo,
  BinaryPlatform,
  BinarySymbol,
  BinaryType,
  Endian,
  Linkage,
  SymbolKind,
} from './types.js';
