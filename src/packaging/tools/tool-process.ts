import { type ChildProcess, spawn } from 'node:child_process';
import { PluginSystemError } from '../../errors/index.js';
import { killGroup, OWN_GROUP } from '../../isolation/process-group.js';
import { howToGet, missingIn, type Need } from './missing.js';

/** Lines of a tool's output that an error carries. */
const OUTPUT_LINES = 60;
/** How long a tool has to end after it was asked to, before it is killed. Make removes what it has half written in that time. */
const GRACE_MS = 3000;
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
    const letGo = stopping(child, signal);
    child.once('error', (error) => {
      letGo();
      reject(error);
    });
    child.once('exit', (code, killer) => {
      letGo();
      const finish = () => {
        clearTimeout(drain);
        for (const stream of [child.stdout, child.stderr]) stream.destroy();
        resolve({ code, killer, stdout: Buffer.concat(stdout).toString(), output: Buffer.concat(output).toString() });
      };
      const drain = setTimeout(finish, DRAIN_MS);
      child.once('close', finish);
    });
  });
}

/** Sees to it that the child ends when `signal` says so, and with this process. Call the result when it has ended. */
function stopping(child: ChildProcess, signal: AbortSignal): () => void {
  let killer: NodeJS.Timeout | undefined;
  const kill = () => killGroup(child);
  const stop = () => {
    if (process.platform === 'win32' || child.pid === undefined) return kill();
    try {
      process.kill(-child.pid, 'SIGTERM');
    } catch {
      // Nobody is left.
    }
    killer = setTimeout(kill, GRACE_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  process.once('exit', kill);
  return () => {
    clearTimeout(killer);
    signal.removeEventListener('abort', stop);
    process.off('exit', kill);
    // What it started and did not wait for goes with it.
    if (signal.aborted) kill();
  };
}
