import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PluginSystemError, wrongOption } from '../errors/index.js';
import { differences, type ManifestFields, readManifestFile, statedName } from '../manifest/index.js';

/**
 * A manifest that was given as an object, or read from a file.
 * @throws `InvalidOption`, `FileNotFound`, `FileUnreadable`, `ManifestInvalid`
 */
export function expectedManifest(given: unknown): ManifestFields {
  const place = { operation: 'manifest' } as const;
  if (typeof given === 'string' && given !== '') return readManifestFile(resolve(given), place);
  if (given instanceof URL && given.protocol === 'file:') return readManifestFile(fileURLToPath(given), place);
  if (typeof given === 'object' && given !== null && !Array.isArray(given) && !(given instanceof URL))
    return given as ManifestFields;
  throw wrongOption('manifest', given, 'an object, or the path of a file', place);
}

/**
 * Holds the manifest in the record of a library to the one that was wanted, field by field.
 * @throws `RecordMissing`; `ManifestMismatch` naming each field that differs, what was wanted, and what was found
 */
export function requireManifest(path: string, found: ManifestFields | undefined, wanted: ManifestFields): void {
  const place = { path, phase: 'loading', operation: 'manifest' } as const;
  if (found === undefined) throw new PluginSystemError('RecordMissing', 'the library has no record, and so no manifest', place);
  const all = differences(wanted, found);
  if (all.length === 0) return;
  const texts = all.map((each) => `field ${each.field}: ${each.wanted} was wanted, ${each.found} was found`);
  throw new PluginSystemError('ManifestMismatch', `the manifest is another: ${texts.join('; ')}`, {
    ...place,
    plugin: statedName(found),
    remedy: 'Build the plugin again: the manifest is compiled into it.',
  });
}
