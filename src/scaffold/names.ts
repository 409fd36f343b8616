import { PluginSystemError, shown } from '../errors/index.js';
import { reservedBy } from './reserved-names.js';

/** Words of a–z and 0–9, joined by `-` or `_`. What npm, cargo, CMake and namespaces of stages all take; a file on any system, too. */
const USABLE = /^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$/;
/** MORTISE_MAX_NAME of plugin.h. */
const MAX_LENGTH = 64;

/** What things of a plugin are called in its sources. */
export interface ProjectNames {
  /** The plugin, its package, its crate, its target, and the namespace of its stages. */
  readonly name: string;
  /** The class or struct: `GreeterPlugin`. */
  readonly className: string;
}

/**
 * Derives all names from that of a plugin.
 * @throws `NameUnusable`: one of npm, cargo, CMake, Windows or the grammar of namespaces does not take it; the remedy has one that all of them take
 */
export function projectNames(name: string): ProjectNames {
  const wrong = whatIsWrong(name);
  if (wrong === undefined) return { name, className: classNameOf(name) };
  const near = usableNameNear(name);
  throw new PluginSystemError('NameUnusable', `a plugin cannot be created as ${shown(name)}: ${wrong}`, {
    operation: 'create',
    remedy: `Name it ${near}, for example.`,
  });
}

function whatIsWrong(name: string): string | undefined {
  if (name === '') return 'the name is empty';
  if (name.length > MAX_LENGTH) return `it has ${name.length} characters, and ${MAX_LENGTH} are the limit`;
  if (USABLE.test(name)) return reservedBy(name);
  if (/[A-Z]/.test(name)) return 'stages, npm and crates have names in lower case';
  const strange = [...name].find((character) => !/[a-z0-9_-]/.test(character));
  if (strange !== undefined) return `${shown(strange)} is no letter of a-z, digit, "-" or "_"`;
  if (!/^[a-z]/.test(name)) return 'it does not begin with a letter';
  return 'each "-" and "_" needs a letter or digit on either side';
}

function usableNameNear(name: string): string {
  const words = name
    // greeterTool has two words.
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .split(/[^a-z0-9_]+|_(?![a-z0-9])|(?<![a-z0-9])_/)
    .filter((word) => word !== '');
  const joined = words.join('-');
  const begun = /^[a-z]/.test(joined) ? joined : ['plugin', ...words].join('-');
  const short = begun.slice(0, MAX_LENGTH).replace(/[-_]+$/, '');
  return whatIsWrong(short) === undefined ? short : `${short}-plugin`;
}

/** Ends in `Plugin`, so that it is no name of the kits, or of the language. */
function classNameOf(name: string): string {
  const words = name.split(/[-_]/).map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  const joined = words.join('');
  return /^(Mortise)?Plugin$/.test(joined) || !joined.endsWith('Plugin') ? `${joined}Plugin` : joined;
}
