import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NAME_PATTERN } from '../abi/index.js';
import { PluginSystemError } from '../errors/index.js';
import type { PluginWarning } from '../plugin/index.js';
import type { ConflictResolution } from '../resolution/index.js';

interface Content {
  readonly disabled: ReadonlySet<string>;
  readonly resolutions: ReadonlyMap<string, ConflictResolution>;
}

const NOTHING: Content = { disabled: new Set(), resolutions: new Map() };
const FORMAT = 1;

/**
 * What the operator of an application decided about plugins, kept in `plugins.json` of its configuration folder: which are disabled, and how conflicts are
 * resolved. The file is replaced as a whole, so that a crash leaves the old one or the new one; each change starts from what is there, so that processes may
 * share it as long as they do not write in the same instant.
 */
export class Preferences {
  readonly path: string;
  #content: Content = NOTHING;

  constructor(configDirectory: string) {
    this.path = join(configDirectory, 'plugins.json');
  }

  get disabled(): ReadonlySet<string> {
    return this.#content.disabled;
  }

  /** Decisions by id of the conflict. */
  get resolutions(): ReadonlyMap<string, ConflictResolution> {
    return this.#content.resolutions;
  }

  /** Reads the file again. One that makes no sense is set aside under another name, which the warning says; nothing is disabled then. */
  read(): PluginWarning | undefined {
    let text: string;
    try {
      text = readFileSync(this.path, 'utf8');
    } catch (error) {
      this.#content = NOTHING;
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      return {
        code: 'PreferencesUnreadable',
        message: `${this.path} cannot be read, so that no plugin is disabled: ${message}`,
      };
    }
    try {
      this.#content = parse(text);
      return undefined;
    } catch (error) {
      this.#content = NOTHING;
      const why = `${this.path} is damaged (${(error as Error).message}), so that no plugin is disabled`;
      return { code: 'PreferencesUnreadable', message: `${why}; ${this.#setAside()}` };
    }
  }

  /**
   * Remembers that `plugin` is disabled, or no longer.
   * @throws `PreferencesUnwritable`; then nothing has changed
   */
  setDisabled(plugin: string, isDisabled: boolean): void {
    this.#change(({ disabled, resolutions }) => {
      const others = [...disabled].filter((name) => name !== plugin);
      return { disabled: new Set(isDisabled ? [...others, plugin] : others), resolutions };
    });
  }

  /**
   * Remembers a decision about a conflict; undefined forgets it.
   * @throws `PreferencesUnwritable`; then nothing has changed
   */
  setResolution(conflict: string, resolution: ConflictResolution | undefined): void {
    this.#change(({ disabled, resolutions }) => {
      const changed = new Map(resolutions);
      if (resolution === undefined) changed.delete(conflict);
      else changed.set(conflict, resolution);
      return { disabled, resolutions: changed };
    });
  }

  #change(change: (content: Content) => Content): void {
    this.read();
    const changed = change(this.#content);
    const json = {
      format: FORMAT,
      disabled: [...changed.disabled].sort(),
      resolutions: Object.fromEntries([...changed.resolutions].sort(([a], [b]) => (a < b ? -1 : 1))),
    };
    try {
      replaceFile(this.path, `${JSON.stringify(json, undefined, 2)}\n`);
    } catch (error) {
      throw PluginSystemError.from(error, 'PreferencesUnwritable', { path: this.path });
    }
    this.#content = changed;
  }

  #setAside(): string {
    for (let attempt = 1; attempt < 100; attempt++) {
      const aside = `${this.path}.damaged${attempt === 1 ? '' : `-${attempt}`}`;
      if (existsSync(aside)) continue;
      try {
        renameSync(this.path, aside);
        return `it was set aside as ${aside}`;
      } catch (error) {
        return `it could not be set aside: ${(error as Error).message}`;
      }
    }
    return 'it was left where it is, because a hundred others were set aside before it';
  }
}

/** Writes beside the file, then puts it in its place: rename(2) is atomic, MoveFileEx with replacement nearly so. */
function replaceFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const beside = `${path}.${process.pid}.new`;
  try {
    const descriptor = openSync(beside, 'w', 0o600);
    try {
      writeSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

function parse(text: string): Content {
  const json = JSON.parse(text) as { format?: unknown; disabled?: unknown; resolutions?: unknown } | null;
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new Error('it is no JSON object');
  if (json.format !== FORMAT) throw new Error(`its format is ${JSON.stringify(json.format)}; ${FORMAT} was wanted`);
  const { disabled = [], resolutions = {} } = json;
  if (!Array.isArray(disabled)) throw new Error('disabled is no list of names');
  for (const name of disabled)
    if (typeof name !== 'string' || !NAME_PATTERN.test(name)) throw new Error(`it disables ${JSON.stringify(name)}`);
  if (typeof resolutions !== 'object' || resolutions === null || Array.isArray(resolutions))
    throw new Error('resolutions is no object');
  for (const [id, resolution] of Object.entries(resolutions))
    if (!isResolution(resolution)) throw new Error(`the resolution of ${id} is ${JSON.stringify(resolution)}`);
  return { disabled: new Set(disabled), resolutions: new Map(Object.entries(resolutions)) };
}

/** Whether a value from outside says what is to be done about a conflict. */
export function isResolution(value: unknown): value is ConflictResolution {
  if (typeof value === 'string') return value === 'refuse' || value === 'prefer' || value === 'allow';
  const { disable, ...rest } = (value ?? {}) as { disable?: unknown };
  return typeof disable === 'string' && Object.keys(rest).length === 0;
}
