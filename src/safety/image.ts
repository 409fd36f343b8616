import { LAYOUT, WORD } from '../abi/index.js';
import { PluginSystemError } from '../errors/index.js';
import { formatPointer, type HostLibrary, type Pointer } from '../ffi/index.js';

interface Image {
  readonly base: bigint;
  readonly path: string;
  /** Start and end of each executable range in turn. */
  readonly ranges: BigUint64Array;
}

const scratch = Buffer.alloc(LAYOUT.MortiseImage.size);
const words = new BigUint64Array(scratch.buffer, scratch.byteOffset);
const WORD_OF_BASE = LAYOUT.MortiseImage.offsets.base / WORD;
const WORD_OF_RANGES = LAYOUT.MortiseImage.offsets.ranges / WORD;
const symbolName = Buffer.alloc(1024);

function findImage(host: HostLibrary, address: Pointer): Image | undefined {
  if (host.imageFind(address, scratch) !== 0) return undefined;
  const at = LAYOUT.MortiseImage.offsets;
  const ranges = words.slice(WORD_OF_RANGES, WORD_OF_RANGES + 2 * scratch.readUInt32LE(at.range_count));
  const path = scratch.toString('utf8', at.path, at.path + scratch.readUInt32LE(at.path_length));
  return { base: words[WORD_OF_BASE] as bigint, path, ranges };
}

function isExecutable({ ranges }: Image, address: bigint): boolean {
  for (let at = 0; at < ranges.length; at += 2) {
    if (address >= (ranges[at] as bigint) && address < (ranges[at + 1] as bigint)) return true;
  }
  return false;
}

/** Address of a symbol that the plugin, or a library that it needs, offers by name; undefined if none does. */
export type ResolveSymbol = (name: string) => Pointer | undefined;

/** The library of one plugin as it is mapped: where its functions may lie. */
export class PluginImage {
  readonly #host: HostLibrary;
  readonly #image: Image;
  readonly #needed: ReadonlySet<string>;
  readonly #resolve: ResolveSymbol;

  private constructor(host: HostLibrary, image: Image, needed: readonly string[], resolve: ResolveSymbol) {
    this.#host = host;
    this.#image = image;
    this.#needed = new Set(needed);
    this.#resolve = resolve;
  }

  /**
   * The image that `entry` lies in. `needed`: file names of the libraries that it declares to need; `resolve`: looks a name up in them.
   * @throws `EntryPointMissing` if the address lies in no library
   */
  static at(host: HostLibrary, entry: Pointer, needed: readonly string[], resolve: ResolveSymbol): PluginImage {
    const image = findImage(host, entry);
    if (image === undefined) {
      throw new PluginSystemError('EntryPointMissing', `the entry point at ${formatPointer(entry)} lies in no loaded library`);
    }
    return new PluginImage(host, image, needed, resolve);
  }

  /** Load address: identity of the library in this process. */
  get base(): bigint {
    return this.#image.base;
  }

  /** Whether `address` lies in code of this library itself. */
  isCode(address: Pointer): boolean {
    return isExecutable(this.#image, address);
  }

  /**
   * Holds a function pointer to its place: executable, file-backed memory of this library, or of one that it needs.
   * @returns the path of that other library, which deserves a warning, or undefined
   * @throws `SlotInvalid`
   */
  checkFunction(address: Pointer, what: string): string | undefined {
    if (isExecutable(this.#image, address)) return undefined;
    const other = findImage(this.#host, address);
    const provider = other !== undefined && isExecutable(other, address) ? this.#provider(other, address) : undefined;
    if (provider !== undefined) return provider;
    const place =
      other === undefined
        ? 'in no library'
        : other.base !== this.#image.base
          ? `in ${other.path}, which the plugin does not need`
          : 'in data of the library, not in its code';
    throw new PluginSystemError(
      'SlotInvalid',
      `${what} points to ${formatPointer(address)}, which lies ${place}; a function of the library was wanted`,
    );
  }

  /**
   * Path of the needed library that offers the function at `address`, which lies in `image`. That may be the program itself: where it takes the address
   * of an imported function, the linker gives every library the program's own trampoline, so the name decides.
   */
  #provider(image: Image, address: Pointer): string | undefined {
    if (this.#needed.has(baseName(image.path))) return image.path;
    if (this.#host.imageSymbol(address, symbolName, symbolName.length) !== 0) return undefined;
    const own = this.#resolve(symbolName.toString('utf8', 0, symbolName.indexOf(0)));
    const provider = own === undefined ? undefined : findImage(this.#host, own);
    return provider !== undefined && this.#needed.has(baseName(provider.path)) ? provider.path : undefined;
  }
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
