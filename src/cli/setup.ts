import { access, constants, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { HOST_REVISION } from '../abi/index.js';
import { PluginSystemError } from '../errors/index.js';
import { openHostLibrary } from '../ffi/index.js';
import { hostLibraryName, nativeBuildDirectory } from '../native/index.js';
import { packageRoot } from '../package/index.js';
import { compile, configure, placeFile } from '../packaging/index.js';
import type { Command } from './command.js';
import { printable } from './text.js';

/** `mortise setup` */
export const setup: Command = {
  name: 'setup',
  operands: '',
  arity: { min: 0, max: 0 },
  summary: 'builds the host library, which compiled plugins need, with CMake and a C compiler',
  options: {
    output: {
      type: 'string',
      value: 'DIR',
      help: 'put the host library there instead; MORTISE_HOST_LIBRARY must then name it',
    },
    examples: { type: 'string', value: 'DIR', help: 'also build the example plugins and put them there' },
  },
  notes: 'The sources are part of this package; nothing is downloaded.',
  async run({ options, output, signal }) {
    const elsewhere = options.text('output');
    const examples = options.text('examples');
    const target = elsewhere === undefined ? nativeBuildDirectory : resolve(elsewhere);
    await prepare(target, elsewhere === undefined);
    if (examples !== undefined) await prepare(resolve(examples), false);
    const work = await mkdtemp(join(tmpdir(), 'mortise-build-'));
    try {
      output.progress('building the host library');
      const built = await build(work, 'host', signal);
      const host = await install(join(built, hostLibraryName), target);
      checkHost(host);
      const plugins =
        examples === undefined ? [] : await buildExamples(work, resolve(examples), output.progress.bind(output), signal);
      output.endProgress();
      const found = elsewhere === undefined;
      output.result({ host, found, examples: plugins }, () => [
        `host library  ${printable(host)}`,
        ...(found ? [] : [`to use it     set MORTISE_HOST_LIBRARY=${printable(host)}`]),
        ...plugins.map((path) => `example       ${printable(path)}`),
      ]);
      return 0;
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  },
};

/** Makes sure that `directory` is there and may be written to. */
async function prepare(directory: string, isDefault: boolean): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    const remedy = `Run \`mortise setup --output DIR\` with a folder of yours, and set MORTISE_HOST_LIBRARY to DIR/${hostLibraryName}.`;
    throw new PluginSystemError('BuildFailed', `the folder cannot be written to: ${(error as Error).message}`, {
      path: directory,
      operation: 'setup',
      remedy: isDefault ? remedy : 'Give a folder that you may write to.',
    });
  }
}

/** Builds one part of the package in a folder of its own, and returns the folder of the finished libraries. */
async function build(work: string, part: 'host' | 'plugins', signal: AbortSignal): Promise<string> {
  const folder = join(work, part);
  const output = join(folder, 'output');
  const on = (wanted: boolean) => (wanted ? 'ON' : 'OFF');
  const options = {
    CMAKE_BUILD_TYPE: 'Release',
    MORTISE_BUILD_HOST: on(part === 'host'),
    MORTISE_BUILD_PLUGINS: on(part === 'plugins'),
    MORTISE_BUILD_FIXTURES: on(false),
    MORTISE_WERROR: on(false),
    MORTISE_OUTPUT_DIR: output,
    MORTISE_NODE: process.execPath,
  };
  await configure(folder, options, { directory: packageRoot, signal });
  await compile(folder, 'Release', { directory: packageRoot, signal });
  return output;
}

async function buildExamples(
  work: string,
  target: string,
  progress: (message: string) => void,
  signal: AbortSignal,
): Promise<string[]> {
  progress('building the example plugins');
  const folder = join(await build(work, 'plugins', signal), 'plugins');
  const names = (await readdir(folder)).filter((name) => /\.(so|dll|dylib)$/.test(name)).sort();
  return await Promise.all(names.map((name) => install(join(folder, name), target)));
}

async function install(file: string, directory: string): Promise<string> {
  const target = join(directory, basename(file));
  await placeFile(file, target, { code: 'BuildFailed', operation: 'setup' });
  return target;
}

function checkHost(path: string): void {
  let revision: number;
  try {
    revision = openHostLibrary(path).revision();
  } catch (error) {
    throw PluginSystemError.from(error, 'BuildFailed', {
      path,
      operation: 'check of the host library',
      remedy: 'Build it with a compiler for this system and for the processor that this Node runs on.',
    });
  }
  if (revision === HOST_REVISION) return;
  throw new PluginSystemError(
    'HostLibraryMismatch',
    `the sources gave revision ${revision}, this package needs ${HOST_REVISION}`,
    { path },
  );
}
