import { ineligibility } from '../../dist/resolution/eligibility.js';
import type { Candidate, ResolutionOptions } from '../../dist/resolution/index.js';
import { Constraints } from '../../dist/resolution/versions/constraints.js';
import { feasibleOptions } from '../../dist/resolution/versions/feasibility.js';
import { minimalConflict } from '../../dist/resolution/versions/minimal-conflict.js';
import { contenders, groupByName, Pool } from '../../dist/resolution/versions/pool.js';

/**
 * A smallest set among `names` that cannot run together, whichever versions are chosen: every proper subset of it can. Undefined if all can. Looks at versions and
 * dependencies only, not at what plugins say of each other.
 */
export function smallestConflict<Entry extends Candidate>(
  entries: readonly Entry[],
  names: readonly string[],
  options: Pick<ResolutionOptions, 'apiVersion'>,
): readonly string[] | undefined {
  const usable = entries.filter((entry) => ineligibility(entry, options.apiVersion) === undefined);
  const pool = new Pool([...groupByName(usable).values()].map(contenders));
  const constraints = new Constraints(
    pool,
    feasibleOptions(pool, () => false),
    { left: 20_000 },
  );
  const numbers: number[] = [];
  for (const name of new Set(names)) {
    const number = pool.numberOf(name);
    if (number === undefined || constraints.optionsOf(number).length === 0) return [name];
    numbers.push(number);
  }
  const conflictIn = (some: readonly number[]) => constraints.conflictAmong([...some].sort((a, b) => a - b));
  const conflict = conflictIn(numbers);
  if (conflict === undefined) return undefined;
  const smallest = minimalConflict(
    [...conflict].sort((a, b) => b - a),
    conflictIn,
  );
  return [...smallest].sort((a, b) => a - b).map((number) => pool.names[number] as string);
}
