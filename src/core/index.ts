export { probe } from './boot.js';
export { definePlugin, type PluginDefinition } from './define-plugin.js';
export type { PhaseEvent } from './managed-plugin.js';
export { PluginManager } from './manager.js';
export type { PluginManagerOptions } from './options.js';
export type * from './report.js';
