import { isUtf8 } from 'node:buffer';
import { MAX_STRING } from '../abi/index.js';
import { PluginSystemError } from '../errors/index.js';
import { formatPointer, type HostLibrary, NULL, type Pointer } from '../ffi/index.js';

/** How far a value that is refused is followed to see whether its free function could take it. */
const MAX_LOOK = 1 << 20;

/**
 * Reads of plugin memory that cannot fault: an address is handed to the operating system, which copies or refuses
 * (process_vm_readv(2), ReadProcessMemory, mach_vm_read_overwrite).
 */
export class CheckedMemory {
  readonly #host: HostLibrary;
  // One byte beyond the longest string that is accepted, and its NUL.
  readonly #scratch = Buffer.alloc(MAX_STRING + 2);

  constructor(host: HostLibrary) {
    this.#host = host;
  }

  /**
   * Copies `length` bytes.
   * @throws `PointerNull`, `PointerInvalid` if less than all of it can be read
   */
  read(pointer: Pointer, length: number, what: string): Buffer {
    if (pointer === NULL) throw new PluginSystemError('PointerNull', `${what} is NULL`);
    const bytes = Buffer.allocUnsafe(length);
    const readable = this.#host.memoryRead(bytes, pointer, length);
    if (readable !== length) {
      throw new PluginSystemError(
        'PointerInvalid',
        `${what} at ${formatPointer(pointer)} cannot be read: ${readable} of ${length} bytes are mapped and readable`,
      );
    }
    return bytes;
  }

  /**
   * Copies the bytes of a NUL-terminated string of at most `max` bytes (64 KiB where not said), without the NUL. Valid until the next call.
   * @throws `PointerNull`, `PointerInvalid` (unreadable before its NUL), `StringInvalid` (too long)
   */
  readStringBytes(pointer: Pointer, what: string, max = MAX_STRING): Buffer {
    if (pointer === NULL) throw new PluginSystemError('PointerNull', `${what} is NULL, a string was wanted`);
    const length = this.#host.memoryReadString(this.#scratch, max + 1, pointer);
    if (length === -1) {
      throw new PluginSystemError(
        'PointerInvalid',
        `${what} at ${formatPointer(pointer)} runs into memory that cannot be read before its final NUL`,
      );
    }
    if (length < 0)
      throw new PluginSystemError('StringInvalid', `${what} has no NUL within ${max} bytes, the most that is accepted`);
    return this.#scratch.subarray(0, length);
  }

  /** Whether `length` bytes can be read; what is over 1 MiB is not looked at, and not readable. */
  isReadable(pointer: Pointer, length: bigint): boolean {
    if (length > BigInt(MAX_LOOK)) return false;
    return this.#host.memoryRead(Buffer.allocUnsafe(Number(length)), pointer, Number(length)) === Number(length);
  }

  /** Whether a string ends before memory that cannot be read, and within 1 MiB, however much longer than a good one it is. */
  isReadableString(pointer: Pointer): boolean {
    return this.#host.memoryReadString(Buffer.allocUnsafe(MAX_LOOK), MAX_LOOK, pointer) >= 0;
  }

  /** `readStringBytes`, decoded. */
  readString(pointer: Pointer, what: string, max?: number): string {
    return decodeUtf8(this.readStringBytes(pointer, what, max), what);
  }
}

/**
 * Strict UTF-8: no replacement characters, no surrogates, no overlong forms (RFC 3629).
 * @throws `StringInvalid`
 */
export function decodeUtf8(bytes: Buffer, what: string): string {
  if (!isUtf8(bytes)) throw new PluginSystemError('StringInvalid', `${what} is not valid UTF-8: ${preview(bytes)}`);
  return bytes.toString('utf8');
}

function preview(bytes: Buffer): string {
  const shown = bytes.subarray(0, 24).toString('hex').replace(/../g, '$& ').trimEnd();
  return bytes.length > 24 ? `${shown} …` : shown;
}
