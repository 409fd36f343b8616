import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NAME_PATTERN } from '../abi/index.js';
import { PluginSystemError } from '../errors/index.js';
import type { PluginWarning } from '../plugin/index.js';
import type { ConflictResolution } from '../resolution/index.js';
import { readWhole, replaceFile, whileLocked } from './shared-file.js';

interface Content {
  readonly disabled: ReadonlySet<string>;
  readonly resolutions: ReadonlyMap<string, ConflictResolution>;
}

/** The file says more than this release understands. */
class LaterFormat extends Error {}

const NOTHING: Content = { disabled: new Set(), resolutions: new Map() };
const FORMAT = 1;
const MAX_BYTES = 1024 * 1024;

/**
 * What the operator of an application decided about plugins, kept in `plugins.json` of its configuration folder: which are disabled, and how conflicts are
 * resolved. The file is replaced as a whole, so that a crash leaves the old one or the new one; each change starts from what is there, one process at a time, so
 * that several may share it.
 */
export class Preferences {
  readonly path: string;
  #content: Content = NOTHING;
  /** Whether the last reading set the file aside. */
  #isSetAside = false;
  readonly #warn: (warning: PluginWarning) => void;

  constructor(configDirectory: string, warn: (warning: PluginWarning) => void) {
    this.path = join(configDirectory, 'plugins.json');
    this.#warn = warn;
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
    this.#isSetAside = false;
    let text: string;
    try {
      text = readWhole(this.path, MAX_BYTES);
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
      if (error instanceof LaterFormat) {
        const message = `${this.path} was written by a later release (${error.message}), so that no plugin is disabled; it is left as it is`;
        return { code: 'PreferencesUnreadable', message };
      }
      const why = `${this.path} is damaged (${(error as Error).message}), so that no plugin is disabled`;
      const outcome = this.#setAside();
      return { code: 'PreferencesUnreadable', message: `${why}; ${outcome}` };
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
    try {
      mkdirSync(dirname(this.path), { recursive: true });
      whileLocked(`${this.path}.lock`, () => this.#changeAlone(change));
    } catch (error) {
      throw PluginSystemError.from(error, 'PreferencesUnwritable', { path: this.path });
    }
  }

  #changeAlone(change: (content: Content) => Content): void {
    const before = this.#content;
    const problem = this.read();
    if (problem !== undefined) this.#content = before;
    // What was set aside is lost but for what is remembered here; what is there still would be lost with the first word that is written.
    if (problem !== undefined && this.#isSetAside) this.#warn(problem);
    else if (problem !== undefined) {
      throw new PluginSystemError('PreferencesUnwritable', problem.message, {
        path: this.path,
        remedy: 'Mend the file, or remove it to begin anew.',
      });
    }
    const changed = change(this.#content);
    const json = {
      format: FORMAT,
      disabled: [...changed.disabled].sort(),
      resolutions: Object.fromEntries([...changed.resolutions].sort(([a], [b]) => (a < b ? -1 : 1))),
    };
    try {
      replaceFile(this.path, `${JSON.stringify(json, undefined, 2)}\n`);
    } catch (error) {
      this.#content = before;
      throw error;
    }
    this.#content = changed;
  }

  #setAside(): string {
    for (let attempt = 1; attempt < 100; attempt++) {
      const aside = `${this.path}.damaged${attempt === 1 ? '' : `-${attempt}`}`;
      if (existsSync(aside)) continue;
      try {
        renameSync(this.path, aside);
        this.#isSetAside = true;
        return `it was set aside as ${aside}`;
      } catch (error) {
        return `it could not be set aside: ${(error as Error).message}`;
      }
    }
    return 'it was left where it is, because a hundred others were set aside before it';
  }
}

function parse(text: string): Content {
  const json = JSON.parse(text.replace(/^\uFEFF/, '')) as {
    format?: unknown;
    disabled?: unknown;
    resolutions?: unknown;
  } | null;
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new Error('it is no JSON object');
  if (typeof json.format === 'number' && json.format > FORMAT) throw new LaterFormat(`format ${json.format}`);
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
