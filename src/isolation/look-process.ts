import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { PluginSystemError } from '../errors/index.js';
import { type FirstLookRequest, type LookStep, type StepLine, type Verdict, wantedSteps } from './first-look-protocol.js';
import { LookReport } from './look-report.js';
import { killGroup, OWN_GROUP } from './process-group.js';
import { Tail } from './tail.js';

/** Bytes kept of what the plugin prints, of each stream. */
const TAIL = 4096;
/** How long Node may take to begin, on whatever machine, before that is called a failure. */
const BOOT_MS = 60_000;
/** How long the process may go on after its end of the report was closed. */
const CLOSED_MS = 200;
/** How long is waited for the ends of pipes once the process is gone: a grandchild that left the group may hold them open. */
const DRAIN_MS = 100;

/** Children of looks in progress: none of them outlives a process that exits. One that is killed leaves them to their alarm. */
const alive = new Set<ChildProcess>();
let watchesExit = false;

function track(child: ChildProcess): void {
  alive.add(child);
  if (watchesExit) return;
  watchesExit = true;
  process.on('exit', () => {
    for (const left of alive) killGroup(left);
  });
}

/** The program that takes plugins of one kind through their life. */
export interface LookProgram {
  /** Absolute path of a module. */
  readonly program: string;
  /** The steps that it announces between the check of the file and the reading of the metadata. */
  readonly opening: readonly LookStep[];
}

/** How a look ended: by `itself`, at its deadline, on demand, or because the plugin closed the pipe of the report. */
export type LookEnding = 'itself' | 'deadline' | 'cancelled' | 'report closed';

export interface LookOutcome {
  /** In order; the last one is where it ended. */
  readonly steps: readonly StepLine[];
  /** From the announcement of the last step to the end of the process. */
  readonly lastStepMs: number;
  readonly verdict: Verdict | undefined;
  /** Why what the process reported cannot be believed; then there is no verdict. */
  readonly doubt: string | undefined;
  readonly ending: LookEnding;
  readonly exit: { readonly code: number | null; readonly signal: NodeJS.Signals | null };
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs one look in a process of its own and waits until that is gone, with everything that it started. `timeoutMs` counts from the
 * first step.
 * @throws `Internal` if no such process can be started
 */
export async function runLook(
  { program, opening }: LookProgram,
  request: FirstLookRequest,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<LookOutcome> {
  let child: ChildProcess;
  try {
    child = spawn(process.execPath, [program], { ...OWN_GROUP, env: environment(), stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
  } catch (error) {
    throw cannotStart(error);
  }
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(cannotStart(error)));
    child.once('spawn', () => new LookProcess(child, request, wantedSteps(opening, request.init), timeoutMs, signal, resolve));
  });
}

/** That of this process, without what is meant for this Node: an `--inspect-brk` in it would stop every child. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...rest } = process.env;
  return rest;
}

function cannotStart(error: unknown): PluginSystemError {
  return PluginSystemError.from(error, 'Internal', {
    operation: 'first look',
    remedy: 'See the cause: the system refused to start another process of Node.',
  });
}

class LookProcess {
  readonly #child: ChildProcess;
  readonly #timeoutMs: number;
  readonly #settle: (outcome: LookOutcome) => void;
  readonly #report: LookReport;
  readonly #stdout = new Tail(TAIL);
  readonly #stderr = new Tail(TAIL);
  #ending: LookEnding = 'itself';
  #timer: NodeJS.Timeout;
  #stepBegan = performance.now();

  constructor(
    child: ChildProcess,
    request: FirstLookRequest,
    wanted: readonly LookStep[],
    timeoutMs: number,
    signal: AbortSignal | undefined,
    settle: (outcome: LookOutcome) => void,
  ) {
    track(child);
    this.#child = child;
    this.#timeoutMs = timeoutMs;
    this.#settle = settle;
    this.#report = new LookReport(request.nonce, wanted, () => this.#begun());
    this.#timer = setTimeout(() => this.#end('deadline'), BOOT_MS);
    const cancel = () => this.#end('cancelled');
    if (signal?.aborted) cancel();
    signal?.addEventListener('abort', cancel, { once: true });

    // Errors of the pipes say no more than the end of the process does.
    const ignore = () => {};
    child.on('error', ignore);
    for (const stream of child.stdio) stream?.on('error', ignore);
    child.stdout?.on('data', this.#stdout.add);
    child.stderr?.on('data', this.#stderr.add);
    const report = child.stdio[3] as Readable;
    report.setEncoding('utf8').on('data', (text: string) => this.#report.add(text));
    report.on('end', () => {
      if (this.#report.verdict === undefined && child.exitCode === null && child.signalCode === null) {
        setTimeout(() => this.#end('report closed'), CLOSED_MS).unref();
      }
    });
    (child.stdin as Writable).end(`${JSON.stringify(request)}\n`);
    child.once('exit', (code, killer) => {
      clearTimeout(this.#timer);
      signal?.removeEventListener('abort', cancel);
      this.#drain({ code, signal: killer }, performance.now() - this.#stepBegan);
    });
  }

  #begun(): void {
    if (this.#report.steps.length === 1) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#end('deadline'), this.#timeoutMs);
    }
    this.#stepBegan = performance.now();
  }

  #end(ending: LookEnding): void {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null || this.#ending !== 'itself') return;
    this.#ending = ending;
    killGroup(this.#child);
  }

  #drain(exit: LookOutcome['exit'], lastStepMs: number): void {
    killGroup(this.#child);
    alive.delete(this.#child);
    const finish = () => {
      clearTimeout(timer);
      this.#child.off('close', finish);
      for (const stream of this.#child.stdio) stream?.destroy();
      const { text: stdout } = this.#stdout;
      const { text: stderr } = this.#stderr;
      const { steps, verdict, doubt } = this.#report;
      this.#settle({ steps, lastStepMs, verdict, doubt, ending: this.#ending, exit, stdout, stderr });
    };
    const timer = setTimeout(finish, DRAIN_MS);
    this.#child.once('close', finish);
  }
}
