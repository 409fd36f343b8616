/** Containers of compiled code that are understood. */
export type BinaryFormat = 'elf' | 'pe' | 'mach-o';

/** Systems that a file can be built for, as `process.platform` calls them; `unknown` where the file does not say. */
export type BinaryPlatform =
  | 'linux'
  | 'android'
  | 'win32'
  | 'darwin'
  | 'ios'
  | 'freebsd'
  | 'openbsd'
  | 'netbsd'
  | 'sunos'
  | 'unknown';

/** What the headers say that the file is for. Only `shared` can be opened as a plugin. */
export type BinaryType = 'shared' | 'executable' | 'object' | 'other';

export type Endian = 'little' | 'big';

/**
 * What a symbol stands for: code, code that the loader picks at run time (ELF's IFUNC), memory that is not code, or none of these (an absolute
 * number, for instance).
 */
export type SymbolKind = 'function' | 'indirect' | 'data' | 'other';

/** A name that a file offers to others and defines itself. */
export interface BinaryExport {
  readonly name: string;
  readonly kind: SymbolKind;
}

/**
 * How a file knows a name: it offers it (`exported`), wants it from another library (`imported`), defines it for itself only (`hidden` to
 * other files, `local` to one source file), or offers it on behalf of another library (`forwarded`, PE only).
 */
export type Linkage = 'exported' | 'imported' | 'hidden' | 'local' | 'forwarded';

export interface BinarySymbol extends BinaryExport {
  readonly linkage: Linkage;
}

/**
 * What a file says about itself, read as data. Keeps the bytes of the file reachable (for `exports()`): let go of it when done.
 */
export interface BinaryInfo {
  readonly path: string;
  readonly format: BinaryFormat;
  readonly bits: 32 | 64;
  readonly endian: Endian;
  /** As `process.arch` says it (`x64`, `arm64`, `ia32`, …), or `unknown(0x…)` with the code of the header. */
  readonly machine: string;
  readonly platform: BinaryPlatform;
  readonly type: BinaryType;
  /** Names of the libraries that it needs, as written in the file: DT_NEEDED, imported DLLs, LC_LOAD_DYLIB and its kin. */
  readonly needed: readonly string[];
  /** Its own name as it is written in the file: DT_SONAME, name of the export directory, LC_ID_DYLIB. */
  readonly soname: string | undefined;
  /** Every machine in a fat Mach-O file, in its order, `machine` among them; else only `machine`. */
  readonly architectures: readonly string[];
  /** The section that holds the plugin's record, uninterpreted; {@link readRecord} reads it. A view, not a copy. */
  readonly recordBytes: Uint8Array | undefined;
  /**
   * What the file defines and offers by name, in its order, each name once. Found on the first call, then kept.
   * @throws PluginSystemError LibraryMalformed, LibraryTruncated
   */
  exports(): readonly BinaryExport[];
  /**
   * Whether `name` is in this file's own export table; looked up as the system's loader would, but not in the libraries that it needs.
   * @throws PluginSystemError LibraryMalformed, LibraryTruncated
   */
  hasExport(name: string): boolean;
  /**
   * How the file knows `name`, in whichever table. For explaining: slower than `hasExport`, and a stripped file forgets its local names.
   * @throws PluginSystemError LibraryMalformed, LibraryTruncated
   */
  symbol(name: string): BinarySymbol | undefined;
}

/** Where the three symbol questions of {@link BinaryInfo} are answered; one for each format. */
export interface SymbolSource {
  /** Kind of the export `name`, or undefined. */
  exported(name: string): SymbolKind | undefined;
  /** All exports, in the order of the file; names may repeat. */
  exports(): BinaryExport[];
  /** A name that is not exported. */
  unexported(name: string): BinarySymbol | undefined;
}

/** The fields of {@link BinaryInfo} together with its symbol questions. */
export function binaryInfo(fields: Omit<BinaryInfo, 'exports' | 'hasExport' | 'symbol'>, symbols: SymbolSource): BinaryInfo {
  let known: readonly BinaryExport[] | undefined;
  return {
    ...fields,
    exports() {
      known ??= [...new Map(symbols.exports().map((symbol) => [symbol.name, symbol])).values()];
      return known;
    },
    hasExport: (name) => symbols.exported(name) !== undefined,
    symbol(name) {
      const kind = symbols.exported(name);
      return kind === undefined ? symbols.unexported(name) : { name, kind, linkage: 'exported' };
    },
  };
}
