import { PluginSystemError } from '../errors/index.js';
import type { ContextValue, JsonValue } from '../plugin/index.js';

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** How `--set` gives a value its type; part of the help. */
export const TYPE_RULE =
  'The VALUE of --set is JSON where it is valid JSON: 3 is an int64, 3.5 and 3e0 are doubles, true, false, null, [1,2] and {"a":1} are what they look\n' +
  'like, "3" in quotes is a string. Everything else is a string as it stands, and so is nothing.';

/**
 * Splits `key=value`, which `option` was given, and types the value.
 * @throws `InvalidOption`
 */
export function parseSetting(setting: string, option = 'set'): [key: string, value: ContextValue] {
  const at = setting.indexOf('=');
  if (at <= 0) throw new PluginSystemError('InvalidOption', `--${option} is ${JSON.stringify(setting)}; KEY=VALUE was wanted`);
  const key = setting.slice(0, at);
  return [key, typed(`--${option} ${key}`, key, setting.slice(at + 1))];
}

function typed(place: string, key: string, text: string): ContextValue {
  if (/^-?(0|[1-9]\d*)$/.test(text)) {
    const value = BigInt(text);
    if (value > INT64_MAX || value < INT64_MIN) {
      throw new PluginSystemError('InvalidOption', `${place}: ${text} is beyond int64`, {
        remedy: `Write ${key}='"${text}"' for a string, or ${text}.0 for a double.`,
      });
    }
    return value;
  }
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}
