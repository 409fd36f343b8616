import { describeResult, MORTISE_OK, RESULT_CODES } from '../abi/index.js';
import { PluginSystemError } from '../errors/index.js';
import type { HostLibrary, PluginHandle } from '../ffi/index.js';
import type { NativeService } from '../safety/index.js';

/** Names of the plugins that are open on this thread: the host library speaks of them by handle. */
const names = new Map<number, string>();

/** One compiled plugin among those that may find each other's services in the host library. */
export class PluginServices {
  readonly #library: HostLibrary;
  readonly #handle: PluginHandle;

  constructor(library: HostLibrary, handle: PluginHandle, name: string) {
    this.#library = library;
    this.#handle = handle;
    names.set(handle, name);
  }

  /**
   * Lets other compiled plugins find all of these, or none.
   * @throws `ServiceInvalid` if one of them is offered already, by whomever
   */
  publish(services: readonly NativeService[]): void {
    try {
      for (const service of services) this.#publish(service);
    } catch (error) {
      this.withdraw();
      throw error;
    }
  }

  #publish({ name, version, table }: NativeService): void {
    const holder = new BigUint64Array(1);
    const result = this.#library.serviceOffer(this.#handle, name, version, table, holder);
    if (result === MORTISE_OK) return;
    if (result === RESULT_CODES.MORTISE_EXISTS[0]) {
      const other = Number(holder[0]);
      const detail =
        other === this.#handle
          ? `the plugin offers service ${name} ${version} twice`
          : `service ${name} ${version} is offered by plugin ${names.get(other)} already`;
      throw new PluginSystemError('ServiceInvalid', detail);
    }
    throw new PluginSystemError('Internal', `the host library refused service ${name} ${version}: ${describeResult(result)}`);
  }

  /** Nobody finds a service of the plugin from now on. */
  withdraw(): void {
    this.#library.serviceWithdraw(this.#handle);
  }

  /** The plugin depends on the other: the other is never given a service of the plugin. */
  dependsOn(other: PluginHandle): void {
    const result = this.#library.pluginNeeds(this.#handle, other);
    if (result !== MORTISE_OK) {
      throw new PluginSystemError('Internal', `the host library could not note a dependency: ${describeResult(result)}`);
    }
  }

  /** Names of the plugins whose services the plugin found. */
  uses(): readonly string[] {
    const others = new BigUint64Array(this.#library.pluginUses(this.#handle, new BigUint64Array(1), 0));
    this.#library.pluginUses(this.#handle, others, others.length);
    return [...others].map((handle) => names.get(Number(handle))).filter((name) => name !== undefined);
  }

  /** The plugin was closed: its handle means nothing any more. */
  end(): void {
    names.delete(this.#handle);
  }
}
