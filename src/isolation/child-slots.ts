import { availableParallelism } from 'node:os';

/** At most so many child processes of looks at once. */
const LIMIT = availableParallelism();

let taken = 0;
const waiting: Array<() => void> = [];

/** Resolves when a child may be started; call the result when it has ended. First come, first served. Rejects with the reason of `signal`. */
export async function takeChildSlot(signal: AbortSignal | undefined): Promise<() => void> {
  signal?.throwIfAborted();
  if (taken < LIMIT) taken++;
  else await turn(signal);
  let given = false;
  return () => {
    if (given) return;
    given = true;
    const next = waiting.shift();
    if (next === undefined) taken--;
    else next();
  };
}

function turn(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const begin = () => {
      signal?.removeEventListener('abort', giveUp);
      resolve();
    };
    const giveUp = () => {
      waiting.splice(waiting.indexOf(begin), 1);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', giveUp, { once: true });
    waiting.push(begin);
  });
}
