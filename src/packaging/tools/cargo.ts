import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { PluginSystemError, thrownText } from '../../errors/index.js';
import { type BuildJob, chooseLibrary, type LibraryTool } from './build-tool.js';
import { runTool } from './tool-process.js';
import { checkCargoPaths } from './where-mortise-is.js';

/** Cargo gave up because it was told to stay off the network. */
const WANTS_NETWORK = /--offline|offline mode/;

/** `mortise build` with Cargo: the library of the crate in the folder; which file that is, Cargo says itself. */
export const cargoTool: LibraryTool = {
  name: 'cargo',
  marker: 'Cargo.toml',
  async build(job) {
    checkCargoPaths(job.directory);
    const remedy = 'Add to Cargo.toml: [lib] crate-type = ["cdylib"].';
    return chooseLibrary(libraries(await cargo(job), job.directory), job, 'cargo', remedy);
  },
};

/** Without the network if that is possible, which it is where the crates are here already. */
async function cargo(job: BuildJob): Promise<string> {
  const { directory, isDebug, signal, onOutput, onProgress } = job;
  const profile = isDebug ? [] : ['--release'];
  const args = ['build', '--lib', ...profile, '--target-dir', join(directory, 'build', 'cargo')];
  const run = (more: readonly string[]) =>
    runTool({
      tool: 'cargo',
      command: 'cargo',
      args: [...args, '--message-format=json-render-diagnostics', ...more],
      cwd: directory,
      need: 'rust',
      signal,
      onOutput,
      isStdoutData: true,
    });
  try {
    return await run(['--offline']);
  } catch (error) {
    if (!(error instanceof PluginSystemError) || !WANTS_NETWORK.test(thrownText(error.cause))) throw error;
    onProgress('not all crates are on this machine: again, with the network');
    return await run([]);
  }
}

interface Message {
  readonly reason: string;
  readonly manifest_path?: string;
  readonly filenames?: readonly string[];
  readonly target?: { readonly crate_types: readonly string[] };
}

/** https://doc.rust-lang.org/cargo/reference/external-tools.html */
function libraries(stdout: string, directory: string): string[] {
  const own = realpathSync(join(directory, 'Cargo.toml'));
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Message)
    .filter(({ reason, manifest_path, target }) => {
      const isLibrary = reason === 'compiler-artifact' && target?.crate_types.includes('cdylib') === true;
      return isLibrary && manifest_path !== undefined && realpathSync(manifest_path) === own;
    })
    .flatMap(({ filenames = [] }) => filenames.filter((path) => /\.(so|dll|dylib)$/.test(path)));
}
