// The same as one would write it with Koffi alone: the same metadata, no checks, no ownership record, no state.
//
//   node --expose-gc bench/hosts/koffi.mjs load|memory FILE…

import koffi from 'koffi';
import { report, residentGrowth, timeEach } from './host.mjs';

const slice = koffi.struct({ ptr: 'uintptr_t', len: 'size_t' });
const entry = koffi.proto('uintptr_t', []);
const getText = koffi.proto('uintptr_t', ['uintptr_t']);
const freeText = koffi.proto('void', ['uintptr_t']);
const getSlice = koffi.proto(slice, ['uintptr_t']);
const freeSlice = koffi.proto('void', [slice]);
const getByte = koffi.proto('uint8_t', ['uintptr_t']);
const getTwoBytes = koffi.proto('uint16_t', ['uintptr_t']);
const table = koffi.array('uint64_t', 22, 'Typed');
const SLOT = {
  destroy: 1,
  name: 2,
  version: 4,
  isCore: 6,
  priority: 7,
  ranges: 8,
  dependencies: 10,
  stages: 12,
  conflicts: 14,
  incompatible: 16,
};

// Nothing is forgotten: a collected library would be closed under the open instance.
const libraries = [];

function open(path) {
  const library = koffi.load(path);
  libraries.push(library);
  const vtable = koffi.decode(koffi.call(library.symbol('_plugin_init'), entry), table);
  const instance = vtable[0];
  const text = (slot) => {
    const pointer = koffi.call(vtable[slot], getText, instance);
    const value = koffi.decode.string(BigInt(pointer));
    koffi.call(vtable[slot + 1], freeText, pointer);
    return value;
  };
  const list = (slot, size, read) => {
    const raw = koffi.call(vtable[slot], getSlice, instance);
    const items = [];
    for (let at = 0; at < raw.len; at++) items.push(read(BigInt(raw.ptr) + BigInt(at * size)));
    koffi.call(vtable[slot + 1], freeSlice, raw);
    return items;
  };
  const textAt = (pointer) => {
    const address = koffi.decode(pointer, 'uint64_t');
    return address === 0 ? undefined : koffi.decode.string(BigInt(address));
  };
  const dependency = (pointer) => ({
    name: textAt(pointer),
    range: textAt(pointer + 8n),
    required: koffi.decode(pointer + 16n, 'uint8_t') === 1,
  });
  const stage = (pointer) => ({ stage: textAt(pointer), required: koffi.decode(pointer + 8n, 'uint8_t') === 1 });
  return {
    name: text(SLOT.name),
    version: text(SLOT.version),
    isCore: koffi.call(vtable[SLOT.isCore], getByte, instance) === 1,
    priority: koffi.call(vtable[SLOT.priority], getTwoBytes, instance),
    apiVersions: list(SLOT.ranges, 8, textAt),
    dependencies: list(SLOT.dependencies, 24, dependency),
    requiredStages: list(SLOT.stages, 16, stage),
    conflictsWith: list(SLOT.conflicts, 8, textAt),
    incompatibleWith: list(SLOT.incompatible, 24, dependency),
    destroy: () => koffi.call(vtable[SLOT.destroy], freeText, instance),
  };
}

const [mode, ...paths] = process.argv.slice(2);
const openAndDestroy = (path) => open(path).destroy();
if (mode === 'memory') report([residentGrowth(paths, open)]);
else report([...timeEach(paths, openAndDestroy), ...timeEach(paths, openAndDestroy)]);
