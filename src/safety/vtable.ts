import { type FunctionSlot, LAYOUT, VTABLE_SLOTS, WORD } from '../abi/index.js';
import { PluginSystemError } from '../errors/index.js';
import { formatPointer, NULL, type Pointer } from '../ffi/index.js';
import type { PluginWarning } from '../plugin/index.js';
import type { PluginImage } from './image.js';
import type { CheckedMemory } from './memory.js';

/** A base table that was proved: each slot a function of the library, or of one that it needs. */
export interface VTable {
  readonly instance: Pointer;
  readonly slots: Readonly<Record<FunctionSlot, Pointer>>;
}

/**
 * Reads and proves the table at `pointer`. The ABI carries neither version nor size, so a shorter, older table is told by what its last slots point to.
 * @throws `VTableInvalid` (misaligned, unreadable), `SlotInvalid` (NULL, or not a function)
 */
export function readVTable(pointer: Pointer, memory: CheckedMemory, image: PluginImage, warnings: PluginWarning[]): VTable {
  if (pointer % BigInt(WORD) !== 0n) {
    throw new PluginSystemError(
      'VTableInvalid',
      `_plugin_init returned ${formatPointer(pointer)}, which is not aligned to ${WORD} bytes`,
    );
  }
  let bytes: Buffer;
  try {
    bytes = memory.read(pointer, LAYOUT.PluginVTable.size, 'the table');
  } catch (error) {
    throw new PluginSystemError(
      'VTableInvalid',
      `_plugin_init returned ${formatPointer(pointer)}, where no ${LAYOUT.PluginVTable.size} bytes (${VTABLE_SLOTS.length} slots) can be read`,
      { cause: error, remedy: 'Rebuild the plugin against the published header: older layouts had 18 slots.' },
    );
  }
  const words = new BigUint64Array(bytes.buffer, bytes.byteOffset, VTABLE_SLOTS.length);
  const slots = {} as Record<FunctionSlot, Pointer>;
  for (let index = 1; index < VTABLE_SLOTS.length; index++) {
    const slot = VTABLE_SLOTS[index] as FunctionSlot;
    const address = words[index] as Pointer;
    slots[slot] = address;
    if (image.isCode(address)) continue;
    if (address === NULL) {
      throw new PluginSystemError(
        'SlotInvalid',
        `slot ${slot} (${index} of ${VTABLE_SLOTS.length}) is NULL; only instance may be`,
        { operation: slot },
      );
    }
    const elsewhere = checkSlot(image, address, slot, index);
    if (elsewhere !== undefined) {
      warnings.push({ code: 'SlotInOtherLibrary', message: `slot ${slot} is a function of ${elsewhere}` });
    }
  }
  return { instance: words[0] as Pointer, slots };
}

function checkSlot(image: PluginImage, address: Pointer, slot: FunctionSlot, index: number): string | undefined {
  try {
    return image.checkFunction(address, `slot ${slot} (${index} of ${VTABLE_SLOTS.length})`);
  } catch (error) {
    throw PluginSystemError.from(error, 'SlotInvalid', { operation: slot });
  }
}
