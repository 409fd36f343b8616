import type { LedgerEntry } from '../plugin/index.js';

/** Keeps count of what a plugin handed over and what it got back. Balanced when each was given back as often as it was taken. */
export class Ledger {
  readonly #taken = new Map<string, number>();
  readonly #given = new Map<string, number>();

  take(what: string): void {
    this.#taken.set(what, (this.#taken.get(what) ?? 0) + 1);
  }

  give(what: string): void {
    this.#given.set(what, (this.#given.get(what) ?? 0) + 1);
  }

  /** All entries in the order in which they were first taken. */
  entries(): LedgerEntry[] {
    const names = new Set([...this.#taken.keys(), ...this.#given.keys()]);
    return [...names].map((what) => ({ what, taken: this.#taken.get(what) ?? 0, given: this.#given.get(what) ?? 0 }));
  }

  /** What does not balance, by name. Empty is what one wants after a plugin was destroyed. */
  difference(): LedgerEntry[] {
    return this.entries().filter((entry) => entry.taken !== entry.given);
  }
}
