import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type ErrorCode, PluginSystemError } from '../errors/index.js';

/**
 * Reads an object from a file: TOML where its name ends so, else JSON. `operation`: the option that names the file; `code`: of what is no object.
 * @throws `FileNotFound`, `FileUnreadable`, `code`
 */
export function readObject(path: string, operation: string, code: ErrorCode): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw PluginSystemError.from(error, isMissing ? 'FileNotFound' : 'FileUnreadable', {
      path,
      operation,
      ...(isMissing ? {} : { remedy: 'Check that it is a file, and its permissions.' }),
    });
  }
  let parsed: unknown;
  try {
    parsed = path.endsWith('.toml') ? parseToml(text) : JSON.parse(text);
  } catch (error) {
    throw PluginSystemError.from(error, code, { path, operation, remedy: 'Correct the file.' });
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Record<string, unknown>;
  throw new PluginSystemError(code, 'an object was wanted', { path, operation, remedy: 'Correct the file.' });
}

/** As JSON would have it: dates are their text. */
function parseToml(text: string): unknown {
  const { parse } = createRequire(import.meta.url)('smol-toml') as typeof import('smol-toml');
  return JSON.parse(JSON.stringify(parse(text)));
}

/** Whether there is a folder, a file, or nothing at `path`. */
export function kindOf(path: string): 'folder' | 'file' | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? undefined : found.isDirectory() ? 'folder' : 'file';
}
