import { types } from 'node:util';
import { PluginSystemError, thrownText } from '../errors/index.js';
import type { ContextValue, JsonValue, TransferValue } from '../plugin/index.js';
import { MAX_JSON_DEPTH, MAX_KEY } from './limits.js';

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/**
 * A JavaScript value as one of the ABI. Objects and arrays become JSON text, bytes are kept as they are.
 * @throws `ContextValueInvalid` for what the ABI has no tag for: undefined, functions, symbols, a bigint beyond int64, lone surrogates, cycles
 */
export function toTransfer(value: unknown, key: string): TransferValue {
  switch (typeof value) {
    case 'number':
      return { tag: 'double', value };
    case 'string':
      if (!value.isWellFormed()) throw invalid(key, 'is a string with a lone surrogate, which UTF-8 cannot carry');
      return { tag: 'string', value };
    case 'boolean':
      return { tag: 'bool', value };
    case 'bigint':
      if (value < INT64_MIN || value > INT64_MAX) throw invalid(key, `is the bigint ${value}, which is beyond int64`);
      return { tag: 'int64', value };
    case 'object':
      if (value === null) return { tag: 'null', value };
      // Not `instanceof`, which asks the value, and a proxy may answer by throwing.
      if (types.isUint8Array(value)) return { tag: 'bytes', value };
      return { tag: 'json', value: toJson(value, key) };
    default:
      throw invalid(key, `is ${value === undefined ? 'undefined' : `a ${typeof value}`}`);
  }
}

/** The JavaScript value of a transfer value: JSON is parsed afresh. */
export function fromTransfer(transfer: TransferValue): ContextValue {
  return transfer.tag === 'json' ? (JSON.parse(transfer.value as string) as JsonValue) : (transfer.value as ContextValue);
}

/**
 * A context key: 1–255 bytes of UTF-8 without NUL.
 * @throws `ContextValueInvalid`
 */
export function checkKey(key: unknown): asserts key is string {
  if (typeof key !== 'string')
    throw new PluginSystemError('ContextValueInvalid', `a context key is a string, not ${typeof key}`);
  const fits = key.length > 0 && key.length <= MAX_KEY && (key.length <= MAX_KEY / 3 || Buffer.byteLength(key) <= MAX_KEY);
  if (!fits || key.includes('\0') || !key.isWellFormed()) {
    throw new PluginSystemError(
      'ContextValueInvalid',
      `${JSON.stringify(key.slice(0, 64))} is no context key: 1–${MAX_KEY} bytes of UTF-8 without NUL`,
    );
  }
}

function toJson(value: object, key: string): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value, jsonPart);
  } catch (error) {
    throw invalid(key, `cannot be written as JSON: ${thrownText(error)}`);
  }
  if (text === undefined) throw invalid(key, 'cannot be written as JSON');
  if (text.length > 2 * MAX_JSON_DEPTH && depthOf(text) > MAX_JSON_DEPTH) {
    throw invalid(key, `is nested more than ${MAX_JSON_DEPTH} levels deep`);
  }
  return text;
}

/** Deepest nesting of JSON text. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '[' || character === '{') deepest = Math.max(deepest, ++depth);
    else if (character === ']' || character === '}') depth--;
  }
  return deepest;
}

/** What JSON.stringify would silently turn into something else is refused. */
function jsonPart(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`${value} has no JSON form inside an object`);
  if (typeof value === 'string' && !value.isWellFormed()) throw new TypeError('a string has a lone surrogate');
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null && Object.getPrototypeOf(prototype) !== null) {
      throw new TypeError(`a ${value.constructor?.name ?? 'object of a class'} is neither a plain object nor an array`);
    }
  }
  return value;
}

function invalid(key: string, what: string): PluginSystemError {
  return new PluginSystemError('ContextValueInvalid', `the value of ${JSON.stringify(key)} ${what}`);
}
