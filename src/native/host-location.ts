import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PluginSystemError } from '../errors/index.js';
import { packageRoot } from '../package/index.js';

const EXTENSIONS: Readonly<Record<string, string>> = { win32: 'dll', darwin: 'dylib' };

/** File name of the host library on this platform. */
export const hostLibraryName = `mortise_host.${EXTENSIONS[process.platform] ?? 'so'}`;

/** Where `mortise setup` puts what it builds. */
export const nativeBuildDirectory = join(packageRoot, 'build', 'native');

/**
 * Path of the host library: MORTISE_HOST_LIBRARY, else the prebuilt package of this platform, else what `mortise setup` built.
 * @throws `HostLibraryMissing` naming every place that was looked at
 */
export function locateHostLibrary(): string {
  const named = process.env['MORTISE_HOST_LIBRARY'];
  if (named) {
    if (existsSync(named)) return named;
    throw new PluginSystemError('HostLibraryMissing', `MORTISE_HOST_LIBRARY names ${named}, and there is no such file`, {
      phase: 'loading',
      operation: 'open host library',
      remedy: 'Correct the variable, or unset it.',
    });
  }
  const prebuilt = prebuiltPath();
  const built = join(nativeBuildDirectory, hostLibraryName);
  // npm leaves out a missing optional package without a word, so what is there is looked at, never assumed.
  const found = [prebuilt, built].find((path) => path !== undefined && existsSync(path));
  if (found !== undefined) return found;
  const places = [prebuilt ?? prebuiltPackage(), built];
  throw new PluginSystemError(
    'HostLibraryMissing',
    `compiled plugins need the host library, and there is none for ${process.platform}-${process.arch}; looked at ${places.join(', ')}`,
    { phase: 'loading', operation: 'open host library' },
  );
}

function prebuiltPackage(): string {
  return `@mortise/host-${process.platform}-${process.arch}`;
}

function prebuiltPath(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(`${prebuiltPackage()}/${hostLibraryName}`);
  } catch {
    return undefined;
  }
}
