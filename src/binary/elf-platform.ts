import { nameBytes } from './byte-reader.js';
import type { ElfImage, ElfRange } from './elf-image.js';
import type { BinaryPlatform } from './types.js';

/** EI_OSABI, gABI ch. 4 "ELF Identification". 0 (System V) and 3 (GNU extensions are used) leave it open or to other signs. */
const OS_ABI: Readonly<Record<number, BinaryPlatform>> = { 2: 'netbsd', 3: 'linux', 6: 'sunos', 9: 'freebsd', 12: 'openbsd' };

/** Notes in which systems mark their files: owner, type. */
const NOTES: readonly (readonly [owner: Uint8Array, type: number, platform: BinaryPlatform])[] = [
  [nameBytes('Android'), 1, 'android'],
  [nameBytes('FreeBSD'), 1, 'freebsd'],
  [nameBytes('NetBSD'), 1, 'netbsd'],
  [nameBytes('OpenBSD'), 1, 'openbsd'],
];
const GNU = nameBytes('GNU');
const NT_GNU_ABI_TAG = 1;
/** First word of NT_GNU_ABI_TAG. */
const GNU_SYSTEMS: readonly BinaryPlatform[] = ['linux', 'unknown', 'sunos', 'freebsd', 'netbsd'];

/** File names of libraries that only Linux has: glibc's and musl's. */
const LINUX_LIBRARY =
  /^(lib(c|m)\.so\.6|lib(dl|util)\.so\.2|lib(pthread|anl)\.so\.[01]|librt\.so\.1|ld-linux.*|ld64?\.so\.[12]|libc\.musl-.*|ld-musl-.*)$/;

/** The system that a file is built for, as far as it says: ELF itself is shared by nearly all Unix systems. */
export function elfPlatform(image: ElfImage, needed: readonly string[]): BinaryPlatform {
  for (const note of image.notes) {
    const platform = platformInNotes(image, note);
    if (platform !== undefined) return platform;
  }
  const byAbi = OS_ABI[image.osAbi];
  if (byAbi !== undefined) return byAbi;
  return needed.some((name) => LINUX_LIBRARY.test(name)) ? 'linux' : 'unknown';
}

/** Notes are namesz, descsz, type, then name and description, both padded to 4 bytes. */
function platformInNotes({ reader }: ElfImage, { offset, size }: ElfRange): BinaryPlatform | undefined {
  const end = offset + size;
  for (let at = offset; at + 12 <= end; ) {
    const nameSize = reader.u32(at);
    const descriptionSize = reader.u32(at + 4);
    const type = reader.u32(at + 8);
    const name = at + 12;
    const description = name + Math.ceil(nameSize / 4) * 4;
    if (description + descriptionSize > end) return undefined;
    const nameEnd = name + nameSize;
    if (type === NT_GNU_ABI_TAG && descriptionSize >= 16 && reader.textIs(name, nameEnd, GNU)) {
      return GNU_SYSTEMS[reader.u32(description)] ?? 'unknown';
    }
    for (const [owner, wantedType, platform] of NOTES) {
      if (type === wantedType && reader.textIs(name, nameEnd, owner)) return platform;
    }
    at = description + Math.ceil(descriptionSize / 4) * 4;
  }
  return undefined;
}
