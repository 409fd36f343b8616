import { AsyncLocalStorage } from 'node:async_hooks';
import { PluginSystemError } from '../errors/index.js';

interface Turn {
  readonly owner: Turns;
  /** The turn, not over then, in which this one was asked for: of another owner. */
  readonly outer: Turn | undefined;
  over: boolean;
}

/** The turn in which the running code was started, whoever's it is. */
const current = new AsyncLocalStorage<Turn>();

/** Turns in progress, of all owners. While there is none the storage is off: on Node 20 it makes every promise of the process several times as dear. */
let inProgress = 0;

/** Lets changes of one thing happen one at a time, in the order in which they were asked for. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Runs `work` when its turn comes. Asked for from inside a turn, it would wait for itself: that is refused.
   * @throws `InvalidState`
   */
  take<Result>(operation: string, work: () => Promise<Result>): Promise<Result> {
    let outer = current.getStore();
    while (outer?.over) outer = outer.outer;
    if (this.#isInside(outer)) {
      return Promise.reject(
        new PluginSystemError('InvalidState', `${operation} was called by a plugin that is itself being started or stopped`, {
          operation,
          remedy: 'Do it after start, load, unload or stop has returned.',
        }),
      );
    }
    const turn: Turn = { owner: this, outer, over: false };
    const result = this.#last
      .then(() => {
        inProgress++;
        return current.run(turn, work);
      })
      .finally(() => {
        turn.over = true;
        if (--inProgress === 0) current.disable();
      });
    this.#last = result.catch(() => undefined);
    return result;
  }

  #isInside(turn: Turn | undefined): boolean {
    for (let at = turn; at !== undefined; at = at.outer) if (at.owner === this && !at.over) return true;
    return false;
  }
}
