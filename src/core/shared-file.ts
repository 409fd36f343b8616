import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** How old a lock is, in milliseconds, when whoever took it must be dead: it is held for one small file. */
const STALE_MS = 10_000;
const WAIT_MS = 5_000;

/** The text of a file of at most `limit` bytes. What is no regular file is not waited for: opening a named pipe would. */
export function readWhole(path: string, limit: number): string {
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw new Error('it is no file');
    if (stat.size > limit) throw new Error(`it has ${stat.size} bytes; at most ${limit} are read`);
    const bytes = Buffer.alloc(stat.size);
    return bytes.toString('utf8', 0, readSync(descriptor, bytes, 0, stat.size, 0));
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Writes beside the file, then puts it in its place: rename(2) is atomic, MoveFileEx with replacement nearly so. A link is followed, and the rights of the file
 * are kept.
 */
export function replaceFile(path: string, text: string): void {
  const { target, mode } = placeOf(path);
  const beside = `${target}.${process.pid}.${randomUUID()}.new`;
  try {
    const descriptor = openSync(beside, 'wx', mode);
    try {
      // The mode of open is narrowed by that of the process.
      fchmodSync(descriptor, mode);
      writeSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(beside, target);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
  syncFolder(dirname(target));
}

function placeOf(path: string): { target: string; mode: number } {
  try {
    return { target: realpathSync(path), mode: statSync(path).mode & 0o777 };
  } catch {
    return { target: path, mode: 0o600 };
  }
}

/** So that the new name outlives a loss of power. Not every system can. */
function syncFolder(folder: string): void {
  try {
    const descriptor = openSync(folder, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // The rename itself is done.
  }
}

/**
 * Does `work` while no other process or thread does such work under the same lock file. A lock that is older than ten seconds is taken over.
 * @throws if the lock is not to be had within five seconds; whatever the work throws
 */
export function whileLocked(lock: string, work: () => void): void {
  const end = Date.now() + WAIT_MS;
  for (;;) {
    try {
      closeSync(openSync(lock, 'wx', 0o600));
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (Date.now() > end) throw new Error(`${lock} is held by another process`, { cause: error });
      if (isStale(lock)) rmSync(lock, { force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
  try {
    work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function isStale(lock: string): boolean {
  try {
    return Date.now() - statSync(lock).mtimeMs > STALE_MS;
  } catch {
    return false;
  }
}
