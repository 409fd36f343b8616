import type { Ledger } from './ledger.js';

/** A value that belongs to the plugin until it is given back. */
export interface OwnedValue<Raw, Proved> {
  /** Name in the ledger. */
  readonly what: string;
  take(): Raw;
  /** Throws if the plugin says that the call failed which gave the value. Asked directly after that call. */
  check(): void;
  /** Whether there is anything to give back: a NULL string is nothing. */
  isHeld(raw: Raw): boolean;
  /** Copies the memory of the value out of the plugin's hands. */
  prove(raw: Raw): Proved;
  /** Whether all of the value can be read, what it points to included. Asked only about a value that is refused. */
  isReadable(raw: Raw): boolean;
  /** Hands the value, exactly as it came, to the plugin's free function. */
  give(raw: Raw): void;
}

/**
 * Takes a value, copies it, interprets the copy, and gives the value back exactly once, also if it is refused or if the call that gave it failed.
 *
 * A value that is not readable memory, in itself or in what it points to, is no value: handing it to the plugin's free function would crash
 * there. It stays with us, and the ledger names it.
 */
export function readOwned<Raw, Proved, Result>(
  ledger: Ledger,
  value: OwnedValue<Raw, Proved>,
  interpret: (proved: Proved) => Result,
): Result {
  const raw = value.take();
  const read = () => {
    value.check();
    return interpret(value.prove(raw));
  };
  if (!value.isHeld(raw)) return read();
  ledger.take(value.what);
  let givable = true;
  try {
    return read();
  } catch (error) {
    givable = value.isReadable(raw);
    throw error;
  } finally {
    if (givable) {
      value.give(raw);
      ledger.give(value.what);
    }
  }
}
