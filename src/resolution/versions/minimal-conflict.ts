/**
 * Leaves out of a set that cannot be had whatever it cannot be had without: of what is returned, every proper subset can be had.
 * @param conflictIn a part of the set that cannot be had; undefined if it can
 */
export function minimalConflict<Item>(
  conflict: readonly Item[],
  conflictIn: (items: readonly Item[]) => readonly Item[] | undefined,
): readonly Item[] {
  let left = conflict;
  for (const item of conflict) {
    if (!left.includes(item)) continue;
    const smaller = conflictIn(left.filter((other) => other !== item));
    if (smaller !== undefined) left = smaller;
  }
  return left;
}
