import { createRequire } from 'node:module';
import type { Range as SemverRange } from 'semver';
import type { RangeSyntax } from '../plugin/index.js';

// Imported by file, and only when there is a range: the whole of semver takes longer to import than this package.
const require = createRequire(import.meta.url);
let rangeClass: (new (text: string) => SemverRange) | undefined;

const MAX_LENGTH = 1024;
const known = new Map<string, SemverRange | undefined>();

/** A range of versions, ready to be tested; undefined if the text is none in that syntax. */
function parse(text: string, syntax: RangeSyntax): SemverRange | undefined {
  const key = `${syntax} ${text}`;
  if (known.has(key)) return known.get(key);
  rangeClass ??= require('semver/classes/range') as new (text: string) => SemverRange;
  let range: SemverRange | undefined;
  try {
    const npm = text.length > MAX_LENGTH ? undefined : syntax === 'cargo' ? npmFromCargo(text) : npmWithCommas(text);
    range = npm === undefined ? undefined : new rangeClass(npm);
  } catch {
    range = undefined;
  }
  if (known.size > 4096) known.clear();
  known.set(key, range);
  return range;
}

/** A comma between comparators means AND, as in Cargo; npm's grammar has a space there. */
function npmWithCommas(text: string): string | undefined {
  const parts = text.split(',');
  return parts.length > 1 && parts.some((part) => part.trim() === '') ? undefined : parts.join(' ');
}

const CARGO_COMPARATOR =
  /^(\^|~|=|>=|<=|>|<)?\s*(\d+|\*)(\.(?:\d+|\*|x|X))?(\.(?:\d+|\*|x|X))?(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;

/** Cargo's grammar (The Cargo Book, "Specifying Dependencies"): comparators joined by commas; one without an operator means `^`. */
function npmFromCargo(text: string): string | undefined {
  const comparators: string[] = [];
  for (const part of text.split(',')) {
    const comparator = part.trim();
    if (!CARGO_COMPARATOR.test(comparator)) return undefined;
    const isBare = /^\d/.test(comparator) && !/[*xX]/.test(comparator.split(/[-+]/)[0] as string);
    comparators.push(isBare ? `^${comparator}` : comparator.replaceAll(/\s+/g, ''));
  }
  return comparators.join(' ');
}

export function isRange(text: string, syntax: RangeSyntax = 'npm'): boolean {
  return parse(text, syntax) !== undefined;
}

/** Whether `version` lies within `range`; an undefined range takes any version, one that is malformed none. A pre-release only where the range names one of the same version (npm's rule). */
export function satisfies(version: string, range: string | undefined, syntax: RangeSyntax = 'npm'): boolean {
  return range === undefined || parse(range, syntax)?.test(version) === true;
}

/** Whether some version could lie within both, by semver's own intersection. */
export function rangesMeet(a: string, b: string, aSyntax: RangeSyntax = 'npm', bSyntax: RangeSyntax = 'npm'): boolean {
  const [left, right] = [parse(a, aSyntax), parse(b, bSyntax)];
  return left !== undefined && right !== undefined && left.intersects(right);
}

/** Negative if `a` comes before `b` in the order of semantic versions. */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  const compare = require('semver/functions/compare-build') as (a: string, b: string) => number;
  return compare(a, b);
}
