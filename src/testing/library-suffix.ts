import { LIBRARY_EXTENSION } from '../core/directories.js';

/** How compiled libraries end on this platform: `.so`, `.dylib`, `.dll`. */
export const librarySuffix: string = LIBRARY_EXTENSION;
