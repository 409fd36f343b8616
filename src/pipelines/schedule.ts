import { Ready } from './order.js';
import type { Segment } from './plan.js';

/**
 * Runs segments beside each other, each when those before it have ended, at most `concurrency` at once; of those that could begin, the first of the plan.
 * @param run is to settle well: where it throws or rejects all the same, no further one begins, and what has begun is waited for
 * @param mayBegin false: no further one begins, and what has begun is waited for
 * @throws what `run` first threw
 */
export function runInParallel(
  segments: readonly Segment[],
  concurrency: number,
  mayBegin: () => boolean,
  run: (segment: Segment) => void | Promise<void>,
): Promise<void> {
  const missing = segments.map((segment) => segment.after.length);
  const ready = new Ready();
  for (const [index, count] of missing.entries()) if (count === 0) ready.add(index);
  const end = ({ followers }: Segment) => {
    for (const follower of followers) {
      missing[follower] = (missing[follower] as number) - 1;
      if (missing[follower] === 0) ready.add(follower);
    }
  };
  let running = 0;
  let failure: { readonly thrown: unknown } | undefined;
  return new Promise((resolve, reject) => {
    const attempt = (segment: Segment) => {
      try {
        return run(segment);
      } catch (thrown) {
        failure ??= { thrown };
        return undefined;
      }
    };
    const begin = () => {
      while (failure === undefined && running < concurrency && !ready.isEmpty && mayBegin()) {
        const segment = segments[ready.take() as number] as Segment;
        const ran = attempt(segment);
        if (ran === undefined) {
          end(segment);
          continue;
        }
        running++;
        const ended = () => {
          running--;
          end(segment);
          begin();
        };
        void ran.then(ended, (thrown) => {
          failure ??= { thrown };
          ended();
        });
      }
      if (running > 0) return;
      if (failure === undefined) resolve();
      else reject(failure.thrown);
    };
    begin();
  });
}
