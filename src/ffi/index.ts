export * from './host-library.js';
export * from './library.js';
export * from './pointer.js';
export * from './prototypes.js';
