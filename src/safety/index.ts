export * from './extension.js';
export * from './gate.js';
export * from './guarded-plugin.js';
export * from './image.js';
export * from './ledger.js';
export * from './memory.js';
