import type { Candidate } from '../types.js';
import type { Pool } from './pool.js';

/**
 * Which options can run if nobody else asks for anything: those whose required dependencies can be met from the ground up. What is left out lacks something, or stands on
 * a circle. By option.
 * @param isRefused those that are not to run, whatever they need
 */
export function feasibleOptions<Entry extends Candidate>(pool: Pool<Entry>, isRefused: (entry: Entry) => boolean): Uint8Array {
  const { options, spans, spansOf } = pool;
  const feasible = new Uint8Array(options.length);
  const met = new Uint8Array(spans.length);
  const waiting = Int32Array.from(options, ({ needs }) => needs.length);
  const ready: number[] = [];
  for (const { id, name, needs, entry } of options) {
    if (isRefused(entry)) {
      // It waits for ever.
      waiting[id] = needs.length + 1;
      continue;
    }
    if (needs.length === 0) ready.push(id);
    // What needs its own name waits for ever, also where another version of it could run.
    if (needs.some(({ span }) => span.name === name)) waiting[id] = needs.length + 1;
  }
  for (let option = ready.pop(); option !== undefined; option = ready.pop()) {
    feasible[option] = 1;
    for (const span of spansOf[option] ?? []) {
      if (met[span] === 1) continue;
      met[span] = 1;
      for (const user of spans[span]?.users ?? []) {
        waiting[user] = (waiting[user] as number) - 1;
        if (waiting[user] === 0) ready.push(user);
      }
    }
  }
  return feasible;
}
