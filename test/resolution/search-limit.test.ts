import { describe, expect, it } from 'vitest';
import { resolve } from '../../dist/resolution/resolve.js';
import { label, options, plugin } from './candidates.js';

const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const two = (index: number) => String(index).padStart(2, '0');

/**
 * Each bird has one version for each hole, which needs the hole in the version that is meant for this bird: two birds cannot have one hole. That there are more birds
 * than holes is seen at once by counting, and by going through clauses only after exponentially many steps.
 */
function birds(count: number, holes: number) {
  return [
    ...range(count).flatMap((bird) =>
      range(holes).map((hole) => plugin(`bird-${two(bird)} ${hole}.0.0`, { needs: [`hole-${two(hole)} ${bird}`] })),
    ),
    ...range(holes).flatMap((hole) => range(count).map((bird) => plugin(`hole-${two(hole)} ${bird}.0.0`))),
  ];
}

const countOf = (entries: ReadonlyArray<{ metadata: { name: string } }>, prefix: string) =>
  entries.filter(({ metadata }) => metadata.name.startsWith(prefix)).length;

describe('metadata that is made to keep the search for versions busy', () => {
  it.each([
    [5, 4],
    [9, 8],
    [12, 11],
  ])('[G9] %i birds for %i holes: one of them gives way', (count, holes) => {
    const { order } = resolve(birds(count, holes), options());
    expect(countOf(order, 'bird')).toBe(holes);
  });

  const many = birds(30, 20);
  const bystanders = range(20).flatMap((index) => [
    plugin(`library-${index} 1.0.0`),
    plugin(`library-${index} 2.0.0`),
    plugin(`user-${index}`, { needs: [`library-${index} 1`] }),
  ]);

  it.each(['prefer', 'refuse', 'allow'] as const)(
    '[G9] ends all the same, and spoils nothing for the others (%s)',
    (policy) => {
      const { order, refused, edges } = resolve([...many, ...bystanders], options({ policy }));
      expect(countOf(order, 'bird')).toBe(20);
      expect(countOf(order, 'user')).toBe(20);
      expect(
        countOf(
          edges.map(({ from }) => from),
          'bird',
        ),
      ).toBe(20);
      const givenUp = refused.filter(
        ({ entry, error }) => label(entry).startsWith('bird-21') && error.code === 'DependencyConflict',
      );
      expect(givenUp[0]?.error.detail).toBe(
        'whether bird-21 can run beside the others was not found out: the search among the versions that are here was given up',
      );
      expect(givenUp[0]?.error.remedy).toBe(
        'Remove versions that are not needed, of what bird-21 needs and of bird-21 itself.',
      );
    },
  );

  it('[G9] is warned of where a version may be lower than it need be', () => {
    const { warnings } = resolve([...many, ...bystanders], options());
    const messages = warnings.map(({ warning }) => warning.message);
    expect(messages.length).toBeGreaterThan(0);
    for (const message of messages)
      expect(message).toMatch(/^bird-\d+ runs in version .* is here: the search for the best versions was given up$/);
  });
});
