import { type BinaryInfo, checkLoadable, inspectFile, type PluginRecord } from '../binary/index.js';
import { PluginSystemError } from '../errors/index.js';
import { EXPECTED_RECORD } from '../native/index.js';
import { drift, type PluginManifest } from './manifest.js';

/** What a library is built for, as `process` says it. */
export interface Target {
  readonly platform: string;
  readonly arch: string;
}

/** A library that is what manifest.json says, as far as its file tells. */
export interface CheckedLibrary extends Target {
  /** Absolute. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly record: PluginRecord;
}

/** `linux-x64`: the folder of dist that libraries for a target lie in. */
export const folderOf = ({ platform, arch }: Target) => `${platform}-${arch}`;

const PLATFORMS = 'linux|android|win32|darwin|ios|freebsd|openbsd|netbsd|sunos|aix';
/** Names of those folders. */
export const FOLDER = new RegExp(`^(${PLATFORMS})-([a-z0-9]+)$`);

/** File endings of libraries, where they are others than Unix has. */
const ENDINGS: Readonly<Record<string, string>> = { win32: 'dll', darwin: 'dylib', ios: 'dylib' };

/** The file name of a plugin on a platform. */
export const libraryName = (name: string, { platform }: Target) => `${name}.${ENDINGS[platform] ?? 'so'}`;

/**
 * Reads a library as data, and compares its manifest with manifest.json. `target`: what it must be built for, as its folder says; absent: what it says
 * itself. Nothing of it runs.
 * @throws what `checkLoadable` throws, with the folder in its words; `RecordMissing`, `ManifestMismatch`
 */
export async function checkLibrary(path: string, manifest: PluginManifest, target?: Target): Promise<CheckedLibrary> {
  const { info, size, sha256 } = await inspectFile(path, target?.arch);
  const wanted = target ?? targetOf(info);
  const record = checkAs(info, wanted, target !== undefined);
  if (record === undefined) {
    throw new PluginSystemError('RecordMissing', 'the library carries no record: nothing in it says which plugin it is', {
      plugin: manifest.name,
      path,
    });
  }
  const differences = drift(manifest, record.manifest, 'in the library');
  if (differences.length > 0) {
    throw new PluginSystemError('ManifestMismatch', differences.join('; '), {
      plugin: manifest.name,
      path,
      remedy:
        'Build it again from this manifest.json, and let the sources take the manifest from it (MORTISE_MANIFEST of mortise_manifest.h).',
    });
  }
  return { ...wanted, path, size, sha256, record };
}

/** What the file says that it is for; where it does not say, it is for this system, whose compiler has just made it. */
function targetOf({ platform, machine, architectures }: BinaryInfo): Target {
  const arch = architectures.includes(process.arch) ? process.arch : machine;
  return { platform: platform === 'unknown' ? process.platform : platform, arch };
}

function checkAs(info: BinaryInfo, target: Target, isInFolder: boolean): PluginRecord | undefined {
  try {
    return checkLoadable(info, target, EXPECTED_RECORD);
  } catch (error) {
    if (!isInFolder || !(error instanceof PluginSystemError)) throw error;
    if (error.code !== 'WrongPlatform' && error.code !== 'WrongMachine') throw error;
    const own = folderOf(targetOf(info));
    throw new PluginSystemError(error.code, `the folder is for ${folderOf(target)}, and the library was built for ${own}`, {
      path: info.path,
      remedy: `Put the file into dist/${own}, or build the one for ${folderOf(target)} again.`,
    });
  }
}
