import { PluginSystemError } from '../errors/index.js';
import type { BinaryInfo, BinarySymbol } from './types.js';

/** The one function that every plugin exports, as C spells it. */
export const ENTRY_POINT = '_plugin_init';

const MOST_NAMED = 3;

/** Libraries of the system and of compilers, which nobody means to load as a plugin. */
const SYSTEM_LIBRARY =
  /^(lib(c|m|dl|rt|util|pthread|stdc\+\+|c\+\+|c\+\+abi|gcc_s|unwind|[aut]san|atomic|gomp|system)[.-]|ld[-.6]|(kernel|user|advapi|ws2_|shell|ole)32\b|ntdll|msvc|vcruntime|ucrt|api-ms-|libgcc|libwinpthread|\/usr\/lib\/|\/System\/)/i;

/**
 * Requires that the library itself exports {@link ENTRY_POINT} as a function.
 * @throws PluginSystemError EntryPointMissing, with what the file knows of that name, or the names that come close
 */
export function requireEntryPoint(info: BinaryInfo): void {
  const symbol = info.symbol(ENTRY_POINT);
  if (symbol?.linkage === 'exported' && symbol.kind === 'function') return;
  const reason = symbol === undefined ? absent(info) : present(symbol, info);
  throw new PluginSystemError('EntryPointMissing', reason.detail, {
    path: info.path,
    ...(reason.remedy !== undefined && { remedy: reason.remedy }),
  });
}

interface Reason {
  readonly detail: string;
  readonly remedy?: string | undefined;
}

function present({ linkage, kind }: BinarySymbol, info: BinaryInfo): Reason {
  switch (linkage) {
    case 'exported':
      if (kind === 'indirect') {
        return {
          detail: `it exports ${ENTRY_POINT} as an indirect function (IFUNC), which may lead anywhere`,
          remedy: `Define \`PluginVTable* ${ENTRY_POINT}(void)\` as an ordinary function.`,
        };
      }
      return {
        detail: `it exports ${ENTRY_POINT} as ${kind === 'data' ? 'data' : 'something without an address in code'}, not as a function`,
        remedy: `Define \`PluginVTable* ${ENTRY_POINT}(void)\` as a function that returns the table, not as the table itself.`,
      };
    case 'imported':
      return {
        detail: `it only imports ${ENTRY_POINT}: another library is to define it${candidates(info)}`,
        remedy: `Load the library that defines ${ENTRY_POINT}, or link its code into this one.`,
      };
    case 'forwarded':
      return {
        detail: `it offers ${ENTRY_POINT} only as a forwarder to another library`,
        remedy: 'Load the library that defines it.',
      };
    case 'hidden':
    case 'local':
      return {
        detail: `it defines ${ENTRY_POINT}, but ${linkage === 'hidden' ? 'with hidden visibility' : 'as a local symbol (static, or left out of what is exported)'}: it is not exported`,
        remedy:
          'Declare it with MORTISE_EXPORT, without `static`, and list it where a linker script or export list says what is exported.',
      };
  }
}

function absent(info: BinaryInfo): Reason {
  const close = closeNames(info);
  const mangled = close.find((name) => name.includes(ENTRY_POINT));
  const named = close.length === 0 ? '' : `; it exports ${close.join(', ')}`;
  const remedy =
    mangled === undefined
      ? close.length === 0
        ? undefined
        : `Rename the function to ${ENTRY_POINT}, if that is the one.`
      : `Declare the function \`extern "C"\` (C++) or \`#[no_mangle]\` (Rust): ${mangled} is ${ENTRY_POINT} with a mangled name.`;
  return { detail: `it does not export ${ENTRY_POINT}${named}${candidates(info)}`, remedy };
}

/** Exported functions whose names could be meant for the entry point, the closest first. */
function closeNames(info: BinaryInfo): string[] {
  const wanted = plain(ENTRY_POINT);
  const rank = (name: string) => {
    const bare = plain(name);
    if (bare === wanted) return 0;
    if (name.includes(ENTRY_POINT)) return 1;
    return bare.includes('plugin') && /init|entry|main|create|load|register/.test(bare) ? 2 : 3;
  };
  return info
    .exports()
    .filter(({ name, kind }) => kind === 'function' && name.length < 256 && rank(name) < 3)
    .map(({ name }) => name)
    .sort((a, b) => rank(a) - rank(b) || a.length - b.length)
    .slice(0, MOST_NAMED);
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

function candidates(info: BinaryInfo): string {
  const others = info.needed.filter((name) => !SYSTEM_LIBRARY.test(name)).slice(0, MOST_NAMED);
  return others.length === 0 ? '' : `; it needs ${others.join(', ')}: perhaps the plugin is there`;
}
