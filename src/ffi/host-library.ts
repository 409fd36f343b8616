import { Library } from './library.js';
import type { Handle, Pointer } from './pointer.js';

export type SessionHandle = Handle<'session'>;
export type PluginHandle = Handle<'plugin'>;
export type StoreHandle = Handle<'store'>;
export type StageHandle = Handle<'stage'>;

/**
 * The functions of native-abi/host/mortise_host.h, one to one. Threads, ownership and results are stated there.
 * Buffers are borrowed for the call; strings are passed as NUL-terminated UTF-8.
 */
export interface HostLibrary {
  readonly path: string;
  revision(): number;
  memoryRead(destination: Uint8Array, address: Pointer | number, length: number): number;
  memoryReadString(destination: Uint8Array, capacity: number, address: Pointer | number): number;
  memoryCopy(destination: Uint8Array, address: Pointer | number | bigint, length: number): void;
  imageFind(address: Pointer, image: Uint8Array): number;
  imageSymbol(address: Pointer, name: Uint8Array, capacity: number): number;
  imagePin(address: Pointer): number;
  imageRemember(imageBase: bigint, fingerprint: Uint8Array): number;
  sessionOpen(): SessionHandle;
  sessionDoorbell(session: SessionHandle, descriptor: Int32Array, name: Uint8Array, capacity: number): number;
  sessionDrain(session: SessionHandle, buffer: Uint8Array, capacity: number, more: Uint32Array): number;
  sessionPending(session: SessionHandle): number;
  sessionClose(session: SessionHandle): void;
  exiting(status: number, graceMs: number): void;
  pluginOpen(
    session: SessionHandle,
    group: number,
    imageBase: number | bigint,
    app: string,
    apiVersion: string,
    configDirectory: string,
    logLevel: number,
    status: Int32Array,
  ): PluginHandle;
  pluginHost(plugin: PluginHandle): number;
  pluginLogLevel(plugin: PluginHandle, level: number): void;
  /** `state`: one of PLUGIN_STATES. */
  pluginState(plugin: PluginHandle, state: number): void;
  pluginConfig(plugin: PluginHandle, entries: Uint8Array, length: number): number;
  registryOpen(plugin: PluginHandle): number;
  registryClose(plugin: PluginHandle): number;
  registryRefusal(plugin: PluginHandle, buffer: Uint8Array, capacity: number): number;
  registryStage(plugin: PluginHandle, index: number, buffer: Uint8Array, capacity: number): number;
  pluginClose(plugin: PluginHandle): void;
  serviceOffer(plugin: PluginHandle, name: string, version: string, table: Pointer, holder: BigUint64Array): number;
  serviceWithdraw(plugin: PluginHandle): void;
  pluginNeeds(plugin: PluginHandle, other: PluginHandle): number;
  pluginUses(plugin: PluginHandle, others: BigUint64Array, capacity: number): number;
  storePreflight(store: StoreHandle, plugin: PluginHandle): number;
  storeOpen(session: SessionHandle): StoreHandle;
  storeWrite(store: StoreHandle, entries: Uint8Array, length: number): number;
  storePut(store: StoreHandle, key: Uint8Array, keyLength: number, tag: number, data: Uint8Array, length: number): number;
  storeChanges(store: StoreHandle, buffer: Uint8Array, capacity: number): number;
  storeNotes(store: StoreHandle, buffer: Uint8Array, capacity: number): number;
  storeCancel(store: StoreHandle): void;
  storeReset(store: StoreHandle): void;
  storeClose(store: StoreHandle): void;
  run(store: StoreHandle, stages: BigUint64Array, count: number, mode: number, results: Uint8Array): number;
  submit(session: SessionHandle, store: StoreHandle, stages: BigUint64Array, count: number, mode: number): number | bigint;
  take(session: SessionHandle, ticket: number | bigint, results: Uint8Array, count: number, code: Int32Array): number;
  abandon(session: SessionHandle, ticket: number | bigint, stage: Uint32Array): number;
}

