import { Library } from '../ffi/index.js';
import { locateHostLibrary } from '../native/index.js';
import type { RunStep } from './run-progress.js';

/** How a step is sent: by `process.send`, to a parent that reads nothing else. */
export interface StepMessage {
  readonly mortiseRun: RunStep;
}

/**
 * Whom this process tells how far its run has come, if it is the child of a `mortise run`; undefined if it is not. From here on it ends with its parent.
 */
export function parentOfRun(): ((step: RunStep) => void) | undefined {
  if (process.send === undefined) return undefined;
  endWithParent();
  // What goes wrong with the channel is that the parent has gone, and then so does this process. Small messages are written before `send` returns, so a crash does not lose them.
  return (step) => void process.send?.({ mortiseRun: step } satisfies StepMessage, undefined, undefined, () => {});
}

/** A plugin that hangs on the main thread keeps this process from hearing that its parent is gone; on Linux the system ends it then all the same. */
function endWithParent(): void {
  process.once('disconnect', () => process.exit(1));
  process.channel?.unref();
  if (process.platform !== 'linux') return;
  try {
    const types = ['int', 'unsigned long', 'unsigned long', 'unsigned long', 'unsigned long'];
    const [setParentDeathSignal, sigkill] = [1, 9];
    Library.open(locateHostLibrary()).function('prctl', 'int', types)(setParentDeathSignal, sigkill, 0, 0, 0);
  } catch {
    // Without a host library nothing of a compiled plugin runs; the opening of the first one says so.
  }
}
