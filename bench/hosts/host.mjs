// What the processes that open plugins have in common.

/** Nanoseconds that `open` takes for each path. */
export function timeEach(paths, open) {
  return paths.map((path) => {
    const began = performance.now();
    open(path);
    return (performance.now() - began) * 1e6;
  });
}

/**
 * Growth of the resident set for one plugin more, in bytes. The first quarter of the files is opened before the measurement begins, so that
 * what is paid once (compiled code, buffers) is not counted for each.
 */
export function residentGrowth(paths, open) {
  const warm = paths.length >> 2;
  const kept = paths.slice(0, warm).map(open);
  const before = settledSize();
  for (const path of paths.slice(warm)) kept.push(open(path));
  const growth = (settledSize() - before) / (paths.length - warm);
  return kept.length === paths.length ? growth : Number.NaN;
}

function settledSize() {
  for (let i = 0; i < 4; i++) globalThis.gc();
  return process.memoryUsage.rss();
}

export function report(values) {
  process.stdout.write(`${values.join('\n')}\n`);
}
