import { WORD } from '../abi/index.js';
import { PluginSystemError } from '../errors/index.js';
import { formatPointer, NULL, type Pointer, type Prototype, prototypes, toPointer } from '../ffi/index.js';
import type { CheckedMemory } from './memory.js';

/** What the host knows of an extension: its id, and where in its table the functions lie. */
export interface ExtensionShape<Name extends string> {
  readonly id: string;
  /** Bytes of the table. */
  readonly size: number;
  /** Offset of each function; a table of this revision has all of them. */
  readonly functions: Readonly<Record<Name, number>>;
}

/** A library that may be asked for extensions, and whose functions are called. */
export interface ExtensionHost {
  readonly memory: CheckedMemory;
  /** Address of its `mortise_plugin_extension`; undefined if it exports none. */
  readonly query: Pointer | undefined;
  /** Holds a function pointer to the rules of slots. */
  checkFunction(address: Pointer, what: string): void;
  /** Calls a function of the library; through the gate where there is a plugin behind it. */
  call(operation: string, address: Pointer, prototype: Prototype, ...args: unknown[]): unknown;
}

/**
 * Asks the library for the table of an extension and proves it: readable as far as it says, long enough, aligned, each function one of the library.
 * @returns the functions by name; undefined if the library does not offer the extension
 * @throws `ExtensionInvalid` if the table is misaligned, cannot be read or is too short, `SlotInvalid` if a function is none of the library
 */
export function findExtension<Name extends string>(
  host: ExtensionHost,
  shape: ExtensionShape<Name>,
): Readonly<Record<Name, Pointer>> | undefined {
  if (host.query === undefined) return undefined;
  const { id } = shape;
  const table = toPointer(host.call(id, host.query, prototypes().extension, id) as number | bigint);
  if (table === NULL) return undefined;
  const bytes = readTable(table, host.memory, shape);
  const functions = {} as Record<Name, Pointer>;
  for (const name of Object.keys(shape.functions) as Name[]) {
    functions[name] = bytes.readBigUInt64LE(shape.functions[name]) as Pointer;
    try {
      host.checkFunction(functions[name], `${id}: ${name}`);
    } catch (error) {
      throw PluginSystemError.from(error, 'SlotInvalid', { operation: id });
    }
  }
  return functions;
}

function readTable(table: Pointer, memory: CheckedMemory, { id, size }: ExtensionShape<string>): Buffer {
  const invalid = (detail: string, cause?: unknown) =>
    new PluginSystemError('ExtensionInvalid', `the table of ${id} ${detail}`, { operation: id, cause });
  let given: number;
  let bytes: Buffer;
  try {
    given = memory.read(table, 4, `the table of ${id}`).readUInt32LE(0);
    bytes = memory.read(table, Math.min(given, size), `the table of ${id}`);
  } catch (error) {
    throw invalid(`at ${formatPointer(table)} cannot be read`, error);
  }
  if (given < size) throw invalid(`says it has ${given} bytes; ${size} were wanted`);
  if (table % BigInt(WORD) !== 0n) throw invalid(`is at ${formatPointer(table)}, which is not aligned to ${WORD} bytes`);
  return bytes;
}
