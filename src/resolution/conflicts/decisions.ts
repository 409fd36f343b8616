import type { ConflictResolution, ResolutionOptions } from '../types.js';

export interface Decision {
  readonly resolution: ConflictResolution;
  /** By the operator, rather than by the default policy. */
  readonly isDecided: boolean;
}

/** What is to be done about a conflict. A decision that names none of `members` (names, and paths) counts as none. */
export function decisionOn(
  id: string,
  members: ReadonlyArray<string | undefined>,
  { decisions, policy }: Pick<ResolutionOptions, 'decisions' | 'policy'>,
): Decision {
  const decided = decisions.get(id);
  const applies = typeof decided === 'string' || (decided !== undefined && members.includes(decided.disable));
  return applies ? { resolution: decided, isDecided: true } : { resolution: policy, isDecided: false };
}
