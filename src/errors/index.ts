export * from './codes.js';
export * from './plugin-system-error.js';
export * from './options.js';
