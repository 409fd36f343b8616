import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { PluginSystemError } from '../errors/index.js';

/** A file as it is listed: `path` with `/`, `size` in bytes, `sha256` in lower-case hex. */
export interface PackedFile {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/** A file of an archive, and where its bytes come from. */
export interface ArchiveEntry extends PackedFile {
  read(): Promise<Buffer>;
}

export function textEntry(path: string, text: string | Buffer): ArchiveEntry {
  const bytes = Buffer.from(text as string);
  return { path, size: bytes.length, sha256: hash('sha256', bytes, 'hex'), read: async () => bytes };
}

/** A file that was checked: what is packed are the bytes that were. */
export function checkedEntry({ path, size, sha256 }: PackedFile, file: string): ArchiveEntry {
  const read = async () => {
    const bytes = await readFile(file);
    if (hash('sha256', bytes, 'hex') === sha256) return bytes;
    throw new PluginSystemError('PackFailed', 'the file is another one than the one that was built or checked', {
      path: file,
      operation: 'pack',
    });
  };
  return { path, size, sha256, read };
}

/** As `sha256sum --check` reads it. */
export function checksums(entries: readonly PackedFile[]): string {
  return entries.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join('');
}
