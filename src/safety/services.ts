import { isVersion, LAYOUT, MAX_NAME, NAME_PATTERN, SERVICES_EXTENSION, WORD } from '../abi/index.js';
import { PluginSystemError } from '../errors/index.js';
import { formatPointer, type Pointer } from '../ffi/index.js';
import { describeAll } from './described-items.js';
import { type ExtensionHost, findExtension } from './extension.js';
import type { CheckedMemory } from './memory.js';

const { size, offsets } = LAYOUT.MortiseServicesExtension;
const SHAPE = {
  id: SERVICES_EXTENSION,
  size,
  functions: { count: offsets.count, describe: offsets.describe },
} as const;

/** A table of functions that a plugin offers to others. */
export interface NativeService {
  readonly name: string;
  readonly version: string;
  /** Looks like a table with a size; what its functions are is the affair of the plugins that use it. */
  readonly table: Pointer;
}

/** The plugin's `mortise.services/1`, if it offers one. */
export class ServicesExtension {
  readonly #host: ExtensionHost;
  readonly #functions: { readonly count: Pointer; readonly describe: Pointer };

  private constructor(host: ExtensionHost, functions: { readonly count: Pointer; readonly describe: Pointer }) {
    this.#host = host;
    this.#functions = functions;
  }

  /**
   * @throws those of `findExtension`
   */
  static find(host: ExtensionHost): ServicesExtension | undefined {
    const functions = findExtension(host, SHAPE);
    return functions === undefined ? undefined : new ServicesExtension(host, functions);
  }

  /**
   * All that the plugin offers. To be asked after its init, since the tables are valid from then on.
   * @throws `ExtensionInvalid`; `ServiceInvalid` (flags, name, version, a table that is NULL, misaligned or not readable over its size)
   */
  read(instance: Pointer): readonly NativeService[] {
    const itemSize = LAYOUT.MortiseService.size;
    const describer = { id: SHAPE.id, noun: 'service', itemSize, functions: this.#functions };
    try {
      return describeAll(this.#host, instance, describer, (item, what) => readService(item, this.#host.memory, what));
    } catch (error) {
      throw PluginSystemError.from(error, 'Internal', { operation: SHAPE.id });
    }
  }
}

function readService(item: Buffer, memory: CheckedMemory, what: string): NativeService {
  const at = LAYOUT.MortiseService.offsets;
  try {
    const flags = item.readUInt32LE(at.flags);
    if (flags !== 0) throw invalid(`${what} has the flags 0x${flags.toString(16)}; none are defined`);
    const name = memory.readString(item.readBigUInt64LE(at.name) as Pointer, `the name of ${what}`, MAX_NAME + 1);
    if (!NAME_PATTERN.test(name)) throw invalid(`the name of ${what} is ${JSON.stringify(name)}`);
    const version = memory.readString(item.readBigUInt64LE(at.version) as Pointer, `the version of ${what} (${name})`);
    if (!isVersion(version)) throw invalid(`the version of ${what} (${name}) is ${JSON.stringify(version)}`);
    const table = item.readBigUInt64LE(at.table) as Pointer;
    checkTable(table, memory, `the table of ${what} (${name} ${version})`);
    return Object.freeze({ name, version, table });
  } catch (error) {
    throw error instanceof PluginSystemError ? invalid(error.detail, error) : error;
  }
}

function checkTable(table: Pointer, memory: CheckedMemory, what: string): void {
  const size = memory.read(table, 4, what).readUInt32LE(0);
  if (table % BigInt(WORD) !== 0n)
    throw invalid(`${what} is at ${formatPointer(table)}, which is not aligned to ${WORD} bytes`);
  if (size < 4) throw invalid(`${what} says it has ${size} bytes; its first field alone, which is its size, has 4`);
  if (!memory.isReadable(table, BigInt(size))) {
    throw invalid(
      `${what} at ${formatPointer(table)} says it has ${size} bytes; not all of them can be read, or it is over 1 MiB`,
    );
  }
}

function invalid(detail: string, cause?: PluginSystemError): PluginSystemError {
  return cause?.code === 'ServiceInvalid' ? cause : new PluginSystemError('ServiceInvalid', detail, { cause });
}
