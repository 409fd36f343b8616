import { ERROR_EXTENSION, LAYOUT, WORD } from '../abi/index.js';
import { PluginSystemError } from '../errors/index.js';
import { addressOf, callOnce, formatPointer, NULL, type Pointer, prototypes, toPointer } from '../ffi/index.js';
import type { PluginImage } from './image.js';
import { type CheckedMemory, decodeUtf8 } from './memory.js';

const MESSAGE_CAPACITY = 16_384;

/** The plugin's `mortise.error/1`, if it offers one: the text behind a failed call of the base table. */
export class ErrorExtension {
  readonly #lastMessage: Pointer;

  private constructor(lastMessage: Pointer) {
    this.#lastMessage = lastMessage;
  }

  /**
   * Asks the library for the extension. `query`: address of its `mortise_plugin_extension`.
   * @throws `ExtensionInvalid` if the table is misaligned, cannot be read or is too short, `SlotInvalid` if its function is none of the library
   */
  static find(query: Pointer, memory: CheckedMemory, image: PluginImage): ErrorExtension | undefined {
    const table = toPointer(callOnce(query, prototypes().extension, ERROR_EXTENSION) as number | bigint);
    if (table === NULL) return undefined;
    const { size, offsets } = LAYOUT.MortiseErrorExtension;
    let given: number;
    let bytes: Buffer;
    try {
      given = memory.read(table, 4, `the table of ${ERROR_EXTENSION}`).readUInt32LE(0);
      bytes = memory.read(table, Math.min(given, size), `the table of ${ERROR_EXTENSION}`);
    } catch (error) {
      throw new PluginSystemError(
        'ExtensionInvalid',
        `the table of ${ERROR_EXTENSION} at ${formatPointer(table)} cannot be read`,
        {
          operation: ERROR_EXTENSION,
          cause: error,
        },
      );
    }
    if (given < offsets.last_message + 8) {
      throw new PluginSystemError(
        'ExtensionInvalid',
        `the table of ${ERROR_EXTENSION} says it has ${given} bytes; ${size} were wanted`,
        {
          operation: ERROR_EXTENSION,
        },
      );
    }
    if (table % BigInt(WORD) !== 0n) {
      throw new PluginSystemError(
        'ExtensionInvalid',
        `the table of ${ERROR_EXTENSION} is at ${formatPointer(table)}, which is not aligned to ${WORD} bytes`,
        { operation: ERROR_EXTENSION },
      );
    }
    const lastMessage = bytes.readBigUInt64LE(offsets.last_message) as Pointer;
    image.checkFunction(lastMessage, `${ERROR_EXTENSION}: last_message`);
    return new ErrorExtension(lastMessage);
  }

  /** Message of the last failed call on `instance`; undefined if there is none. Invalid UTF-8 is said, not shown. */
  lastMessage(instance: Pointer): string | undefined {
    const data = Buffer.alloc(MESSAGE_CAPACITY);
    const text = Buffer.alloc(LAYOUT.MortiseText.size);
    const { offsets } = LAYOUT.MortiseText;
    text.writeBigUInt64LE(addressOf(data), offsets.data);
    text.writeBigUInt64LE(BigInt(MESSAGE_CAPACITY), offsets.capacity);
    callOnce(this.#lastMessage, prototypes().lastMessage, instance, text);
    const length = text.readBigUInt64LE(offsets.length);
    if (length === 0n) return undefined;
    if (length > BigInt(MESSAGE_CAPACITY))
      return `(the plugin says that its message has ${length} bytes; ${MESSAGE_CAPACITY} were offered)`;
    try {
      return decodeUtf8(data.subarray(0, Number(length)), 'the message');
    } catch {
      return '(the message of the plugin is not valid UTF-8)';
    }
  }
}
