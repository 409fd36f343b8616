import { compareVersions } from './ranges.js';
import type { Candidate } from './types.js';

const HEAD = 6;
const TAIL = 3;
const LISTED = 10;

/**
 * Names from a plugin to what it needs in the end, as a list that shares its rest with the chains of others: a chain may be as long as there are plugins, and each of
 * them has one.
 */
export class Chain {
  readonly name: string;
  readonly next: Chain | undefined;
  readonly length: number;
  /** The last names, at most TAIL. */
  readonly #end: readonly string[];

  constructor(name: string, next?: Chain) {
    this.name = name;
    this.next = next;
    this.length = 1 + (next?.length ?? 0);
    this.#end = next === undefined ? [name] : next.length < TAIL ? [name, ...next.#end] : next.#end;
  }

  static of(names: readonly string[]): Chain {
    return names.reduceRight<Chain | undefined>((next, name) => new Chain(name, next), undefined) as Chain;
  }

  /** `a → b → c`; the middle of a long one is left out. */
  toString(): string {
    const isWhole = this.length <= HEAD + TAIL + 1;
    const names: string[] = [];
    for (let link: Chain | undefined = this; link !== undefined && (isWhole || names.length < HEAD); link = link.next) {
      names.push(link.name);
    }
    if (!isWhole) names.push(`… ${this.length - HEAD - TAIL} more …`, ...this.#end);
    return names.join(' → ');
  }
}

/** `a, b and c`; of many, the first. */
export function listed(items: readonly string[], limit: number = LISTED): string {
  if (items.length > limit) return `${items.slice(0, limit).join(', ')} and ${items.length - limit} more`;
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** A plugin as it is asked for: its name, and the range as written where there is one. */
export function wanted({ name, range }: { readonly name: string; readonly range?: string | undefined }): string {
  return range === undefined ? name : `${name} ${range}`;
}

/** `version 1.0.0`, or `versions 1.0.0 and 2.0.0`, the lowest first. */
export function versionsOf(candidates: readonly Candidate[]): string {
  const versions = [...new Set(candidates.map(({ metadata }) => metadata.version))].sort(compareVersions);
  return `${versions.length === 1 ? 'version' : 'versions'} ${listed(versions)}`;
}
