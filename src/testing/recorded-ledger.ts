import type { PluginManager } from '../core/index.js';
import type { LedgerEntry } from '../plugin/index.js';

/** How often something was taken from a plugin, and how often it was given back. */
export interface PluginLedgerEntry extends LedgerEntry {
  readonly plugin: string;
}

/** The ledgers of all plugins of a manager, also of those that it has forgotten. */
export class RecordedLedger {
  readonly #manager: PluginManager;
  /** As they were when the plugin was last heard of. */
  readonly #last = new Map<string, readonly LedgerEntry[]>();

  constructor(manager: PluginManager) {
    this.#manager = manager;
    manager.on('state', ({ plugin }) => {
      if (manager.has(plugin)) this.#last.set(plugin, manager.get(plugin).ledger);
    });
  }

  entries(): PluginLedgerEntry[] {
    const now = new Map(this.#last);
    for (const { name, ledger } of this.#manager.list()) now.set(name, ledger);
    return [...now].flatMap(([plugin, ledger]) => ledger.map((entry) => ({ plugin, ...entry })));
  }

  /** What was not given back as often as it was taken. */
  difference(): PluginLedgerEntry[] {
    return this.entries().filter(({ taken, given }) => taken !== given);
  }
}
