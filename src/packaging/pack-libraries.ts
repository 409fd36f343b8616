import { basename } from 'node:path';
import { PluginSystemError } from '../errors/index.js';
import { checkedEntry } from './archive-entry.js';
import type { Contents } from './contents.js';
import type { FoundLibraries } from './dist.js';
import { DOCUMENT, documentOf, libraryEntry, type PluginDocument } from './document.js';
import { type CheckedLibrary, checkLibrary, folderOf } from './library-check.js';
import type { PluginManifest } from './manifest.js';
import { ask, type ProbeLimits, runsHere } from './probed.js';
import { readDocument } from './read-document.js';

/** The libraries of a plugin, each checked as a file, and the one for this machine asked. */
export async function libraryContents(
  dist: string,
  manifest: PluginManifest,
  { found, strangers }: FoundLibraries,
  limits: ProbeLimits,
): Promise<Contents> {
  const libraries: CheckedLibrary[] = [];
  for (const { path, target } of found) libraries.push(await checkLibrary(path, manifest, target));
  const own = libraries.find(runsHere);
  const asked = own === undefined ? undefined : await ask(own.path, limits);
  const document =
    own === undefined || asked === undefined
      ? remembered(dist, manifest, libraries)
      : documentOf(manifest, asked, own, libraries);
  const unpacked = strangers.map((path) => ({
    code: 'NotPacked' as const,
    message: `${path} is not packed: of what lies beside it, only the library of the plugin is`,
  }));
  return {
    document,
    entries: libraries.map((library) => checkedEntry(libraryEntry(manifest, library), library.path)),
    probed: own === undefined ? null : folderOf(own),
    failedHere: asked?.failedHere ?? null,
    warnings: [...(asked?.warnings ?? []), ...unpacked],
  };
}

/** Where no library runs here: what a build on another machine has asked of one of them. */
function remembered(dist: string, manifest: PluginManifest, libraries: readonly CheckedLibrary[]): PluginDocument {
  const document = readDocument(dist);
  const known = new Set(document?.files.map(({ sha256 }) => sha256));
  if (document !== undefined && libraries.some(({ sha256 }) => known.has(sha256))) {
    return { ...document, manifest, files: libraries.map((library) => libraryEntry(manifest, library)) };
  }
  const here = libraries.map(({ path }) => basename(path)).join(', ');
  throw new PluginSystemError(
    'PackFailed',
    `none of the libraries (${here}) runs on ${process.platform}-${process.arch}, where the plugin could be asked for its stages and dependencies`,
    {
      plugin: manifest.name,
      path: dist,
      operation: 'pack',
      remedy: `Pack on a machine that one of them runs on, or copy dist/${DOCUMENT} too, which \`mortise build\` has written there.`,
    },
  );
}
