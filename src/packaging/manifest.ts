import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { PluginSystemError, shown } from '../errors/index.js';
import { packageRoot } from '../package/index.js';

/** manifest.json of a plugin: the one place that says its name and version. */
export interface PluginManifest {
  readonly name: string;
  readonly version: string;
  readonly [key: string]: unknown;
}

/** The rules are those by which the compilers' header is made; that program needs no build of this package, so they live there. */
const RULES = join(packageRoot, 'native-abi', 'toolchain', 'manifest-header.mjs');

interface Rules {
  readonly readManifest: (text: string, file: string) => PluginManifest;
  readonly ManifestProblem: new () => Error;
}

/**
 * Reads and checks manifest.json in the folder of a plugin.
 * @throws `FileNotFound`, `FileUnreadable`, `ManifestInvalid`
 */
export async function readManifest(directory: string): Promise<PluginManifest> {
  const path = join(directory, 'manifest.json');
  const text = readText(path, directory);
  const rules = (await import(pathToFileURL(RULES).href)) as Rules;
  try {
    return rules.readManifest(text, 'manifest.json');
  } catch (error) {
    if (!(error instanceof rules.ManifestProblem)) throw error;
    throw new PluginSystemError('ManifestInvalid', error.message, { path });
  }
}

function readText(path: string, directory: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw PluginSystemError.from(error, 'FileUnreadable', { path });
    if (!existsSync(directory)) throw new PluginSystemError('FileNotFound', 'there is no such folder', { path: directory });
    throw new PluginSystemError('FileNotFound', 'this is not the folder of a plugin: it has no manifest.json', {
      path,
      remedy: 'Give the folder of a plugin; or write manifest.json, at least {"name": "greeter", "version": "1.0.0"}.',
    });
  }
}

/** Where `found` differs from manifest.json, field by field; empty if it does not. `where`: what `found` is. */
export function drift(
  wanted: Readonly<Record<string, unknown>>,
  found: Readonly<Record<string, unknown>>,
  where: string,
): string[] {
  const fields = [...new Set([...Object.keys(wanted), ...Object.keys(found)])];
  const said = (manifest: Readonly<Record<string, unknown>>, field: string) =>
    Object.hasOwn(manifest, field) ? shown(manifest[field]) : 'nothing';
  return fields
    .filter((field) => !isDeepStrictEqual(wanted[field], found[field]))
    .map((field) => `${field}: ${said(wanted, field)} in manifest.json, ${said(found, field)} ${where}`);
}
