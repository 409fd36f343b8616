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

  /**
   * What the plugin says of the call of `instance` that was made just before; NULL: of `_plugin_init` or destroy. Undefined: nothing. Invalid UTF-8 is said, not shown; control characters but line feeds
   * and tabs are replaced.
   * It is asked after each getter: where there is nothing to say, that costs the call.
   */
  lastMessage(instance: Pointer): string | undefined {
    room ??= new MessageRoom();
    room.clear();
    this.#host.call('last_message', this.#lastMessage, prototypes().lastMessage, instance, room.address);
    return room.text();
  }
}

/** A MortiseText with the memory behind it, which a plugin writes its message to. */
class MessageRoom {
  readonly address: Pointer;
  readonly #fields: BigUint64Array;
  readonly #length: Uint32Array;
  readonly #empty: BigUint64Array;
  readonly #data: Buffer;

  constructor() {
    const at = LAYOUT.MortiseText.offsets;
    // One piece, so that it lies outside the heap of JavaScript, where nothing moves it.
    const memory = new ArrayBuffer(LAYOUT.MortiseText.size + MESSAGE_CAPACITY);
    this.#fields = new BigUint64Array(memory, 0, LAYOUT.MortiseText.size / 8);
    this.#length = new Uint32Array(memory, at.length, 2);
    this.#data = Buffer.from(memory, LAYOUT.MortiseText.size);
    this.address = addressOf(new Uint8Array(memory));
    this.#empty = new BigUint64Array(this.#fields.length);
    this.#empty[at.data / 8] = addressOf(this.#data);
    this.#empty[at.capacity / 8] = BigInt(MESSAGE_CAPACITY);
  }

  /** Also undoes what a plugin wrote over the other fields. */
  clear(): void {
    this.#fields.set(this.#empty);
  }

  text(): string | undefined {
    const [low = 0, high = 0] = this.#length;
    if (low === 0 && high === 0) return undefined;
    const length = high * 2 ** 32 + low;
    if (length > MESSAGE_CAPACITY)
      return `(the plugin says that its message has ${length} bytes; ${MESSAGE_CAPACITY} were offered)`;
    try {
      return withoutControls(decodeUtf8(this.#data.subarray(0, length), 'the message'));
    } catch {
      return '(the message of the plugin is not valid UTF-8)';
    }
  }
}

/** Text for people, who may read it on a terminal: of the control characters, which can move its cursor and worse, only line feeds and tabs are left. */
function withoutControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/\r\n/g, '\n').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd');
}

/** One for each thread: plugins of one are asked one at a time. */
let room: MessageRoom | undefined;