/** Opens the host library and binds its functions; see `locateHostLibrary` for where it is. */
export function openHostLibrary(path: string): HostLibrary {
  const library = Library.open(path);
  const bind = (name: string, result: string, ...parameters: string[]) =>
    library.function(`mortise_${name}`, result, parameters) as never;
  const address = 'uintptr_t';
  const buffer = 'void*';
  return {
    path,
    revision: bind('host_revision', 'uint32_t'),
    memoryRead: bind('memory_read', 'size_t', buffer, address, 'size_t'),
    memoryReadString: bind('memory_read_string', 'int64_t', buffer, 'size_t', address),
    memoryCopy: bind('memory_copy', 'void', buffer, address, 'size_t'),
    imageFind: bind('image_find', 'int32_t', address, buffer),
    imageSymbol: bind('image_symbol', 'int32_t', address, buffer, 'size_t'),
    imagePin: bind('image_pin', 'int32_t', address),
    imageRemember: bind('image_remember', 'int32_t', 'uint64_t', buffer),
    sessionOpen: bind('session_open', address),
    sessionDoorbell: bind('session_doorbell', 'uint32_t', address, buffer, buffer, 'size_t'),
    sessionDrain: bind('session_drain', 'size_t', address, buffer, 'size_t', buffer),
    sessionPending: bind('session_pending', 'uint32_t', address),
    sessionClose: bind('session_close', 'void', address),
    exiting: bind('exiting', 'void', 'int32_t', 'uint32_t'),
    pluginOpen: bind(
      'plugin_open',
      address,
      address,
      'uint32_t',
      address,
      'const char*',
      'const char*',
      'const char*',
      'uint32_t',
      buffer,
    ),
    pluginHost: bind('plugin_host', address, address),
    pluginLogLevel: bind('plugin_log_level', 'void', address, 'uint32_t'),
    pluginState: bind('plugin_state', 'void', address, 'uint32_t'),
    pluginConfig: bind('plugin_config', 'int32_t', address, buffer, 'size_t'),
    registryOpen: bind('registry_open', address, address),
    registryClose: bind('registry_close', 'uint32_t', address),
    registryRefusal: bind('registry_refusal', 'size_t', address, buffer, 'size_t'),
    registryStage: bind('registry_stage', 'size_t', address, 'uint32_t', buffer, 'size_t'),
    pluginClose: bind('plugin_close', 'void', address),
    serviceOffer: bind('service_offer', 'int32_t', address, 'const char*', 'const char*', address, buffer),
    serviceWithdraw: bind('service_withdraw', 'void', address),
    pluginNeeds: bind('plugin_needs', 'int32_t', address, address),
    pluginUses: bind('plugin_uses', 'uint32_t', address, buffer, 'uint32_t'),
    storePreflight: bind('store_preflight', address, address, address),
    storeOpen: bind('store_open', address, address),
    storeWrite: bind('store_write', 'int32_t', address, buffer, 'size_t'),
    storePut: bind('store_put', 'int32_t', address, buffer, 'size_t', 'uint32_t', buffer, 'size_t'),
    storeChanges: bind('store_changes', 'size_t', address, buffer, 'size_t'),
    storeNotes: bind('store_notes', 'size_t', address, buffer, 'size_t'),
    storeCancel: bind('store_cancel', 'void', address),
    storeReset: bind('store_reset', 'void', address),
    storeClose: bind('store_close', 'void', address),
    run: bind('run', 'int32_t', address, buffer, 'uint32_t', 'uint32_t', buffer),
    submit: bind('submit', 'uint64_t', address, address, buffer, 'uint32_t', 'uint32_t'),
    take: bind('take', 'int32_t', address, 'uint64_t', buffer, 'uint32_t', buffer),
    abandon: bind('abandon', 'int32_t', address, 'uint64_t', buffer),
  };
}
