import { hash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { PluginSystemError } from '../errors/index.js';
import { askModule } from './ask-module.js';
import type { BuildReport } from './build.js';
import { ANY, answered, type DocumentFile, documentPath, documentText, type PluginDocument } from './document.js';
import { WORK } from './one-build.js';
import { BUILDING, placeFile, placeText } from './place.js';
import type { ProbeLimits } from './probed.js';
import { formerDocument } from './read-document.js';
import { notRegular } from './regular-file.js';
import type { BuildJob } from './tools/build-tool.js';
import { compileTypeScript, entryOf } from './tools/tsc.js';

/** Compiles beside dist/, so that imports such as '../manifest.json' mean the same, and puts the result into dist/ when all is well. */
export async function buildTypeScript(job: BuildJob, limits: ProbeLimits): Promise<BuildReport> {
  const { directory, manifest, isDebug, signal, onProgress } = job;
  const dist = join(directory, 'dist');
  const work = await mkdtemp(join(directory, WORK));
  try {
    const entry = entryOf(directory);
    await compileTypeScript(job, work);
    if (!existsSync(join(work, entry))) {
      throw new PluginSystemError('BuildFailed', `tsc made no ${entry}, in which the plugin begins as package.json says`, {
        path: directory,
        operation: 'tsc',
        remedy:
          'Let "exports" of package.json name the compiled module of the plugin; rootDir of tsconfig.json decides where it comes to lie.',
      });
    }
    onProgress(`probing ${manifest.name}`);
    const asked = await askModule(join(work, entry), directory, manifest, limits);
    if (signal.aborted)
      throw new PluginSystemError('Cancelled', 'the build was interrupted', { path: directory, operation: 'tsc' });
    const made = filesIn(work);
    const files = made.filter(isCode).map((path) => documentFile(work, path));
    const document: PluginDocument = {
      format: 1,
      manifest,
      language: 'typescript',
      entry: `${ANY}/${entry}`,
      ...answered(asked),
      files,
    };
    const before = leftOvers(dist, files);
    for (const path of made) await placeFile(join(work, path), join(dist, path), BUILDING);
    for (const path of before) await rm(join(dist, path), { force: true });
    const path = documentPath(dist);
    await placeText(documentText(document), path, BUILDING);
    return {
      plugin: manifest.name,
      version: manifest.version,
      tool: 'tsc',
      debug: isDebug,
      platform: ANY,
      arch: ANY,
      result: join(dist, entry),
      size: files.reduce((sum, { size }) => sum + size, 0),
      unstripped: null,
      notStripped: null,
      probed: true,
      failedHere: asked.failedHere,
      documentPath: path,
      document,
      removed: before.map((path) => join(dist, path)),
      warnings: asked.warnings,
    };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Declarations and maps are for those who compile against the plugin, or debug it. */
const isCode = (path: string) => /\.([cm]?js|json)$/.test(path);

/** Relative, with `/`, sorted. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => posix.join(entry.parentPath.slice(folder.length + 1).replaceAll('\\', '/'), entry.name))
    .sort();
}

function documentFile(folder: string, path: string): DocumentFile {
  const bytes = readFileSync(join(folder, path));
  const sha256 = hash('sha256', bytes, 'hex');
  return { platform: ANY, arch: ANY, path: `${ANY}/${path}`, size: bytes.length, sha256 };
}

/** What an earlier build has written, and this one has not: a module that is gone from the sources. Relative to dist/. */
function leftOvers(dist: string, files: readonly DocumentFile[]): string[] {
  const now = new Set(files.map(({ path }) => path));
  return (formerDocument(dist)?.files ?? [])
    .filter(({ platform, path }) => platform === ANY && !now.has(path))
    .map(({ path }) => path.slice(ANY.length + 1))
    .filter((path) => notRegular(dist, path) === undefined);
}
