/** Characters of a text that are shown. */
const MAX_TEXT = 120;
/** Characters that the whole may have. */
const MAX_LENGTH = 240;
/** Entries of a list or an object that are shown. */
const MAX_ENTRIES = 4;
const MAX_DEPTH = 2;
/** Writing out a bigint takes longer than linear in its length. */
const LARGE = 10n ** 40n;

/**
 * A value of any kind as a message quotes it: short, with texts in quotes. Never throws, whatever the value does when it is looked at: proxies, getters and objects without
 * a prototype included.
 */
export function shown(value: unknown): string {
  try {
    const text = written(value, MAX_DEPTH);
    return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH).toWellFormed()}…`;
  } catch {
    return unshowable(value);
  }
}

/** What was thrown, in the words of who threw it. Anything can be thrown, also what cannot be turned into a string. */
export function thrownText(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message) : String(thrown);
  } catch {
    return unshowable(thrown);
  }
}

function unshowable(value: unknown): string {
  return `something that cannot be shown (${typeof value})`;
}

function written(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'bigint':
      return value < LARGE && value > -LARGE ? `${value}n` : 'a bigint of more than 40 digits';
    case 'function':
      return 'a function';
    case 'object':
      return value === null ? 'null' : writtenObject(value, depth);
    default:
      return Object.is(value, -0) ? '-0' : String(value);
  }
}

function quoted(text: string): string {
  if (text.length <= MAX_TEXT) return JSON.stringify(text);
  return `${JSON.stringify(`${text.slice(0, MAX_TEXT).toWellFormed()}…`)} (${text.length} characters)`;
}

function writtenObject(value: object, depth: number): string {
  if (Array.isArray(value)) {
    if (depth === 0 && value.length > 0) return '[…]';
    const items = value.slice(0, MAX_ENTRIES).map((item) => written(item, depth - 1));
    return `[${shortened(items, value.length)}]`;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return instanceOf(prototype);
  const keys = Object.keys(value);
  if (depth === 0 && keys.length > 0) return '{…}';
  const fields = keys
    .slice(0, MAX_ENTRIES)
    .map((key) => `${quoted(key)}: ${written((value as Record<string, unknown>)[key], depth - 1)}`);
  return `{${shortened(fields, keys.length)}}`;
}

function shortened(entries: readonly string[], count: number): string {
  const more = count > entries.length ? [`… ${count - entries.length} more`] : [];
  return [...entries, ...more].join(', ');
}

function instanceOf(prototype: unknown): string {
  const name = (prototype as { constructor?: { name?: unknown } }).constructor?.name;
  return typeof name === 'string' && /^\w{1,64}$/.test(name) ? `an object of class ${name}` : 'an object';
}
