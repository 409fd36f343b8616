import { PluginSystemError } from '../errors/index.js';
import type { RunProgress, RunStep } from './run-progress.js';

/** How long a run may go on after its deadline: more than a native stage is given before it is abandoned. */
export const OVERDUE_MS = 7000;
/** The time that the run has, and what is said when it is over. */
export class RunDeadline {
  /** Rejects if the run goes on although it was cancelled. */
  readonly overdue: Promise<never>;
  readonly #timeoutMs: number | undefined;
  readonly #progress: RunProgress;
  readonly #announce: (step: RunStep) => void;
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #reject: (error: PluginSystemError) => void = () => {};
  /** `TimedOut` once the time is over. */
  error: PluginSystemError | undefined;
  isOverdue = false;

  constructor(timeoutMs: number | undefined, progress: RunProgress, announce: (step: RunStep) => void) {
    this.#timeoutMs = timeoutMs;
    this.#progress = progress;
    this.#announce = announce;
    this.overdue = new Promise((_, reject) => {
      this.#reject = reject;
    });
  }

  /** Raised at the deadline, and when `interrupted` is. */
  begin(interrupted: AbortSignal): AbortSignal {
    this.#announce({ step: 'running', timeoutMs: this.#timeoutMs });
    if (this.#timeoutMs === undefined) return interrupted;
    this.#timer = setTimeout(() => this.#expire(), this.#timeoutMs);
    interrupted.addEventListener('abort', () => this.#controller.abort(interrupted.reason), { once: true });
    return this.#controller.signal;
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #expire(): void {
    this.error = timedOut(this.#progress, this.#timeoutMs as number);
    this.#announce({ step: 'late' });
    this.#timer = setTimeout(() => {
      this.isOverdue = true;
      this.#reject(this.error as PluginSystemError);
    }, OVERDUE_MS);
    this.#controller.abort(this.error);
  }
}

/** The error of a run that did not end in time. `more`: the rest of the sentence. */
export function timedOut(progress: RunProgress, timeoutMs: number, more = ''): PluginSystemError {
  const place = {
    ...progress.place,
    phase: 'operation',
    remedy: 'Allow more time with --timeout if it is just slow.',
  } as const;
  return new PluginSystemError('TimedOut', `${progress.subject} did not end within ${timeoutMs} ms${more}`, place);
}
