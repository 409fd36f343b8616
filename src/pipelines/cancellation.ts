import type { Cancellation } from '../plugin/index.js';

/** Gives up once. The AbortSignal of it is made only for those who ask, since one costs more than a run of quick stages. */
export class CancellationSource implements Cancellation {
  #listeners: Set<() => void> | undefined;
  #controller: AbortController | undefined;
  #reason: unknown;
  cancelled = false;

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.cancelled && !this.#controller.signal.aborted) this.#controller.abort(this.#reason);
    return this.#controller.signal;
  }

  get reason(): unknown {
    return this.#reason;
  }

  subscribe(listener: () => void): () => void {
    if (this.cancelled) {
      listener();
      return () => {};
    }
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
    return () => this.#listeners?.delete(listener);
  }

  cancel(reason?: unknown): void {
    if (this.cancelled) return;
    this.cancelled = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
    for (const listener of this.#listeners ?? []) listener();
    this.#listeners = undefined;
  }

  /** Follows `signal` until the returned function is called. */
  follow(signal: AbortSignal | undefined): () => void {
    if (signal === undefined) return () => {};
    if (signal.aborted) {
      this.cancel(signal.reason);
      return () => {};
    }
    const onAbort = () => this.cancel(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    return () => signal.removeEventListener('abort', onAbort);
  }
}
