import { execFileSync } from 'node:child_process';
import { compilePlugin } from '../support/plugins.js';

/** A plugin of test/isolation/plugins. */
export const isolationPlugin = (name: string) => compilePlugin(`../../isolation/plugins/${name}`, name);

interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly isZombie: boolean;
  readonly command: string;
}

function processes(): ProcessRow[] {
  const text = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' });
  return text.split('\n').flatMap((line) => {
    const [, pid, parent, state, command = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined
      ? []
      : [{ pid: Number(pid), parent: Number(parent), isZombie: state?.startsWith('Z') ?? false, command }];
  });
}

/** Whether the process runs; one that ended and was not waited for does not. */
export function runs(pid: number): boolean {
  return processes().some((row) => row.pid === pid && !row.isZombie);
}

/** Children of looks that `parent` started and that are still there, zombies included. */
export function looksOf(parent: number): number[] {
  return processes()
    .filter((row) => row.parent === parent && (row.isZombie || row.command.includes('first-look-child')))
    .filter((row) => !row.command.startsWith('ps '))
    .map((row) => row.pid);
}

/** First looks anywhere on this machine, whoever started them. */
export function looks(): number[] {
  return processes()
    .filter((row) => row.command.includes('first-look-child') && !row.isZombie)
    .map((row) => row.pid);
}
