export { hostLibraryName, locateHostLibrary, nativeBuildDirectory } from './host-location.js';
export { checkLibraryFile, EXPECTED_RECORD, type LibraryFile } from './library-file.js';
export { NativePlugin } from './native-plugin.js';
export { type NativeHostOptions, NativeOpener, type OpenStep } from './open.js';
export { HostSession } from './session.js';
