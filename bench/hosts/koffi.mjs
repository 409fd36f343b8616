// The same as one would write it with Koffi alone: the same metadata, no checks, no ownership record, no state.
//
//   node --expose-gc bench/hosts/koffi.mjs load|memory|start FILE…
//
// `start` prints what `c-host start` does, and the import of Koffi before it.

import { report, residentGrowth, timeEach } from './host.mjs';

const importing = performance.now();
const { default: koffi } = await import('koffi');
const imported = performance.now() - importing;

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
  init: 18,
  preflight: 19,
  registerStages: 20,
};

// Nothing is forgotten: a collected library would be closed under the open instance.
const libraries = [];

function openTable(path) {
  const library = koffi.load(path);
  libraries.push(library);
  return koffi.decode(koffi.call(library.symbol('_plugin_init'), entry), table);
}

function open(path) {
  return readMetadata(openTable(path));
}

function readMetadata(vtable) {
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

const hostSize = 88;
const contextSize = 120;
const registrySize = 24;

function sized(size) {
  const bytes = Buffer.alloc(size);
  bytes.writeUInt32LE(size, 0);
  return bytes;
}

/** MortiseRegistry with a register_stage in JavaScript. */
function registryFor(host, stages) {
  const proto = koffi.proto('int32_t', ['uintptr_t', 'uintptr_t', 'uintptr_t']);
  const registerStage = koffi.register((_registry, stage) => {
    const at = BigInt(stage);
    stages.push({
      flags: koffi.decode(at + 4n, 'uint32_t'),
      id: koffi.decode.string(koffi.decode(at + 8n, 'void*')),
      description: koffi.decode.string(koffi.decode(at + 24n, 'void*')),
      execute: koffi.decode(at + 40n, 'void*'),
    });
    return 0;
  }, koffi.pointer(proto));
  const registry = sized(registrySize);
  registry.writeBigUInt64LE(koffi.address(host), 8);
  registry.writeBigUInt64LE(registerStage, 16);
  return registry;
}

/** Nanoseconds of each phase. */
function start() {
  const phase = koffi.proto('int32_t', ['uintptr_t', 'void*']);
  const host = sized(hostSize);
  const stages = [];
  const registry = registryFor(host, stages);
  const context = sized(contextSize);
  const times = [imported * 1e6, 0, 0];
  const tables = paths.map((path) => {
    const began = performance.now();
    const vtable = openTable(path);
    const between = performance.now();
    readMetadata(vtable);
    times[1] += (between - began) * 1e6;
    times[2] += (performance.now() - between) * 1e6;
    return vtable;
  });
  for (const [slot, argument] of [
    [SLOT.registerStages, registry],
    [SLOT.init, host],
    [SLOT.preflight, context],
  ]) {
    const began = performance.now();
    for (const vtable of tables) {
      if (koffi.call(vtable[slot], phase, vtable[0], argument) !== 0) throw new Error(`slot ${slot} failed`);
    }
    times.push((performance.now() - began) * 1e6);
  }
  if (stages.length !== 2 * paths.length) throw new Error(`${stages.length} stages were registered`);
  return times;
}

const [mode, ...paths] = process.argv.slice(2);
const openAndDestroy = (path) => open(path).destroy();
if (mode === 'memory') report([residentGrowth(paths, open)]);
else if (mode === 'start') report(start());
else report([...timeEach(paths, openAndDestroy), ...timeEach(paths, openAndDestroy)]);
