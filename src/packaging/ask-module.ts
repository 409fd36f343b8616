import { join } from 'node:path';
import { PluginSystemError } from '../errors/index.js';
import { drift, type PluginManifest } from './manifest.js';
import { type Asked, ask, type ProbeLimits } from './probed.js';

/**
 * Imports the module at `path` in a process of its own, and compares the plugin in it with manifest.json.
 * @throws what the probe found, of the project in `directory`; `ManifestMismatch`; `Cancelled`
 */
export async function askModule(
  path: string,
  directory: string,
  manifest: PluginManifest,
  limits: ProbeLimits,
): Promise<Asked> {
  const asked = await ask(path, limits).catch((error: unknown) => {
    // The module lies where it is only while this runs.
    const json = PluginSystemError.from(error, 'Internal').toJSON();
    throw PluginSystemError.fromJSON({ ...json, plugin: manifest.name, path: directory });
  });
  const { name, version } = manifest;
  const differences = drift(
    { name, version },
    { name: asked.metadata.name, version: asked.metadata.version },
    'in definePlugin',
  );
  if (differences.length === 0) return asked;
  throw new PluginSystemError('ManifestMismatch', differences.join('; '), {
    plugin: name,
    path: join(directory, 'manifest.json'),
    remedy: 'Let the sources read name and version from manifest.json.',
  });
}
