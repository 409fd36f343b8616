import { isVersion, NAME_PATTERN } from '../abi/index.js';
import { nearest, PluginSystemError, shown } from '../errors/index.js';
import type { ServiceFinder, ServiceOffer } from '../plugin/index.js';
import { compareVersions, isRange, satisfies } from '../resolution/ranges.js';

/** A service as an application sees it in a list. */
export interface ServiceInfo {
  readonly name: string;
  readonly version: string;
  /** Who offers it. */
  readonly plugin: string;
  /** `native`: a table of C functions, which only compiled plugins can look up. */
  readonly kind: 'typescript' | 'native';
}

interface Offered extends ServiceInfo {
  readonly service: unknown;
}

/** What a table of services asks of those who know the plugins. */
export interface ServiceParts {
  /** Whether it has passed preflight. */
  isRunning(plugin: string): boolean;
  /** Whether the first plugin needs the second, at one remove or more. */
  dependsOn(plugin: string, other: string): boolean;
  /** A plugin found a service of one that it had none of before. */
  onUse(finder: string): void;
}

/** The services that plugins offer, by name and version, and who found which: whoever found one is stopped before the one who offers it. */
export class ServiceTable {
  readonly #byName = new Map<string, Offered[]>();
  /** Finder → those whose services it found. */
  readonly #uses = new Map<string, Set<string>>();
  /** Of each plugin the one that it has now. */
  readonly #finders = new Map<string, { ended: boolean }>();
  readonly #parts: ServiceParts;

  constructor(parts: ServiceParts) {
    this.#parts = parts;
  }

  /**
   * Takes all offers of a plugin, or none.
   * @throws `ServiceInvalid`
   */
  offer(plugin: string, offers: readonly ServiceOffer[]): void {
    const refuse = (detail: string) =>
      new PluginSystemError('ServiceInvalid', detail, { plugin, phase: 'init', operation: 'services' });
    if (!Array.isArray(offers)) {
      // A promise that fails after it was refused would end the process.
      Promise.resolve(offers as unknown).catch(() => {});
      throw refuse('what the plugin offers is no list of services');
    }
    const seen = new Set<string>();
    for (const { name, version } of offers) {
      if (typeof name !== 'string' || !NAME_PATTERN.test(name)) throw refuse(`it offers a service ${shown(name)}`);
      if (typeof version !== 'string' || !isVersion(version))
        throw refuse(`the version of service ${name} is ${shown(version)}`);
      const other = this.#byName.get(name)?.find((entry) => entry.version === version);
      if (other !== undefined) throw refuse(`service ${name} ${version} is offered by plugin ${other.plugin} already`);
      if (seen.has(`${name} ${version}`)) throw refuse(`it offers service ${name} ${version} twice`);
      seen.add(`${name} ${version}`);
    }
    for (const { name, version, service } of offers) {
      const kind = service === undefined ? 'native' : 'typescript';
      const entries = this.#byName.get(name) ?? [];
      entries.push({ name, version, plugin, kind, service });
      entries.sort((a, b) => compareVersions(b.version, a.version));
      this.#byName.set(name, entries);
    }
  }

  /** The plugin is stopped: what it found it could use until then. Its finder finds nothing any more. */
  endUses(plugin: string): void {
    this.#uses.delete(plugin);
    const finder = this.#finders.get(plugin);
    if (finder !== undefined) finder.ended = true;
    this.#finders.delete(plugin);
  }

  /** What the plugin offered cannot be found any more. */
  withdrawOffers(plugin: string): void {
    for (const [name, entries] of this.#byName) {
      const left = entries.filter((entry) => entry.plugin !== plugin);
      if (left.length === 0) this.#byName.delete(name);
      else this.#byName.set(name, left);
    }
  }

  list(): ServiceInfo[] {
    return [...this.#byName.values()].flat().map(({ name, version, plugin, kind }) => ({ name, version, plugin, kind }));
  }

  /** Plugins whose services `plugin` found. */
  usedBy(plugin: string): readonly string[] {
    return [...(this.#uses.get(plugin) ?? [])];
  }

  /** The highest version within the range. `finder`: undefined for the application, which uses nothing that would have to be remembered. */
  find(name: string, range?: string, finder?: string): unknown {
    const entries = this.#visible(name, range, finder);
    const found = entries.find((entry) => entry.kind === 'typescript' && satisfies(entry.version, range));
    if (found === undefined) throw this.#notFound(name, range, entries, finder);
    if (finder !== undefined && finder !== found.plugin) this.#use(finder, found);
    return found.service;
  }

  has(name: string, range?: string, finder?: string): boolean {
    return this.#visible(name, range, finder).some((entry) => entry.kind === 'typescript' && satisfies(entry.version, range));
  }

  /** What a plugin looks up services with, until it is stopped. */
  finderFor(plugin: string): ServiceFinder {
    const finder = { ended: false };
    this.#finders.set(plugin, finder);
    const check = () => {
      if (!finder.ended) return;
      const place = { plugin, operation: 'services', remedy: 'Look services up between init and the end of shutdown.' };
      throw new PluginSystemError('InvalidState', `${plugin} looks for a service after it was stopped`, place);
    };
    return {
      find: <Service>(name: string, range?: string) => {
        check();
        return this.find(name, range, plugin) as Service;
      },
      has: (name, range) => {
        check();
        return this.has(name, range, plugin);
      },
    };
  }

  /**
   * Offers of a name. One of a plugin that does not run yet is for those who are started with it: if it failed, whoever runs would fall with it.
   * @throws `RangeInvalid`
   */
  #visible(name: string, range: string | undefined, finder: string | undefined): readonly Offered[] {
    if (range !== undefined && (typeof range !== 'string' || !isRange(range)))
      throw new PluginSystemError('RangeInvalid', `${shown(range)} is no range of versions`, { plugin: finder });
    const { isRunning } = this.#parts;
    const seesAll = finder !== undefined && !isRunning(finder);
    return (this.#byName.get(name) ?? []).filter(({ plugin }) => seesAll || isRunning(plugin));
  }

  #use(finder: string, { name, version, plugin }: Offered): void {
    if (this.#parts.dependsOn(plugin, finder)) {
      throw new PluginSystemError(
        'ServiceCircle',
        `${finder} looks up service ${name} ${version} of ${plugin}, which depends on ${finder} itself`,
        { plugin: finder, operation: 'services' },
      );
    }
    const uses = this.#uses.get(finder) ?? new Set();
    if (uses.has(plugin)) return;
    this.#uses.set(finder, uses.add(plugin));
    this.#parts.onUse(finder);
  }

  #notFound(name: string, range: string | undefined, entries: readonly Offered[], finder: string | undefined) {
    const wanted = `service ${shown(name)}${range === undefined ? '' : ` ${range}`}`;
    const there = entries.map(({ version, plugin, kind }) => `${version} of ${plugin}${kind === 'native' ? ', in C' : ''}`);
    const near = nearest(name, [...this.#byName.keys()]);
    return new PluginSystemError(
      'ServiceNotFound',
      there.length === 0 ? `nobody offers ${wanted}` : `${wanted} is wanted; what is offered: ${there.join('; ')}`,
      {
        plugin: finder,
        operation: 'services',
        ...(entries.length === 0 && near !== undefined ? { remedy: `Did you mean ${JSON.stringify(near)}?` } : {}),
      },
    );
  }
}
