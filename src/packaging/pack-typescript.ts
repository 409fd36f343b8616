import { join } from 'node:path';
import { PluginSystemError } from '../errors/index.js';
import { type ArchiveEntry, checkedEntry, textEntry } from './archive-entry.js';
import type { Contents } from './contents.js';
import { ANY, type DocumentFile, type PluginDocument } from './document.js';
import { drift, type PluginManifest } from './manifest.js';
import { notRegular } from './regular-file.js';
import { readPackage } from './tools/tsc.js';

/** Who opens the plugin has this one. */
const HOST = 'mortise';
const RUNTIME = ['dependencies', 'optionalDependencies', 'peerDependencies'];

/** The JavaScript that the last build has listed in its document. */
export function typeScriptContents(directory: string, manifest: PluginManifest, document: PluginDocument): Contents {
  const description = readPackage(directory);
  refuseDependencies(directory, manifest, description);
  const differences = drift(manifest, document.manifest, 'when it was built');
  if (differences.length > 0) {
    throw new PluginSystemError('ManifestMismatch', differences.join('; '), {
      plugin: manifest.name,
      path: join(directory, 'manifest.json'),
      remedy: 'Run `mortise build`, then pack again.',
    });
  }
  const { files } = document;
  const placed = files.map((file) => entryOf(file, join(directory, 'dist')));
  // Without the package.json of the project, Node would take .js for CommonJS.
  const type = `${ANY}/package.json`;
  const needsType = description['type'] === 'module' && !files.some(({ path }) => path === type);
  return {
    document,
    entries: needsType ? [...placed, textEntry(type, '{ "type": "module" }\n')] : placed,
    probed: null,
    failedHere: null,
    warnings: [],
  };
}

/** In dist/, JavaScript lies at the top. */
function entryOf(file: DocumentFile, dist: string): ArchiveEntry {
  const path = file.path.slice(ANY.length + 1);
  const trouble = notRegular(dist, path);
  if (trouble === undefined) return checkedEntry(file, join(dist, path));
  throw new PluginSystemError('PackFailed', `what was built cannot be packed: ${trouble}`, {
    path: join(dist, path),
    operation: 'pack',
    remedy: 'Run `mortise build`, then pack again.',
  });
}

function refuseDependencies(directory: string, manifest: PluginManifest, description: Readonly<Record<string, unknown>>): void {
  const names = RUNTIME.flatMap((kind) => Object.keys((description[kind] ?? {}) as object)).filter((name) => name !== HOST);
  if (names.length === 0) return;
  throw new PluginSystemError(
    'PackFailed',
    `the plugin needs packages that an archive does not carry: ${[...new Set(names)].join(', ')}`,
    {
      plugin: manifest.name,
      path: join(directory, 'package.json'),
      operation: 'pack',
      remedy: 'Bundle them into dist/ and make them devDependencies, or publish the plugin with npm instead.',
    },
  );
}
