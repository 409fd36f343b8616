import { type FunctionSlot, isVersion, LAYOUT, MAX_ITEMS, MAX_NAME, NAME_PATTERN, PRIORITY_BANDS, WORD } from '../abi/index.js';
import { PluginSystemError } from '../errors/index.js';
import { formatPointer, NULL, type Pointer, type RawSlice, toPointer } from '../ffi/index.js';
import type {
  PluginDependency,
  PluginMetadata,
  PluginWarning,
  Priority,
  ResourceUse,
  StageRequirement,
} from '../plugin/index.js';
import type { Ledger } from './ledger.js';
import { type CheckedMemory, decodeUtf8 } from './memory.js';
import { readOwned } from './owned.js';

/** What reading metadata needs: a guarded way to call a slot with the instance, and to call a free slot with a value. */
export interface MetadataSource {
  readonly memory: CheckedMemory;
  readonly ledger: Ledger;
  /** Calls a getter with the instance. */
  get(slot: FunctionSlot): unknown;
  /** What the plugin says of the getter that was called just before: a text means that it failed. */
  lastMessage(): string | undefined;
  /** Calls a free function with a value. */
  free(slot: FunctionSlot, value: unknown): void;
  /** What the plugin declares to use outside itself. */
  resources(): readonly ResourceUse[];
}

export interface MetadataRules {
  /** Whether the plugin carries a record: then a priority out of its band is an error, without one a warning; ranges are npm's, without one Cargo's. */
  readonly hasRecord: boolean;
  readonly warnings: PluginWarning[];
}

/**
 * Reads everything a plugin says of itself, once; each value is given back before the next is taken.
 * @throws `MetadataFailed` (the plugin says that a getter failed), `PointerNull`, `PointerInvalid`, `StringInvalid`, `SliceInvalid`, `ValueInvalid`, `NameInvalid`, `VersionInvalid`, `PriorityInvalid`; those of `readResources`
 */
export function readMetadata(source: MetadataSource, rules: MetadataRules): PluginMetadata {
  const name = readOwnedString(source, 'name', 'free_name', MAX_NAME + 1);
  if (!NAME_PATTERN.test(name)) {
    throw new PluginSystemError('NameInvalid', `the name is ${JSON.stringify(name)}`, { operation: 'name' });
  }
  const context = { plugin: name };
  try {
    const version = readOwnedString(source, 'version', 'free_version');
    if (!isVersion(version)) {
      throw new PluginSystemError('VersionInvalid', `the version is ${JSON.stringify(version)}`, { operation: 'version' });
    }
    return Object.freeze({
      name,
      version,
      isCore: readBool(readNumber(source, 'is_core'), 'is_core', 'is_core'),
      priority: readPriority(readNumber(source, 'priority'), rules),
      apiVersions: readSlice(source, 'compatible_api_versions', 'free_compatible_api_versions', readRange),
      dependencies: readSlice(source, 'dependencies', 'free_dependencies', readDependency),
      requiredStages: readSlice(source, 'required_stages', 'free_required_stages', readRequirement),
      conflictsWith: readSlice(source, 'conflicts_with', 'free_conflicts_with', readName),
      incompatibleWith: readSlice(source, 'incompatible_with', 'free_incompatible_with', readDependency),
      resources: source.resources(),
      rangeSyntax: rules.hasRecord ? 'npm' : 'cargo',
    });
  } catch (error) {
    throw PluginSystemError.from(error, 'Internal', context);
  }
}

/** What a failed getter returned counts for nothing, whatever it is: a getter has no other way to fail. */
function checkGetter(source: MetadataSource, slot: FunctionSlot): void {
  const said = source.lastMessage();
  if (said !== undefined)
    throw new PluginSystemError('MetadataFailed', `the getter ${slot} failed: ${said}`, { operation: slot });
}

function readNumber(source: MetadataSource, slot: 'is_core' | 'priority'): number {
  const number = source.get(slot) as number;
  checkGetter(source, slot);
  return number;
}

function readOwnedString(source: MetadataSource, slot: FunctionSlot, freeSlot: FunctionSlot, max?: number): string {
  const what = `the string that ${slot} returned`;
  const value = {
    what: slot,
    take: () => toPointer(source.get(slot) as number | bigint),
    check: () => checkGetter(source, slot),
    isHeld: (pointer: Pointer) => pointer !== NULL,
    prove: (pointer: Pointer) => source.memory.readStringBytes(pointer, what, max),
    isReadable: (pointer: Pointer) => source.memory.isReadableString(pointer),
    give: (pointer: Pointer) => source.free(freeSlot, pointer),
  };
  return located(slot, () => readOwned(source.ledger, value, (bytes) => decodeUtf8(bytes, what)));
}

interface ItemReader<Item> {
  readonly size: number;
  /** Where in an item the pointers to strings are. */
  readonly strings: ReadonlyArray<{ readonly at: number; readonly mayBeNull?: boolean }>;
  read(bytes: Buffer, at: number, memory: CheckedMemory, what: string): Item;
}

function readSlice<Item>(
  source: MetadataSource,
  slot: FunctionSlot,
  freeSlot: FunctionSlot,
  reader: ItemReader<Item>,
): readonly Item[] {
  const value = {
    what: slot,
    take: () => source.get(slot) as RawSlice,
    check: () => checkGetter(source, slot),
    isHeld: () => true,
    prove: (slice: RawSlice) => readSliceMemory(slice, source.memory, slot, reader.size),
    isReadable: (slice: RawSlice) => isReadableSlice(slice, source.memory, reader),
    give: (slice: RawSlice) => source.free(freeSlot, slice),
  };
  return located(slot, () =>
    readOwned(source.ledger, value, (bytes) => {
      const items: Item[] = [];
      for (let at = 0; at < bytes.length; at += reader.size) {
        items.push(reader.read(bytes, at, source.memory, `item ${at / reader.size} of ${slot}`));
      }
      return Object.freeze(items);
    }),
  );
}

