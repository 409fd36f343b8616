import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { packageRoot, packageVersion } from '../package/index.js';
import type { Language } from './languages.js';
import { projectNames } from './names.js';
import { writeNewFolder } from './new-folder.js';
import { fillTemplates } from './template.js';
import { NODE_TYPES, TYPESCRIPT } from './versions.js';

export interface ProjectOptions {
  readonly name: string;
  readonly language: Language;
  /** A folder that is not there yet, or an empty one; `./NAME` where absent. */
  readonly folder?: string | undefined;
  /** Where the project gets this package from: what package.json may say, or the path of a folder or archive. This version, of the registry, where absent. */
  readonly mortise?: string | undefined;
}

export interface CreatedProject {
  readonly name: string;
  readonly language: Language;
  /** Absolute. */
  readonly folder: string;
  /** Below the folder, with `/`, in alphabetical order. */
  readonly files: readonly string[];
}

/**
 * Writes a plugin project that builds, loads and passes its test.
 * @throws `NameUnusable`, `FolderTaken`, `FolderUnwritable`, `FileNotFound` (the folder above); nothing was written then
 */
export function createProject({ name, language, folder, mortise }: ProjectOptions): CreatedProject {
  const names = projectNames(name);
  const target = resolve(folder ?? name);
  const templates = ['common', language].map((folder) => join(packageRoot, 'templates', folder));
  const files = fillTemplates(templates, {
    name: names.name,
    class: names.className,
    mortise: mortise === undefined ? `^${packageVersion()}` : dependencyOn(mortise, target),
    typescript: TYPESCRIPT,
    nodetypes: NODE_TYPES,
  });
  writeNewFolder(target, files);
  return { name, language, folder: target, files: files.map(({ path }) => path) };
}

/** As it stands in a string of JSON. */
function dependencyOn(mortise: string, project: string): string {
  const isPath = /[\\/]|\.tgz$/.test(mortise) && existsSync(mortise);
  const text = isPath ? `file:${relative(project, resolve(mortise)).replaceAll('\\', '/')}` : mortise;
  return JSON.stringify(text).slice(1, -1);
}
