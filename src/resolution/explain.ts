import { Choices } from './choices.js';
import { groundedOptions } from './grounding.js';
import { minimalConflict } from './minimal.js';
import { contenders, groupByName, Pool } from './pool.js';
import { screen } from './screening.js';
import type { Candidate, ResolutionOptions } from './types.js';

/**
 * A smallest set among `names` that cannot run together, whichever versions are chosen: every proper subset of it can. Undefined if all can. Looks at versions and
 * dependencies only, not at what plugins say of each other.
 */
export function explain<Entry extends Candidate>(
  entries: readonly Entry[],
  names: readonly string[],
  options: Pick<ResolutionOptions, 'apiVersion'>,
): readonly string[] | undefined {
  const usable = entries.filter((entry) => screen(entry, options.apiVersion) === undefined);
  const pool = new Pool([...groupByName(usable).values()].map(contenders));
  const choices = new Choices(pool, groundedOptions(pool));
  const numbers: number[] = [];
  for (const name of new Set(names)) {
    const number = pool.numberOf(name);
    if (number === undefined || choices.optionsOf(number).length === 0) return [name];
    numbers.push(number);
  }
  const conflictIn = (some: readonly number[]) => choices.conflictAmong([...some].sort((a, b) => a - b));
  const conflict = conflictIn(numbers);
  if (conflict === undefined) return undefined;
  const smallest = minimalConflict(
    [...conflict].sort((a, b) => b - a),
    conflictIn,
  );
  return [...smallest].sort((a, b) => a - b).map((number) => pool.names[number] as string);
}
