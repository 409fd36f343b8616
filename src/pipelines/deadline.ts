import { PluginSystemError } from '../errors/index.js';
import { CancellationSource } from './cancellation.js';

/** The time that one stage has. What the stage sees is a flag of its own, which follows that of the run. */
export class Deadline {
  readonly cancellation = new CancellationSource();
  readonly #stage: string;
  readonly #timeoutMs: number;
  readonly #began = performance.now();
  readonly #timer: NodeJS.Timeout;
  readonly #unfollow: () => void;
  #expired: () => void = () => {};
  #passed = false;

  constructor(stage: string, timeoutMs: number, run: CancellationSource) {
    this.#stage = stage;
    this.#timeoutMs = timeoutMs;
    this.#timer = setTimeout(() => this.#expire(), timeoutMs);
    this.#unfollow = run.subscribe(() => this.cancellation.cancel(run.reason));
  }

  /** The stage did not end in time. False where the run was cancelled before. */
  get passed(): boolean {
    return this.#passed;
  }

  /** `begun`: whether the stage came to its turn at all. */
  error(begun = true): PluginSystemError {
    const what = begun
      ? `did not end within ${this.#timeoutMs} ms`
      : `did not begin within ${this.#timeoutMs} ms: its plugin, the threads or the process were busy`;
    return new PluginSystemError('TimedOut', `${this.#stage} ${what}`);
  }

  /**
   * What `work` resolves to, if it does in time; work that goes on is left to itself.
   * @throws what it rejects with; `TimedOut`; `Cancelled` if the run was cancelled and the work did not end before the deadline
   */
  async limit<Result>(work: Result | Promise<Result>): Promise<Result> {
    const expiry = new Promise<never>((_, reject) => {
      this.#expired = () => reject(this.#passed ? this.error() : this.#disobeyed());
    });
    const result = await Promise.race([work, expiry]);
    // A stage that blocks the thread keeps the timer from telling.
    if (performance.now() - this.#began < this.#timeoutMs || this.cancellation.cancelled) return result;
    this.#expire();
    throw this.error();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#unfollow();
  }

  #expire(): void {
    if (!this.cancellation.cancelled) {
      this.#passed = true;
      this.cancellation.cancel(this.error());
    }
    this.#expired();
  }

  #disobeyed(): PluginSystemError {
    return new PluginSystemError(
      'Cancelled',
      `the run was cancelled, and ${this.#stage} did not end within ${this.#timeoutMs} ms either`,
    );
  }
}
