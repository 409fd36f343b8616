import { ERROR_EXTENSION, LAYOUT } from '../abi/index.js';
import { addressOf, type Pointer, prototypes } from '../ffi/index.js';
import { type ExtensionHost, findExtension } from './extension.js';
import { decodeUtf8 } from './memory.js';

const MESSAGE_CAPACITY = 16_384;

const { size, offsets } = LAYOUT.MortiseErrorExtension;
const SHAPE = { id: ERROR_EXTENSION, size, functions: { last_message: offsets.last_message } } as const;

/** The plugin's `mortise.error/1`, if it offers one: the text behind a failed call of the base table. */
export class ErrorExtension {
  readonly #host: ExtensionHost;
  readonly #lastMessage: Pointer;

  private constructor(host: ExtensionHost, lastMessage: Pointer) {
    this.#host = host;
    this.#lastMessage = lastMessage;
  }

  /**
   * @throws those of `findExtension`
   */
  static find(host: ExtensionHost): ErrorExtension | undefined {
    const functions = findExtension(host, SHAPE);
    return functions === undefined ? undefined : new ErrorExtension(host, functions.last_message);
  }

  /** Message of the last failed call on `instance`; undefined if there is none. Invalid UTF-8 is said, not shown. */
  lastMessage(instance: Pointer): string | undefined {
    const data = Buffer.alloc(MESSAGE_CAPACITY);
    const text = Buffer.alloc(LAYOUT.MortiseText.size);
    const at = LAYOUT.MortiseText.offsets;
    text.writeBigUInt64LE(addressOf(data), at.data);
    text.writeBigUInt64LE(BigInt(MESSAGE_CAPACITY), at.capacity);
    this.#host.call('last_message', this.#lastMessage, prototypes().lastMessage, instance, text);
    const length = text.readBigUInt64LE(at.length);
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
