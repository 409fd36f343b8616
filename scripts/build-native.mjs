#!/usr/bin/env node
// Builds the native parts: the host library, the plugins in c-plugins, and the hostile fixtures where they are present.
//
//   node scripts/build-native.mjs [--tool cmake-js|node-gyp] [--host] [--plugins] [--fixtures]
//
// Without a selection everything is built. cmake-js writes to build/native, node-gyp to build/Release. On success one line per library
// that changed, with the milliseconds after which it was finished; on failure the whole output of the tool.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const build = join(root, 'build');
const parts = ['host', 'plugins', 'fixtures'];
const usage = `usage: node scripts/build-native.mjs [--tool cmake-js|node-gyp] ${parts.map((part) => `[--${part}]`).join(' ')}`;

/** A failure that the reader can act on; printed without a stack. */
class BuildFailure extends Error {}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        tool: { type: 'string', default: 'cmake-js' },
        ...Object.fromEntries(parts.map((part) => [part, { type: 'boolean' }])),
      },
    });
    if (!(values.tool in tools)) throw new Error(`--tool is cmake-js or node-gyp, not ${values.tool}`);
    const { fixtures } = tools[values.tool];
    const asked = parts.filter((part) => values[part]);
    if (values.fixtures && !existsSync(fixtures)) {
      throw new Error(`--fixtures: ${values.tool} needs ${relative(root, fixtures)}, which is not here`);
    }
    const present = parts.filter((part) => part !== 'fixtures' || existsSync(fixtures));
    return { name: values.tool, selected: asked.length > 0 ? asked : present, present };
  } catch (error) {
    throw new BuildFailure(`${error.message}\n${usage}`);
  }
}

function onPath(command) {
  return spawnSync(command, ['--version'], { stdio: 'ignore', shell: process.platform === 'win32' }).status === 0;
}

/** How to get a missing program. */
function get(debian) {
  if (process.platform === 'darwin') return `install it with \`xcode-select --install\` or \`brew install ${debian}\``;
  if (process.platform === 'win32') return 'install the Visual Studio Build Tools with "Desktop development with C++"';
  return `install it with the package manager of your system (Debian and Ubuntu: \`apt install ${debian}\`)`;
}

/** The script of a tool from node_modules, run by this node: no shell, no PATH. */
function toolScript(name, file) {
  const require = createRequire(import.meta.url);
  try {
    return join(dirname(require.resolve(`${name}/package.json`)), file);
  } catch {
    throw new BuildFailure(`${name} is not installed: run \`npm install\` in ${root}`);
  }
}

/** Runs a tool from node_modules quietly; its output is for the error. */
async function run(name, file, args) {
  const child = spawn(process.execPath, [toolScript(name, file), ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => output.push(data));
  const [code, signal] = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (...ending) => resolve(ending));
  });
  if (code === 0) return;
  const text = Buffer.concat(output).toString();
  const diagnosis = diagnose(text);
  throw new BuildFailure(`${text}\n${name} failed (${signal ?? `exit code ${code}`})${diagnosis ? `: ${diagnosis}` : ''}`);
}

// In this order: without make, cmake complains about the compiler too.
const known = [
  [/CMAKE_MAKE_PROGRAM is not set|not found: g?make/i, () => `neither ninja nor make was found; ${get('make')}`],
  [
    /CMAKE_C_COMPILER could be found|CMAKE_C_COMPILER not set|toolset is not available|\b(gcc|cc): (command not found|not found|no such file)/i,
    () => `no C compiler was found; ${get('build-essential')}`,
  ],
  [
    /CMAKE_CXX_COMPILER could be found|(g\+\+|c\+\+): (command not found|not found|no such file)/i,
    () => `no C++ compiler was found; ${get('g++')}`,
  ],
  [/Could not find any Python/i, () => `node-gyp needs Python 3; ${get('python3')}`],
  [
    /CMakeCache\.txt directory .* is different|does not match the generator used previously/is,
    () => 'remove build/cmake and try again',
  ],
  [/Could not find any Visual Studio/i, () => `no C++ compiler was found; ${get()}`],
];

function diagnose(text) {
  return known.find(([pattern]) => pattern.test(text))?.[1]();
}

