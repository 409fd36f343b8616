import { nearest, PluginSystemError, shown } from '../errors/index.js';
import type { ManagedPlugin } from './managed-plugin.js';
import type { PluginInfo } from './report.js';

/** The plugins that one manager knows: those that run, in the order in which they were started, and the others. */
export class Roster {
  /** Several of one name: at most one of them runs. */
  readonly #byName = new Map<string, ManagedPlugin[]>();
  readonly #running = new Set<ManagedPlugin>();
  /** Names of the plugins whose services a plugin found. */
  readonly usesOf: (entry: ManagedPlugin) => readonly string[];

  constructor(usesOf: (entry: ManagedPlugin) => readonly string[]) {
    this.usesOf = usesOf;
  }

  /** In the order in which they were started; without those that were abandoned since. */
  get running(): ManagedPlugin[] {
    return [...this.#running].filter((entry) => entry.isRunning);
  }

  /** Plugins that there is no more of than a name and why they could not be opened. */
  readonly unopened = new Map<string, PluginSystemError>();

  /** Why plugins that are known by name do not run, those aside that are to be judged now. */
  failures(judged: ReadonlySet<ManagedPlugin>): Map<string, PluginSystemError> {
    const failures = new Map(this.unopened);
    for (const [name, entries] of this.#byName) {
      if (entries.some((entry) => judged.has(entry) || entry.isRunning)) failures.delete(name);
      else for (const { error } of entries) if (error !== undefined) failures.set(name, error);
    }
    return failures;
  }

  get all(): ManagedPlugin[] {
    return [...this.#running, ...[...this.#byName.values()].flat().filter((entry) => !this.#running.has(entry))];
  }

  /** One for each name: of several, the one that runs, or the one that was not refused for the sake of another. */
  list(): PluginInfo[] {
    return this.all.filter((entry) => this.find(entry.name) === entry).map((entry) => entry.info());
  }

  find(name: string): ManagedPlugin | undefined {
    const entries = this.#byName.get(name);
    if (entries === undefined || entries.length < 2) return entries?.[0];
    return (
      entries.find((entry) => this.#running.has(entry)) ??
      entries.find((entry) => entry.isOpen) ??
      entries.find((entry) => entry.error?.code !== 'PluginDuplicate') ??
      entries[0]
    );
  }

  /**
   * @throws `PluginNotFound`, with the nearest name that exists
   */
  get(name: string): ManagedPlugin {
    const entry = this.find(name);
    if (entry !== undefined) return entry;
    const near = nearest(name, [...this.#byName.keys()]);
    throw new PluginSystemError('PluginNotFound', `there is no plugin ${shown(name)}`, {
      ...(near === undefined ? {} : { remedy: `Did you mean ${JSON.stringify(near)}?` }),
    });
  }

  add(entry: ManagedPlugin): void {
    const entries = this.#byName.get(entry.name);
    if (entries === undefined) this.#byName.set(entry.name, [entry]);
    else if (!entries.includes(entry)) entries.push(entry);
  }

  /** Adds a plugin in the place of those of its name that do not run. */
  replace(entry: ManagedPlugin): void {
    for (const other of this.#byName.get(entry.name) ?? []) if (!this.#running.has(other)) this.remove(other);
    this.add(entry);
  }

  started(entry: ManagedPlugin): void {
    this.add(entry);
    this.#running.add(entry);
  }

  stopped(entry: ManagedPlugin): void {
    this.#running.delete(entry);
  }

  /** Forgets a plugin. */
  remove(entry: ManagedPlugin): void {
    this.#running.delete(entry);
    const left = (this.#byName.get(entry.name) ?? []).filter((other) => other !== entry);
    if (left.length === 0) this.#byName.delete(entry.name);
    else this.#byName.set(entry.name, left);
  }

  /** Forgets all that do not run. */
  clear(): void {
    this.unopened.clear();
    this.#byName.clear();
    for (const entry of this.#running) this.add(entry);
  }

  /** Names of those that `entry` needs or whose services it found: they must outlive it. */
  musts(entry: ManagedPlugin): string[] {
    return [...entry.needs, ...this.usesOf(entry)];
  }

  #knownTo(entry: ManagedPlugin): string[] {
    return [...entry.knows, ...this.usesOf(entry)];
  }

  /** Whether `plugin` depends on `other`, in whatever way and at however many removes. */
  dependsOn(plugin: string, other: string): boolean {
    const seen = new Set<string>([plugin]);
    for (const name of seen) {
      if (name === other && name !== plugin) return true;
      const entry = this.find(name);
      if (entry?.isOpen !== true) continue;
      for (const next of this.#knownTo(entry)) {
        if (next === other) return true;
        seen.add(next);
      }
    }
    return false;
  }

  /** All that `entry` depends on and that are open, at one remove or more. */
  dependenciesOf(entry: ManagedPlugin): ManagedPlugin[] {
    const names = new Set(this.#knownTo(entry));
    for (const name of names) {
      const other = this.find(name);
      for (const next of other === undefined ? [] : this.#knownTo(other)) names.add(next);
    }
    return [...names].flatMap((name) => this.find(name) ?? []).filter((other) => other.isOpen && other !== entry);
  }

  /** Open plugins that cannot go on without `entry`, at one remove or more, in the order in which they are to be stopped. */
  dependentsOf(entry: ManagedPlugin): ManagedPlugin[] {
    const dependents = new Map<string, ManagedPlugin[]>();
    for (const each of this.#open) {
      for (const name of this.musts(each)) {
        const list = dependents.get(name);
        if (list === undefined) dependents.set(name, [each]);
        else list.push(each);
      }
    }
    const found = new Set<ManagedPlugin>([entry]);
    for (const each of found) for (const dependent of dependents.get(each.name) ?? []) found.add(dependent);
    found.delete(entry);
    return this.stopOrder().filter((each) => found.has(each));
  }

  /** Those that run, in their order, then those that are open besides. */
  get #open(): ManagedPlugin[] {
    return this.all.filter((entry) => entry.isOpen);
  }

  /** Open plugins, each before those that it depends on or whose services it found; where free, last started first. */
  stopOrder(): ManagedPlugin[] {
    const dependents = new Map<ManagedPlugin, ManagedPlugin[]>();
    const open = this.#open;
    for (const entry of open) {
      for (const name of this.#knownTo(entry)) {
        const other = this.find(name);
        if (other === undefined || other === entry) continue;
        const list = dependents.get(other);
        if (list === undefined) dependents.set(other, [entry]);
        else list.push(entry);
      }
    }
    const order: ManagedPlugin[] = [];
    const seen = new Set<ManagedPlugin>();
    for (const root of open.reverse()) {
      const stack: Array<{ entry: ManagedPlugin; next: number }> = [];
      const enter = (entry: ManagedPlugin) => {
        if (seen.has(entry)) return;
        seen.add(entry);
        stack.push({ entry, next: 0 });
      };
      enter(root);
      for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
        const waiting = dependents.get(top.entry) ?? [];
        const dependent = waiting[waiting.length - 1 - top.next++];
        if (dependent !== undefined) enter(dependent);
        else order.push((stack.pop() as { entry: ManagedPlugin }).entry);
      }
    }
    return order;
  }
}
