import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const SANITIZERS = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

/** The compiler, and whether it has the sanitizers; undefined: there is none. */
function findCompiler(): { readonly cc: string; readonly flags: readonly string[] } | undefined {
  const cc = process.env['CC'] ?? 'cc';
  const compiles = (...flags: string[]) =>
    spawnSync(cc, [...flags, '-xc', '-', '-o', '/dev/null'], { input: 'int main(void) { return 0; }\n' }).status === 0;
  if (compiles(...SANITIZERS)) return { cc, flags: SANITIZERS };
  return compiles() ? { cc, flags: [] } : undefined;
}

export const compiler = findCompiler();
if (compiler === undefined) console.log('skipped: programs in C over the sources of plugins; there is no POSIX compiler');
else if (compiler.flags.length === 0)
  console.log('sources of plugins are tested without sanitizers, which the compiler does not have');

/**
 * Compiles a program of test/plugins with sources of c-plugins, under sanitizers. What it returns hands `input` to the program and gives its output; a
 * program that ends otherwise than well, as it does at the first error of memory, is a failure.
 */
export function checkedProgram(program: string, sources: readonly string[]): (input: string | Buffer) => string {
  const folder = mkdtempSync(join(tmpdir(), 'mortise-program-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const output = join(folder, program.replace(/\.c$/, ''));
  const files = [join(root, 'test/plugins', program), ...sources.map((source) => join(root, 'c-plugins', source))];
  const includes = ['native-abi/include', 'c-plugins', 'c-plugins/logging/include'].map((path) => `-I${join(root, path)}`);
  const flags = [
    '-std=c11',
    '-D_GNU_SOURCE',
    '-g',
    '-O1',
    '-Wall',
    '-Wextra',
    '-Wpedantic',
    '-Werror',
    '-pthread',
    ...(compiler?.flags ?? []),
    ...includes,
  ];
  const built = spawnSync(compiler?.cc ?? 'cc', [...flags, ...files, '-o', output], { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`${program} does not compile: ${built.error ?? built.stderr}`);
  return (input) => {
    const { status, signal, stdout, stderr } = spawnSync(output, [], { input, encoding: 'utf8', maxBuffer: 2 ** 28 });
    if (status !== 0) throw new Error(`${program} ended with ${signal ?? `code ${status}`}:\n${stderr}`);
    return stdout;
  };
}
