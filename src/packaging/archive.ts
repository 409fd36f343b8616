import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { PluginSystemError } from '../errors/index.js';
import type { ArchiveEntry } from './archive-entry.js';
import { place } from './place.js';

export interface WrittenArchive {
  /** Bytes. */
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** The same archive lay there already. */
  readonly unchanged: boolean;
}

/** What npm gives the files of its packages: zip, which cannot say 1970, must be able to say it too. */
const MODIFIED = new Date('1985-10-26T08:15:00Z');
const MODE = 0o644;

/**
 * Writes files into a gzipped tar archive, in the order given, and puts it in its place at once. The same files make the same bytes, whoever packs them when and where,
 * with the same release of Node (another one may compress differently).
 * @throws `PackFailed`, `Cancelled`
 */
export async function writeArchive(
  entries: Iterable<ArchiveEntry>,
  target: string,
  signal: AbortSignal,
): Promise<WrittenArchive> {
  const purpose = {
    code: 'PackFailed',
    operation: 'pack',
    remedy: 'See that the folder can be written to, or name another by --out, then try again.',
  } as const;
  return await place(target, purpose, async (temporary) => {
    await writeEntries(entries, temporary, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
      throw new PluginSystemError('Cancelled', 'the packing was interrupted', { path: target, operation: 'pack' });
    });
    const sha256 = await hashOf(temporary);
    const { size } = await stat(temporary);
    return { size, sha256, unchanged: existsSync(target) && (await hashOf(target)) === sha256 };
  });
}

async function writeEntries(entries: Iterable<ArchiveEntry>, file: string, signal: AbortSignal): Promise<void> {
  const { Header, Pack, ReadEntry } = await import('tar');
  const pack = new Pack({ gzip: { level: 9 }, portable: true });
  const written = pipeline(pack as unknown as AsyncIterable<Buffer>, createWriteStream(file), { signal });
  const added = (async () => {
    for (const { path, read } of entries) {
      const body = await read();
      const entry = new ReadEntry(new Header({ path, mode: MODE, size: body.length, type: 'File', mtime: MODIFIED }));
      const taken = new Promise<void>((resolve, reject) => entry.once('end', resolve).once('error', reject));
      pack.add(entry);
      entry.end(body);
      await Promise.race([taken, written]);
      signal.throwIfAborted();
    }
    pack.end();
  })();
  await Promise.all([added, written]);
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
