/** Result codes of the ABI: name, number, sentence, as MORTISE_RESULTS of the header lists them. */
export const RESULT_CODES = {
  MORTISE_OK: [0, 'success'],
  MORTISE_ERR: [1, 'failed'],
  MORTISE_NULL_POINTER: [2, 'a required pointer was NULL'],
  MORTISE_UTF8_ERROR: [3, 'a string was not valid UTF-8'],
  MORTISE_INVALID_DATA: [4, 'an argument was out of its domain'],
  MORTISE_NOT_FOUND: [16, 'nothing goes by that name here'],
  MORTISE_EXISTS: [17, 'that name is taken'],
  MORTISE_WRONG_TYPE: [18, 'the value has another type'],
  MORTISE_TOO_LARGE: [19, 'over a stated size limit'],
  MORTISE_OUT_OF_MEMORY: [20, 'memory could not be had'],
  MORTISE_READ_ONLY: [21, 'this context may be read, not written'],
  MORTISE_WRONG_STATE: [22, 'not allowed in this state of the plugin or the call'],
  MORTISE_BUSY: [23, 'a queue or a limit is full for now'],
  MORTISE_WOULD_BLOCK: [24, 'the answer needs the main thread, which is the caller'],
  MORTISE_CANCELLED: [25, 'the call was cancelled'],
  MORTISE_DENIED: [26, 'no permission for that'],
  MORTISE_TIMED_OUT: [27, 'the deadline passed'],
  MORTISE_UNSUPPORTED: [28, 'this host or plugin does not offer that'],
  MORTISE_REENTERED: [29, 'the plugin is already inside a call and takes one at a time'],
} as const satisfies Record<string, readonly [number, string]>;

export type ResultName = keyof typeof RESULT_CODES;

const byNumber = new Map<number, ResultName>(
  (Object.keys(RESULT_CODES) as ResultName[]).map((name) => [RESULT_CODES[name][0], name]),
);

export const MORTISE_OK = RESULT_CODES.MORTISE_OK[0];

/** Name of a result code, or undefined if the ABI defines none by that number. */
export function resultName(code: number): ResultName | undefined {
  return byNumber.get(code);
}

/** `MORTISE_ERR (1): failed; …`, or the bare number. */
export function describeResult(code: number): string {
  const name = byNumber.get(code);
  return name === undefined
    ? `result code ${code}, which the ABI does not define`
    : `${name} (${code}): ${RESULT_CODES[name][1]}`;
}

/** Tags of MortiseValue, in order of their numbers. */
export const VALUE_TAGS = ['null', 'bool', 'int64', 'double', 'string', 'bytes', 'json'] as const;

/** Categories of FfiPluginPriority by number, with the band of values of each. */
export const PRIORITY_BANDS = [
  { category: 'kernel', low: 0, high: 10 },
  { category: 'core_critical', low: 11, high: 50 },
  { category: 'core', low: 51, high: 100 },
  { category: 'third_party_high', low: 101, high: 150 },
  { category: 'third_party', low: 151, high: 200 },
  { category: 'third_party_low', low: 201, high: 255 },
] as const;

/** Ways to use a resource, in order of their numbers. */
export const RESOURCE_ACCESS = ['shared_read', 'shared_write', 'exclusive_write', 'provides_unique'] as const;

/** pino's numbers. */
export const LOG_LEVELS = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 } as const;

/** States of a plugin as the host library knows them. */
export const PLUGIN_STATES = { opened: 0, registered: 1, initialised: 2, running: 3, stopping: 4, stopped: 5 } as const;
export const RUN_MODES = { live: 0, dry_run: 1 } as const;
export const STAGE_FLAGS = { quick: 1 } as const;
export const STAGE_RESULT_FLAGS = { notRun: 1, noDryRun: 2 } as const;
export const ENTRY_FLAGS = { inline: 1, reference: 2, removed: 4 } as const;
export const NOTE_KINDS = { error: 1, describe: 2 } as const;
export const EVENT_KINDS = { job: 1, log: 2, dropped: 3 } as const;
