import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PluginSystemError } from '../errors/index.js';
import type { PluginWarning } from '../plugin/index.js';
import { type WrittenArchive, writeArchive } from './archive.js';
import { checksums, type PackedFile, textEntry } from './archive-entry.js';
import type { Contents } from './contents.js';
import { librariesIn } from './dist.js';
import { DOCUMENT, documentText, type PluginDocument } from './document.js';
import { type PluginManifest, readManifest } from './manifest.js';
import { libraryContents } from './pack-libraries.js';
import { typeScriptContents } from './pack-typescript.js';
import type { Purpose } from './place.js';
import type { FailedHere, ProbeLimits } from './probed.js';
import { readDocument } from './read-document.js';

export interface PackOptions extends ProbeLimits {
  /** The archive, if it ends in .tgz, or the folder for NAME-VERSION.tgz. Default: the folder of the plugin. */
  readonly out?: string | undefined;
  readonly onProgress?: ((message: string) => void) | undefined;
}

/** What was packed. */
export interface PackReport extends WrittenArchive {
  readonly plugin: string;
  readonly version: string;
  /** Absolute. */
  readonly archive: string;
  /** `linux-x64` or the like: which library was opened in a process of its own. */
  readonly probed: string | null;
  /** What its init or preflight failed of in that process; null if both went well, or were not called. */
  readonly failedHere: FailedHere | null;
  /** In the order of the archive. */
  readonly files: readonly PackedFile[];
  /** metadata.json */
  readonly document: PluginDocument;
  readonly warnings: readonly PluginWarning[];
}

const PACKING: Purpose = { code: 'PackFailed', operation: 'pack' };

/** Files of a plugin for people. */
const FOR_PEOPLE = /^(README|LICEN[CS]E|NOTICE)([.-].*)?$/i;

/**
 * Packs what builds have left in dist/ of the plugin in `directory`, here or on other machines, into one archive: each library is checked as a file, and the
 * one for this machine is opened in a process of its own.
 * @throws `FileNotFound`, `ManifestInvalid`, `ManifestMismatch`, `RecordMissing`, `PackFailed`, `Cancelled`; of the libraries: what `checkLoadable` throws, and
 * what a probe reports
 */
export async function pack(directory: string, options: PackOptions): Promise<PackReport> {
  const folder = resolve(directory);
  const manifest = await readManifest(folder);
  const { signal, onProgress = () => {} } = options;
  onProgress(`checking ${manifest.name}`);
  const { document, entries, probed, failedHere, warnings } = await contentsOf(folder, manifest, options);
  const people = forPeople(folder);
  const listed = [
    textEntry('manifest.json', readFileSync(join(folder, 'manifest.json'))),
    textEntry(DOCUMENT, documentText(document)),
    ...entries,
    ...people.names.map((name) => textEntry(name, readFileSync(join(folder, name)))),
  ];
  const all = [...listed, textEntry('SHA256SUMS', checksums(listed))];
  const archive = archivePath(folder, manifest, options.out);
  onProgress(`writing ${archive}`);
  const written = await writeArchive(all, archive, signal);
  return {
    plugin: manifest.name,
    version: manifest.version,
    archive,
    ...written,
    probed,
    failedHere,
    files: all.map(({ path, size, sha256 }) => ({ path, size, sha256 })),
    document,
    warnings: [...warnings, ...people.warnings],
  };
}

/** Libraries if there are any, else JavaScript. */
async function contentsOf(folder: string, manifest: PluginManifest, options: PackOptions): Promise<Contents> {
  const dist = join(folder, 'dist');
  const libraries = librariesIn(dist, manifest.name, PACKING);
  if (libraries.found.length > 0) return await libraryContents(dist, manifest, libraries, options);
  const document = readDocument(dist);
  if (document?.language === 'typescript') return typeScriptContents(folder, manifest, document);
  const [stranger] = libraries.strangers;
  const found = stranger === undefined ? '' : `; ${stranger} has another name`;
  throw new PluginSystemError(
    'PackFailed',
    `there is nothing to pack: nothing in dist/ was built of ${manifest.name}${found}`,
    {
      plugin: manifest.name,
      path: dist,
      operation: 'pack',
      remedy: 'Run `mortise build` first; what was built on other machines belongs into dist/PLATFORM-ARCH/.',
    },
  );
}

/** A link is left out: what it leads to may be no part of the project. */
function forPeople(folder: string): { names: string[]; warnings: PluginWarning[] } {
  const found = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => FOR_PEOPLE.test(name));
  const named = (entries: typeof found) => entries.map(({ name }) => name).sort();
  return {
    names: named(found.filter((entry) => entry.isFile())),
    warnings: named(found.filter((entry) => entry.isSymbolicLink())).map((name) => ({
      code: 'NotPacked',
      message: `${join(folder, name)} is not packed: it is a link; put a copy of the file in its place`,
    })),
  };
}

function archivePath(folder: string, { name, version }: PluginManifest, out: string | undefined): string {
  if (out?.endsWith('.tgz')) return resolve(out);
  return join(out === undefined ? folder : resolve(out), `${name}-${version}.tgz`);
}
