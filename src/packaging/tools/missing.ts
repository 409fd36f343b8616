import { readFileSync } from 'node:fs';

/** What the tools of a build need, and people may have to install. */
export type Need = 'compiler' | 'python' | 'rust' | 'node-gyp' | 'typescript';

/** What the output of a tool says when something that it needs is not here. In this order: without make, CMake complains about the compiler too. */
const SIGNS: ReadonlyArray<readonly [RegExp, string, Need]> = [
  [/CMAKE_MAKE_PROGRAM is not set|not found: g?make/i, 'neither ninja nor make was found', 'compiler'],
  [
    /CMAKE_C_COMPILER could be found|CMAKE_C_COMPILER not set|\b(gcc|cc): (command )?not found|toolset is not available|linker `\w+` not found/i,
    'no C compiler was found',
    'compiler',
  ],
  [
    /CMAKE_CXX_COMPILER could be found|CMAKE_CXX_COMPILER not set|(g\+\+|c\+\+): (command )?not found/i,
    'no C++ compiler was found',
    'compiler',
  ],
  [
    /could not find any instance of Visual Studio|could not find any Visual Studio/i,
    'no Visual Studio with a C++ compiler was found',
    'compiler',
  ],
  [/could not find any Python/i, 'node-gyp needs Python 3, which was not found', 'python'],
];

/** What was missing, if the output of a failed tool says so, and how to get it. */
export function missingIn(output: string): { readonly what: string; readonly remedy: string } | undefined {
  const found = SIGNS.find(([sign]) => sign.test(output));
  return found === undefined ? undefined : { what: found[1], remedy: howToGet(found[2]) };
}

/** How to get a tool on this operating system, as a remedy. */
export function howToGet(need: Need): string {
  switch (need) {
    case 'rust':
      return 'Install Rust from https://rustup.rs, then try again.';
    case 'node-gyp':
    case 'typescript':
      return `Run \`npm install --save-dev ${need}\` in the folder of the plugin, then try again.`;
    case 'python':
      return byPackages(
        { mac: '`brew install python`', windows: 'Install Python from https://www.python.org', plain: 'Python 3' },
        need,
      );
    case 'compiler': {
      const windows =
        'Install the Visual Studio Build Tools with "Desktop development with C++", which include CMake, and try again in a Developer prompt.';
      return byPackages(
        { mac: '`xcode-select --install` and `brew install cmake`', windows, plain: 'CMake, make and a C and C++ compiler' },
        need,
      );
    }
  }
}

function byPackages(words: { mac: string; windows: string; plain: string }, need: 'compiler' | 'python'): string {
  if (process.platform === 'darwin') return `Run ${words.mac}, then try again.`;
  if (process.platform === 'win32') return words.windows.endsWith('.') ? words.windows : `${words.windows}, then try again.`;
  const family = linuxFamily();
  const manager = Object.entries(PACKAGES).find(([id]) => family.includes(id))?.[1];
  return manager === undefined
    ? `Install ${words.plain} with the package manager of your system, then try again.`
    : `Run \`${manager.install} ${manager[need]}\`, then try again.`;
}

interface PackageManager {
  readonly install: string;
  readonly compiler: string;
  readonly python: string;
}

const PACKAGES: Readonly<Record<string, PackageManager>> = {
  debian: { install: 'sudo apt install', compiler: 'cmake g++ make', python: 'python3' },
  fedora: { install: 'sudo dnf install', compiler: 'cmake gcc-c++ make', python: 'python3' },
  rhel: { install: 'sudo dnf install', compiler: 'cmake gcc-c++ make', python: 'python3' },
  suse: { install: 'sudo zypper install', compiler: 'cmake gcc-c++ make', python: 'python3' },
  arch: { install: 'sudo pacman -S', compiler: 'cmake gcc make', python: 'python' },
  alpine: { install: 'sudo apk add', compiler: 'cmake g++ make', python: 'python3' },
};

/** ID and ID_LIKE of os-release(5). */
function linuxFamily(): string {
  try {
    const text = readFileSync('/etc/os-release', 'utf8');
    return [...text.matchAll(/^ID(?:_LIKE)?=(.*)$/gm)].map((match) => match[1]).join(' ');
  } catch {
    return '';
  }
}
