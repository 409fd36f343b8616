import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { packageRoot } from '../../package/index.js';
import { type BuildJob, chooseLibrary, type LibraryTool } from './build-tool.js';
import { runTool } from './tool-process.js';

/** `directory`: the project, for messages. */
type Surroundings = Pick<BuildJob, 'directory' | 'signal' | 'onOutput'>;

/** `find_package(mortise)` finds the package here. */
const PACKAGE_FOLDER = join(packageRoot, 'native-abi', 'toolchain');

/** `mortise build` with CMake: every target of the project; which libraries there are, CMake says itself (cmake-file-api(7)). */
export const cmakeTool: LibraryTool = {
  name: 'cmake',
  marker: 'CMakeLists.txt',
  async build(job) {
    const { directory, isDebug } = job;
    const folder = join(directory, 'build', isDebug ? 'cmake-debug' : 'cmake');
    const config = isDebug ? 'Debug' : 'Release';
    forgetForeign(folder);
    const query = join(folder, '.cmake', 'api', 'v1', 'query', 'client-mortise');
    mkdirSync(query, { recursive: true });
    writeFileSync(join(query, 'codemodel-v2'), '');
    // Of these, a project may want none.
    const variables = { CMAKE_BUILD_TYPE: config, mortise_DIR: PACKAGE_FOLDER, MORTISE_NODE: process.execPath };
    await configure(folder, variables, job);
    await compile(folder, config, job);
    const remedy = 'Add the plugin to CMakeLists.txt: mortise_add_plugin(NAME SOURCE…).';
    return chooseLibrary(libraries(folder, config), job, 'cmake', remedy);
  },
};

/**
 * What it prints is passed on at its end: all of it if it fails, else without the account of what it has found and done.
 * @throws `BuildFailed`, `Cancelled`
 */
export async function configure(
  folder: string,
  variables: Readonly<Record<string, string>>,
  surroundings: Surroundings,
): Promise<void> {
  const definitions = Object.entries(variables).map(([name, value]) => `-D${name}=${value}`);
  // A folder that has a generator keeps it.
  const chosen = existsSync(join(folder, 'CMakeCache.txt')) ? [] : generator();
  const args = ['--no-warn-unused-cli', '-S', surroundings.directory, '-B', folder, ...chosen, ...definitions];
  const { onOutput = () => {} } = surroundings;
  const output: Buffer[] = [];
  try {
    await cmake('cmake (configuration)', args, { ...surroundings, onOutput: (chunk) => output.push(chunk) });
  } catch (error) {
    if (output.length > 0) onOutput(Buffer.concat(output));
    throw error;
  }
  const told = withoutNotes(Buffer.concat(output).toString());
  if (told !== '') onOutput(Buffer.from(told));
}

/** What `--no-warn-unused-cli` makes CMake say. */
const UNUSED = 'Not searching for unused variables given on the command line.';

function withoutNotes(output: string): string {
  return output
    .split('\n')
    .filter((line) => !line.startsWith('-- ') && line.trimEnd() !== UNUSED)
    .join('\n');
}

/** @throws `BuildFailed`, `Cancelled` */
export async function compile(folder: string, config: string, surroundings: Surroundings): Promise<void> {
  await cmake('cmake --build', ['--build', folder, '--config', config, '--parallel'], surroundings);
}

async function cmake(doing: string, args: readonly string[], { directory, signal, onOutput }: Surroundings): Promise<void> {
  await runTool({ tool: 'cmake', doing, command: 'cmake', args, cwd: directory, need: 'compiler', signal, onOutput });
}

/** Ninja where it is installed, since make may not be; what CMake takes by itself otherwise, or where CMAKE_GENERATOR says. */
function generator(): readonly string[] {
  if (process.platform === 'win32' || process.env['CMAKE_GENERATOR'] !== undefined) return [];
  return spawnSync('ninja', ['--version'], { stdio: 'ignore' }).status === 0 ? ['-G', 'Ninja'] : [];
}

/** A project that was copied or moved brings a cache that CMake refuses: it is of no use here. */
function forgetForeign(folder: string): void {
  const cache = join(folder, 'CMakeCache.txt');
  if (!existsSync(cache)) return;
  const home = /^CMAKE_CACHEFILE_DIR:INTERNAL=(.*)$/m.exec(readFileSync(cache, 'utf8'))?.[1];
  if (home !== undefined && existsSync(home) && realpathSync(home) === realpathSync(folder)) return;
  rmSync(folder, { recursive: true, force: true });
}

interface Index {
  readonly reply: { readonly 'client-mortise': { readonly 'codemodel-v2': { readonly jsonFile: string } } };
}

interface CodeModel {
  readonly configurations: ReadonlyArray<{
    readonly name: string;
    readonly targets: ReadonlyArray<{ readonly jsonFile: string }>;
  }>;
}

interface Target {
  readonly type: string;
  readonly nameOnDisk?: string;
  readonly artifacts?: ReadonlyArray<{ readonly path: string }>;
}

/** Absolute paths of the shared libraries and modules that the project builds. */
function libraries(folder: string, config: string): string[] {
  const replies = join(folder, '.cmake', 'api', 'v1', 'reply');
  const read = <Reply>(name: string) => JSON.parse(readFileSync(join(replies, name), 'utf8')) as Reply;
  // The last one is the newest.
  const index = readdirSync(replies)
    .filter((name) => /^index-.*\.json$/.test(name))
    .sort()
    .at(-1) as string;
  const { configurations } = read<CodeModel>(read<Index>(index).reply['client-mortise']['codemodel-v2'].jsonFile);
  const configuration = configurations.find(({ name }) => name === config) ?? configurations[0];
  const targets = (configuration?.targets ?? []).map(({ jsonFile }) => read<Target>(jsonFile));
  return targets
    .filter(({ type }) => type === 'SHARED_LIBRARY' || type === 'MODULE_LIBRARY')
    .flatMap(({ artifacts = [], nameOnDisk = '' }) => artifacts.filter(({ path }) => path.endsWith(nameOnDisk)).slice(0, 1))
    .map(({ path }) => resolve(folder, path));
}
