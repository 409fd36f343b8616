import { rmSync } from 'node:fs';
import { PluginSystemError } from '../../errors/index.js';
import { runTool } from './tool-process.js';

/** In this order; one of the system may know only the system's own format and processor. */
const STRIPPERS = ['strip', 'llvm-strip'];

/** What is left out for macOS: local symbols. Elsewhere everything that is not needed to load the library. */
const FLAGS = process.platform === 'darwin' ? ['-x'] : ['--strip-unneeded'];

/**
 * Writes a library without its symbols for debuggers to `to`.
 * @returns undefined if it is written, else why it is not
 * @throws `Cancelled`
 */
export async function strip(from: string, to: string, signal: AbortSignal): Promise<string | undefined> {
  const reasons: string[] = [];
  for (const tool of STRIPPERS) {
    try {
      await runTool({ tool, command: tool, args: [...FLAGS, '-o', to, from], need: 'compiler', signal });
      return undefined;
    } catch (error) {
      if (!(error instanceof PluginSystemError) || error.code === 'Cancelled') throw error;
      rmSync(to, { force: true });
      reasons.push(error.detail);
    }
  }
  return reasons.join(', ');
}
