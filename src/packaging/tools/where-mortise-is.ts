import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { PluginSystemError } from '../../errors/index.js';

/** A path into this package, as a project file writes it: what leads to the package, and what follows. */
const INTO_PACKAGE = /^(.*?node_modules\/mortise)((?:\/.*)?)$/;

/**
 * Whether the crate of the kit is where Cargo.toml in `directory` says: npm puts packages of a workspace into node_modules of a folder above.
 * @throws `BuildFailed` with what to write
 */
export function checkCargoPaths(directory: string): void {
  const file = join(directory, 'Cargo.toml');
  const { parse } = createRequire(import.meta.url)('smol-toml') as typeof import('smol-toml');
  let described: unknown;
  try {
    described = parse(readFileSync(file, 'utf8'));
  } catch {
    // Cargo says better what is wrong with it.
    return;
  }
  for (const [name, path] of dependencyPaths(described)) {
    requirePath(file, path, ({ found, rest }) => `Write in Cargo.toml: ${name} = { path = "${found}${rest}" }.`);
  }
}

/**
 * The same of binding.gyp, which is no JSON: every text in it that looks like such a path.
 * @throws `BuildFailed` with what to write
 */
export function checkGypPaths(directory: string): void {
  const file = join(directory, 'binding.gyp');
  const text = readFileSync(file, 'utf8').replace(/^\s*#.*$/gm, '');
  for (const [, , path = ''] of text.matchAll(/(['"])([^'"<>]*node_modules\/mortise(?:\/[^'"<>]*)?)\1/g)) {
    requirePath(file, path, ({ written, found }) => `Write ${found} for ${written} in binding.gyp, each time.`);
  }
}

/** Names and paths of the dependencies in all tables of a Cargo.toml: also of a workspace, or of one target. */
function dependencyPaths(table: unknown): Array<[string, string]> {
  if (typeof table !== 'object' || table === null) return [];
  return Object.entries(table).flatMap(([key, value]): Array<[string, string]> => {
    const path: unknown = (value as { path?: unknown } | null)?.path;
    return typeof path === 'string' ? [[key, path]] : dependencyPaths(value);
  });
}

interface Place {
  /** What stands in the file: `node_modules/mortise`. */
  readonly written: string;
  /** What should. */
  readonly found: string;
  /** What follows in the package. */
  readonly rest: string;
}

function requirePath(file: string, path: string, remedy: (place: Place) => string): void {
  const [, written, rest] = INTO_PACKAGE.exec(path) ?? [];
  // What Cargo and node-gyp go up from.
  const directory = realpathSync(dirname(file));
  if (written === undefined || rest === undefined || existsSync(resolve(directory, path))) return;
  const installed = packageFor(directory);
  if (installed === undefined) return;
  const found = relative(directory, installed).replaceAll('\\', '/');
  // Then something else is wrong with the path, and the tool says it.
  if (found === written) return;
  throw new PluginSystemError('BuildFailed', `${basename(file)} looks for mortise in ${written}, but it is in ${found}`, {
    path: file,
    operation: 'build',
    remedy: remedy({ written, found, rest }),
  });
}

/** The one that npm has installed for the project; undefined if it has none: then the tool says what is missing. */
function packageFor(directory: string): string | undefined {
  for (let folder = directory; ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', 'mortise');
    if (existsSync(join(found, 'package.json'))) return found;
    if (folder === dirname(folder)) return undefined;
  }
}
