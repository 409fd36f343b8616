import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { libraryName, type Target } from './library-check.js';

const PLATFORMS = 'linux|android|win32|darwin|ios|freebsd|openbsd|netbsd|sunos|aix';
const FOLDER = new RegExp(`^(${PLATFORMS})-([a-z0-9]+)$`);

export interface FoundLibraries {
  /** In the order of their folders. */
  readonly found: ReadonlyArray<{ readonly path: string; readonly target: Target }>;
  /** Files beside them that are not the plugin. */
  readonly strangers: readonly string[];
}

/** The libraries of a plugin in dist/PLATFORM-ARCH/, by their names alone. */
export function librariesIn(dist: string, name: string): FoundLibraries {
  const found: Array<{ path: string; target: Target }> = [];
  const strangers: string[] = [];
  for (const folder of existsSync(dist) ? readdirSync(dist).sort() : []) {
    const [, platform, arch] = FOLDER.exec(folder) ?? [];
    if (platform === undefined || arch === undefined) continue;
    const target = { platform, arch };
    const own = libraryName(name, target);
    for (const entry of readdirSync(join(dist, folder)).sort()) {
      const path = join(dist, folder, entry);
      if (entry === own) found.push({ path, target });
      // Names with a dot in front are files that are being written.
      else if (!entry.startsWith('.')) strangers.push(path);
    }
  }
  return { found, strangers };
}
