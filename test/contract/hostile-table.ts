import type { ErrorCode, Phase } from 'mortise';

/** What a good host makes of one fixture of c-plugins/hostile, however it opens it. */
export interface Expectation {
  /** The promise of docs/features.md that the fixture tries. */
  readonly feature: string;
  /** Of `manager.load()` (where this process survives that), of `start()` and of `probe()`. */
  readonly code: ErrorCode | 'ok';
  readonly phase?: Phase;
  readonly operation?: string;
  /** Whether the error names the plugin: not before its name was read and found good. */
  readonly named?: boolean;
  /** What the plugin handed over and does not get back. */
  readonly difference?: ReadonlyArray<{ readonly what: string; readonly taken: number; readonly given: number }>;
  /** Codes of warnings. */
  readonly warnings?: readonly string[];
  /** Stages that it registers, all of which are destroyed, last first. */
  readonly stages?: readonly string[];
  /** Message of the plugin, which the error quotes; it was asked for once. */
  readonly says?: string;
  /** The value of `operation` is NULL: there is nothing to give back. */
  readonly nothing?: true;
  /** Refused before its metadata is read, but after its table was proved: the instance is destroyed. */
  readonly proved?: true;
  /** Slots whose free function is not the plugin's own, so that it cannot count. */
  readonly freedElsewhere?: readonly string[];
  /** It neither counts nor logs. */
  readonly silent?: true;
  /** It prints more than a terminal can bear: only for a child process. */
  readonly noisy?: true;
  /** The process that opens it is lost, by this signal or exit code; so only a child process does. */
  readonly kills?: NodeJS.Signals | 0;
  /** Refused by what is in the file: the loader never sees it. */
  readonly unopened?: true;
  /** With this code `start()` refuses the plugin `text`, whose priority puts it second. */
  readonly textRefused?: ErrorCode;
}

/** Cannot be proved to be readable memory, so no free function could take it. */
function kept(what: string) {
  return { what, taken: 1, given: 0 };
}

