import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { PluginSystemError } from '../errors/index.js';

/** Lines of a tool's output that an error carries. */
const OUTPUT_LINES = 60;

/**
 * Runs CMake and returns when it has succeeded.
 * @throws `BuildFailed`: with what to install where a tool is missing, else with the end of its output as cause
 */
export async function cmake(args: readonly string[], signal: AbortSignal): Promise<void> {
  const chunks: Buffer[] = [];
  const [code, killer] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    const child = spawn('cmake', args, { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true, signal });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (...ending) => resolve(ending));
  }).catch((error: NodeJS.ErrnoException) => {
    if (signal.aborted) throw new PluginSystemError('Cancelled', 'the build was interrupted', { operation: 'setup' });
    if (error.code !== 'ENOENT') throw PluginSystemError.from(error, 'BuildFailed', { operation: 'cmake' });
    throw new PluginSystemError('BuildFailed', 'cmake was not found', { operation: 'cmake', remedy: advice() });
  });
  if (code === 0) return;
  const output = Buffer.concat(chunks).toString().trimEnd();
  const missing = MISSING.find(([pattern]) => pattern.test(output))?.[1];
  const how = killer === null ? `exit code ${code}` : killer;
  throw new PluginSystemError(
    'BuildFailed',
    missing ?? `cmake ${args[0] === '--build' ? '--build' : '(configuration)'} failed: ${how}`,
    {
      operation: 'cmake',
      remedy: missing === undefined ? 'See the output of the build below.' : advice(),
      cause: output.split('\n').slice(-OUTPUT_LINES).join('\n'),
    },
  );
}

/** Ninja where it is installed, since make may not be; what CMake takes by itself otherwise, or where CMAKE_GENERATOR says. */
export function generator(): readonly string[] {
  if (process.platform === 'win32' || process.env['CMAKE_GENERATOR'] !== undefined) return [];
  return spawnSync('ninja', ['--version'], { stdio: 'ignore' }).status === 0 ? ['-G', 'Ninja'] : [];
}

// In this order: without make, CMake complains about the compiler too.
const MISSING: ReadonlyArray<readonly [RegExp, string]> = [
  [/CMAKE_MAKE_PROGRAM is not set|not found: g?make/i, 'neither ninja nor make was found'],
  [
    /CMAKE_C_COMPILER could be found|CMAKE_C_COMPILER not set|\b(gcc|cc): (command )?not found|toolset is not available/i,
    'no C compiler was found',
  ],
  [
    /CMAKE_CXX_COMPILER could be found|CMAKE_CXX_COMPILER not set|(g\+\+|c\+\+): (command )?not found/i,
    'no C++ compiler was found',
  ],
  [/could not find any instance of Visual Studio/i, 'no Visual Studio with a C++ compiler was found'],
];

/** How to get CMake and a compiler on this operating system. */
function advice(): string {
  if (process.platform === 'darwin') return 'Run `xcode-select --install` and `brew install cmake`, then try again.';
  if (process.platform === 'win32') {
    return 'Install the Visual Studio Build Tools with "Desktop development with C++", which include CMake, and try again in a Developer prompt.';
  }
  const family = linuxFamily();
  const command = Object.entries(INSTALL).find(([id]) => family.includes(id))?.[1];
  return command === undefined
    ? 'Install CMake, make and a C and C++ compiler with the package manager of your system, then try again.'
    : `Run \`${command}\`, then try again.`;
}

const INSTALL: Readonly<Record<string, string>> = {
  debian: 'sudo apt install cmake g++ make',
  fedora: 'sudo dnf install cmake gcc-c++ make',
  rhel: 'sudo dnf install cmake gcc-c++ make',
  suse: 'sudo zypper install cmake gcc-c++ make',
  arch: 'sudo pacman -S cmake gcc make',
  alpine: 'sudo apk add cmake g++ make',
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
