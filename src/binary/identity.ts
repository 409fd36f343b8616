import { type BigIntStats, statSync } from 'node:fs';
import { PluginSystemError } from '../errors/index.js';

/**
 * Tells one state of one file from another without reading it: another file under the same path, or other content, changes it.
 * It cannot see a write that puts back size, mtime and ctime; the content hash can.
 */
export interface FileIdentity {
  readonly dev: bigint;
  readonly ino: bigint;
  /** Bytes. */
  readonly size: bigint;
  /** Nanoseconds since 1970. */
  readonly mtimeNs: bigint;
  /** Nanoseconds since 1970. */
  readonly ctimeNs: bigint;
}

/**
 * The identity of the file at `path` now, symbolic links followed. One system call.
 * @throws PluginSystemError FileNotFound, FileUnreadable
 */
export function identify(path: string): FileIdentity {
  try {
    return identityOf(statSync(path, { bigint: true }));
  } catch (error) {
    throw fileError(error, path);
  }
}

export function sameIdentity(a: FileIdentity, b: FileIdentity): boolean {
  return a.ino === b.ino && a.mtimeNs === b.mtimeNs && a.size === b.size && a.ctimeNs === b.ctimeNs && a.dev === b.dev;
}

export function identityOf(stats: BigIntStats): FileIdentity {
  return { dev: stats.dev, ino: stats.ino, size: stats.size, mtimeNs: stats.mtimeNs, ctimeNs: stats.ctimeNs };
}

/** What the file system answered, in our terms. */
export function fileError(error: unknown, path: string): PluginSystemError {
  if (error instanceof PluginSystemError) return error.within({ path });
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new PluginSystemError('FileNotFound', 'there is no such file', { path, cause: error });
  }
  const reason =
    code === 'EACCES' || code === 'EPERM' ? 'permission denied' : error instanceof Error ? error.message : String(error);
  return new PluginSystemError('FileUnreadable', `the file cannot be read: ${reason}`, { path, cause: error });
}
