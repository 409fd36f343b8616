import { PluginSystemError } from '../errors/index.js';

/**
 * Waits for `work` at most so long. What is late goes on, unheard. Work that is done when it returns is never late: nothing can interrupt it.
 * @throws `TimedOut`; whatever the work throws
 */
export async function within<Result>(
  milliseconds: number,
  what: string,
  work: () => Result | Promise<Result>,
): Promise<Result> {
  const result = work();
  if (milliseconds === Number.POSITIVE_INFINITY || typeof (result as Promise<Result> | undefined)?.then !== 'function')
    return result;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new PluginSystemError('TimedOut', `${what} did not end within ${milliseconds} ms`)),
      milliseconds,
    );
  });
  try {
    return await Promise.race([result, late]);
  } finally {
    clearTimeout(timer);
  }
}
