import { ABI_MAJOR, ABI_MINOR, EXTENSION_POINT, LAYOUT, WORD } from '../abi/index.js';
import {
  checkLoadable,
  type FileIdentity,
  identify,
  inspectFileSync,
  type PluginRecord,
  type RecordExpectation,
  sameIdentity,
  THIS_PROCESS,
} from '../binary/index.js';
import { PluginSystemError } from '../errors/index.js';

/** What is kept of a library file that passed the check: enough to open it again without reading it. */
export interface LibraryFile {
  readonly path: string;
  readonly identity: FileIdentity;
  /** Lower-case hex, of the whole file. */
  readonly sha256: string;
  /** Names of the libraries that it needs. */
  readonly needed: readonly string[];
  /** Whether the file itself exports `mortise_plugin_extension`. */
  readonly hasExtensions: boolean;
  readonly record: PluginRecord | undefined;
}

/** What a record must say to be taken by this host. */
export const EXPECTED_RECORD: RecordExpectation = {
  abiMajor: ABI_MAJOR,
  abiMinor: ABI_MINOR,
  word: WORD,
  sizes: {
    vtable: LAYOUT.PluginVTable.size,
    slice: LAYOUT.FfiSlice.size,
    dependency: LAYOUT.FfiPluginDependency.size,
    stageRequirement: LAYOUT.FfiStageRequirement.size,
    value: LAYOUT.MortiseValue.size,
  },
};

const checked = new Map<string, LibraryFile>();

/**
 * Reads, hashes and checks the file at `path`, which must be absolute; a file that was checked before and has not changed since (device, inode,
 * size, times) costs one stat. Nothing of it runs.
 * @throws `FileNotFound`, `FileUnreadable`, `NotALibrary`, `LibraryTruncated`, `LibraryMalformed`, `WrongPlatform`, `WrongMachine`,
 * `EntryPointMissing`, `RecordMalformed`, `AbiMismatch`
 */
export function checkLibraryFile(path: string): LibraryFile {
  try {
    return check(path);
  } catch (error) {
    throw PluginSystemError.from(error, 'Internal', { path, phase: 'loading', operation: 'check' });
  }
}

function check(path: string): LibraryFile {
  const known = checked.get(path);
  if (known !== undefined && sameIdentity(known.identity, identify(path))) return known;
  const { info, sha256, identity } = inspectFileSync(path);
  const record = checkLoadable(info, THIS_PROCESS, EXPECTED_RECORD);
  const file = { path, identity, sha256, needed: info.needed, hasExtensions: info.hasExport(EXTENSION_POINT), record };
  checked.set(path, file);
  return file;
}

/** Whether the file is still the one that was checked, as far as device, inode, size and times tell. */
export function isUnchanged(file: LibraryFile): boolean {
  return sameIdentity(file.identity, identify(file.path));
}
