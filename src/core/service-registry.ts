import type { ServiceInfo, ServiceTable } from './services.js';

/** The services of the plugins that run, as an application sees them. What it finds is good until the plugin that offers it is stopped. */
export class ServiceRegistry {
  readonly #table: ServiceTable;

  constructor(table: ServiceTable) {
    this.#table = table;
  }

  /** All services, those in C included. */
  list(): ServiceInfo[] {
    return this.#table.list();
  }

  has(name: string, range?: string): boolean {
    return this.#table.has(name, range);
  }

  /**
   * The service `name` in its highest version within `range` (npm grammar; any where absent).
   * @throws `ServiceNotFound` (name, version, or it is one of C functions), `RangeInvalid`
   */
  find<Service>(name: string, range?: string): Service {
    return this.#table.find(name, range) as Service;
  }
}