/** One row for each fixture; `hostile-load.test.ts` fails if one is missing here or there. */
export const hostileTable: Readonly<Record<string, Expectation>> = {
  'absurd-length': {
    feature: 'G6',
    code: 'SliceInvalid',
    phase: 'metadata',
    operation: 'dependencies',
    named: true,
    difference: [kept('dependencies')],
  },
  'bad-name-grammar': { feature: 'G4', code: 'NameInvalid', phase: 'metadata', operation: 'name', named: false },
  'bad-priority-category': { feature: 'G5', code: 'PriorityInvalid', phase: 'metadata', operation: 'priority', named: true },
  'bad-result': { feature: 'G3', code: 'ResultInvalid', phase: 'init', operation: 'init', named: true },
  'bad-utf8-in-slice': { feature: 'G6', code: 'StringInvalid', phase: 'metadata', operation: 'conflicts_with', named: true },
  'bad-utf8-name': { feature: 'G6', code: 'StringInvalid', phase: 'metadata', operation: 'name', named: false },
  'bad-version': { feature: 'G4', code: 'VersionInvalid', phase: 'metadata', operation: 'version', named: true },
  'bool-seven': { feature: 'G3', code: 'ValueInvalid', phase: 'metadata', operation: 'dependencies', named: true },
  'bool-two': { feature: 'G3', code: 'ValueInvalid', phase: 'metadata', operation: 'is_core', named: true },
  'empty-slices-dangling': { feature: 'G6', code: 'ok' },
  'empty-slices-null': { feature: 'G6', code: 'ok' },
  'full-metadata': { feature: 'G4', code: 'ok', stages: ['full-metadata:run'] },
  'instance-one': { feature: 'G6', code: 'ok' },
  'long-name': { feature: 'G4', code: 'NameInvalid', phase: 'metadata', operation: 'name', named: false },
  'long-string': { feature: 'G6', code: 'StringInvalid', phase: 'metadata', operation: 'compatible_api_versions', named: true },
  'misaligned-slice': { feature: 'G6', code: 'SliceInvalid', phase: 'metadata', operation: 'dependencies', named: true },
  'misaligned-vtable': { feature: 'G2', code: 'VTableInvalid', phase: 'loading', operation: 'entry', named: false },
  'negative-result': { feature: 'G3', code: 'ResultInvalid', phase: 'init', operation: 'init', named: true },
  'null-instance': { feature: 'G6', code: 'ok' },
  'null-name': { feature: 'G6', code: 'PointerNull', phase: 'metadata', operation: 'name', named: false, nothing: true },
  'null-slice-with-length': {
    feature: 'G6',
    code: 'SliceInvalid',
    phase: 'metadata',
    operation: 'required_stages',
    named: true,
    difference: [kept('required_stages')],
  },
  'null-slot-destroy': { feature: 'G6', code: 'SlotInvalid', phase: 'loading', operation: 'destroy', named: false },
  'null-slot-free-name': { feature: 'G6', code: 'SlotInvalid', phase: 'loading', operation: 'free_name', named: false },
  'null-slot-init': { feature: 'G6', code: 'SlotInvalid', phase: 'loading', operation: 'init', named: false },
  'null-slot-is-core': { feature: 'G6', code: 'SlotInvalid', phase: 'loading', operation: 'is_core', named: false },
  'null-slot-name': { feature: 'G6', code: 'SlotInvalid', phase: 'loading', operation: 'name', named: false },
  'null-slot-register-stages': {
    feature: 'G6',
    code: 'SlotInvalid',
    phase: 'loading',
    operation: 'register_stages',
    named: false,
  },
  'null-slot-shutdown': { feature: 'G6', code: 'SlotInvalid', phase: 'loading', operation: 'shutdown', named: false },
  'null-version': { feature: 'G6', code: 'PointerNull', phase: 'metadata', operation: 'version', named: true, nothing: true },
  'null-vtable': { feature: 'G2', code: 'EntryReturnedNull', phase: 'loading', operation: '_plugin_init', named: false },
  'null-vtable-with-message': {
    feature: 'G2',
    code: 'EntryReturnedNull',
    phase: 'loading',
    operation: '_plugin_init',
    named: false,
    says: 'no licence for this machine',
  },
  'priority-out-of-band': { feature: 'G5', code: 'ok', warnings: ['PriorityOutOfBand'] },
  'too-many-items': { feature: 'G6', code: 'SliceInvalid', phase: 'metadata', operation: 'conflicts_with', named: true },
  'unterminated-name': {
    feature: 'G6',
    code: 'PointerInvalid',
    phase: 'metadata',
    operation: 'name',
    named: false,
    difference: [kept('name')],
  },
  'eighteen-slots': { feature: 'G2', code: 'VTableInvalid', phase: 'loading', operation: 'entry', named: false },
  'entry-in-dependency': {
    feature: 'G1',
    code: 'EntryPointMissing',
    phase: 'loading',
    operation: 'check',
    named: false,
    unopened: true,
  },
  'entry-is-data': {
    feature: 'G1',
    code: 'EntryPointMissing',
    phase: 'loading',
    operation: 'check',
    named: false,
    unopened: true,
  },
  'entry-provider': { feature: 'G1', code: 'ok' },
  'fat-pointer': { feature: 'G2', code: 'SlotInvalid', phase: 'loading', operation: 'destroy', named: false },
  'no-entry': { feature: 'G1', code: 'EntryPointMissing', phase: 'loading', operation: 'check', named: false, unopened: true },
  'slot-in-anonymous-code': {
    feature: 'G2',
    code: 'SlotInvalid',
    phase: 'loading',
    operation: 'preflight_check',
    named: false,
  },
  'slot-in-data': { feature: 'G2', code: 'SlotInvalid', phase: 'loading', operation: 'preflight_check', named: false },
  'slot-in-heap': { feature: 'G2', code: 'SlotInvalid', phase: 'loading', operation: 'preflight_check', named: false },
  'slot-in-libc': { feature: 'G2', code: 'ok', warnings: ['SlotInOtherLibrary'], freedElsewhere: ['name'] },
  'slot-in-unneeded': { feature: 'G2', code: 'SlotInvalid', phase: 'loading', operation: 'preflight_check', named: false },
  'abort-entry': {
    feature: 'G7',
    code: 'FirstLookCrashed',
    phase: 'loading',
    operation: '_plugin_init',
    named: false,
    kills: 'SIGABRT',
  },
  'cancellable-stage': { feature: 'G14', code: 'ok', stages: ['cancellable-stage:run'] },
  'closes-fds': { feature: 'G7', code: 'FirstLookCrashed', phase: 'init', operation: 'init', named: true, kills: 'SIGKILL' },
  'double-free': {
    feature: 'G7',
    code: 'FirstLookCrashed',
    phase: 'metadata',
    operation: 'metadata',
    named: false,
    kills: 'SIGABRT',
  },
  'exit0-entry': {
    feature: 'G7',
    code: 'FirstLookCrashed',
    phase: 'loading',
    operation: '_plugin_init',
    named: false,
    kills: 0,
  },
  'exit0-init': { feature: 'G7', code: 'FirstLookCrashed', phase: 'init', operation: 'init', named: true, kills: 0 },
  'fail-init': {
    feature: 'G17',
    code: 'InitFailed',
    phase: 'init',
    operation: 'init',
    named: true,
    says: 'the licence server does not answer',
  },
  'fail-init-silent': { feature: 'G17', code: 'InitFailed', phase: 'init', operation: 'init', named: true },
  'fail-preflight': {
    feature: 'G13',
    code: 'PreflightCheckFailed',
    phase: 'preflight',
    operation: 'preflight_check',
    named: true,
    says: 'not on this machine',
  },
  'fail-register': {
    feature: 'G17',
    code: 'StageRegistrationFailed',
    phase: 'stages',
    operation: 'register_stages',
    named: true,
    says: 'no stages today',
  },
  'fail-register-after-two': {
    feature: 'G12',
    code: 'StageRegistrationFailed',
    phase: 'stages',
    operation: 'register_stages',
    named: true,
    stages: ['fail-register-after-two:one', 'fail-register-after-two:two'],
    says: 'the third stage cannot be made',
  },
  'fail-shutdown': {
    feature: 'G12',
    code: 'ShutdownFailed',
    phase: 'shutdown',
    operation: 'shutdown',
    named: true,
    says: 'a file could not be written',
  },
  forks: { feature: 'G12', code: 'ok' },
  'hang-entry': {
    feature: 'G7',
    code: 'FirstLookHung',
    phase: 'loading',
    operation: '_plugin_init',
    named: false,
    kills: 'SIGKILL',
  },
  'hang-init': { feature: 'G7', code: 'FirstLookHung', phase: 'init', operation: 'init', named: true, kills: 'SIGKILL' },
  'hang-stage': { feature: 'G14', code: 'ok', stages: ['hang-stage:run'] },
  'heap-vtable': { feature: 'G2', code: 'ok' },
  'late-thread': { feature: 'G12', code: 'ok' },
  'leak-name': { feature: 'G4', code: 'ok' },
  'newer-host': { feature: 'G3', code: 'ok', stages: ['newer-host:run'] },
  'prints-garbage': { feature: 'G12', code: 'ok', stages: ['prints-garbage:run'], noisy: true },
  'rust-panic': { feature: 'G7', code: 'ok', silent: true },
  'segfault-constructor': {
    feature: 'G7',
    code: 'FirstLookCrashed',
    phase: 'loading',
    operation: 'open',
    named: false,
    kills: 'SIGSEGV',
  },
  'segfault-execute': { feature: 'G7', code: 'ok', stages: ['segfault-execute:run'] },
  'segfault-init': {
    feature: 'G7',
    code: 'FirstLookCrashed',
    phase: 'init',
    operation: 'init',
    named: true,
    kills: 'SIGSEGV',
  },
  'short-error-ext': {
    feature: 'G17',
    code: 'ExtensionInvalid',
    phase: 'loading',
    operation: 'mortise.error/1',
    named: false,
    proved: true,
  },
  'slow-stage': { feature: 'G14', code: 'ok', stages: ['slow-stage:run'] },
  'static-vtable': { feature: 'G2', code: 'ok' },
  'thread-logger': { feature: 'G18', code: 'ok' },
  'throw-entry': {
    feature: 'G7',
    code: 'FirstLookCrashed',
    phase: 'loading',
    operation: '_plugin_init',
    named: false,
    kills: 'SIGABRT',
  },
  'throw-init': { feature: 'G7', code: 'FirstLookCrashed', phase: 'init', operation: 'init', named: true, kills: 'SIGABRT' },
  'stage-bad-arguments': { feature: 'G15', code: 'ok', stages: ['stage-bad-arguments:run'] },
  'stage-counter': { feature: 'G14', code: 'ok' },
  'stage-echo': { feature: 'G15', code: 'ok', stages: ['stage-echo:run'] },
  'stage-iterates': { feature: 'G15', code: 'ok', stages: ['stage-iterates:run'] },
  'stage-log': { feature: 'G15', code: 'ok', stages: ['stage-log:run'] },
  'stage-noop': { feature: 'G14', code: 'ok' },
  'stage-reads-own-write': { feature: 'G15', code: 'ok', stages: ['stage-reads-own-write:run'] },
  'stage-removes': { feature: 'G15', code: 'ok', stages: ['stage-removes:run'] },
  'stage-sum': { feature: 'G15', code: 'ok', stages: ['stage-sum:s0', 'stage-sum:s1', 'stage-sum:s2', 'stage-sum:s3'] },
  'stage-writes-then-fails': { feature: 'G15', code: 'ok', stages: ['stage-writes-then-fails:run'] },
  'bad-stage-id': {
    feature: 'G14',
    code: 'StageRegistrationFailed',
    phase: 'stages',
    operation: 'register_stages',
    named: true,
  },
  'dup-stage': { feature: 'G14', code: 'ok', stages: ['dup-stage:run'] },
  'long-stage': { feature: 'G14', code: 'ok', stages: ['long-stage:run'] },
  'namespace-thief': { feature: 'G14', code: 'ok', stages: ['text:steal'], textRefused: 'NamespaceTaken' },
  'short-stage': { feature: 'G14', code: 'ok' },
  'stage-bad-flags': {
    feature: 'G14',
    code: 'StageRegistrationFailed',
    phase: 'stages',
    operation: 'register_stages',
    named: true,
  },
  'stage-execute-in-data': {
    feature: 'G14',
    code: 'SlotInvalid',
    phase: 'stages',
    operation: 'stage-execute-in-data:run',
    named: true,
    stages: ['stage-execute-in-data:run'],
  },
  'stage-null-execute': {
    feature: 'G14',
    code: 'StageRegistrationFailed',
    phase: 'stages',
    operation: 'register_stages',
    named: true,
  },
  'bad-manifest': {
    feature: 'G1',
    code: 'RecordMalformed',
    phase: 'loading',
    operation: 'check',
    named: false,
    unopened: true,
  },
  'bad-record': { feature: 'G1', code: 'RecordMalformed', phase: 'loading', operation: 'check', named: false, unopened: true },
  'bad-record-length': {
    feature: 'G1',
    code: 'RecordMalformed',
    phase: 'loading',
    operation: 'check',
    named: false,
    unopened: true,
  },
  'manifest-disagrees': { feature: 'W3', code: 'ManifestMismatch', phase: 'metadata', operation: 'metadata', named: true },
  'newer-abi': { feature: 'G8', code: 'AbiMismatch', phase: 'loading', operation: 'check', named: false, unopened: true },
  'no-abi': { feature: 'G8', code: 'AbiMismatch', phase: 'loading', operation: 'check', named: false, unopened: true },
  pointers: { feature: 'G6', code: 'ok', stages: ['pointers:run'] },
  directory: { feature: 'G1', code: 'NotALibrary', phase: 'loading', operation: 'check', named: false, unopened: true },
  empty: { feature: 'G1', code: 'NotALibrary', phase: 'loading', operation: 'check', named: false, unopened: true },
  macho: { feature: 'G1', code: 'WrongPlatform', phase: 'loading', operation: 'check', named: false, unopened: true },
  pe: { feature: 'G1', code: 'WrongPlatform', phase: 'loading', operation: 'check', named: false, unopened: true },
  text: { feature: 'G1', code: 'NotALibrary', phase: 'loading', operation: 'check', named: false, unopened: true },
  truncated: { feature: 'G1', code: 'LibraryTruncated', phase: 'loading', operation: 'check', named: false, unopened: true },
  'wrong-class': {
    feature: 'G1',
    code: 'LibraryMalformed',
    phase: 'loading',
    operation: 'check',
    named: false,
    unopened: true,
  },
  'wrong-endian': {
    feature: 'G1',
    code: 'LibraryMalformed',
    phase: 'loading',
    operation: 'check',
    named: false,
    unopened: true,
  },
  'wrong-machine': { feature: 'G1', code: 'WrongMachine', phase: 'loading', operation: 'check', named: false, unopened: true },
};
