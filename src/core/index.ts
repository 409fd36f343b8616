export { definePlugin, type PluginDefinition } from './define-plugin.js';
export type { EventListener, EventName, ManagerEvents, PhaseEvent, StateEvent } from './events.js';
export type {
  Hook,
  HookAnswer,
  HookEvents,
  HookName,
  HookOutcome,
  HookSubject,
  LoadedSubject,
  StopReason,
  StopSubject,
} from './hooks.js';
export { PluginManager } from './manager.js';
export type { Deadlines, PluginManagerOptions } from './options.js';
export { probe } from './probe.js';
export type * from './report.js';
export type { ServiceRegistry } from './service-registry.js';
export type { ServiceInfo } from './services.js';
