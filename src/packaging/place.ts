import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type ErrorCode, PluginSystemError } from '../errors/index.js';

/** What files are placed for, and what it is called when that fails. */
export interface Purpose {
  readonly code: ErrorCode;
  readonly operation: string;
  readonly remedy?: string;
}

/** Results of a build. */
export const BUILDING: Purpose = { code: 'BuildFailed', operation: 'build' };

const REMEDY = 'See that the folder can be written to, and end the programs that have the file open, then try again.';

/**
 * Puts a copy of `file` in its place at once: a process that has the old one mapped keeps it.
 * @throws the code of the purpose
 */
export async function placeFile(file: string, target: string, purpose: Purpose): Promise<void> {
  await place(target, purpose, (temporary) => copyFile(file, temporary));
}

/** Puts a file with this text in its place at once. */
export async function placeText(text: string, target: string, purpose: Purpose): Promise<void> {
  await place(target, purpose, (temporary) => writeFile(temporary, text));
}

/** Puts what `write` writes in its place at once; where that fails, what was there stays. Makes the folder. Returns what `write` returns. */
export async function place<Result>(
  target: string,
  { code, operation, remedy = REMEDY }: Purpose,
  write: (temporary: string) => Promise<Result>,
): Promise<Result> {
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}`);
  try {
    await mkdir(dirname(target), { recursive: true });
    const result = await write(temporary);
    await rename(temporary, target);
    return result;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw PluginSystemError.from(error, code, { path: target, operation, remedy });
  }
}
