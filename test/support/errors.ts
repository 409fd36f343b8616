import { PluginSystemError } from 'mortise';

/** The typed error that `work` ends with. */
export async function refusal(work: (() => unknown) | Promise<unknown>): Promise<PluginSystemError> {
  let result: unknown;
  try {
    result = await (typeof work === 'function' ? work() : work);
  } catch (error) {
    if (error instanceof PluginSystemError) return error;
    throw new Error('an error without a code was raised', { cause: error });
  }
  throw new Error(`no error was raised; the result is ${String(result)}`);
}
