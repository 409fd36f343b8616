import { isVersion, NAME_PATTERN } from '../abi/index.js';
import { nearest, PluginSystemError } from '../errors/index.js';
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

/** The services that plugins offer, by name and version, and who found which: whoever found one is stopped before the one who offers it. */
export class ServiceTable {
  readonly #byName = new Map<string, Offered[]>();
  /** Finder → those whose services it found. */
  readonly #uses = new Map<string, Set<string>>();
  readonly #dependsOn: (plugin: string, other: string) => boolean;
  readonly #onUse: (finder: string) => void;

  /** `dependsOn`: whether the first plugin needs the second, at one remove or more. `onUse`: told when a plugin found a service of one that it had none of. */
  constructor(dependsOn: (plugin: string, other: string) => boolean, onUse: (finder: string) => void) {
    this.#dependsOn = dependsOn;
    this.#onUse = onUse;
  }

  /**
   * Takes all offers of a plugin, or none.
   * @throws `ServiceInvalid`
   */
  offer(plugin: string, offers: readonly ServiceOffer[]): void {
    const refuse = (detail: string) =>
      new PluginSystemError('ServiceInvalid', detail, { plugin, phase: 'init', operation: 'services' });
    if (!Array.isArray(offers)) throw refuse('what the plugin offers is no list of services');
    const seen = new Set<string>();
    for (const { name, version } of offers) {
      if (typeof name !== 'string' || !NAME_PATTERN.test(name)) throw refuse(`it offers a service ${JSON.stringify(name)}`);
      if (typeof version !== 'string' || !isVersion(version))
        throw refuse(`the version of service ${name} is ${JSON.stringify(version)}`);
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

  /** The plugin is being stopped: what it found it may use until then. */
  forgetUses(plugin: string): void {
    this.#uses.delete(plugin);
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
    if (range !== undefined && !isRange(range))
      throw new PluginSystemError('RangeInvalid', `${JSON.stringify(range)} is no range of versions`, { plugin: finder });
    const entries = this.#byName.get(name) ?? [];
    const found = entries.find((entry) => entry.kind === 'typescript' && satisfies(entry.version, range));
    if (found === undefined) throw this.#notFound(name, range, entries, finder);
    if (finder !== undefined && finder !== found.plugin) this.#use(finder, found);
    return found.service;
  }

  has(name: string, range?: string): boolean {
    return (this.#byName.get(name) ?? []).some((entry) => entry.kind === 'typescript' && satisfies(entry.version, range));
  }

  finderFor(plugin: string): ServiceFinder {
    return {
      find: <Service>(name: string, range?: string) => this.find(name, range, plugin) as Service,
      has: (name, range) => this.has(name, range),
    };
  }

  #use(finder: string, { name, version, plugin }: Offered): void {
    if (this.#dependsOn(plugin, finder)) {
      throw new PluginSystemError(
        'ServiceCircle',
        `${finder} looks up service ${name} ${version} of ${plugin}, which depends on ${finder} itself`,
        { plugin: finder, operation: 'services' },
      );
    }
    const uses = this.#uses.get(finder) ?? new Set();
    if (uses.has(plugin)) return;
    this.#uses.set(finder, uses.add(plugin));
    this.#onUse(finder);
  }

  #notFound(name: string, range: string | undefined, entries: readonly Offered[], finder: string | undefined) {
    const wanted = `service ${JSON.stringify(name)}${range === undefined ? '' : ` ${range}`}`;
    const there = entries.map(({ version, plugin, kind }) => `${version} of ${plugin}${kind === 'native' ? ', in C' : ''}`);
    const near = nearest(String(name), [...this.#byName.keys()]);
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
