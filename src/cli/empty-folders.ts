import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { discover, LIBRARY_EXTENSION } from '../core/directories.js';
import type { PluginWarning } from '../plugin/index.js';

/** A folder without a plugin, and the folders in it that have some. */
export interface EmptyFolder {
  readonly folder: string;
  /** Paths as the folder was given. */
  readonly below: readonly string[];
}

/** Those of `folders` that can be read and have no library in them. Looks one level further down. */
export function emptyFolders(folders: readonly string[]): EmptyFolder[] {
  return folders.filter(isEmpty).map((folder) => {
    const names = entries(folder).map(({ name }) => join(folder, name));
    return { folder, below: names.filter((path) => discover([path], new Set()).paths.length > 0).sort() };
  });
}

/** What is said of it to whoever gave it. */
export function warnOfEmpty({ folder, below }: EmptyFolder): PluginWarning {
  const where = below.length === 0 ? '' : `; there are some in ${below.join(', ')}`;
  return { code: 'FileNotFound', message: `${folder} has no plugin in it, that is, no file *${LIBRARY_EXTENSION}${where}` };
}

function isEmpty(folder: string): boolean {
  const { paths, warnings } = discover([folder], new Set());
  return paths.length === 0 && warnings.length === 0;
}

function entries(folder: string): Dirent[] {
  // Links to folders are followed; what is none cannot be read.
  return readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory() || entry.isSymbolicLink());
}
