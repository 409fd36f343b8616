import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PluginSystemError } from '../../errors/index.js';
import type { BuildJob } from './build-tool.js';
import { howToGet } from './missing.js';
import { projectScript } from './project-package.js';
import { runTool } from './tool-process.js';

export const TSC = { name: 'tsc', marker: 'tsconfig.json' } as const;

/**
 * Compiles a plugin in TypeScript with the compiler of its project, into `folder`. Where it fails, nothing is written.
 * @throws `BuildFailed`, `Cancelled`
 */
export async function compileTypeScript({ directory, isDebug, signal, onOutput }: BuildJob, folder: string): Promise<void> {
  const script = projectScript(directory, 'typescript', 'tsc');
  if (script === undefined) {
    throw new PluginSystemError('BuildFailed', 'the project has no TypeScript compiler', {
      operation: 'tsc',
      path: directory,
      remedy: howToGet('typescript'),
    });
  }
  const debug = isDebug ? ['--sourceMap', 'true'] : [];
  // Not incremental: what an earlier build has written lies elsewhere.
  const settled = ['--noEmit', 'false', '--noEmitOnError', 'true', '--composite', 'false', '--incremental', 'false'];
  await runTool({
    tool: 'tsc',
    command: process.execPath,
    args: [script, '-p', join(directory, TSC.marker), '--outDir', folder, ...settled, ...debug],
    cwd: directory,
    need: 'typescript',
    signal,
    onOutput,
  });
}

/**
 * Where the plugin begins, relative to dist/: what package.json says (`exports`, `main`), or else index.js.
 * @throws `BuildFailed` if that is not in dist/
 */
export function entryOf(directory: string): string {
  const { exports, main } = readPackage(directory);
  const stated = entryIn(exports) ?? (typeof main === 'string' ? main : 'dist/index.js');
  const entry = stated.replace(/^\.\//, '');
  if (/^dist\/(?!.*\.\.).+\.[cm]?js$/.test(entry)) return entry.slice('dist/'.length);
  throw new PluginSystemError(
    'BuildFailed',
    `package.json says that the plugin begins in ${stated}, which is no JavaScript in dist/`,
    {
      path: join(directory, 'package.json'),
      operation: 'tsc',
      remedy: 'Let "exports" name the compiled module of the plugin, such as "./dist/index.js".',
    },
  );
}

function entryIn(exports: unknown): string | undefined {
  if (typeof exports === 'string') return exports;
  if (typeof exports !== 'object' || exports === null) return undefined;
  const { '.': own, import: module, default: any } = exports as Record<string, unknown>;
  return entryIn(own ?? module ?? any);
}

/** What package.json says; nothing if there is none. */
export function readPackage(directory: string): Readonly<Record<string, unknown>> {
  const path = join(directory, 'package.json');
  if (!existsSync(path)) return {};
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    throw PluginSystemError.from(error, 'BuildFailed', { path, operation: 'tsc', remedy: 'Correct package.json.' });
  }
}
