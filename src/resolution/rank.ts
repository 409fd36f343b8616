import { PRIORITY_BANDS } from '../abi/index.js';
import { compareVersions } from './ranges.js';
import type { Candidate } from './types.js';

const bandOf = new Map<string, number>(PRIORITY_BANDS.map(({ category }, index) => [category, index]));

/** Which of two plugins loads first where dependencies leave it open: core, then category, value and name. */
export function compareRank(a: Candidate, b: Candidate): number {
  const [left, right] = [a.metadata, b.metadata];
  return (
    Number(b.isCore) - Number(a.isCore) ||
    (bandOf.get(left.priority.category) ?? 0) - (bandOf.get(right.priority.category) ?? 0) ||
    left.priority.value - right.priority.value ||
    compareText(left.name, right.name)
  );
}

/** Which of two of one name is the better choice: the one that runs, core, then the higher version. */
export function comparePreference(a: Candidate, b: Candidate): number {
  return (
    Number(b.isRunning === true) - Number(a.isRunning === true) ||
    Number(b.isCore) - Number(a.isCore) ||
    compareVersions(b.metadata.version, a.metadata.version)
  );
}

/** By code units: the same everywhere. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
