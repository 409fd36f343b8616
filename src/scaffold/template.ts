import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PluginSystemError } from '../errors/index.js';

/** One file of a project that is to be written. */
export interface ProjectFile {
  /** Below the project, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** npm takes files of these names for its own and leaves them out of a package. */
const STORED_AS: Readonly<Record<string, string>> = { gitignore: '.gitignore' };

/** `@name@`, in texts and in names of files. */
const PLACEHOLDER = /@([a-z]+)@/g;

/** The files of templates with their placeholders filled in, in alphabetical order. Of files of one name, that of the last template counts. */
export function fillTemplates(folders: readonly string[], values: Readonly<Record<string, string>>): ProjectFile[] {
  const files = new Map(folders.flatMap((folder) => filledFiles(folder, values)).map((file) => [file.path, file]));
  return [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function filledFiles(folder: string, values: Readonly<Record<string, string>>): ProjectFile[] {
  const fill = (text: string) => text.replace(PLACEHOLDER, (_, key: string) => filledIn(key, values, folder));
  return readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const stored = file.slice(folder.length + 1).replaceAll('\\', '/');
      return { path: fill(STORED_AS[stored] ?? stored), text: fill(readFileSync(file, 'utf8')) };
    });
}

function filledIn(key: string, values: Readonly<Record<string, string>>, folder: string): string {
  const value = Object.hasOwn(values, key) ? values[key] : undefined;
  if (value === undefined) throw new PluginSystemError('Internal', `a template has the placeholder @${key}@`, { path: folder });
  return value;
}
