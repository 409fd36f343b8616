import type { FunctionSlot } from '../abi/index.js';
import { koffi } from './koffi.js';

type Koffi = ReturnType<typeof koffi>;
export type Prototype = ReturnType<Koffi['proto']>;

/** An FfiSlice as it crosses by value; it goes back to its free function exactly as it came. */
export interface RawSlice {
  readonly ptr: number | bigint;
  readonly len: number | bigint;
}

function makePrototypes() {
  const engine = koffi();
  // Anonymous types only: named ones are global to the process and a duplicate throws. Made once, because they are never freed.
  // Addresses travel as uintptr_t: `void*` would accept strings and objects, and turn NULL into null.
  const slice = engine.struct({ ptr: 'uintptr_t', len: 'size_t' });
  const getString = engine.proto('uintptr_t', ['uintptr_t']);
  const freeString = engine.proto('void', ['uintptr_t']);
  const getSlice = engine.proto(slice, ['uintptr_t']);
  const freeSlice = engine.proto('void', [slice]);
  const phase = engine.proto('int32_t', ['uintptr_t', 'uintptr_t']);
  const slots: Record<FunctionSlot, Prototype> = {
    destroy: freeString,
    name: getString,
    free_name: freeString,
    version: getString,
    free_version: freeString,
    // Read as integers: a C bool of 2 must be seen, and a 2-byte struct by value costs ten times its integer (x64 and arm64 pass both alike).
    is_core: engine.proto('uint8_t', ['uintptr_t']),
    priority: engine.proto('uint16_t', ['uintptr_t']),
    compatible_api_versions: getSlice,
    free_compatible_api_versions: freeSlice,
    dependencies: getSlice,
    free_dependencies: freeSlice,
    required_stages: getSlice,
    free_required_stages: freeSlice,
    conflicts_with: getSlice,
    free_conflicts_with: freeSlice,
    incompatible_with: getSlice,
    free_incompatible_with: freeSlice,
    init: phase,
    preflight_check: phase,
    register_stages: phase,
    shutdown: engine.proto('int32_t', ['uintptr_t']),
  };
  return {
    slots,
    entry: engine.proto('uintptr_t', []),
    extension: engine.proto('uintptr_t', ['const char*']),
    count: engine.proto('uint32_t', ['uintptr_t']),
    describe: engine.proto('int32_t', ['uintptr_t', 'uint32_t', 'void*']),
    lastMessage: engine.proto('void', ['uintptr_t', 'uintptr_t']),
    destroyStage: freeString,
  };
}

let made: ReturnType<typeof makePrototypes> | undefined;

/** C prototypes of everything that a plugin exports or hands over. */
export function prototypes(): ReturnType<typeof makePrototypes> {
  made ??= makePrototypes();
  return made;
}
