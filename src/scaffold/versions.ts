/** What a created project in TypeScript needs besides this package: the versions that this package is made with, or later ones of the same major. */
export const TYPESCRIPT = '^7.0.2';
export const NODE_TYPES = '^20.19.43';
