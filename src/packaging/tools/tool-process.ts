import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { PluginSystemError } from '../../errors/index.js';
import { killGroup, OWN_GROUP } from '../../isolation/process-group.js';
import { howToGet, missingIn, type Need } from './missing.js';

/** Lines of a tool's output that an error carries. */
const OUTPUT_LINES = 60;
/** How long a tool has to end after it was asked to, before it is killed. */
const GRACE_MS = 3000;
const POLL_MS = 20;
/** How long is waited for the ends of pipes once the tool is gone: a compiler server that it started may hold them open. */
const DRAIN_MS = 500;

export interface ToolCall {
  /** For messages: `cmake`, `cargo`. */
  readonly tool: string;
  /** What it does, for messages where it does several things: `cmake (configuration)`. */
  readonly doing?: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** What to install where the command is not here. */
  readonly need: Need;
  /** Ends the tool, with all that it started. */
  readonly signal: AbortSignal;
  /** Gets what the tool prints, as it comes. */
  readonly onOutput?: ((chunk: Buffer) => void) | undefined;
  /** Its stdout is data: neither shown nor part of an error. */
  readonly isStdoutData?: boolean;
}

interface Ending {
  readonly code: number | null;
  readonly killer: NodeJS.Signals | null;
  readonly stdout: string;
  readonly output: string;
}

/**
 * Runs a tool to its end, in a process group of its own, and returns its stdout.
 * @throws `BuildFailed` with what to install if it, or what it needs, is missing, else with the end of its output as cause; `Cancelled`
 */
export async function runTool(call: ToolCall): Promise<string> {
  const { tool, doing = tool, cwd, signal } = call;
  const place = { operation: tool, path: cwd };
  if (signal.aborted) throw interrupted(call);
  const { code, killer, stdout, output } = await ending(call).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw PluginSystemError.from(error, 'BuildFailed', place);
    throw new PluginSystemError('BuildFailed', `${tool} was not found`, { ...place, remedy: howToGet(call.need) });
  });
  if (signal.aborted) throw interrupted(call);
  if (code === 0) return stdout;
  const missing = missingIn(output);
  throw new PluginSystemError('BuildFailed', missing?.what ?? `${doing} failed: ${killer ?? `exit code ${code}`}`, {
    ...place,
    remedy: missing?.remedy ?? 'See the output of the build.',
    cause: output.trimEnd().split('\n').slice(-OUTPUT_LINES).join('\n'),
  });
}

function interrupted({ tool, cwd }: ToolCall): PluginSystemError {
  return new PluginSystemError('Cancelled', 'the build was interrupted', { operation: tool, path: cwd });
}

function ending({ command, args, cwd, signal, onOutput, isStdoutData = false }: ToolCall): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...OWN_GROUP, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const stdout: Buffer[] = [];
    const output: Buffer[] = [];
    const show = (chunk: Buffer) => {
      output.push(chunk);
      onOutput?.(chunk);
    };
    child.stdout.on('data', (chunk: Buffer) => {
      stdout.push(chunk);
      if (!isStdoutData) show(chunk);
    });
    child.stderr.on('data', show);
    let ended: Promise<void> | undefined;
    const stop = () => {
      ended = end(child);
    };
    const leave = () => askToEnd(child);
    signal.addEventListener('abort', stop, { once: true });
    process.once('exit', leave);
    const letGo = () => {
      signal.removeEventListener('abort', stop);
      process.off('exit', leave);
    };
    child.once('error', (error) => {
      letGo();
      reject(error);
    });
    child.once('exit', async (code, killer) => {
      const closed = new Promise((close) => child.once('close', close));
      await (ended ?? Promise.race([closed, sleep(DRAIN_MS, undefined, { ref: false })]));
      letGo();
      for (const stream of [child.stdout, child.stderr]) stream.destroy();
      resolve({ code, killer, stdout: Buffer.concat(stdout).toString(), output: Buffer.concat(output).toString() });
    });
  });
}

/** Ends the whole group of a child, gently first: Ninja gives each compiler a group of its own, which only Ninja can end, and Make removes what is half written. */
async function end(child: ChildProcess): Promise<void> {
  askToEnd(child);
  for (let waited = 0; waited < GRACE_MS && isAlive(child); waited += POLL_MS) await sleep(POLL_MS);
  if (isAlive(child)) killGroup(child);
}

function askToEnd(child: ChildProcess): void {
  try {
    if (process.platform === 'win32' || child.pid === undefined) killGroup(child);
    else process.kill(-child.pid, 'SIGTERM');
  } catch {
    // Nobody is left.
  }
}

/** Whether anybody of the group of a child is left. */
function isAlive({ pid }: ChildProcess): boolean {
  if (process.platform === 'win32' || pid === undefined) return false;
  try {
    return process.kill(-pid, 0);
  } catch {
    return false;
  }
}
