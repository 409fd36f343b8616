import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { PluginSystemError, shown } from '../errors/index.js';

export type Manifest = Readonly<Record<string, unknown>>;

/**
 * A manifest that was given as an object, or read from a file.
 * @throws `InvalidOption`, `FileNotFound`, `FileUnreadable`
 */
export function readManifest(given: unknown): Manifest {
  const place = { operation: 'manifest' } as const;
  if (typeof given !== 'string' && !(given instanceof URL)) return objectOf(given, place);
  const path = String(given);
  let text: string;
  try {
    text = readFileSync(given, 'utf8');
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw PluginSystemError.from(error, isMissing ? 'FileNotFound' : 'FileUnreadable', { ...place, path });
  }
  try {
    return objectOf(JSON.parse(text), { ...place, path });
  } catch (error) {
    throw PluginSystemError.from(error, 'InvalidOption', { ...place, path });
  }
}

/**
 * Holds the manifest in the record of a library to the one that was wanted, field by field.
 * @throws `ManifestMismatch` naming each field that differs, what was wanted, and what was found
 */
export function requireManifest(path: string, found: Manifest | undefined, wanted: Manifest): void {
  const place = { path, phase: 'loading', operation: 'manifest' } as const;
  const remedy = 'Build the plugin again: the manifest is compiled into it.';
  if (found === undefined)
    throw new PluginSystemError('ManifestMismatch', 'the library has no record, and so no manifest', { ...place, remedy });
  const fields = [...new Set([...Object.keys(wanted), ...Object.keys(found)])];
  const differences = fields
    .filter((field) => !isDeepStrictEqual(wanted[field], found[field]))
    .map((field) => `field ${field}: ${said(wanted, field)} was wanted, ${said(found, field)} was found`);
  if (differences.length === 0) return;
  const plugin = typeof found['name'] === 'string' ? found['name'] : undefined;
  throw new PluginSystemError('ManifestMismatch', `the manifest is another: ${differences.join('; ')}`, {
    ...place,
    plugin,
    remedy,
  });
}

function said(manifest: Manifest, field: string): string {
  return Object.hasOwn(manifest, field) ? shown(manifest[field]) : 'nothing';
}

function objectOf(value: unknown, place: { operation: string; path?: string }): Manifest {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Manifest;
  throw new PluginSystemError('InvalidOption', `the manifest is ${shown(value)}; an object was wanted`, place);
}
