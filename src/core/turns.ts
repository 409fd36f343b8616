import { AsyncLocalStorage } from 'node:async_hooks';
import { PluginSystemError } from '../errors/index.js';

interface Turn {
  readonly owner: Turns;
  over: boolean;
}

/** The turn in which the running code was started, whoever's it is. */
const current = new AsyncLocalStorage<Turn>();

/** Lets changes of one thing happen one at a time, in the order in which they were asked for. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Runs `work` when its turn comes. Asked for from inside a turn, it would wait for itself: that is refused.
   * @throws `InvalidState`
   */
  take<Result>(operation: string, work: () => Promise<Result>): Promise<Result> {
    const outer = current.getStore();
    if (outer?.owner === this && !outer.over) {
      return Promise.reject(
        new PluginSystemError('InvalidState', `${operation} was called by a plugin that is itself being started or stopped`, {
          operation,
          remedy: 'Do it after start, load, unload or stop has returned.',
        }),
      );
    }
    const turn: Turn = { owner: this, over: false };
    const result = this.#last
      .then(() => current.run(turn, work))
      .finally(() => {
        turn.over = true;
      });
    this.#last = result.catch(() => undefined);
    return result;
  }
}