const EMPTY = Buffer.alloc(0);

function readSliceMemory(slice: RawSlice, memory: CheckedMemory, slot: FunctionSlot, itemSize: number): Buffer {
  const length = BigInt(slice.len);
  if (length === 0n) return EMPTY;
  const pointer = toPointer(slice.ptr);
  const what = `the slice {${formatPointer(pointer)}, ${length}} that ${slot} returned`;
  if (pointer === NULL) throw new PluginSystemError('SliceInvalid', `${what} is NULL with a length`);
  if (pointer % BigInt(WORD) !== 0n) throw new PluginSystemError('SliceInvalid', `${what} is not aligned to ${WORD} bytes`);
  if (length > BigInt(MAX_ITEMS)) {
    throw new PluginSystemError('SliceInvalid', `${what} has more than ${MAX_ITEMS} items, the most that is accepted`);
  }
  return memory.read(pointer, Number(length) * itemSize, what);
}

function isReadableSlice(slice: RawSlice, memory: CheckedMemory, { size, strings }: ItemReader<unknown>): boolean {
  const length = BigInt(slice.len) * BigInt(size);
  // Empty: its pointer, NULL as a rule, is never followed.
  if (length === 0n) return true;
  const pointer = toPointer(slice.ptr);
  if (!memory.isReadable(pointer, length)) return false;
  const bytes = memory.read(pointer, Number(length), 'the slice');
  for (let item = 0; item < bytes.length; item += size) {
    for (const { at, mayBeNull = false } of strings) {
      const text = bytes.readBigUInt64LE(item + at) as Pointer;
      if (text === NULL ? !mayBeNull : !memory.isReadableString(text)) return false;
    }
  }
  return true;
}

function stringAt(bytes: Buffer, at: number, memory: CheckedMemory, what: string): string {
  return memory.readString(bytes.readBigUInt64LE(at) as Pointer, what);
}

const readRange: ItemReader<string> = {
  size: LAYOUT.FfiVersionRange.size,
  strings: [{ at: 0 }],
  read: (bytes, at, memory, what) => stringAt(bytes, at, memory, `${what}: constraint`),
};

const readName: ItemReader<string> = {
  size: WORD,
  strings: [{ at: 0 }],
  read: (bytes, at, memory, what) => pluginName(stringAt(bytes, at, memory, what), what),
};

const readDependency: ItemReader<PluginDependency> = {
  size: LAYOUT.FfiPluginDependency.size,
  strings: [
    { at: LAYOUT.FfiPluginDependency.offsets.plugin_name },
    { at: LAYOUT.FfiPluginDependency.offsets.version_constraint, mayBeNull: true },
  ],
  read(bytes, at, memory, what) {
    const fields = LAYOUT.FfiPluginDependency.offsets;
    const range = bytes.readBigUInt64LE(at + fields.version_constraint) as Pointer;
    return Object.freeze({
      name: pluginName(stringAt(bytes, at + fields.plugin_name, memory, `${what}: plugin_name`), what),
      range: range === NULL ? undefined : memory.readString(range, `${what}: version_constraint`),
      required: readBool(bytes.readUInt8(at + fields.required), `${what}: required`),
    });
  },
};

const readRequirement: ItemReader<StageRequirement> = {
  size: LAYOUT.FfiStageRequirement.size,
  strings: [{ at: LAYOUT.FfiStageRequirement.offsets.stage_id }],
  read(bytes, at, memory, what) {
    const fields = LAYOUT.FfiStageRequirement.offsets;
    return Object.freeze({
      stage: stringAt(bytes, at + fields.stage_id, memory, `${what}: stage_id`),
      required: readBool(bytes.readUInt8(at + fields.required), `${what}: required`),
      provided: readBool(bytes.readUInt8(at + fields.provided), `${what}: provided`),
    });
  },
};

function pluginName(name: string, what: string): string {
  if (!NAME_PATTERN.test(name)) throw new PluginSystemError('NameInvalid', `${what} names the plugin ${JSON.stringify(name)}`);
  return name;
}

function readBool(byte: number, what: string, operation?: string): boolean {
  if (byte > 1) throw new PluginSystemError('ValueInvalid', `${what} is the byte ${byte}; 0 or 1 was wanted`, { operation });
  return byte === 1;
}

function readPriority(word: number, rules: MetadataRules): Priority {
  const category = word & 0xff;
  const value = word >> 8;
  const band = PRIORITY_BANDS[category];
  if (band === undefined) {
    throw new PluginSystemError(
      'PriorityInvalid',
      `the priority has category ${category}; 0 to ${PRIORITY_BANDS.length - 1} exist`,
      {
        operation: 'priority',
      },
    );
  }
  if (value < band.low || value > band.high) {
    const message = `the priority ${band.category}:${value} is out of its band, ${band.low} to ${band.high}`;
    if (rules.hasRecord) throw new PluginSystemError('PriorityInvalid', message, { operation: 'priority' });
    rules.warnings.push({ code: 'PriorityOutOfBand', message });
  }
  return Object.freeze({ category: band.category, value });
}

function located<Result>(operation: FunctionSlot, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw PluginSystemError.from(error, 'Internal', { operation });
  }
}
