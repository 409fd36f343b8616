/** A JSON value that contexts carry whole; BigInts inside become numbers where exact, else strings. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/**
 * What a context holds. In C: null, bool, double (number), int64 (bigint), string, bytes (Uint8Array), JSON (objects and arrays).
 * Strings are well-formed Unicode; a bigint lies within int64.
 */
export type ContextValue = JsonValue | bigint | Uint8Array;
