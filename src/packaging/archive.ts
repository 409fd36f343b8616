import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PluginSystemError } from '../errors/index.js';
import type { ArchiveEntry } from './archive-entry.js';

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
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}`);
  try {
    await mkdir(dirname(target), { recursive: true });
    const { Header, Pack, ReadEntry } = await import('tar');
    const pack = new Pack({ gzip: { level: 9 }, portable: true });
    const written = pipeline(pack as unknown as AsyncIterable<Buffer>, createWriteStream(temporary), { signal });
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
    const sha256 = await hashOf(temporary);
    const { size } = await stat(temporary);
    const unchanged = existsSync(target) && (await hashOf(target)) === sha256;
    if (unchanged) await rm(temporary);
    else await rename(temporary, target);
    return { size, sha256, unchanged };
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    if (signal.aborted)
      throw new PluginSystemError('Cancelled', 'the packing was interrupted', { path: target, operation: 'pack' });
    throw PluginSystemError.from(error, 'PackFailed', {
      path: target,
      operation: 'pack',
      remedy: 'See that the folder can be written to, or name another by --out, then try again.',
    });
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
