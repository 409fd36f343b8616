/** A JSON value that contexts carry whole; BigInts inside become numbers where exact, else strings. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/**
 * What a context holds. In C: null, bool, double (number), int64 (bigint), string, bytes (Uint8Array), JSON (objects and arrays).
 * Strings are well-formed Unicode; a bigint lies within int64.
 */
export type ContextValue = JsonValue | bigint | Uint8Array;

/**
 * What is written into a context: a value of it, or an object whose type does not say that it is JSON, such as one of an `interface`, or a list of such. Whether all in it
 * is JSON is seen when it is written. A promise that was not awaited, and a function, do not compile.
 */
export type ContextInput = ContextValue | (object & { readonly then?: never; readonly bind?: never });
