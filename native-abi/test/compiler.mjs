/** Running C and C++ compilers, whichever this machine has. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const folder = fileURLToPath(new URL('..', import.meta.url));
export const includes = [`-I${join(folder, 'include')}`, `-I${join(folder, 'host')}`];
export const warnings = ['-Wall', '-Wextra', '-Wpedantic', '-Werror', '-Wconversion', '-Wshadow'];

/**
 * @typedef {{ ok: boolean, missing: boolean, output: string, stdout: string }} Outcome
 * ok: exit status 0; missing: there is no such program; output: both streams, stderr first.
 */

/** @returns {Promise<Outcome>} */
export function run(program, args, cwd = folder) {
  return new Promise((resolve) => {
    execFile(program, args, { cwd, maxBuffer: 16 << 20 }, (error, stdout, stderr) => {
      resolve({ ok: error === null, missing: error?.code === 'ENOENT', output: `${stderr}${stdout}`.trim(), stdout });
    });
  });
}

/** Why `compiler flags` cannot be used on this machine, or undefined if it can: an empty file is compiled. */
export async function refusal(compiler, language, flags) {
  return inTemporaryFolder(async (scratch) => {
    const empty = join(scratch, 'empty.c');
    await writeFile(empty, '#include <stddef.h>\n#include <stdint.h>\nextern int empty;\n');
    const outcome = await run(compiler, [...flags, '-x', language, '-fsyntax-only', empty]);
    if (outcome.ok) return undefined;
    if (outcome.missing) return `${compiler} is not installed`;
    const complaint = outcome.output.split('\n').find((line) => line.includes('error')) ?? outcome.output.split('\n', 1)[0];
    return `${compiler} ${flags.join(' ')} does not work here: ${complaint}`;
  });
}

/** Calls action with a new folder, which is removed when it has settled. */
export async function inTemporaryFolder(action) {
  const scratch = await mkdtemp(join(tmpdir(), 'mortise-abi-'));
  try {
    return await action(scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
