import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PluginSystemError } from '../errors/index.js';

/**
 * Puts a copy of `file` in its place at once: a process that has the old one mapped keeps it.
 * @throws `BuildFailed`
 */
export async function placeFile(file: string, target: string, operation: string): Promise<void> {
  await place(target, operation, (temporary) => copyFile(file, temporary));
}

/** Puts a file with this text in its place at once. */
export async function placeText(text: string, target: string, operation: string): Promise<void> {
  await place(target, operation, (temporary) => writeFile(temporary, text));
}

async function place(target: string, operation: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}`);
  try {
    await mkdir(dirname(target), { recursive: true });
    await write(temporary);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw PluginSystemError.from(error, 'BuildFailed', {
      path: target,
      operation,
      remedy: 'See that the folder can be written to, and end the programs that have the file open, then try again.',
    });
  }
}
