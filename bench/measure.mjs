// Interleaved rounds, medians, rows. Absolute times swing with the machine; ratios of what ran side by side hold.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Nanoseconds of one call of `work`, from `times` calls in a row. */
export function timed(work, times) {
  const began = performance.now();
  for (let i = 0; i < times; i++) work();
  return ((performance.now() - began) * 1e6) / times;
}

/** The same for work that returns a promise; each is awaited before the next begins. */
export async function timedAsync(work, times) {
  const began = performance.now();
  for (let i = 0; i < times; i++) await work();
  return ((performance.now() - began) * 1e6) / times;
}

/**
 * Lets all contestants take turns: each is a function that returns one measurement. One round more than asked for is run, and the first is
 * thrown away: it compiles. Not where so few are asked for that only the working of it is to be seen. Many rounds of about a millisecond are better
 * than few long ones: on a busy machine most of them pass without being interrupted.
 * @returns the median of each, by name
 */
export async function interleave(rounds, contestants) {
  const samples = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = rounds > 3 ? -1 : 0; round < rounds; round++) {
    for (const [name, measure] of Object.entries(contestants)) {
      const value = await measure();
      if (round >= 0) samples[name].push(value);
    }
  }
  return Object.fromEntries(Object.entries(samples).map(([name, values]) => [name, median(values)]));
}

/**
 * One row of the table. `peers`: what ran beside it, by name. `target`: `{ times, of }` (at most that multiple of a peer) or `{ most }` (at most
 * that value); absent where the number is only reported.
 */
export function row({ id, what, unit, ours, peers = {}, target }) {
  const against = target?.of ?? Object.keys(peers)[0];
  const ratio = against === undefined ? undefined : ours / peers[against];
  const met = target === undefined ? undefined : target.of === undefined ? ours <= target.most : ratio <= target.times;
  return { id, what, unit, ours, peers, against, ratio, target, met };
}
