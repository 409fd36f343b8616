import type { Candidate } from '../types.js';
import { Cluster } from './cluster.js';
import { entangledNames, type FeasibleOptions } from './entanglement.js';
import type { Pool } from './pool.js';
import type { Answer, Work } from './solver.js';

/**
 * Which names can run together, where some can be had in several versions. Only what such a name can have a say in is looked at, each cluster by itself; everything else
 * that is feasible can always run.
 */
export class Constraints<Entry extends Candidate> {
  readonly #optionsOf: FeasibleOptions;
  readonly #clusters: ReadonlyArray<Cluster<Entry>>;
  /** By name; undefined where nothing depends on a choice. */
  readonly #clusterOf = new Map<number, Cluster<Entry>>();

  /** @param work steps of the solvers, for all of them together */
  constructor(pool: Pool<Entry>, feasible: Uint8Array, work: Work) {
    this.#optionsOf = pool.optionsOf.map((options) => options.filter((option) => feasible[option] === 1));
    this.#clusters = entangledNames(pool, feasible, this.#optionsOf).map((entangled) => {
      const cluster = new Cluster(pool, this.#optionsOf, entangled, work);
      for (const name of entangled.names) this.#clusterOf.set(name, cluster);
      return cluster;
    });
  }

  /** The options of a name that are feasible, the better choice first. */
  optionsOf(name: number): readonly number[] {
    return this.#optionsOf[name] ?? [];
  }

  /** Whether what runs beside it can matter to a name. */
  isEntangled(name: number): boolean {
    return this.#clusterOf.has(name);
  }

  /** Admits a name, as `Cluster` does; one that is not entangled always. */
  admit(name: number): Answer {
    return this.#clusterOf.get(name)?.admit(name);
  }

  /** After `admit` failed for a name that needs it: whether it is certain that `name` cannot be admitted either. */
  isRuledOut(name: number): boolean {
    return this.#clusterOf.get(name)?.isRuledOut(name) ?? false;
  }

  /** Names among these that cannot run together; undefined if all can, or if it was not found out. What is admitted does not count. */
  conflictAmong(names: readonly number[]): readonly number[] | undefined {
    for (const cluster of new Set(names.map((name) => this.#clusterOf.get(name)))) {
      const conflict = cluster?.conflictAmong(names.filter((name) => this.#clusterOf.get(name) === cluster));
      if (conflict !== undefined) return conflict;
    }
    return undefined;
  }

  /** For each name that was admitted and is entangled its option: the best for the first, the best that this leaves for the second, and so on. */
  choose(): Map<number, number> {
    return new Map(this.#clusters.flatMap((cluster) => [...cluster.choose()]));
  }
}
