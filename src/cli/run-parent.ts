import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { PluginSystemError } from '../errors/index.js';
import { causeOfDeath, killGroup, OWN_GROUP } from '../isolation/process-group.js';
import { packageRoot } from '../package/index.js';
import type { CommandCall } from './command.js';
import type { Output } from './output.js';
import type { StepMessage } from './run-child.js';
import { OVERDUE_MS, timedOut } from './run-deadline.js';
import { RunProgress, type RunStep } from './run-progress.js';

/** The same program whether this runs from the sources or compiled. */
const PROGRAM = join(packageRoot, 'dist', 'cli', 'main.js');
/** How long is waited for what a child that is gone has sent. */
const DRAIN_MS = 200;
/** How much later than its deadline the child may be with what it does about it, on a machine that is busy. */
const LATE_MS = 2000;

/**
 * Runs `mortise run` in a child process with the same arguments, whose output is that of this one. Ctrl-C reaches the child once; a second one, which ends this process,
 * kills it and all that it started, even where a plugin keeps its main thread. Returns the exit code of the child; a child that died is an error.
 */
export async function runInChild({ output, signal }: CommandCall): Promise<number> {
  const args = process.argv.slice(2);
  // Not behind `--`, where it would be the name of a folder.
  args.splice(args.indexOf('run') + 1, 0, '--in-process');
  const child = spawn(process.execPath, [...process.execArgv, PROGRAM, ...args], {
    ...OWN_GROUP,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  return new RunChild(child, output, signal).ended;
}

class RunChild {
  readonly ended: Promise<number>;
  readonly #child: ChildProcess;
  readonly #output: Output;
  readonly #progress: RunProgress;
  #timer: NodeJS.Timeout | undefined;
  #timeoutMs = 0;
  /** Why this process killed the child. */
  #killedFor: PluginSystemError | undefined;

  constructor(child: ChildProcess, output: Output, signal: AbortSignal) {
    this.#child = child;
    this.#output = output;
    this.#progress = new RunProgress((line) => this.#say(line));
    child.on('message', (message) => this.#hear(message));
    const kill = () => killGroup(child);
    const unfollow = followTerminal(child);
    const interrupt = () => this.#interrupt();
    // A second Ctrl-C comes here.
    process.on('exit', kill);
    if (signal.aborted) interrupt();
    signal.addEventListener('abort', interrupt, { once: true });
    this.ended = new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, killer) => {
        clearTimeout(this.#timer);
        signal.removeEventListener('abort', interrupt);
        process.off('exit', kill);
        unfollow();
        // What it started and left behind ends with it.
        kill();
        // What it said last may still be on its way.
        void disconnected(child).then(() => {
          resolve(this.#conclude(code, killer));
          this.#progress.end();
        });
      });
    });
  }

  #hear(message: unknown): void {
    // A plugin can send messages as well; what it can do by that is to be blamed for its own.
    const step = (message as Partial<StepMessage> | null)?.mortiseRun;
    if (typeof step !== 'object' || step === null) return;
    this.#progress.follow(step);
    this.#watch(step);
  }

  /** The child cancels its run at the deadline by itself, unless its main thread is busy. */
  #watch(step: RunStep): void {
    if (step.step === 'running' && step.timeoutMs !== undefined) {
      this.#timeoutMs = step.timeoutMs;
      this.#killAfter(step.timeoutMs + LATE_MS);
    } else if (step.step === 'late') this.#killAfter(OVERDUE_MS + LATE_MS);
    else if (step.step === 'stopping' || step.step === 'done') clearTimeout(this.#timer);
  }

  #killAfter(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const why = ', and kept the main thread busy, which only a stage that returns at once may do; its process was killed';
      this.#killedFor = timedOut(this.#progress, this.#timeoutMs, why);
      killGroup(this.#child);
    }, milliseconds);
  }

  #interrupt(): void {
    // On Windows the console tells the child as well, and a signal from here would end it.
    if (process.platform !== 'win32') this.#child.kill('SIGINT');
    this.#progress.hush();
    this.#say('cancelling; a second Ctrl-C ends the program at once');
  }

  /** The child may have shown its progress on the line where this is to stand. */
  #say(line: string): void {
    if (this.#output.json) return;
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    this.#output.note(line);
  }

  #conclude(code: number | null, killer: NodeJS.Signals | null): number {
    const { at } = this.#progress;
    if (this.#killedFor !== undefined) return this.#fail(this.#killedFor);
    // It was interrupted before it had begun to heed that.
    if (at === undefined && killer === 'SIGINT') return 1;
    const death = causeOfDeath(code, killer);
    if (at === 'done' || (at === undefined && death === undefined)) {
      if (death === undefined) return code ?? 1;
      const message = `the process of the plugins died of ${death} at exit, after all else was done; a static destructor may be the cause`;
      this.#output.warning({ code: 'CrashAtExit', message });
      return 1;
    }
    const how = death === undefined ? `ended with exit code ${code}, which a plugin asked for,` : `died of ${death}`;
    const place = { ...this.#progress.place, phase: at === 'running' || at === 'late' ? 'operation' : undefined } as const;
    return this.#fail(new PluginSystemError('Crashed', `the process of the plugins ${how} ${this.#when()}`, place));
  }

  #when(): string {
    const { at, stages, subject } = this.#progress;
    if (stages.size > 0) return `during ${subject}`;
    if (at === 'starting' || at === undefined) return 'while plugins were started';
    return at === 'stopping' ? 'while plugins were stopped' : 'during the run';
  }

  #fail(error: PluginSystemError): number {
    this.#output.failure(error);
    return 1;
  }
}

/** Waits until all is read that a child has sent which is gone; not for one that it started in a session of its own and that holds the channel. */
function disconnected(child: ChildProcess): Promise<void> {
  if (!child.connected) return Promise.resolve();
  return new Promise((resolve) => {
    setTimeout(resolve, DRAIN_MS).unref();
    child.once('disconnect', resolve);
  });
}

/** A child in a session of its own does not hear of the terminal: that it was closed, or that Ctrl-Z was typed. */
function followTerminal(child: ChildProcess): () => void {
  if (process.platform === 'win32') return () => {};
  const tell = (name: NodeJS.Signals) => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid, name);
    } catch {
      // It has just ended.
    }
  };
  const hangUp = () => process.exit(129);
  const stop = () => {
    tell('SIGSTOP');
    process.kill(process.pid, 'SIGSTOP');
  };
  const goOn = () => tell('SIGCONT');
  process.on('SIGHUP', hangUp).on('SIGTSTP', stop).on('SIGCONT', goOn);
  return () => process.off('SIGHUP', hangUp).off('SIGTSTP', stop).off('SIGCONT', goOn);
}
