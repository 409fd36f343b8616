import { join } from 'node:path';
import type { StageSummary } from '../isolation/index.js';
import type { PluginMetadata } from '../plugin/index.js';
import { type CheckedLibrary, folderOf, libraryName } from './library-check.js';
import type { PluginManifest } from './manifest.js';
import type { Asked } from './probed.js';

/** A file of a plugin: `path` relative to dist/, and the same in an archive. */
export interface DocumentFile {
  /** As `process.platform`; `any` for JavaScript. */
  readonly platform: string;
  /** As `process.arch`; `any` for JavaScript. */
  readonly arch: string;
  /** With `/`. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/**
 * What a plugin is, for those who do not open it: metadata.json in dist/ and in an archive. The manifest is the author's word; the rest was asked of
 * the plugin in a process of its own.
 */
export interface PluginDocument {
  /** Of this document. */
  readonly format: 1;
  readonly manifest: PluginManifest;
  readonly language: string;
  /** Major and minor that it needs; absent for TypeScript, as the next two are. */
  readonly abi?: string;
  readonly headerVersion?: string;
  readonly threads?: 'one' | 'safe';
  /** Where a plugin in TypeScript begins: one of `files`. */
  readonly entry?: string;
  /** What its table says, or `definePlugin`. */
  readonly declared: Omit<PluginMetadata, 'name' | 'version'>;
  readonly stages: readonly StageSummary[];
  readonly files: readonly DocumentFile[];
}

/** The document of a compiled plugin: of what its library `own` answered, and of all files there are. */
export function documentOf(
  manifest: PluginManifest,
  asked: Asked,
  { record }: CheckedLibrary,
  files: readonly CheckedLibrary[],
): PluginDocument {
  const { language, abiMajor, abiMinor, headerVersion, threads } = record;
  return {
    format: 1,
    manifest,
    language,
    abi: `${abiMajor}.${abiMinor}`,
    headerVersion,
    threads,
    ...answered(asked),
    files: files.map((file) => libraryEntry(manifest, file)),
  };
}

/** The part of a document that only the plugin can say. */
export function answered({ metadata, stages }: Asked): Pick<PluginDocument, 'declared' | 'stages'> {
  const { name: _, version: __, ...declared } = metadata;
  return { declared, stages };
}

/** How a document lists a library. */
export function libraryEntry({ name }: PluginManifest, { platform, arch, size, sha256 }: CheckedLibrary): DocumentFile {
  const target = { platform, arch };
  return { ...target, path: `${folderOf(target)}/${libraryName(name, target)}`, size, sha256 };
}

/** The folder that JavaScript has in a document and in an archive; in dist/ it lies at the top. */
export const ANY = 'any';

/** Its name in dist/ and in an archive. Not that of the plugin: NAME.json beside a library is the manifest. */
export const DOCUMENT = 'metadata.json';

export const documentPath = (dist: string) => join(dist, DOCUMENT);

/** As it is written to files. */
export const documentText = (document: PluginDocument) => `${JSON.stringify(document, null, 2)}\n`;
