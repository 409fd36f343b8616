export * from './codes.js';
export * from './options.js';
export * from './plugin-system-error.js';
export * from './shown.js';
