/**
 * Sizes and offsets of the C structs that the host reads, for 64-bit targets. The header is the contract; a compiled probe is compared with
 * these tables on every test run, in both directions.
 */
export const WORD = 8;

/** Slots of the base table in order; slot i lies at byte 8·i. */
export const VTABLE_SLOTS = [
  'instance',
  'destroy',
  'name',
  'free_name',
  'version',
  'free_version',
  'is_core',
  'priority',
  'compatible_api_versions',
  'free_compatible_api_versions',
  'dependencies',
  'free_dependencies',
  'required_stages',
  'free_required_stages',
  'conflicts_with',
  'free_conflicts_with',
  'incompatible_with',
  'free_incompatible_with',
  'init',
  'preflight_check',
  'register_stages',
  'shutdown',
] as const;

export type SlotName = (typeof VTABLE_SLOTS)[number];
export type FunctionSlot = Exclude<SlotName, 'instance'>;

/** Struct → size in bytes and offset of each field. */
export const LAYOUT = {
  PluginVTable: {
    size: VTABLE_SLOTS.length * WORD,
    offsets: Object.fromEntries(VTABLE_SLOTS.map((slot, index) => [slot, index * WORD])) as Record<SlotName, number>,
  },
  FfiSlice: { size: 16, offsets: { ptr: 0, len: 8 } },
  FfiVersionRange: { size: 8, offsets: { constraint: 0 } },
  FfiPluginDependency: { size: 24, offsets: { plugin_name: 0, version_constraint: 8, required: 16 } },
  FfiStageRequirement: { size: 16, offsets: { stage_id: 0, required: 8, provided: 9 } },
  FfiPluginPriority: { size: 2, offsets: { category: 0, value: 1 } },
  MortiseValue: { size: 24, offsets: { tag: 0, flags: 4, as: 8, length: 16 } },
  MortiseText: { size: 24, offsets: { data: 0, capacity: 8, length: 16 } },
  MortiseError: { size: 32, offsets: { size: 0, code: 4, message: 8 } },
  MortiseField: { size: 40, offsets: { key: 0, reserved: 8, value: 16 } },
  MortiseHost: {
    size: 88,
    offsets: {
      size: 0,
      abi_major: 4,
      abi_minor: 6,
      app: 8,
      api_version: 16,
      config_dir: 24,
      log_level: 32,
      log: 40,
      config: 48,
      call: 56,
      publish: 64,
      service: 72,
      extension: 80,
    },
  },
  MortiseContext: {
    size: 72,
    offsets: { size: 0, mode: 4, cancelled: 8, host: 16, stage_id: 24, get: 32, set: 40, remove: 48, next: 56, describe: 64 },
  },
  MortiseStage: {
    size: 64,
    offsets: { size: 0, flags: 4, id: 8, name: 16, description: 24, state: 32, execute: 40, dry_run: 48, destroy: 56 },
  },
  MortiseRegistry: { size: 24, offsets: { size: 0, reserved: 4, host: 8, register_stage: 16 } },
  MortiseErrorExtension: { size: 16, offsets: { size: 0, reserved: 4, last_message: 8 } },
  MortiseResource: { size: 24, offsets: { size: 0, access: 4, type: 8, identifier: 16 } },
  MortiseResourcesExtension: { size: 24, offsets: { size: 0, reserved: 4, count: 8, describe: 16 } },
  MortiseService: { size: 32, offsets: { size: 0, flags: 4, name: 8, version: 16, table: 24 } },
  MortiseServicesExtension: { size: 24, offsets: { size: 0, reserved: 4, count: 8, describe: 16 } },
  MortiseImage: { size: 4240, offsets: { base: 0, range_count: 8, path_length: 12, ranges: 16, path: 144 } },
  MortiseStageResult: { size: 16, offsets: { code: 0, flags: 4, nanoseconds: 8 } },
  MortiseEntry: { size: 32, offsets: { tag: 0, flags: 4, key_length: 8, writer: 12, payload: 16, length: 24 } },
  MortiseNote: { size: 16, offsets: { kind: 0, stage: 4, code: 8, length: 12 } },
  MortiseStageRecord: {
    size: 56,
    offsets: {
      handle: 0,
      state: 8,
      execute: 16,
      dry_run: 24,
      destroy: 32,
      flags: 40,
      id_length: 44,
      name_length: 48,
      description_length: 52,
    },
  },
  MortiseEvent: { size: 24, offsets: { size: 0, kind: 4, subject: 8, count: 16 } },
  MortiseLogLine: { size: 32, offsets: { stage: 0, time_ms: 8, level: 16, message_length: 20, field_count: 24, reserved: 28 } },
} as const;
