import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, posix, resolve, win32 } from 'node:path';
import type { PluginWarning } from '../plugin/index.js';

/** Folders of one application, as its operating system places them (XDG Base Directory Specification; Windows known folders; Apple's File System guide). */
export interface AppDirectories {
  readonly config: string;
  readonly cache: string;
  /** Where a user puts plugins for this application. */
  readonly plugins: string;
}

/** What the places of an application depend on. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

export function appDirectories(
  app: string,
  { platform, environment, home }: Machine = { platform: process.platform, environment: process.env, home: homedir() },
): AppDirectories {
  const { join } = platform === 'win32' ? win32 : posix;
  if (platform === 'win32') {
    const roaming = environment['APPDATA'] || join(home, 'AppData', 'Roaming');
    const local = environment['LOCALAPPDATA'] || join(home, 'AppData', 'Local');
    return { config: join(roaming, app, 'config'), cache: join(local, app, 'cache'), plugins: join(roaming, app, 'plugins') };
  }
  if (platform === 'darwin') {
    const support = join(home, 'Library', 'Application Support', app);
    return { config: join(support, 'config'), cache: join(home, 'Library', 'Caches', app), plugins: join(support, 'plugins') };
  }
  // XDG: a path that is not absolute is to be ignored.
  const xdg = (name: string, otherwise: string) => {
    const value = environment[name];
    return value?.startsWith('/') ? value : join(home, otherwise);
  };
  return {
    config: join(xdg('XDG_CONFIG_HOME', '.config'), app),
    cache: join(xdg('XDG_CACHE_HOME', '.cache'), app),
    plugins: join(xdg('XDG_DATA_HOME', '.local/share'), app, 'plugins'),
  };
}

const EXTENSIONS: Readonly<Record<string, string>> = { win32: '.dll', darwin: '.dylib' };

/** How libraries end on this platform. */
export const LIBRARY_EXTENSION: string = EXTENSIONS[process.platform] ?? '.so';

/** What a search for libraries found. */
export interface Discovery {
  /** Absolute paths, directories in the order given, names sorted within each. */
  readonly paths: readonly string[];
  readonly warnings: readonly PluginWarning[];
}

/**
 * Finds the libraries in `directories` by their extension on this platform; sub-folders are not searched. A directory that cannot be read is
 * a warning; so is one that is not there, unless it is `optional`.
 */
export function discover(directories: readonly string[], optional: ReadonlySet<string>): Discovery {
  const paths = new Set<string>();
  const warnings: PluginWarning[] = [];
  for (const directory of directories.map((path) => resolve(path))) {
    let names: string[];
    try {
      names = readdirSync(directory);
    } catch (error) {
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      if (!isMissing || !optional.has(directory)) warnings.push(unusable(directory, error as Error, isMissing));
      continue;
    }
    for (const name of names.filter((entry) => entry.endsWith(LIBRARY_EXTENSION)).sort()) paths.add(join(directory, name));
  }
  return { paths: [...paths], warnings };
}

function unusable(directory: string, error: Error, isMissing: boolean): PluginWarning {
  if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') {
    return { code: 'FileUnreadable', message: `${directory} is a file; the folder that it lies in was wanted` };
  }
  return isMissing
    ? { code: 'FileNotFound', message: `there is no plugin directory ${directory}` }
    : { code: 'FileUnreadable', message: `the plugin directory ${directory} cannot be read: ${error.message}` };
}
