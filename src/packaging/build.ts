import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PluginSystemError } from '../errors/index.js';
import type { PluginWarning } from '../plugin/index.js';
import { buildTypeScript } from './build-typescript.js';
import { librariesIn } from './dist.js';
import { documentOf, documentPath, documentText, type PluginDocument } from './document.js';
import { removeFormer } from './former-names.js';
import { type CheckedLibrary, checkLibrary, folderOf, libraryName } from './library-check.js';
import { type PluginManifest, readManifest } from './manifest.js';
import { asTheOnlyBuild } from './one-build.js';
import { BUILDING, placeFile, placeText } from './place.js';
import { ask, type FailedHere, type ProbeLimits, runsHere } from './probed.js';
import { libraryTool, type ToolName, toolFor } from './project.js';
import { formerDocument } from './read-document.js';
import type { BuildJob, LibraryTool } from './tools/build-tool.js';
import { strip } from './tools/strip.js';

export interface BuildOptions extends ProbeLimits {
  /** Default: the first of cargo, cmake, node-gyp, tsc whose file is in the folder. */
  readonly tool?: ToolName | undefined;
  /** Unoptimised, and not stripped. */
  readonly isDebug?: boolean | undefined;
  /** Gets what the tools print, as it comes. */
  readonly onOutput?: ((chunk: Buffer) => void) | undefined;
  readonly onProgress?: ((message: string) => void) | undefined;
}

/** What a build made. Paths are absolute. */
export interface BuildReport {
  readonly plugin: string;
  readonly version: string;
  readonly tool: ToolName;
  readonly debug: boolean;
  /** As `process.platform`; `any` for JavaScript. */
  readonly platform: string;
  readonly arch: string;
  /** In dist/: the library, or the module that the plugin begins in. */
  readonly result: string;
  /** Bytes: of the library, or of all JavaScript. */
  readonly size: number;
  /** The library with its symbols, for debuggers; null for JavaScript. */
  readonly unstripped: { readonly path: string; readonly size: number } | null;
  /** Why the result is not stripped; null if it is, or if there is nothing to strip. */
  readonly notStripped: string | null;
  /** Whether it was opened in a process of its own: not, if it is for another machine. */
  readonly probed: boolean;
  /** What its init or preflight failed of in that process; null if both went well, or were not called. */
  readonly failedHere: FailedHere | null;
  /** dist/metadata.json; null if what only the plugin can say was not asked of it. */
  readonly documentPath: string | null;
  /** What that file holds. */
  readonly document: PluginDocument | null;
  /** Absolute paths of what an earlier build had made, and the plugin has no more. */
  readonly removed: readonly string[];
  readonly warnings: readonly PluginWarning[];
}

/**
 * Builds the plugin in `directory`, checks that the result is what manifest.json says, opens it in a process of its own, and puts it into dist/ with its
 * document. Whatever fails before that leaves dist/ as it was.
 * @throws `FileNotFound`, `ManifestInvalid`, `BuildFailed`, `Cancelled`; of the library: what `probe` reports, `RecordMissing`, `ManifestMismatch`
 */
export async function build(directory: string, options: BuildOptions): Promise<BuildReport> {
  const folder = resolve(directory);
  const manifest = await readManifest(folder);
  const name = toolFor(folder, options.tool);
  const { signal, onOutput, onProgress = () => {}, isDebug = false } = options;
  const job: BuildJob = { directory: folder, manifest, isDebug, signal, onOutput, onProgress };
  onProgress(`building ${manifest.name} with ${name}`);
  const tool = libraryTool(name);
  return await asTheOnlyBuild(folder, () =>
    tool === undefined ? buildTypeScript(job, options) : buildLibrary(tool, name, job, options),
  );
}

async function buildLibrary(tool: LibraryTool, name: ToolName, job: BuildJob, limits: BuildOptions): Promise<BuildReport> {
  const { directory, manifest, isDebug, signal, onProgress } = job;
  const dist = join(directory, 'dist');
  // Before anything is built.
  librariesIn(dist, manifest.name, BUILDING);
  const built = await checkLibrary(await tool.build(job), manifest);
  const { library, notStripped } = isDebug ? { library: built, notStripped: null } : await stripped(built, job);
  const isProbed = runsHere(library);
  onProgress(`probing ${manifest.name}`);
  const asked = isProbed ? await ask(library.path, limits) : undefined;
  if (signal.aborted)
    throw new PluginSystemError('Cancelled', 'the build was interrupted', { path: directory, operation: 'build' });

  const result = join(dist, folderOf(library), libraryName(manifest.name, library));
  await placeFile(library.path, result, BUILDING);
  const others = await otherLibraries(dist, manifest, result);
  const document = asked === undefined ? null : documentOf(manifest, asked, library, [library, ...others.libraries]);
  const path = documentPath(dist);
  // Without a new document, the former one still lists them.
  const former = document === null ? undefined : formerDocument(dist);
  const { removed, warnings } = await removeFormer(dist, others.strangers, former);
  if (document !== null) await placeText(documentText(document), path, BUILDING);
  const { platform, arch, size } = library;
  return {
    plugin: manifest.name,
    version: manifest.version,
    tool: name,
    debug: isDebug,
    platform,
    arch,
    result,
    size,
    unstripped: { path: built.path, size: built.size },
    notStripped,
    probed: isProbed,
    failedHere: asked?.failedHere ?? null,
    documentPath: document === null ? null : path,
    document,
    removed,
    warnings: [...(asked?.warnings ?? []), ...others.warnings, ...warnings],
  };
}

/** Without symbols for debuggers, if there is a tool that can do that and leaves the record where it is. */
async function stripped(
  built: CheckedLibrary,
  job: BuildJob,
): Promise<{ library: CheckedLibrary; notStripped: string | null }> {
  const { directory, manifest, signal, onProgress } = job;
  onProgress(`stripping ${manifest.name}`);
  const folder = join(directory, 'build', 'stripped');
  await mkdir(folder, { recursive: true });
  const path = join(folder, libraryName(manifest.name, built));
  const reason = await strip(built.path, path, signal);
  if (reason !== undefined) return { library: built, notStripped: reason };
  try {
    return { library: await checkLibrary(path, manifest, built), notStripped: null };
  } catch (error) {
    const { code, detail } = PluginSystemError.from(error, 'Internal');
    return { library: built, notStripped: `what strip made of it is no plugin any more: ${code}: ${detail}` };
  }
}

/** What lies in dist/ for other machines, as far as it is of this manifest. */
async function otherLibraries(
  dist: string,
  manifest: PluginManifest,
  own: string,
): Promise<{ libraries: CheckedLibrary[]; strangers: readonly string[]; warnings: PluginWarning[] }> {
  const libraries: CheckedLibrary[] = [];
  const warnings: PluginWarning[] = [];
  const { found, strangers } = librariesIn(dist, manifest.name, BUILDING);
  for (const { path, target } of found) {
    if (path === own) continue;
    try {
      libraries.push(await checkLibrary(path, manifest, target));
    } catch (error) {
      const { code, detail } = PluginSystemError.from(error, 'Internal');
      warnings.push({ code, message: `${path}: ${detail}; \`mortise pack\` will refuse it` });
    }
  }
  return { libraries, strangers, warnings };
}
