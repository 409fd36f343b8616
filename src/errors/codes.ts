/**
 * Every error that Mortise raises: code, category and the remedy that is offered where the place that raises it knows no better one.
 * `docs/errors.md` has a row for each; a test compares the two.
 */
export type ErrorCategory =
  | 'loading'
  | 'ffi'
  | 'metadata'
  | 'dependency'
  | 'conflict'
  | 'version'
  | 'stage registration'
  | 'init'
  | 'preflight'
  | 'operation'
  | 'shutdown'
  | 'host'
  | 'build'
  | 'usage'
  | 'internal';

/** What is said of a code. */
export interface ErrorEntry {
  readonly category: ErrorCategory;
  readonly remedy: string;
}

const REBUILD = 'Rebuild the plugin against the published header, or report it to its author.';
const REPORT_AUTHOR = 'This is a defect of the plugin: report it to its author, or run without it.';

const table = {
  // loading: decided on the file, before any of its code runs
  FileNotFound: { category: 'loading', remedy: 'Check the path.' },
  FileUnreadable: { category: 'loading', remedy: 'Check the permissions of the file and of the folders above it.' },
  NotALibrary: { category: 'loading', remedy: 'Give the path of a compiled shared library (.so, .dll or .dylib).' },
  LibraryTruncated: { category: 'loading', remedy: 'Copy or download the file again: it is shorter than it says itself.' },
  LibraryMalformed: { category: 'loading', remedy: 'Build or download the file again: its headers contradict themselves.' },
  WrongPlatform: { category: 'loading', remedy: 'Install the build of the plugin for this operating system.' },
  WrongMachine: { category: 'loading', remedy: 'Install the build of the plugin for this processor.' },
  EntryPointMissing: {
    category: 'loading',
    remedy:
      'With a kit, export the plugin: MORTISE_EXPORT_PLUGIN(…), in Rust export_plugin!(…). Without one, export `PluginVTable* _plugin_init(void)` from the library itself (MORTISE_EXPORT).',
  },
  RecordMalformed: { category: 'loading', remedy: 'Rebuild the plugin with MORTISE_RECORD of the published header.' },
  AbiMismatch: { category: 'loading', remedy: 'Rebuild the plugin against the header of this host, or upgrade the host.' },
  LibraryLoadFailed: { category: 'loading', remedy: 'Install the libraries that it needs (ldd FILE names them).' },
  LibraryInUse: { category: 'loading', remedy: 'Unload it there first, or give each manager its own copy of the file.' },
  LibraryChanged: { category: 'loading', remedy: 'Restart the process, or load the new build under another file name.' },
  FirstLookCrashed: { category: 'loading', remedy: REPORT_AUTHOR },
  FirstLookHung: {
    category: 'loading',
    remedy:
      'Allow more time if it is just slow (firstLook.timeoutMs, --timeout); otherwise report it to the author of the plugin.',
  },
  ModuleInvalid: {
    category: 'loading',
    remedy: 'A plugin in JavaScript is a module whose default export was made with definePlugin.',
  },

  // ffi: what the plugin handed over
  EntryReturnedNull: {
    category: 'ffi',
    remedy: 'The plugin says that it cannot run here. For its author: export mortise.error/1, so that the reason is shown.',
  },
  VTableInvalid: { category: 'ffi', remedy: REBUILD },
  SlotInvalid: { category: 'ffi', remedy: REBUILD },
  PointerNull: { category: 'ffi', remedy: REPORT_AUTHOR },
  PointerInvalid: { category: 'ffi', remedy: REPORT_AUTHOR },
  StringInvalid: { category: 'ffi', remedy: REPORT_AUTHOR },
  SliceInvalid: { category: 'ffi', remedy: REPORT_AUTHOR },
  ValueInvalid: { category: 'ffi', remedy: REPORT_AUTHOR },
  ResultInvalid: { category: 'ffi', remedy: REPORT_AUTHOR },
  ExtensionInvalid: { category: 'ffi', remedy: REBUILD },

  // metadata
  MetadataFailed: {
    category: 'metadata',
    remedy: 'See the message of the plugin: it says what one of its getters failed for.',
  },
  NameInvalid: { category: 'metadata', remedy: 'Name the plugin [A-Za-z][A-Za-z0-9._-]{0,63}.' },
  VersionInvalid: { category: 'metadata', remedy: 'Give a semantic version such as 1.4.0.' },
  PriorityInvalid: { category: 'metadata', remedy: 'Give a category 0–5 and a value inside its band.' },

  ManifestMismatch: {
    category: 'metadata',
    remedy: 'Rebuild the plugin with the same name and version in MORTISE_RECORD and in its table.',
  },

  // dependency and conflict
  DependencyMissing: { category: 'dependency', remedy: 'Install the plugin that is needed, or remove the one that needs it.' },
  DependencyFailed: { category: 'dependency', remedy: 'Mend the dependency first: its own error is the cause.' },
  DependencyVersion: {
    category: 'dependency',
    remedy: 'Install a version that is within the range, or a version of the dependent that takes the one that is here.',
  },
  DependencyDisabled: { category: 'dependency', remedy: 'Enable the plugin that is needed, or disable the one that needs it.' },
  DependencyConflict: {
    category: 'dependency',
    remedy: 'Remove or disable any one of the plugins named, or install a version of the dependency that suits all of them.',
  },
  StageRequirementMissing: {
    category: 'dependency',
    remedy: 'Install a plugin that provides the stage, or remove the one that requires it.',
  },
  ApiIncompatible: {
    category: 'version',
    remedy: 'Install a release of the plugin for the plugin API of this application, or another release of the application.',
  },
  RangeInvalid: { category: 'version', remedy: 'Give a range such as ^1.2.0 or ">=1, <3".' },
  DependencyCycle: {
    category: 'dependency',
    remedy: 'Make one dependency of the cycle optional, or remove one of the plugins.',
  },
  PluginDuplicate: { category: 'conflict', remedy: 'Keep one of the two.' },
  PluginConflict: { category: 'conflict', remedy: 'Remove or disable one of the two, or resolve the conflict by a policy.' },
  ResourceConflict: {
    category: 'conflict',
    remedy: 'Remove or disable one of the two, configure one to use something else, or resolve the conflict by a policy.',
  },
  ConflictNotFound: { category: 'usage', remedy: 'conflicts() lists those that are known.' },
  TooManyPlugins: { category: 'conflict', remedy: 'Remove or disable plugins, or raise maxPlugins.' },
  NamespaceTaken: { category: 'conflict', remedy: 'Remove one of the two plugins, or rename the namespace of one.' },

  // lifecycle
  StageRegistrationFailed: { category: 'stage registration', remedy: REPORT_AUTHOR },
  StageInvalid: {
    category: 'stage registration',
    remedy: 'A stage has an id namespace:stage of [a-z0-9._-], an execute function, and, in C, its size and known flags.',
  },
  InitFailed: {
    category: 'init',
    remedy:
      'Mend what its message names: most often an option of the plugin, or something that it needs on this machine. Its log lines may say more.',
  },
  PreflightCheckFailed: {
    category: 'preflight',
    remedy: 'This machine does not meet what the plugin needs: its message and its log lines say what.',
  },
  TimedOut: {
    category: 'operation',
    remedy: 'Allow more time if it is just slow; otherwise report it to the author of the plugin.',
  },
  Vetoed: { category: 'operation', remedy: 'A hook of the application forbade it: its reason says why.' },
  ShutdownFailed: { category: 'shutdown', remedy: 'The plugin was destroyed all the same; see its message.' },
  DestroyFailed: {
    category: 'shutdown',
    remedy: 'The plugin is gone all the same, but what it held may still be held: its message says what failed.',
  },

  // operation
  StageFailed: { category: 'operation', remedy: 'Mend what the message of the stage names, and run again.' },
  StageNotFound: { category: 'operation', remedy: 'Load the plugin that provides the stage, or correct its id.' },
  PipelineNotFound: {
    category: 'operation',
    remedy: 'Define the pipeline in the options of the manager, or correct its name.',
  },
  PipelineInvalid: { category: 'operation', remedy: 'Correct the definition of the pipeline.' },
  ContextConflict: {
    category: 'operation',
    remedy: 'Let one of the two stages run after the other, or let them write different keys.',
  },
  ContextValueInvalid: {
    category: 'operation',
    remedy: 'Use null, boolean, BigInt (int64), number, string, Uint8Array, or plain objects and arrays.',
  },
  ContextReadOnly: { category: 'operation', remedy: 'Write to the context in a stage, not in a preflight check.' },
  Cancelled: { category: 'operation', remedy: 'The caller gave up: nothing to mend.' },
  Abandoned: { category: 'operation', remedy: 'The native call did not return. Restart the process to be rid of it.' },
  Crashed: {
    category: 'operation',
    remedy: 'Build the plugin with `mortise build --debug` and run it under a debugger: see docs/authors/debugging.md.',
  },
  Busy: { category: 'operation', remedy: 'Wait until the call in progress has returned.' },
  PluginClosed: { category: 'operation', remedy: 'Load the plugin again.' },
  ServiceNotFound: {
    category: 'operation',
    remedy: 'Start a plugin that offers the service in that version, before the one that looks for it.',
  },
  ServiceInvalid: {
    category: 'init',
    remedy: 'A service has a name like that of a plugin, a semantic version, and each pair of the two once.',
  },
  ServiceCircle: { category: 'operation', remedy: 'Let one of the two do without the other: which is to be stopped first?' },
  PluginDisabled: { category: 'operation', remedy: 'Enable it: `await manager.enable(name)`.' },
  PluginIsCore: { category: 'usage', remedy: 'Core plugins are part of the application and always on.' },
  PluginNotFound: { category: 'operation', remedy: 'Check the name; list() gives those that are here.' },

  // host
  HostLibraryMissing: {
    category: 'host',
    remedy: 'Run `npx mortise setup` once: it builds the host library with CMake and a C compiler.',
  },
  HostLibraryMismatch: {
    category: 'host',
    remedy: 'Run `npx mortise setup` again: the host library belongs to another release of Mortise.',
  },
  PreferencesUnwritable: {
    category: 'host',
    remedy: 'See that the configuration folder of the application can be written to.',
  },

  // plugins in the making: `mortise build`, `mortise pack`; `mortise setup`
  BuildFailed: { category: 'build', remedy: 'Mend what the message names, then build again.' },
  ManifestInvalid: { category: 'metadata', remedy: 'Correct the manifest: a JSON object with at least "name" and "version".' },
  RecordMissing: {
    category: 'metadata',
    remedy:
      'Use the export macro of a kit, or MORTISE_RECORD(…, MORTISE_MANIFEST) with mortise_manifest.h, once in one source file.',
  },
  PackFailed: { category: 'build', remedy: 'Run `mortise build`, then pack again.' },

  // what a host keeps from plugins; test hosts
  CapabilityDenied: {
    category: 'host',
    remedy: 'Let the host allow the capability, or do without the plugin.',
  },
  LimitNotEnforced: {
    category: 'host',
    remedy: 'Take the limit away, or run the plugin where it can be enforced.',
  },
  WarningRefused: { category: 'host', remedy: 'Mend what the warning is about, or take strict() away.' },
  LedgerUnbalanced: { category: 'shutdown', remedy: REPORT_AUTHOR },

  // usage
  InvalidOption: { category: 'usage', remedy: 'Correct the option.' },
  InvalidState: { category: 'usage', remedy: 'Make the call in a state that allows it.' },
  NameUnusable: {
    category: 'usage',
    remedy: 'Use words of a-z and 0-9, joined by "-" or "_", of which the first begins with a letter.',
  },
  FolderTaken: { category: 'usage', remedy: 'Give a folder that is not there yet, or an empty one.' },
  FolderUnwritable: { category: 'usage', remedy: 'Give a folder that you may write to.' },

  Internal: { category: 'internal', remedy: 'This is a defect of Mortise: please report it with the whole error.' },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof table;

/** Code → category and default remedy. */
export const ERROR_TABLE: Readonly<Record<ErrorCode, ErrorEntry>> = table;

const warnings = {
  SlotInOtherLibrary: 'a function that the plugin handed over lies in a library that it needs, not in its own',
  PriorityOutOfBand: 'the value of the priority lies outside the band of its category; it counts as it is',
  CoreNotHonoured: 'the plugin says that it is core, and lies in none of the core directories: it is treated like any other',
  HookFailed: 'a hook of the application threw, was late or could not be understood; it forbade nothing',
  PreferencesUnreadable:
    'what was remembered (disabled plugins, resolved conflicts) cannot be read; nothing of it counts, and a damaged file is set aside',
  NotPacked: 'a file that lies beside a library in `dist/` and is not the plugin: `mortise pack` leaves it out',
  HungAtExit: 'in a probe, the process did not end after the plugin was destroyed',
  CrashAtExit: 'in a probe, the process died after the plugin was destroyed',
} as const;

/** What a remark is about: a code of its own, or that of the error that it would be elsewhere. */
export type WarningCode = keyof typeof warnings | ErrorCode;

/** Codes that only warnings have → what each says. */
export const WARNING_TABLE: Readonly<Record<keyof typeof warnings, string>> = warnings;
