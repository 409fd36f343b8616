import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import { PluginSystemError } from '../errors/index.js';
import { packageRoot } from '../package/index.js';
import { usageError } from './arguments.js';
import type { Command } from './command.js';

/** What of this package a build needs → where it is. */
const PARTS = {
  headers: 'native-abi/include',
  cmake: 'native-abi/toolchain',
  gyp: 'native-abi/toolchain/plugin.gypi',
  rust: 'native-abi/rust',
} as const;

/** `mortise include` */
export const include: Command = {
  name: 'include',
  operands: '',
  arity: { min: 0, max: 0 },
  summary: 'prints the folder of the C and C++ headers, for: cc -I "$(npx mortise include)"',
  options: {
    cmake: { type: 'boolean', help: 'the folder of the CMake package instead, for -Dmortise_DIR=' },
    gyp: { type: 'boolean', help: 'the file that a target of binding.gyp includes' },
    rust: { type: 'boolean', help: 'the folder of the crate, for mortise = { path = … } in Cargo.toml' },
  },
  async run({ options, output }) {
    const asked = (['cmake', 'gyp', 'rust'] as const).filter((name) => options.flag(name));
    if (asked.length > 1) {
      throw usageError(
        `mortise include prints one path, not those of ${asked.map((name) => `--${name}`).join(' and ')}`,
        include,
        'Ask for one; `mortise include --json` has all.',
      );
    }
    if (output.json) output.document(Object.fromEntries(Object.entries(PARTS).map(([name, part]) => [name, located(part)])));
    else output.text(located(PARTS[asked[0] ?? 'headers']));
    return 0;
  },
};

/** With `/` on each system: compilers, CMake, gyp and cargo take that, and none reads it as an escape. */
function located(part: string): string {
  const path = join(packageRoot, part);
  if (existsSync(path)) return sep === '/' ? path : path.replaceAll(sep, '/');
  throw new PluginSystemError('FileNotFound', 'a part of this package is not there', {
    path,
    operation: 'include',
    remedy: 'Install mortise again.',
  });
}
