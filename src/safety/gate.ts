import { PluginSystemError } from '../errors/index.js';

/**
 * Stands before every call into one plugin: nothing is called after close, nothing at all once a call was abandoned, and one call at a
 * time unless the plugin declared itself thread-safe.
 */
export class CallGate {
  readonly threadSafe: boolean;
  #state: 'open' | 'closed' | 'abandoned' = 'open';
  #active = 0;
  #idle: Array<() => void> = [];
  #reason = '';
  #onAbandon: (reason: string) => void = () => {};

  constructor(threadSafe: boolean) {
    this.threadSafe = threadSafe;
  }

  get active(): number {
    return this.#active;
  }

  get state(): 'open' | 'closed' | 'abandoned' {
    return this.#state;
  }

  /** Whether `enter` would succeed now for a stage call. */
  get free(): boolean {
    return this.#state === 'open' && (this.threadSafe || this.#active === 0);
  }

  /**
   * Begins a call. `alone`: no other call may be in progress even in a thread-safe plugin (all slots of the base table).
   * @throws `PluginClosed`, `Abandoned`, `Busy`
   */
  enter(operation: string, alone = true): void {
    if (this.#state !== 'open') throw this.#refusal(operation);
    if (this.#active > 0 && (alone || !this.threadSafe)) {
      throw new PluginSystemError('Busy', 'another call into the plugin is in progress, and it takes one at a time', {
        operation,
      });
    }
    this.#active++;
  }

  #refusal(operation: string): PluginSystemError {
    if (this.#state === 'abandoned')
      return new PluginSystemError('Abandoned', `the plugin was abandoned: ${this.#reason}`, { operation });
    return new PluginSystemError('PluginClosed', 'the plugin was closed; nothing of it is called any more', { operation });
  }

  leave(): void {
    this.#active--;
    if (this.#idle.length > 0) this.#wake();
  }

  /** Resolves when a call could begin, or when none ever will: `enter` then tells which. First come, first served is up to the waiters. */
  whenFree(): Promise<void> {
    if (this.free || this.#state !== 'open') return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** No call from now on. */
  close(): void {
    if (this.#state === 'open') this.#state = 'closed';
    this.#wake();
  }

  /** A native call did not return: the plugin is never called again, nor closed. */
  abandon(reason: string): void {
    this.#state = 'abandoned';
    this.#reason = reason;
    this.#wake();
    this.#onAbandon(reason);
  }

  /** Calls `listener` when the plugin is abandoned. */
  listen(listener: (reason: string) => void): void {
    this.#onAbandon = listener;
  }

  #wake(): void {
    const waiting = this.#idle;
    this.#idle = [];
    for (const resolve of waiting) resolve();
  }
}
