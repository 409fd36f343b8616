import { builtinModules } from 'node:module';

const RESERVED: ReadonlyArray<readonly [why: string, names: string]> = [
  [
    'it is a keyword of Rust, and no crate can be named so',
    `abstract as async await become box break const continue crate do dyn else enum extern false final fn for gen if impl in let
     loop macro match mod move mut override priv pub ref return self static struct super trait true try type typeof union unsafe
     unsized use virtual where while yield`,
  ],
  ['it is a crate of Rust itself', 'alloc core proc-macro proc_macro std test'],
  // CMake policies CMP0037 and CMP0171, and what its generator for make writes into each Makefile.
  [
    'CMake has a target of that name in each build',
    `all clean codegen depend edit_cache help install list_install_components package package_source preinstall rebuild_cache
     cmake_check_build_system cmake_depends cmake_force default_target`,
  ],
  ['Windows has a device of that name', `aux con nul prn ${numbered('com')} ${numbered('lpt')}`],
  ['npm takes no package of that name', 'node_modules'],
  ['the project needs the package of that name, and a package cannot need itself', 'mortise typescript'],
];

/** Why `name` belongs to somebody else, where a plugin is an npm package, a crate, a target of CMake and a file; undefined if it does not. */
export function reservedBy(name: string): string | undefined {
  const found = RESERVED.find(([, names]) => names.trim().split(/\s+/).includes(name))?.[0];
  if (found !== undefined) return found;
  return builtinModules.includes(name) ? 'it is a module of Node, and npm takes no new package of that name' : undefined;
}

function numbered(device: string): string {
  return Array.from({ length: 10 }, (_, number) => `${device}${number}`).join(' ');
}