const tools = {
  'cmake-js': {
    output: join(build, 'native'),
    fixtures: join(root, 'c-plugins/hostile/CMakeLists.txt'),
    state: join(build, 'cmake', 'mortise-options.json'),
    inputs: [],
    // Everything present is configured, whatever is selected: ninja forgets what it built once a target is gone.
    options(_selected, present) {
      const selection = parts.map((part) => `--CDMORTISE_BUILD_${part.toUpperCase()}=${present.includes(part) ? 'ON' : 'OFF'}`);
      return [...selection, `--CDMORTISE_NODE=${process.execPath}`];
    },
    async configure(options) {
      if (!onPath('cmake')) throw new BuildFailure(`cmake was not found; ${get('cmake')}`);
      await run('cmake-js', 'bin/cmake-js', ['configure', '--out', join(build, 'cmake'), ...options]);
    },
    // `compile` would rebuild from nothing after a failure and print everything twice.
    async build(selected, present) {
      const targets = selected.length === present.length ? [[]] : selected.map((part) => ['--target', `mortise_${part}`]);
      for (const target of targets) await run('cmake-js', 'bin/cmake-js', ['build', '--out', join(build, 'cmake'), ...target]);
    },
  },
  'node-gyp': {
    output: join(build, 'Release'),
    fixtures: join(root, 'c-plugins/hostile/hostile.gypi'),
    state: join(build, 'mortise-gyp-options.json'),
    inputs: [join(root, 'binding.gyp'), join(root, 'c-plugins/hostile/hostile.gypi')],
    options(selected) {
      const flags = ['host', 'plugins'].map((part) => `-Dmortise_${part}=${selected.includes(part) ? 1 : 0}`);
      return selected.includes('fixtures') ? [...flags, `-I${this.fixtures}`] : flags;
    },
    async configure(options) {
      const nodedir = headersFolder();
      await run('node-gyp', 'bin/node-gyp.js', ['configure', ...(nodedir ? [`--nodedir=${nodedir}`] : []), '--', ...options]);
    },
    async build() {
      await run('node-gyp', 'bin/node-gyp.js', ['build', '--jobs', 'max']);
    },
  },
};

/** Where include/node/node.h is: beside the running node, else /usr. Undefined: node-gyp downloads the headers. npm_config_nodedir wins. */
function headersFolder() {
  if (process.env.npm_config_nodedir) return undefined;
  return [join(dirname(process.execPath), '..'), '/usr'].find((folder) => existsSync(join(folder, 'include/node/node.h')));
}

/** Configures if the options or the files that the tool does not watch itself changed since the last time. */
async function configureIfNeeded(tool, options) {
  const wanted = JSON.stringify({ options, node: process.version, nodedir: process.env.npm_config_nodedir });
  const configured = existsSync(tool.state) && readFileSync(tool.state, 'utf8') === wanted;
  const configuredAt = configured ? statSync(tool.state).mtimeMs : 0;
  const stale = tool.inputs.some((file) => existsSync(file) && statSync(file).mtimeMs > configuredAt);
  if (configured && !stale) return;
  rmSync(tool.state, { force: true });
  await tool.configure(options);
  writeFileSync(tool.state, wanted);
}

/** Finished libraries below folder, with the times of their last change. */
function libraries(folder) {
  if (!existsSync(folder)) return new Map();
  const found = readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(so|dll|dylib)$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter(
      (file) =>
        !relative(folder, file)
          .split(/[\\/]/)
          .some((name) => ['obj.target', 'obj', '.deps'].includes(name)),
    );
  return new Map(found.map((file) => [file, statSync(file).mtimeMs]));
}

/** One build at a time in a checkout: both tools keep their state in build/. */
async function locked(work) {
  const lock = join(build, 'native.lock');
  mkdirSync(build, { recursive: true });
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (!alive(lock)) rmSync(lock, { force: true });
      else await sleep(100);
    }
  }
  const release = () => rmSync(lock, { force: true });
  process.once('exit', release);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  try {
    return await work();
  } finally {
    release();
    process.off('exit', release);
  }
}

function alive(lock) {
  try {
    const holder = Number(readFileSync(lock, 'utf8'));
    // Empty for the moment between creating and writing it.
    if (holder > 0) process.kill(holder, 0);
    return true;
  } catch (error) {
    // ENOENT: released meanwhile, so the next attempt to take it decides.
    return error.code === 'EPERM' || error.code === 'ENOENT';
  }
}

async function main() {
  const { name, selected, present } = readOptions();
  const tool = tools[name];
  await locked(async () => {
    const started = Date.now();
    const before = libraries(tool.output);
    await configureIfNeeded(tool, tool.options(selected, present));
    await tool.build(selected, present);
    const changed = [...libraries(tool.output)].filter(([file, time]) => before.get(file) !== time);
    for (const [file, time] of changed.sort((left, right) => left[1] - right[1])) {
      console.log(`${relative(root, file)}  ${Math.max(0, Math.round(time - started))} ms`);
    }
    if (changed.length === 0) console.log(`native parts (${selected.join(', ')}) are up to date  ${Date.now() - started} ms`);
  });
}

try {
  await main();
} catch (error) {
  console.error(error instanceof BuildFailure ? error.message : error);
  process.exitCode = 1;
}
