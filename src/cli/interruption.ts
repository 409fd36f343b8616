import { setMaxListeners } from 'node:events';
import { constants } from 'node:os';

/** The first Ctrl-C (or SIGTERM) asks to stop, and what is in progress is brought to its end; the second one ends the program at once. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** 128 + number of the signal, as shells have it; undefined if there was none. */
  readonly exitCode: number | undefined;
  /** Leaves signals alone again. */
  end(): void;
}

export function followSignals(): Interruption {
  const controller = new AbortController();
  // As many as there are plugins in a directory.
  setMaxListeners(0, controller.signal);
  let exitCode: number | undefined;
  const handle = (name: NodeJS.Signals) => {
    const code = 128 + constants.signals[name];
    if (exitCode !== undefined) process.exit(code);
    exitCode = code;
    controller.abort();
  };
  process.on('SIGINT', handle).on('SIGTERM', handle);
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    end() {
      process.off('SIGINT', handle).off('SIGTERM', handle);
    },
  };
}
