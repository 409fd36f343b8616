// What a manifest must be: the rules for all who read one, the compilers' header and the package alike. Takes and gives text, reads no files, needs nothing but the language.
// The Rust kit has them a second time, for its compiler; test/manifest/vectors.json holds the two together.

/** MORTISE_MAX_MANIFEST of record.h: bytes of UTF-8 without white space between parts. */
const MAX_BYTES = 1_048_576;
/** MORTISE_MAX_JSON_DEPTH of value.h: objects and arrays within each other, the manifest itself among them. */
const MAX_DEPTH = 1024;
/** Keys of the manifest itself. */
const MAX_KEYS = 256;
/** Characters of a version. */
const MAX_VERSION = 256;
/** Characters of a value that a message quotes. */
const MAX_QUOTED = 120;

/** Names of plugins and of services. */
export const NAME_PATTERN = /^[A-Za-z][A-Za-z0-9._-]{0,63}$/;
// https://semver.org, "Is there a suggested regular expression". Importing a library for one test costs more than the rest of the load.
const SEMANTIC_VERSION =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?$/;

/**
 * Whether `text` is a semantic version that can be compared: of 256 characters at most, with numbers that JavaScript holds exactly.
 * @param {string} text
 */
export function isVersion(text) {
  const match = text.length <= MAX_VERSION ? SEMANTIC_VERSION.exec(text) : null;
  return match?.slice(1, 4).every((number) => Number.isSafeInteger(Number(number))) ?? false;
}

const NAME_WANTED = 'a letter, then letters, digits, ".", "_" or "-", 64 at most';
const VERSION_WANTED = 'a semantic version such as 1.0.0';
const LIMITS_WANTED = `${VERSION_WANTED}, of ${MAX_VERSION} characters at most, with numbers up to ${Number.MAX_SAFE_INTEGER}`;

/** What is wrong with a manifest, as a sentence for its author that begins with the file. */
export class ManifestProblem extends Error {}

/**
 * Reads and checks a manifest.
 * @param {string | Uint8Array} given one JSON object with `name` and `version`; may begin with a byte order mark
 * @param {string} file named in problems
 * @returns {{ manifest: { name: string, version: string, [key: string]: unknown }, json: string }} also as JSON without white space between its parts, else as written
 * @throws {ManifestProblem}
 */
export function readManifest(given, file) {
  const text = (typeof given === 'string' ? given : decoded(given, file)).replace(/^\uFEFF/, '');
  const manifest = parsed(text, file);
  const { json, members } = scanned(text, file);
  checkKeys(members, file);
  checkText('name', { text, manifest, members, file }, (name) => (NAME_PATTERN.test(name) ? undefined : NAME_WANTED));
  checkText('version', { text, manifest, members, file }, (version) => {
    if (isVersion(version)) return undefined;
    return SEMANTIC_VERSION.test(version) ? LIMITS_WANTED : VERSION_WANTED;
  });
  const { length } = new TextEncoder().encode(json);
  if (length > MAX_BYTES) throw new ManifestProblem(`${file}: ${length} bytes of JSON; ${MAX_BYTES} are the limit`);
  return { manifest, json };
}

function decoded(bytes, file) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ManifestProblem(`${file} is not UTF-8`);
  }
}

function parsed(text, file) {
  let manifest;
  try {
    manifest = JSON.parse(text);
  } catch (error) {
    throw new ManifestProblem(`${file} is not JSON: ${error.message.replaceAll('\n', ' ')}`);
  }
  if (typeof manifest !== 'object' || manifest === null || Array.isArray(manifest)) {
    throw new ManifestProblem(
      `${file} must hold one JSON object, such as {"name": "greeter", "version": "1.0.0"}; it holds ${Array.isArray(manifest) ? 'a list' : quoted(manifest)}`,
    );
  }
  return manifest;
}

/** Walks over the text of an object that is known to be JSON: without its white space, and its keys as written with where their values begin. */
function scanned(text, file) {
  const pieces = [];
  const members = [];
  let depth = 0;
  let isKey = false;
  for (let at = 0; at < text.length; at++) {
    const from = at;
    const character = text[at];
    if (isSpace(character)) continue;
    if (character === '{' || character === '[') depth++;
    if (depth > MAX_DEPTH)
      throw new ManifestProblem(
        `${file} is nested too deeply: ${MAX_DEPTH} objects and arrays within each other are the limit`,
      );
    if (character === '}' || character === ']') depth--;
    if (character === '"') {
      at = endOfString(text, from);
      if (isKey) members.push({ key: text.slice(from + 1, at), value: startOfValue(text, at + 1) });
    } else if (!isMark(character)) {
      while (at + 1 < text.length && !isSpace(text[at + 1]) && !isMark(text[at + 1])) at++;
    }
    isKey = depth === 1 && (character === '{' || character === ',');
    pieces.push(text.slice(from, at + 1));
  }
  return { json: pieces.join(''), members };
}

function isSpace(character) {
  return character === ' ' || character === '\t' || character === '\n' || character === '\r';
}

function isMark(character) {
  return '{}[],:'.includes(character);
}

/** Where the string that begins at `start` has its closing quote. */
function endOfString(text, start) {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

/** Where the value behind a key begins, of which `at` is behind the closing quote. */
function startOfValue(text, at) {
  while (isSpace(text[at]) || text[at] === ':') at++;
  return at;
}

function checkKeys(members, file) {
  const seen = new Set();
  for (const { key } of members) {
    if (key.includes('\\'))
      throw new ManifestProblem(`${file}: the key ${quoted(key)} is written with a backslash; write it without`);
    if (seen.has(key)) throw new ManifestProblem(`${file} has the key ${quoted(key)} twice; once was wanted`);
    seen.add(key);
  }
  if (seen.size > MAX_KEYS) throw new ManifestProblem(`${file} has ${seen.size} keys; ${MAX_KEYS} are the limit`);
}

/** `wantedInstead`: what was wanted where a text is something else. The compiler of Rust finds these texts as they are written: no escapes. */
function checkText(key, { text, manifest, members, file }, wantedInstead) {
  const value = manifest[key];
  const at = members.find((member) => member.key === key)?.value;
  let wanted = wantedInstead(typeof value === 'string' ? value : '');
  if (wanted === undefined && !text.startsWith(`"${value}"`, at)) wanted = 'written without escapes';
  if (wanted === undefined) return;
  throw new ManifestProblem(
    `${file}: "${key}" must be ${wanted}; ${at === undefined ? 'it is missing' : `it is ${quoted(value)}`}`,
  );
}

function quoted(value) {
  const text = JSON.stringify(value);
  return text.length <= MAX_QUOTED ? text : `${text.slice(0, MAX_QUOTED)}…`;
}
