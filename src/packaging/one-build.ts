import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { readWhole, whileLocked } from '../core/shared-file.js';
import { PluginSystemError } from '../errors/index.js';
import { BUILDING } from './place.js';

/** In the folder of a project while it is built: who builds it. */
const LOCK = '.mortise-build-lock';
/** Folders that a build works in, as `mkdtemp` names them. */
export const WORK = '.mortise-build-';
const WORK_FOLDER = /^\.mortise-build-[A-Za-z0-9]{6}$/;

interface Holder {
  readonly pid: number;
  readonly host: string;
}

/**
 * Does `work` while no other process builds in `directory`. What a build left that was killed is removed.
 * @throws `BuildFailed` if another one does; whatever the work throws
 */
export async function asTheOnlyBuild<Result>(directory: string, work: () => Promise<Result>): Promise<Result> {
  const lock = join(directory, LOCK);
  take(lock, directory);
  try {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (entry.isDirectory() && WORK_FOLDER.test(entry.name))
        rmSync(join(directory, entry.name), { recursive: true, force: true });
    }
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function take(lock: string, directory: string): void {
  try {
    // So that of two that find the lock of a dead process only one takes it over.
    whileLocked(`${lock}-taking`, () => {
      const holder = existsSync(lock) ? holderIn(lock) : undefined;
      if (holder !== undefined && isAlive(holder)) throw taken(holder, lock, directory);
      const own: Holder = { pid: process.pid, host: hostname() };
      rmSync(lock, { force: true });
      writeFileSync(lock, JSON.stringify(own), { flag: 'wx' });
    });
  } catch (error) {
    throw PluginSystemError.from(error, BUILDING.code, {
      path: directory,
      operation: BUILDING.operation,
      remedy: 'See that the folder can be written to, then try again.',
    });
  }
}

/** undefined: whoever wrote it did not come to its end. */
function holderIn(lock: string): Holder | undefined {
  try {
    const { pid, host } = JSON.parse(readWhole(lock, 1024)) as Partial<Holder>;
    return Number.isSafeInteger(pid) && (pid as number) > 0 && typeof host === 'string'
      ? { pid: pid as number, host }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Of a process of another machine (or container), this is not known here. */
function isAlive({ pid, host }: Holder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function taken({ pid, host }: Holder, lock: string, directory: string): PluginSystemError {
  const where = host === hostname() ? '' : ` on ${host}`;
  return new PluginSystemError(BUILDING.code, `process ${pid}${where} is building in this folder`, {
    path: directory,
    operation: BUILDING.operation,
    remedy: `Wait until it is done, then try again. If it is no build, remove ${lock}.`,
  });
}
