import { Ready } from './order.js';
import type { Segment } from './plan.js';

/**
 * Runs segments beside each other, each when those before it have ended, at most `concurrency` at once; of those that could begin, the first of the plan.
 * @param run never throws and never rejects
 * @param mayBegin false: no further one begins, and what has begun is waited for
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
  return new Promise((resolve) => {
    const begin = () => {
      while (running < concurrency && !ready.isEmpty && mayBegin()) {
        const segment = segments[ready.take() as number] as Segment;
        const ran = run(segment);
        if (ran === undefined) {
          end(segment);
          continue;
        }
        running++;
        void ran.then(() => {
          running--;
          end(segment);
          begin();
        });
      }
      if (running === 0) resolve();
    };
    begin();
  });
}
