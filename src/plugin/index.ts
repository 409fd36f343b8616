export type * from './logger.js';
export type * from './plugin.js';
export type * from './stage.js';
export type * from './value.js';
