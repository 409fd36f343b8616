import { nearest, PluginSystemError } from '../errors/index.js';
import type { Priority, PriorityCategory } from '../plugin/index.js';
import { PRIORITY_BANDS } from './codes.js';

/** Other words for a category, as `fold` leaves them. */
const ALIASES: Readonly<Record<string, PriorityCategory>> = {
  critical: 'core_critical',
  high: 'third_party_high',
  default: 'third_party',
  normal: 'third_party',
  low: 'third_party_low',
};

/** Without case and what stands between words: `coreCritical`, `core-critical` and `CORE_CRITICAL` are one. */
function fold(word: string): string {
  return word.toLowerCase().replaceAll(/[_-]/g, '');
}

const categories = new Map<string, PriorityCategory>([
  ...Object.entries(ALIASES),
  ...PRIORITY_BANDS.map(({ category }) => [fold(category), category] as const),
]);

/**
 * Reads a priority as people write it: `core:80`; `core`, which is the middle of its band; or `80`, which lies in the band of core. Case does not count, nor whether `_`,
 * `-` or nothing is between words; `critical`, `high`, `default`, `normal` and `low` are understood.
 * @throws `PriorityInvalid`
 */
export function parsePriority(text: string): Priority {
  const [word = '', number, ...rest] = String(text)
    .split(':')
    .map((part) => part.trim());
  if (rest.length > 0) throw invalid(text, 'category:value was wanted');
  if (number === undefined && /^\d/.test(word)) {
    const value = numberIn(word);
    const band = PRIORITY_BANDS.find(({ low, high }) => value !== undefined && value >= low && value <= high);
    if (band === undefined || value === undefined) throw invalid(text, 'a value is a whole number from 0 to 255');
    return { category: band.category, value };
  }
  const category = categories.get(fold(word));
  const band = PRIORITY_BANDS.find((other) => other.category === category);
  if (category === undefined || band === undefined) {
    const near = nearest(fold(word), [...categories.keys()]);
    const known = PRIORITY_BANDS.map((other) => other.category).join(', ');
    const remedy = near === undefined ? undefined : `Did you mean ${categories.get(near)}?`;
    throw invalid(text, `${JSON.stringify(word.slice(0, 64))} is no category; there are ${known}`, remedy);
  }
  if (number === undefined) return { category, value: (band.low + band.high) >> 1 };
  const value = numberIn(number);
  if (value === undefined || value < band.low || value > band.high) {
    throw invalid(text, `${category} takes whole numbers from ${band.low} to ${band.high}`);
  }
  return { category, value };
}

/** The form that `parsePriority` reads: `core:80`. */
export function formatPriority({ category, value }: Priority): string {
  return `${category}:${value}`;
}

function numberIn(digits: string): number | undefined {
  return /^\d{1,3}$/.test(digits) ? Number(digits) : undefined;
}

function invalid(text: string, reason: string, remedy?: string): PluginSystemError {
  return new PluginSystemError('PriorityInvalid', `the priority is ${JSON.stringify(String(text).slice(0, 80))}; ${reason}`, {
    remedy: remedy ?? 'Give a priority such as core:80, third_party or 175.',
  });
}
