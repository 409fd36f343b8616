import { randomUUID } from 'node:crypto';
import {
  constants,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PluginSystemError, thrownText } from '../errors/index.js';
import type { ProjectFile } from './template.js';

/** What may be in a folder that counts as empty: the folder of a repository without files. */
const IGNORED = '.git';
/** Entries that an error names. */
const SHOWN = 3;

/**
 * Writes files into `folder`, which is not there yet or is empty. All of them are there in the end, or none; nothing that was there is touched.
 * @throws `FolderTaken`, `FileNotFound` (the folder above), `FolderUnwritable`
 */
export function writeNewFolder(folder: string, files: readonly ProjectFile[]): void {
  const exists = checkFree(folder);
  const parent = exists ? folder : dirname(folder);
  const staging = join(parent, `.mortise-${randomUUID()}`);
  try {
    mkdirSync(staging);
    for (const { path, text } of files) {
      const target = join(staging, path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, text, { flag: 'wx' });
    }
    if (exists) moveInto(staging, folder);
    else moveAs(staging, folder);
  } catch (error) {
    throw PluginSystemError.from(error, 'FolderUnwritable', { path: folder, operation: 'create' });
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** Whether the folder is there. */
function checkFree(folder: string): boolean {
  const found = lookAt(folder);
  if (found === undefined) {
    checkParent(dirname(folder));
    return false;
  }
  if (found !== 'folder') throw taken(folder, `${found} is in the way`);
  checkEmpty(folder);
  return true;
}

function checkParent(parent: string): void {
  const found = lookAt(parent);
  if (found === 'folder') return;
  if (found !== undefined) throw taken(parent, `${found} is where the folder above the new one should be`);
  throw new PluginSystemError('FileNotFound', 'the folder above the new one is not there', {
    path: parent,
    operation: 'create',
    remedy: 'Make that folder first, or correct the path.',
  });
}

function checkEmpty(folder: string, own?: string): void {
  const entries = readFolder(folder).filter((name) => name !== IGNORED && name !== own);
  if (entries.length === 0) return;
  const more = entries.length > SHOWN ? ` and ${entries.length - SHOWN} more` : '';
  throw taken(folder, `the folder is not empty: it has ${entries.slice(0, SHOWN).join(', ')}${more}`);
}

function readFolder(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    throw PluginSystemError.from(error, 'FolderUnwritable', { path: folder, operation: 'create' });
  }
}

function lookAt(path: string): 'folder' | 'a file' | 'a link to nothing' | undefined {
  try {
    const followed = statSync(path, { throwIfNoEntry: false });
    if (followed !== undefined) return followed.isDirectory() ? 'folder' : 'a file';
    return lstatSync(path, { throwIfNoEntry: false }) === undefined ? undefined : 'a link to nothing';
  } catch (error) {
    // A file is somewhere above; the look at the folder above finds it.
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw new PluginSystemError('FolderUnwritable', thrownText(error), { path, operation: 'create', cause: error });
  }
}

function taken(path: string, detail: string): PluginSystemError {
  return new PluginSystemError('FolderTaken', detail, { path, operation: 'create' });
}

/** `folder` was not there a moment ago. If it is now, only an empty folder gives way. */
function moveAs(staging: string, folder: string): void {
  try {
    renameSync(staging, folder);
  } catch (error) {
    if (lookAt(folder) === undefined) throw error;
    throw taken(folder, 'somebody else has just made it');
  }
}

/** Moves what is in `staging` one level up. What cannot be moved without overwriting is an error, after which all is as it was. */
function moveInto(staging: string, folder: string): void {
  checkEmpty(folder, basename(staging));
  const moved: string[] = [];
  try {
    for (const entry of readdirSync(staging, { withFileTypes: true })) {
      const target = join(folder, entry.name);
      // Renaming a file would replace one that came in between; a folder is never replaced.
      if (entry.isDirectory()) renameSync(join(staging, entry.name), target);
      else copyFileSync(join(staging, entry.name), target, constants.COPYFILE_EXCL);
      moved.push(target);
    }
  } catch (error) {
    for (const target of moved) rmSync(target, { recursive: true, force: true });
    throw error;
  }
}
