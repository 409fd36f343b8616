import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type BuildJob, chooseLibrary, type LibraryTool } from './build-tool.js';
import { projectScript, scriptOnPath } from './project-package.js';
import { runTool } from './tool-process.js';
import { checkGypPaths } from './where-mortise-is.js';

/** `mortise build` with node-gyp: every target of binding.gyp. It writes to build/ itself. */
export const nodeGypTool: LibraryTool = {
  name: 'node-gyp',
  marker: 'binding.gyp',
  async build(job) {
    checkGypPaths(job.directory);
    const debug = job.isDebug ? '--debug' : '--release';
    await nodeGyp('node-gyp configure', ['configure', debug, ...headers()], job);
    await nodeGyp('node-gyp build', ['build', debug, '--jobs', 'max'], job);
    const folder = join(job.directory, 'build', job.isDebug ? 'Debug' : 'Release');
    const found = readdirSync(folder).filter((name) => /\.(so|dll|dylib)$/.test(name));
    const remedy = 'Let a target of binding.gyp include native-abi/toolchain/plugin.gypi, which makes it a shared library.';
    return chooseLibrary(found.map((name) => join(folder, name)).sort(), job, 'node-gyp', remedy);
  },
};

async function nodeGyp(doing: string, args: readonly string[], job: BuildJob): Promise<void> {
  const { directory: cwd, signal, onOutput } = job;
  const own = projectScript(cwd, 'node-gyp', 'node-gyp');
  const script = own ?? process.env['npm_config_node_gyp'] ?? scriptOnPath('node-gyp', 'node-gyp');
  const start = script === undefined ? { command: 'node-gyp', args } : { command: process.execPath, args: [script, ...args] };
  await runTool({ tool: 'node-gyp', doing, ...start, cwd, need: 'node-gyp', signal, onOutput });
}

/** Where include/node/node.h is: beside this Node, else /usr. Otherwise node-gyp downloads the headers. npm_config_nodedir wins. */
function headers(): string[] {
  if (process.env['npm_config_nodedir'] !== undefined) return [];
  const places = [join(dirname(process.execPath), '..'), '/usr'];
  const found = places.find((folder) => existsSync(join(folder, 'include', 'node', 'node.h')));
  return found === undefined ? [] : [`--nodedir=${found}`];
}
