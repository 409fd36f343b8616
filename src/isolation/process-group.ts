import type { ChildProcess } from 'node:child_process';
import { spawnSync } from 'node:child_process';

/** Options of `spawn` that give a child a process group of its own, where there are such. */
export const OWN_GROUP = { detached: process.platform !== 'win32', windowsHide: true } as const;

/**
 * Ends a child that was started with OWN_GROUP and all that it started, at once. A native call that hangs hears no gentler signal. What
 * moved to a session of its own (setsid) is out of reach.
 */
export function killGroup(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore', windowsHide: true });
    child.kill('SIGKILL');
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // ESRCH: nobody is left. EPERM (macOS): only zombies are.
  }
}

/** Windows ends a process that crashes with an NTSTATUS as its exit code; the ones that native code runs into. */
const STATUS: Readonly<Record<number, string>> = {
  3221225477: 'access violation',
  3221225501: 'illegal instruction',
  3221225620: 'division by zero',
  3221225725: 'stack overflow',
  3221226356: 'heap corruption',
  3221226505: 'stack buffer overrun, or abort',
};

/** `SIGSEGV`, `0xc0000005 (access violation)`, or undefined if the process ended by itself. */
export function causeOfDeath(code: number | null, signal: NodeJS.Signals | null): string | undefined {
  if (signal !== null) return signal;
  if (code === null || code < 0xc0000000) return undefined;
  return `0x${code.toString(16)} (${STATUS[code] ?? 'NTSTATUS'})`;
}
