import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { otherThanFile } from '../binary/file-kind.js';
import { PluginSystemError } from '../errors/index.js';
import { FOLDER, libraryName, type Target } from './library-check.js';
import type { Purpose } from './place.js';

export interface FoundLibraries {
  /** In the order of their folders. */
  readonly found: ReadonlyArray<{ readonly path: string; readonly target: Target }>;
  /** Files beside them that are not the plugin. */
  readonly strangers: readonly string[];
}

/**
 * The libraries of a plugin in dist/PLATFORM-ARCH/, by their names alone. `purpose`: for whom.
 * @throws the code of the purpose if something else has the place of a folder
 */
export function librariesIn(dist: string, name: string, purpose: Purpose): FoundLibraries {
  const found: Array<{ path: string; target: Target }> = [];
  const strangers: string[] = [];
  for (const folder of namesIn(dist, purpose)) {
    const [, platform, arch] = FOLDER.exec(folder) ?? [];
    if (platform === undefined || arch === undefined) continue;
    const target = { platform, arch };
    const own = libraryName(name, target);
    for (const entry of namesIn(join(dist, folder), purpose)) {
      const path = join(dist, folder, entry);
      if (entry === own) found.push({ path, target });
      // Names with a dot in front are files that are being written.
      else if (!entry.startsWith('.')) strangers.push(path);
    }
  }
  return { found, strangers };
}

/** Sorted; none where there is no such folder. */
function namesIn(folder: string, { code, operation }: Purpose): string[] {
  if (!existsSync(folder)) return [];
  const stats = statSync(folder);
  if (stats.isDirectory()) return readdirSync(folder).sort();
  const what = otherThanFile(stats) ?? 'a file';
  throw new PluginSystemError(code, `this is ${what}, where a folder for what is built belongs`, {
    path: folder,
    operation,
    remedy: 'Move it away, then try again.',
  });
}
