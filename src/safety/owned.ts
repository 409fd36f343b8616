import { PluginSystemError } from '../errors/index.js';
import type { Ledger } from './ledger.js';

/** A value that belongs to the plugin until it is given back. */
export interface OwnedValue<Raw, Proved> {
  /** Name in the ledger. */
  readonly what: string;
  take(): Raw;
  /** Whether there is anything to give back: a NULL string is nothing. */
  isHeld(raw: Raw): boolean;
  /** Copies the memory of the value out of the plugin's hands. */
  prove(raw: Raw): Proved;
  /** Hands the value, exactly as it came, to the plugin's free function. */
  give(raw: Raw): void;
}

/**
 * Takes a value, copies it, gives it back exactly once, and interprets the copy, whatever the interpretation says.
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
  if (!value.isHeld(raw)) return interpret(value.prove(raw));
  ledger.take(value.what);
  const proved = value.prove(raw);
  let givable = true;
  try {
    return interpret(proved);
  } catch (error) {
    givable = !(error instanceof PluginSystemError && error.code === 'PointerInvalid');
    throw error;
  } finally {
    if (givable) {
      value.give(raw);
      ledger.give(value.what);
    }
  }
}
