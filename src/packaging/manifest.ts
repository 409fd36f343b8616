import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PluginSystemError } from '../errors/index.js';
import { differences, type ManifestFields, type PluginManifest, readManifestFile } from '../manifest/index.js';

export type { PluginManifest } from '../manifest/index.js';

/**
 * Reads and checks manifest.json in the folder of a plugin: the one place that says its name and version.
 * @throws `FileNotFound`, `FileUnreadable`, `ManifestInvalid`
 */
export async function readManifest(directory: string): Promise<PluginManifest> {
  const path = join(directory, 'manifest.json');
  try {
    return readManifestFile(path);
  } catch (error) {
    if (!(error instanceof PluginSystemError) || error.code !== 'FileNotFound') throw error;
    if (!existsSync(directory)) throw new PluginSystemError('FileNotFound', 'there is no such folder', { path: directory });
    throw new PluginSystemError('FileNotFound', 'this is not the folder of a plugin: it has no manifest.json', {
      path,
      remedy: 'Give the folder of a plugin; or write manifest.json, at least {"name": "greeter", "version": "1.0.0"}.',
    });
  }
}

/** Where `found` differs from manifest.json, field by field, in words; empty if it does not. `where`: what `found` is. */
export function drift(manifest: ManifestFields, found: ManifestFields, where: string): string[] {
  return differences(manifest, found).map(
    (difference) => `${difference.field}: ${difference.wanted} in manifest.json, ${difference.found} ${where}`,
  );
}
