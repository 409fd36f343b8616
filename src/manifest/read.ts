import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { ManifestProblem, type PluginManifest, readManifest } from '../../native-abi/toolchain/manifest-rules.mjs';
import { otherThanFile } from '../binary/file-kind.js';
import { type ErrorContext, PluginSystemError } from '../errors/index.js';

export type { PluginManifest } from '../../native-abi/toolchain/manifest-rules.mjs';

/** A JSON object that is or may be a manifest: that of a record, of which only this is known, or a part of one. */
export type ManifestFields = Readonly<Record<string, unknown>>;

/**
 * Reads and checks a manifest file. `path` is absolute; `place`: what else is known of the failure.
 * @throws `FileNotFound`, `FileUnreadable`, `ManifestInvalid` naming the file, what was wanted and what was found
 */
export function readManifestFile(path: string, place: ErrorContext = {}): PluginManifest {
  let bytes: Uint8Array;
  try {
    // Opening a FIFO would wait for a writer.
    const kind = otherThanFile(statSync(path));
    if (kind !== undefined) {
      const remedy = 'Put a regular file in its place.';
      throw new PluginSystemError('FileUnreadable', `this is ${kind}, not a manifest`, { ...place, path, remedy });
    }
    bytes = readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
    throw PluginSystemError.from(error, isMissing ? 'FileNotFound' : 'FileUnreadable', { ...place, path });
  }
  try {
    return readManifest(bytes, basename(path)).manifest;
  } catch (error) {
    if (!(error instanceof ManifestProblem)) throw error;
    throw new PluginSystemError('ManifestInvalid', error.message, { ...place, path });
  }
}
