import { createRequire } from 'node:module';
import type { Comparator, SemVer, Range as SemverRange } from 'semver';
import type { RangeSyntax } from '../plugin/index.js';

// Imported by file, and only when there is a range: the whole of semver takes longer to import than this package.
const require = createRequire(import.meta.url);
let rangeClass: (new (text: string) => SemverRange) | undefined;
let versionClass: (new (text: string) => SemVer) | undefined;

/** Bytes of a range. */
const MAX_LENGTH = 1024;
/** Characters of a version: npm takes no more. */
const MAX_VERSION = 256;
/** What is parsed is kept, since a version is compared with many ranges and a range with many versions; up to this many of each. */
const MAX_KNOWN = 16_384;
const ranges = { npm: new Map<string, SemverRange | undefined>(), cargo: new Map<string, SemverRange | undefined>() };
const versions = new Map<string, SemVer | undefined>();

function remembered<Value>(
  known: Map<string, Value | undefined>,
  text: string,
  make: () => Value | undefined,
): Value | undefined {
  const found = known.get(text);
  if (found !== undefined || known.has(text)) return found;
  let value: Value | undefined;
  try {
    value = make();
  } catch {
    value = undefined;
  }
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(text, value);
  return value;
}

/** A range of versions, ready to be tested; undefined if the text is none in that syntax. */
function parseRange(text: string, syntax: RangeSyntax): SemverRange | undefined {
  // What is too long is not remembered either.
  if (typeof text !== 'string' || text.length > MAX_LENGTH || Buffer.byteLength(text) > MAX_LENGTH) return undefined;
  return remembered(ranges[syntax], text, () => {
    const npm = syntax === 'cargo' ? npmFromCargo(text) : npmWithCommas(text);
    return npm === undefined ? undefined : rangeOf(npm);
  });
}

function rangeOf(npm: string): SemverRange {
  rangeClass ??= require('semver/classes/range') as new (text: string) => SemverRange;
  return new rangeClass(npm);
}

/** Undefined for what npm takes for no version, such as one with a number that no double holds. */
function parseVersion(text: string): SemVer | undefined {
  if (typeof text !== 'string' || text.length > MAX_VERSION) return undefined;
  return remembered(versions, text, () => {
    versionClass ??= require('semver/classes/semver') as new (text: string) => SemVer;
    return new versionClass(text);
  });
}

/**
 * A comma between comparators means AND, as in Cargo; npm's grammar has a space there. Each part must be a range by itself. The host library does the same for
 * compiled plugins (native-abi/host/range.c).
 */
function npmWithCommas(text: string): string | undefined {
  if (!text.includes(',')) return text;
  const alternatives: string[] = [];
  for (const alternative of text.split('||')) {
    const parts = alternative.split(',');
    if (parts.length > 1 && parts.some((part) => part.trim() === '')) return undefined;
    alternatives.push(parts.length === 1 ? alternative : parts.map(comparatorsOf).join(' '));
  }
  return alternatives.join(' || ');
}

/** As they are to be read again: npm takes `>=v0.0.0` for a comparator, and `>=0.0.0` for any version. */
function comparatorsOf(part: string): string {
  return rangeOf(part).range.replace(/(?<=^| )>=0\.0\.0(?= |$)/g, '>=v0.0.0');
}

const CARGO_OPERATOR = /^(\^|~|=|>=|<=|>|<)? */;
const CARGO_FULL = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;
const CARGO_PARTIAL = /^\d+(?:\.\d+)?(?:\.[*xX]){0,2}$/;
const CARGO_DEPTH = 3;

/**
 * Cargo's grammar (The Cargo Book, "Specifying Dependencies"): comparators joined by commas; one without an operator means `^`, except where it has a wildcard;
 * `*` stands alone.
 */
function npmFromCargo(text: string): string | undefined {
  if (/^ *[*xX] *$/.test(text)) return '*';
  const comparators: string[] = [];
  for (const part of text.split(',')) {
    const comparator = part.replace(/^ +| +$/g, '');
    const operator = CARGO_OPERATOR.exec(comparator);
    const version = comparator.slice(operator?.[0].length ?? 0);
    const isWild = CARGO_PARTIAL.test(version) && version.split('.').length <= CARGO_DEPTH;
    if (!isWild && !CARGO_FULL.test(version)) return undefined;
    comparators.push(`${operator?.[1] ?? (/[*xX]/.test(version) && isWild ? '' : '^')}${version}`);
  }
  return comparators.join(' ');
}

/** Whether the text is a range in that grammar. */
export function isRange(text: string, syntax: RangeSyntax = 'npm'): boolean {
  return parseRange(text, syntax) !== undefined;
}

/**
 * Whether `version` lies within `range`; an undefined range takes any version, one that is malformed none. A pre-release only where the range names one of the same
 * version: npm's rule, and Cargo's.
 */
export function satisfies(version: string, range: string | undefined, syntax: RangeSyntax = 'npm'): boolean {
  if (range === undefined) return true;
  const [parsed, tested] = [parseRange(range, syntax), parseVersion(version)];
  return parsed !== undefined && tested !== undefined && parsed.test(tested);
}

/**
 * Whether some version could lie within both. "No" is certain; "yes" is not where only pre-releases are left. Not semver's own `intersects`: that one judges
 * comparators two by two, and denies some pre-releases that both take.
 */
export function rangesMeet(a: string, b: string, aSyntax: RangeSyntax = 'npm', bSyntax: RangeSyntax = 'npm'): boolean {
  const [left, right] = [parseRange(a, aSyntax), parseRange(b, bSyntax)];
  if (left === undefined || right === undefined) return false;
  return left.set.some((one) => right.set.some((other) => canHold([...one, ...other])));
}

/** Whether any version lies above all lower and below all upper bounds: on a line, it is enough to look at the highest and the lowest. */
function canHold(comparators: readonly Comparator[]): boolean {
  let lower: Comparator | undefined;
  let upper: Comparator | undefined;
  for (const comparator of comparators) {
    const { operator, value } = comparator;
    if (value === '') continue;
    if (value === '<0.0.0-0') return false;
    if (!operator.startsWith('<') && isTighter(comparator, lower, 1)) lower = comparator;
    if (!operator.startsWith('>') && isTighter(comparator, upper, -1)) upper = comparator;
  }
  if (lower === undefined || upper === undefined) return true;
  const order = lower.semver.compare(upper.semver);
  return order < 0 || (order === 0 && isInclusive(lower) && isInclusive(upper));
}

function isTighter(comparator: Comparator, than: Comparator | undefined, direction: 1 | -1): boolean {
  if (than === undefined) return true;
  const order = comparator.semver.compare(than.semver) * direction;
  return order > 0 || (order === 0 && !isInclusive(comparator));
}

function isInclusive({ operator }: Comparator): boolean {
  return operator !== '<' && operator !== '>';
}

/** Negative if `a` comes before `b` in the order of semantic versions, build metadata last. What npm takes for no version comes before all others. */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  const [left, right] = [parseVersion(a), parseVersion(b)];
  if (left !== undefined && right !== undefined) return left.compare(right) || left.compareBuild(right);
  if (left === undefined && right === undefined) return a < b ? -1 : 1;
  return left === undefined ? -1 : 1;
}
