import { checkKey, MAX_JSON_DEPTH, toTransfer } from '../abi/index.js';
import { isOurs, PluginSystemError, shown, thrownText } from '../errors/index.js';
import type { ContextInput, ContextValue, JsonValue, RunMode } from '../plugin/index.js';
import type { FailurePolicy, Pipeline } from './pipeline.js';

/**
 * Values of a context as JSON carries them without loss. What JSON knows stands for itself; `{"$int64": "42"}` is a BigInt, `{"$double": "NaN"}` a number that JSON has no
 * word for, `{"$bytes": "…"}` bytes in base64. In objects of the application a key that begins with `$` gets one more.
 */
export type EncodedValues = Readonly<Record<string, JsonValue>>;

/** A run that can be a job of a queue: plain JSON. All but `pipeline` and `data` are options of `run`. */
export interface RunJob {
  readonly pipeline: string | Pipeline;
  readonly mode?: RunMode | undefined;
  readonly data?: EncodedValues | undefined;
  readonly onFailure?: FailurePolicy | undefined;
  readonly concurrency?: number | undefined;
  readonly skip?: Readonly<Record<string, string>> | undefined;
}

/** Characters that a message shows of either end of a long place. */
const MAX_SIDE = 100;

const DOUBLES: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
  '-0': -0,
};

/**
 * Writes values of a context, such as `data` of a report, so that `decodeValues` gives the same again after any way that JSON takes.
 * @throws `ContextValueInvalid` naming the key, for what no context would take; for what is no object
 */
export function encodeValues(values: Readonly<Record<string, ContextInput>>): EncodedValues {
  return Object.fromEntries(
    entriesOf(values, 'values').map(([key, value]) => {
      checkKey(key);
      return [key, encode(value as ContextInput, key)];
    }),
  );
}

/**
 * Reads what `encodeValues` wrote.
 * @throws `ContextValueInvalid` naming the key and the place in its value
 */
export function decodeValues(encoded: unknown): Record<string, ContextValue> {
  return Object.fromEntries(
    entriesOf(encoded, 'encoded values').map(([key, value]) => {
      checkKey(key);
      return [key, decodeValue(value, key)];
    }),
  );
}

function entriesOf(values: unknown, what: string): Array<[string, unknown]> {
  try {
    if (isObject(values)) return Object.entries(values);
  } catch (thrown) {
    throw new PluginSystemError('ContextValueInvalid', `${what} cannot be read: ${thrownText(thrown)}`);
  }
  throw new PluginSystemError('ContextValueInvalid', `${what} are an object with a value for each key, not ${shown(values)}`);
}

function encode(value: ContextInput, key: string): JsonValue {
  const { tag, value: carried } = toTransfer(value, key);
  switch (tag) {
    case 'int64':
      return { $int64: String(carried) };
    case 'bytes':
      return { $bytes: Buffer.from(value as Uint8Array).toString('base64') };
    case 'double':
      return encodeNumber(carried as number);
    case 'json':
      return encodeObject(value, key);
    default:
      return carried as JsonValue;
  }
}

function encodeObject(value: ContextInput, key: string): JsonValue {
  try {
    return JSON.parse(JSON.stringify(value, encodePart)) as JsonValue;
  } catch (thrown) {
    // It could be written a moment ago.
    throw new PluginSystemError(
      'ContextValueInvalid',
      `the value of ${shown(key)} cannot be written as JSON: ${thrownText(thrown)}`,
    );
  }
}

function encodeNumber(value: number): JsonValue {
  if (Object.is(value, -0)) return { $double: '-0' };
  return Number.isFinite(value) ? value : { $double: String(value) };
}

/** For JSON.stringify, which goes on with the values of what this returns. What a context would refuse was refused before. */
function encodePart(_key: string, value: unknown): unknown {
  if (typeof value === 'number') return encodeNumber(value);
  // As a context does.
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (!isObject(value) || !Object.keys(value).some((key) => key.startsWith('$'))) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key.startsWith('$') ? `$${key}` : key, part]));
}

/** The key, then where in its value: what is being read. One for each key; parts come and go, since a copy for each leaf takes longer than the leaf. */
type Place = [key: string, ...parts: Array<string | number>];

function decodeValue(value: unknown, key: string): ContextValue {
  const place: Place = [key];
  try {
    const decoded = isObject(value) ? tagged(value, place) : undefined;
    return decoded === undefined ? decode(value, place) : decoded;
  } catch (thrown) {
    throw isOurs(thrown) ? thrown : invalid(place, `cannot be read: ${thrownText(thrown)}`);
  }
}

/** What a tag at the top stands for; undefined: that is no tagged value. */
function tagged(value: Readonly<Record<string, unknown>>, place: Place): ContextValue | undefined {
  const [[name, content] = ['', undefined], another] = Object.entries(value);
  if (another !== undefined || typeof content !== 'string') return undefined;
  if (name === '$int64') {
    if (!/^-?\d{1,19}$/.test(content)) throw invalid(place, `is not the decimal digits of an int64: ${shown(content)}`);
    const integer = BigInt(content);
    if (BigInt.asIntN(64, integer) !== integer) throw invalid(place, `is ${content}, which is beyond int64`);
    return integer;
  }
  if (name === '$bytes') {
    const bytes = Buffer.from(content, 'base64');
    if (bytes.toString('base64') !== content) throw invalid(place, 'is not base64');
    // Not the pooled memory behind a small Buffer.
    return new Uint8Array(bytes);
  }
  return undefined;
}

function decode(value: unknown, place: Place): JsonValue {
  if (place.length > MAX_JSON_DEPTH + 1) throw invalid([place[0]], `is nested more than ${MAX_JSON_DEPTH} levels deep`);
  if (Array.isArray(value)) return value.map((part, index) => decodePart(part, index, place));
  if (isObject(value)) return decodeObject(value, place);
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value === 'string' && value.isWellFormed()) return value;
  throw invalid(
    place,
    typeof value === 'string' ? 'is a string with a lone surrogate' : `is ${typeof value}, which no JSON holds`,
  );
}

function decodePart(value: unknown, part: string | number, place: Place): JsonValue {
  place.push(part);
  const decoded = decode(value, place);
  place.pop();
  return decoded;
}

function decodeObject(value: Readonly<Record<string, unknown>>, place: Place): JsonValue {
  const entries = Object.entries(value);
  if (entries.length === 1 && typeof value['$double'] === 'string') {
    const name = value['$double'];
    const isTop = place.length === 1;
    if (Object.hasOwn(DOUBLES, name) && (isTop || name === '-0')) return DOUBLES[name] as number;
    throw invalid(
      place,
      `is ${shown(value)}; ${isTop ? Object.keys(DOUBLES).join(', ') : 'within an object only -0'} was wanted`,
    );
  }
  return Object.fromEntries(
    entries.map(([key, part]) => {
      if (!key.startsWith('$')) return [key, decodePart(part, key, place)];
      if (key.startsWith('$$')) return [key.slice(1), decodePart(part, key, place)];
      throw invalid(
        place,
        `has ${shown(key)}, which no tagged value has here; a key of the application's own would begin with $$`,
      );
    }),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid([key, ...parts]: Place, what: string): PluginSystemError {
  const path = parts.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('');
  const where = path.length <= 2 * MAX_SIDE ? path : `${path.slice(0, MAX_SIDE)} … ${path.slice(-MAX_SIDE)}`;
  return new PluginSystemError('ContextValueInvalid', `the encoded value of ${shown(key)}${where && ` at ${where}`} ${what}`);
}
