import { basename } from 'node:path';
import { PluginSystemError } from '../../errors/index.js';
import type { PluginManifest } from '../manifest.js';

/** What a tool is asked to build. */
export interface BuildJob {
  /** The folder of the plugin, absolute. */
  readonly directory: string;
  readonly manifest: PluginManifest;
  /** Unoptimised, with what a debugger wants. */
  readonly isDebug: boolean;
  readonly signal: AbortSignal;
  /** Gets what tools print, as it comes. */
  readonly onOutput?: ((chunk: Buffer) => void) | undefined;
  readonly onProgress: (message: string) => void;
}

/** A tool that makes a shared library. */
export interface LibraryTool {
  readonly name: string;
  /** The file in the folder of a plugin that says that it is built so. */
  readonly marker: string;
  /**
   * Builds, and returns the absolute path of the library, with its symbols.
   * @throws `BuildFailed`, `Cancelled`
   */
  build(job: BuildJob): Promise<string>;
}

/**
 * Of the libraries that a tool has built, the one that is the plugin: the only one, or the one of its name.
 * @throws `BuildFailed`
 */
export function chooseLibrary(libraries: readonly string[], job: BuildJob, tool: string, none: string): string {
  const { name } = job.manifest;
  const [first] = libraries;
  if (libraries.length === 1 && first !== undefined) return first;
  // Cargo writes _ for - in names of libraries.
  const stems = [name, name.replaceAll('-', '_')].flatMap((spelling) => [spelling, `lib${spelling}`]);
  const own = libraries.find((path) => stems.includes(basename(path).replace(/\.(so|dll|dylib)$/, '')));
  if (own !== undefined) return own;
  const place = { operation: tool, path: job.directory };
  if (libraries.length === 0)
    throw new PluginSystemError('BuildFailed', `${tool} built no shared library`, { ...place, remedy: none });
  throw new PluginSystemError(
    'BuildFailed',
    `${tool} built ${libraries.length} shared libraries (${libraries.map((path) => basename(path)).join(', ')}), and none of them is named ${name}`,
    { ...place, remedy: `Name the target of the plugin ${name}, as manifest.json does.` },
  );
}
