import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, type Stats, statSync } from 'node:fs';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { otherThanFile } from '../binary/file-kind.js';
import { isOurs, PluginSystemError, shown, thrownText } from '../errors/index.js';
import type { Plugin } from '../plugin/index.js';
import { isPlugin } from './define-plugin.js';

/** A module that can be imported, as far as that can be told without doing so. */
export interface ModuleFile {
  readonly path: string;
  /** Lower-case hex, of the file itself: what it imports is not in it. */
  readonly sha256: string;
}

/** Bytes; larger files are refused unread. */
const MAX_MODULE_SIZE = 64 * 1024 * 1024;
/** Opening a FIFO for reading waits for a writer; not with this flag. Windows has neither. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** What Node imports, and what has to be compiled before. */
const IMPORTED = new Set(['.mjs', '.js', '.cjs']);

/** Hash by real path of each module that was imported here: a process imports a module once. */
const imported = new Map<string, string>();

/**
 * Reads the module at `path`, which must be absolute. Nothing of it runs. Only regular files are opened: FIFOs and devices are refused, not waited for.
 * @throws `FileNotFound`, `FileUnreadable` (also above 64 MiB), `ModuleInvalid` (no regular file, or TypeScript that was not compiled)
 */
export function checkModuleFile(path: string): ModuleFile {
  const place = { path, phase: 'loading', operation: 'check' } as const;
  let bytes: Buffer;
  try {
    bytes = contentOf(path);
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw PluginSystemError.from(error, isMissing ? 'FileNotFound' : 'FileUnreadable', place);
  }
  if (!IMPORTED.has(extname(path).toLowerCase())) {
    throw new PluginSystemError('ModuleInvalid', `${extname(path)} files are not imported`, {
      ...place,
      remedy: 'Compile it first (npx tsc) and give the .js or .mjs file that this makes.',
    });
  }
  return { path, sha256: createHash('sha256').update(bytes).digest('hex') };
}

function contentOf(path: string): Buffer {
  // Not even opened: that of a device can have effects.
  requireModuleFile(statSync(path));
  const descriptor = openSync(path, OPEN_FLAGS);
  try {
    // Asked again of what was opened: it may be another file by now.
    const stats = fstatSync(descriptor);
    requireModuleFile(stats);
    const bytes = Buffer.allocUnsafeSlow(stats.size);
    let filled = 0;
    for (let count = -1; filled < bytes.length && count !== 0; filled += count) {
      count = readSync(descriptor, bytes, filled, bytes.length - filled, filled);
    }
    return bytes.subarray(0, filled);
  } finally {
    closeSync(descriptor);
  }
}

function requireModuleFile(stats: Stats): void {
  const what = otherThanFile(stats);
  if (what !== undefined) {
    throw new PluginSystemError('ModuleInvalid', `this is ${what}, not a module`, {
      remedy: 'Give the path of the module itself: a regular file in JavaScript.',
    });
  }
  if (stats.size > MAX_MODULE_SIZE) {
    throw new PluginSystemError('FileUnreadable', `the file has ${stats.size} bytes; at most ${MAX_MODULE_SIZE} are read`, {
      remedy: 'Let the module read its data from files that are shipped beside it.',
    });
  }
}

/**
 * The plugin that is the default export of the module at `path`, which must be absolute. Its code runs with the rights of this process. A second import gives the same plugin
 * again. `onStep` is called before each step. `wanted`: what the file must be, if that is known.
 * @throws those of `checkModuleFile`; `ModuleInvalid` (it threw, or exports no plugin); `LibraryChanged` if other bytes of it were imported before; what `definePlugin` throws
 */
export async function importPlugin(
  path: string,
  onStep: (step: 'check' | 'import' | 'metadata') => void,
  wanted?: string,
): Promise<Plugin> {
  onStep('check');
  const { sha256 } = checkModuleFile(path);
  if (wanted !== undefined && wanted !== sha256) {
    const place = { path, phase: 'loading', operation: 'check' } as const;
    throw new PluginSystemError('LibraryChanged', 'the file was replaced between its check and its import', place);
  }
  const real = realpathSync(path);
  const before = imported.get(real);
  if (before !== undefined && before !== sha256) {
    throw new PluginSystemError('LibraryChanged', 'other bytes of this module were imported into this process before', {
      path,
      phase: 'loading',
      operation: 'import',
      remedy: 'Restart the process: a module cannot be imported afresh.',
    });
  }
  onStep('import');
  // Remembered before: Node keeps a failed import as well.
  imported.set(real, sha256);
  let exported: Readonly<Record<string, unknown>>;
  try {
    exported = (await import(pathToFileURL(real).href)) as Readonly<Record<string, unknown>>;
  } catch (thrown) {
    throw importFailed(thrown, path);
  }
  onStep('metadata');
  return pluginIn(exported, path);
}

function importFailed(thrown: unknown, path: string): PluginSystemError {
  const place = { path, phase: 'loading', operation: 'import' } as const;
  // definePlugin says what is wrong with a definition.
  if (isOurs(thrown)) return PluginSystemError.fromThrown(thrown, 'ModuleInvalid', place);
  const isMissing = codeOf(thrown) === 'ERR_MODULE_NOT_FOUND' || codeOf(thrown) === 'MODULE_NOT_FOUND';
  return new PluginSystemError('ModuleInvalid', `it threw when it was imported: ${thrownText(thrown)}`, {
    ...place,
    remedy: isMissing
      ? 'Install what it imports where Node finds it: in its folder, or in one above.'
      : 'Mend the module: what it does when it is imported must not fail.',
    cause: thrown,
  });
}

function codeOf(thrown: unknown): unknown {
  try {
    return (thrown as { code?: unknown } | null | undefined)?.code;
  } catch {
    return undefined;
  }
}

/** The exports may be proxies, or have getters: whatever looks at them can throw. */
function pluginIn(exported: Readonly<Record<string, unknown>>, path: string): Plugin {
  const place = { path, phase: 'metadata', operation: 'default export' } as const;
  let found: Plugin | PluginSystemError;
  try {
    found = lookedUp(exported);
  } catch (thrown) {
    throw new PluginSystemError('ModuleInvalid', `its default export cannot be read: ${thrownText(thrown)}`, {
      ...place,
      cause: thrown,
    });
  }
  if (isOurs(found)) throw found.within(place);
  return found;
}

/** Or why there is none. */
function lookedUp(exported: Readonly<Record<string, unknown>>): Plugin | PluginSystemError {
  const own = exported['default'];
  if (isPlugin(own)) return own;
  // What a compiler makes of `export default` for CommonJS.
  const inner = isObject(own) && own['__esModule'] === true ? own['default'] : undefined;
  if (isPlugin(inner)) return inner;
  const other = Object.keys(exported).find((name) => name !== 'default' && isPlugin(exported[name]));
  const found = own === undefined ? 'it has no default export' : `its default export is ${shown(own)}, and no plugin`;
  const isDefinition = isObject(own) && typeof own['name'] === 'string' && typeof own['version'] === 'string';
  const remedy =
    other !== undefined
      ? `Export ${other} as the default: export { ${other} as default }.`
      : isDefinition
        ? 'Make a plugin of it: export default definePlugin({ … }).'
        : undefined;
  return new PluginSystemError('ModuleInvalid', found, { remedy });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
