/** Version of the ABI that this host implements. */
export const ABI_MAJOR = 1;
export const ABI_MINOR = 0;
export const HEADER_VERSION = '0.1.0';
/** Revision of the private interface between this package and its host library. */
export const HOST_REVISION = 3;

export const ENTRY_POINT = '_plugin_init';
export const EXTENSION_POINT = 'mortise_plugin_extension';
export const ERROR_EXTENSION = 'mortise.error/1';
export const RESOURCES_EXTENSION = 'mortise.resources/1';
export const SERVICES_EXTENSION = 'mortise.services/1';

/** Bytes, without the final NUL. */
export const MAX_NAME = 64;
export const MAX_STRING = 65_536;
/** Items of a slice. */
export const MAX_ITEMS = 4096;
/** Bytes of a context key. */
export const MAX_KEY = 255;
/** Nested objects and arrays of one JSON value. */
export const MAX_JSON_DEPTH = 1024;
export const MAX_STAGE_ID = 128;
/** Stages of one plugin. */
export const MAX_STAGES = 1024;
/** Bytes of one log line with its fields. */
export const MAX_LOG_LINE = 65_536;
/** Data longer than this many bytes crosses from the host library by address. */
export const BY_REFERENCE = 4096;
/** Native jobs in progress in one process. */
export const MAX_THREADS = 64;

export const STAGE_ID_PATTERN = /^[a-z0-9][a-z0-9._-]*:[a-z0-9][a-z0-9._-]*$/;
