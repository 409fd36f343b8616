import { createRequire } from 'node:module';
import { type ErrorContext, PluginSystemError } from './plugin-system-error.js';
import { shown, thrownText } from './shown.js';

/** Characters of a word that something near is looked for: looking takes as long as the product of all lengths. */
const MAX_WORD = 256;

/**
 * Refuses keys of `options` that are not in `known`, with the nearest known one as a suggestion.
 * @throws `InvalidOption`
 */
export function checkOptionNames(options: unknown, known: readonly string[], what: string): void {
  if (options === null || typeof options !== 'object') {
    throw new PluginSystemError(
      'InvalidOption',
      `${what}: an object was wanted, not ${options === null ? 'null' : typeof options}`,
    );
  }
  for (const key of keysOf(options, what)) {
    if (known.includes(key)) continue;
    const near = nearest(key, known);
    throw new PluginSystemError('InvalidOption', `${what} has no option ${shown(key)}`, {
      remedy: near === undefined ? `Options are: ${known.join(', ')}.` : `Did you mean ${JSON.stringify(near)}?`,
    });
  }
}

/** An option that is not as it must be, to be thrown: `what` it is, its value, and what was `wanted`. `place`: what else is known. */
export function wrongOption(what: string, value: unknown, wanted: string, place: ErrorContext = {}): PluginSystemError {
  const found = value === undefined ? 'missing' : shown(value);
  return new PluginSystemError('InvalidOption', `${what} is ${found}; ${wanted} was wanted`, place);
}

function keysOf(options: object, what: string): string[] {
  try {
    return Object.keys(options);
  } catch (error) {
    throw new PluginSystemError('InvalidOption', `${what}: its options cannot be read: ${thrownText(error)}`);
  }
}

/** The candidate that `word` was most likely meant to be, if one is near enough to be worth a suggestion; none for what is no text. */
export function nearest(word: unknown, candidates: readonly string[]): string | undefined {
  if (typeof word !== 'string' || word.length > MAX_WORD || candidates.length === 0) return undefined;
  const { closest, distance } = createRequire(import.meta.url)('fastest-levenshtein') as typeof import('fastest-levenshtein');
  const found = closest(word, candidates);
  return distance(word.toLowerCase(), found.toLowerCase()) <= Math.max(2, word.length / 3) ? found : undefined;
}
