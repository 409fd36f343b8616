import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../dist/resolution/index.js';
import { satisfies } from '../../dist/resolution/ranges.js';
import { resolve } from '../../dist/resolution/resolve.js';
import { feasibleOptions } from '../../dist/resolution/versions/feasibility.js';
import { groupByName, Pool } from '../../dist/resolution/versions/pool.js';
import { chooseVersions } from '../../dist/resolution/versions/version-choice.js';
import { label, options, plugin } from './candidates.js';
import { smallestConflict } from './smallest-conflict.js';

/*
 * What resolution says is held against trying everything: small graphs, with circles, plugins that need themselves, and several versions of each name.
 */

const NAMES = ['a', 'b', 'c', 'd', 'e'];
const VERSIONS = ['1.0.0', '2.0.0', '3.0.0'];
const RANGES = ['*', '1', '<3', '>1', '1 || 3', '>=3', '2', '>3'];

const need = fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(...RANGES)).map(([name, range]) => `${name} ${range}`);
const version = fc.record({
  name: fc.constantFrom(...NAMES),
  version: fc.constantFrom(...VERSIONS),
  needs: fc.uniqueArray(need, { maxLength: 3 }),
  wants: fc.uniqueArray(need, { maxLength: 1 }),
});
const graph = fc
  .uniqueArray(version, { maxLength: 12, selector: ({ name, version }) => `${name} ${version}` })
  .map((versions) => versions.map(({ name, version, ...more }) => plugin(`${name} ${version}`, more)));

type Selection = ReadonlyMap<string, Candidate>;

/** Whether all of a selection can run: every required dependency is in it, within its range, and none is on a circle. */
function isSound(selection: Selection): boolean {
  const needs = ({ metadata }: Candidate) => metadata.dependencies.filter(({ required }) => required);
  for (const candidate of selection.values()) {
    for (const { name, range } of needs(candidate)) {
      const other = selection.get(name);
      if (other === undefined || !satisfies(other.metadata.version, range)) return false;
    }
  }
  const left = new Map(selection);
  for (let before = -1; before !== left.size; ) {
    before = left.size;
    for (const [name, candidate] of left) if (needs(candidate).every((other) => !left.has(other.name))) left.delete(name);
  }
  return left.size === 0;
}

/** Every choice of at most one version of each name. */
function* selections(entries: readonly Candidate[], names: readonly string[] = NAMES): Generator<Selection> {
  const [name, ...rest] = names;
  if (name === undefined) {
    yield new Map();
    return;
  }
  const versions = entries.filter(({ metadata }) => metadata.name === name);
  for (const selection of selections(entries, rest)) {
    yield selection;
    for (const candidate of versions) yield new Map([...selection, [name, candidate]]);
  }
}

const soundSelections = (entries: readonly Candidate[]) => [...selections(entries)].filter(isSound);
const canRun = (sound: readonly Selection[], names: readonly string[]) =>
  sound.some((selection) => names.every((name) => selection.has(name)));

const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 1500) };

describe('on small graphs, beside trying everything', () => {
  it('[G9] a smallest set of names that cannot run together is found, and only where there is one', () => {
    fc.assert(
      fc.property(graph, fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1 }), (entries, names) => {
        const sound = soundSelections(entries);
        const found = smallestConflict(entries, names, options());
        expect(found === undefined).toBe(canRun(sound, names));
        if (found === undefined) return;
        expect(names).toEqual(expect.arrayContaining([...found]));
        expect(canRun(sound, found)).toBe(false);
        for (const name of found) {
          const others = found.filter((other) => other !== name);
          expect(canRun(sound, others)).toBe(true);
        }
      }),
      runs,
    );
  });

  it('[G9] resolve admits each plugin that can run beside those before it, in its best version', () => {
    fc.assert(
      fc.property(graph, (entries) => {
        const { order } = resolve(entries, options());
        let sound = soundSelections(entries);
        const admitted = NAMES.filter((name) => {
          const having = sound.filter((selection) => selection.has(name));
          if (having.length > 0) sound = having;
          return having.length > 0;
        });
        expect(order.map(({ metadata }) => metadata.name).sort()).toEqual(admitted);
        // Of those that hold exactly the admitted names: the highest version for the first name, then for the second, and so on.
        sound = sound.filter((selection) => selection.size === admitted.length);
        const best = sound
          .map((selection) => admitted.map((name) => label(selection.get(name) as Candidate)))
          .sort((a, b) => (a.join() < b.join() ? 1 : -1))[0];
        expect(order.map(label).sort()).toEqual([...(best ?? [])].sort());
      }),
      runs,
    );
  });

  it('[G9] versions that are chosen after the search was given up suit each other too', () => {
    fc.assert(
      fc.property(graph, fc.integer({ min: 0, max: 3 }), (entries, left) => {
        const pool = new Pool([...groupByName(entries).values()]);
        const feasible = feasibleOptions(pool, () => false);
        const { chosen, reasons, conflicts } = chooseVersions(pool, feasible, options(), { left });
        const selection = new Map(chosen.map((entry) => [entry.metadata.name, entry]));
        expect(selection.size).toBe(chosen.length);
        expect(isSound(selection)).toBe(true);
        // Each name runs, or something says why it does not.
        const possible = pool.optionsOf.filter((ids) => ids.some((id) => feasible[id] === 1));
        expect(selection.size + reasons.size).toBe(possible.length);
        const sound = soundSelections(entries);
        for (const { plugins } of conflicts) expect(canRun(sound, plugins)).toBe(false);
      }),
      runs,
    );
  });

  it('[G9] [G10] resolve starts nothing before what it needs, whatever the policy, and says why of all that is left out', () => {
    fc.assert(
      fc.property(graph, fc.constantFrom('prefer', 'refuse', 'allow'), (entries, policy) => {
        const { order, refused, edges } = resolve(entries, options({ policy: policy as 'prefer' }));
        const started = new Map<string, Candidate>();
        for (const candidate of order) {
          const { name, dependencies } = candidate.metadata;
          expect(started.has(name)).toBe(false);
          for (const dependency of dependencies.filter(({ required }) => required)) {
            const other = started.get(dependency.name);
            expect(other).toBeDefined();
            expect(satisfies(other?.metadata.version ?? '', dependency.range)).toBe(true);
          }
          started.set(name, candidate);
        }
        for (const { from, to } of edges) expect(order.indexOf(to)).toBeLessThan(order.indexOf(from));
        expect(new Set([...order, ...refused.map(({ entry }) => entry)])).toEqual(new Set(entries));
        expect(order.length + refused.length).toBe(entries.length);
      }),
      runs,
    );
  });

  it('[G9] resolve gives the same answer for plugins in another order', () => {
    const shuffled = graph.chain((entries) =>
      fc.tuple(fc.constant(entries), fc.shuffledSubarray(entries, { minLength: entries.length })),
    );
    fc.assert(
      fc.property(shuffled, fc.constantFrom('prefer', 'refuse'), ([entries, others], policy) => {
        const answer = (some: readonly Candidate[]) => {
          const { order, refused, warnings, conflicts } = resolve(some, options({ policy: policy as 'prefer' }));
          return {
            order: order.map(label),
            refused: refused.map(({ entry, error }) => [label(entry), error.code, error.detail]),
            warnings: warnings.map(({ entry, warning }) => [label(entry), warning.message]),
            conflicts,
          };
        };
        expect(answer(others)).toEqual(answer(entries));
      }),
      runs,
    );
  });
});
