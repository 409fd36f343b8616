import { describeResult, MAX_ITEMS, MORTISE_OK } from '../abi/index.js';
import { PluginSystemError } from '../errors/index.js';
import { type Pointer, prototypes } from '../ffi/index.js';
import type { ExtensionHost } from './extension.js';

/** An extension that counts and describes what it has. */
export interface Describer {
  /** Of the extension. */
  readonly id: string;
  /** What one of them is called. */
  readonly noun: string;
  /** Bytes of the struct that describe fills; its first field is its size. */
  readonly itemSize: number;
  readonly functions: { readonly count: Pointer; readonly describe: Pointer };
}

/**
 * Has the plugin count and describe all that it has. The struct is the host's; `read` is given each, filled, with the words for it.
 * @throws `ExtensionInvalid` (too many; describe failed); what `read` throws
 */
export function describeAll<Item>(
  host: ExtensionHost,
  instance: Pointer,
  { id, noun, itemSize, functions }: Describer,
  read: (item: Buffer, what: string) => Item,
): readonly Item[] {
  const count = host.call(`${id}: count`, functions.count, prototypes().count, instance) as number;
  if (count > MAX_ITEMS) {
    throw new PluginSystemError(
      'ExtensionInvalid',
      `the plugin counts ${count} ${noun}s; ${MAX_ITEMS} are the most that is accepted`,
    );
  }
  const items = Array.from({ length: count }, (_, index) => {
    const item = Buffer.alloc(itemSize);
    item.writeUInt32LE(itemSize, 0);
    const result = host.call(`${id}: describe`, functions.describe, prototypes().describe, instance, index, item) as number;
    if (result !== MORTISE_OK) {
      throw new PluginSystemError(
        'ExtensionInvalid',
        `describe of ${noun} ${index} of ${count} returned ${describeResult(result)}`,
      );
    }
    return read(item, `${noun} ${index}`);
  });
  return Object.freeze(items);
}
