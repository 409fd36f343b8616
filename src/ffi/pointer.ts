declare const pointerBrand: unique symbol;
declare const handleBrand: unique symbol;

/** An address that a plugin gave: data until proved. Any 64-bit value. Never leaves the ffi, safety and native folders. */
export type Pointer = bigint & { readonly [pointerBrand]: true };

/** An address that our own host library gave: opaque, trusted, below 2^53. */
export type Handle<Kind extends string> = number & { readonly [handleBrand]: Kind };

export const NULL = 0n as Pointer;

/** Takes what the FFI engine returns for an address: a number where exact, else a bigint; null for NULL. */
export function toPointer(address: number | bigint | null): Pointer {
  return (address === null ? NULL : BigInt(address)) as Pointer;
}

/** `0x7f12…`, for messages. */
export function formatPointer(pointer: Pointer): string {
  return `0x${pointer.toString(16)}`;
}
