import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ABI_MAJOR, ABI_MINOR } from '../abi/index.js';
import { packageVersion } from '../package/index.js';

/** What a pass was given for and by whom: it holds for nothing else. */
interface Pass {
  readonly sha256: string;
  readonly mortise: string;
  readonly abi: string;
  /** `linux-x64` */
  readonly platform: string;
}

let version: string | undefined;

function passFor(sha256: string): Pass {
  version ??= packageVersion();
  return { sha256, mortise: version, abi: `${ABI_MAJOR}.${ABI_MINOR}`, platform: `${process.platform}-${process.arch}` };
}

/**
 * The libraries that passed a first look, one small file each, named by content hash. A file that is not what was written counts as none. Whoever can write
 * to the folder can have a library opened without a look: it belongs to the user.
 */
export class PassedLooks {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Synchronous: a file of this size is read in less time than a promise of it takes. */
  has(sha256: string): boolean {
    try {
      const found = JSON.parse(readFileSync(this.#pathOf(sha256), 'utf8')) as Partial<Pass> | null;
      return Object.entries(passFor(sha256)).every(([key, value]) => found?.[key as keyof Pass] === value);
    } catch {
      return false;
    }
  }

  /** A folder that cannot be written is no error: the next process will look again. */
  async add(sha256: string): Promise<void> {
    const path = this.#pathOf(sha256);
    const temporary = `${path}.${randomUUID()}`;
    try {
      await mkdir(this.#directory, { recursive: true, mode: 0o700 });
      await writeFile(temporary, `${JSON.stringify(passFor(sha256))}\n`, { flag: 'wx', mode: 0o600 });
      await rename(temporary, path);
    } catch {
      await rm(temporary, { force: true }).catch(() => {});
    }
  }

  #pathOf(sha256: string): string {
    return join(this.#directory, `${sha256}.json`);
  }
}
