export * from './agreement.js';
export * from './capabilities.js';
export * from './difference.js';
export * from './read.js';
