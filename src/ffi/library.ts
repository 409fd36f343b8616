import { koffi } from './koffi.js';
import { type Pointer, toPointer } from './pointer.js';
import type { Prototype } from './prototypes.js';

type Handle = ReturnType<ReturnType<typeof koffi>['load']>;

// A collected handle is closed, and the next call into it is a crash; so every library stays reachable for the life of the process.
const opened = new Map<string, Library>();

/** A shared library in this process. There is no close: thread-locals, static destructors and the Rust runtime make unmapping unsafe. */
export class Library {
  readonly #handle: Handle;

  private constructor(
    readonly path: string,
    handle: Handle,
  ) {
    this.#handle = handle;
  }

  /**
   * Opens `path` with RTLD_NOW | RTLD_LOCAL, or returns what is open under that path already.
   * @throws the engine's error, which has the loader's text but neither code nor path
   */
  static open(path: string): Library {
    const known = opened.get(path);
    if (known !== undefined) return known;
    const library = new Library(path, koffi().load(path, { lazy: false, global: false }));
    opened.set(path, library);
    return library;
  }

  static isOpen(path: string): boolean {
    return opened.has(path);
  }

  /** Address of an exported function or object. The look-up includes what the library needs: check where the address lies. */
  symbol(name: string): Pointer {
    return toPointer(this.#handle.symbol(name) as bigint);
  }

  /** `symbol`, or undefined if there is none. */
  find(name: string): Pointer | undefined {
    try {
      return this.symbol(name);
    } catch {
      return undefined;
    }
  }

  /** A callable for an exported function. */
  function(name: string, result: string, parameters: string[]): (...args: unknown[]) => unknown {
    return this.#handle.func(name, result, parameters);
  }
}

/** Calls the function at `address` once. No callable is made, which for a single call is quicker and leaves nothing behind. */
export function callOnce(address: Pointer, prototype: Prototype, ...args: unknown[]): unknown {
  return koffi().call(address, prototype, ...args);
}

/** A callable for the function at `address`: 10 µs and 5 KB once, then the cheapest call there is. */
export function makeCallable(address: Pointer, prototype: Prototype): (...args: unknown[]) => unknown {
  return koffi().decode(address, prototype) as (...args: unknown[]) => unknown;
}

/** Address of the first byte of `bytes`, valid while `bytes` is reachable. */
export function addressOf(bytes: Uint8Array): Pointer {
  return toPointer(koffi().address(bytes));
}
