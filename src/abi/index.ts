export * from './codes.js';
export * from './layout.js';
export * from './limits.js';
export * from './name-and-version.js';
export * from './priority.js';
export * from './value.js';
