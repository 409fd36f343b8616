import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts the command without a terminal. */
export function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  return startIn(process.cwd(), args, env);
}

/** The same in a folder. */
export function startIn(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (output.stderr += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...output }));
  });
  return { child, ended };
}

/** Runs the command to its end. */
export function mortise(...args: string[]): Promise<Ended> {
  return start(args).ended;
}

/** Runs the command with --json: the one document that stdout then holds. */
export async function json(
  ...args: string[]
): Promise<{ code: number | null; document: Record<string, unknown>; stderr: string }> {
  const { code, stdout, stderr } = await mortise(...args, '--json');
  return { code, document: JSON.parse(stdout), stderr };
}
