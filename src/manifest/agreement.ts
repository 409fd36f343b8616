import { NAME_PATTERN } from '../abi/index.js';
import { PluginSystemError } from '../errors/index.js';
import type { ManifestFields } from './read.js';

/** The name of a plugin as its manifest gives it; undefined if there is no manifest, or no name in it that a plugin can have. */
export function statedName(manifest: ManifestFields | undefined): string | undefined {
  const name = manifest?.['name'];
  return typeof name === 'string' && NAME_PATTERN.test(name) ? name : undefined;
}

/**
 * The manifest in the record is what a scan believes: where it gives name or version, the table must say the same.
 * @throws `ManifestMismatch`
 */
export function requireAgreement(
  manifest: ManifestFields | undefined,
  table: { readonly name: string; readonly version: string },
): void {
  for (const field of ['name', 'version'] as const) {
    const stated = manifest?.[field];
    if (stated === undefined || stated === table[field]) continue;
    throw new PluginSystemError(
      'ManifestMismatch',
      `the ${field} is ${JSON.stringify(table[field])} in the table and ${JSON.stringify(stated)} in the manifest of the record`,
      { plugin: table.name },
    );
  }
}
