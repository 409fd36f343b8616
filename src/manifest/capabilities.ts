import { type ErrorContext, nearest, PluginSystemError, shown } from '../errors/index.js';
import { statedName } from './agreement.js';
import type { ManifestFields } from './read.js';

/** What a plugin may ask for in its manifest: `"capabilities": { "required": ["network"] }`. */
export const CAPABILITIES = ['compute', 'network', 'filesystem', 'storage', 'logging'] as const;

export type Capability = (typeof CAPABILITIES)[number];

export function isCapability(name: unknown): name is Capability {
  return (CAPABILITIES as readonly unknown[]).includes(name);
}

/** As a remedy: what was probably meant by the name of a capability that there is not. */
export function meantCapability(name: unknown): string {
  const near = nearest(name, CAPABILITIES);
  return near === undefined ? `Capabilities are: ${CAPABILITIES.join(', ')}.` : `Did you mean ${JSON.stringify(near)}?`;
}

/**
 * The capabilities that a manifest requires; none where it says nothing of them. `place`: what is known of the failure.
 * @throws `ManifestInvalid` if what it says cannot be understood: a misspelt one must not slip through
 */
export function requiredCapabilities(manifest: ManifestFields, place: ErrorContext = {}): readonly Capability[] {
  const { capabilities = {} } = manifest;
  const required = isObject(capabilities) ? (capabilities['required'] ?? []) : undefined;
  const invalid = (detail: string, remedy: string) =>
    new PluginSystemError('ManifestInvalid', detail, { plugin: statedName(manifest), ...place, remedy });
  if (!Array.isArray(required)) {
    const wanted = '{ "required": [ … ] } was wanted';
    throw invalid(`field capabilities of the manifest is ${shown(capabilities)}; ${wanted}`, 'Correct the manifest.');
  }
  const unknown: unknown = required.find((name) => !isCapability(name));
  if (required.every(isCapability)) return required;
  throw invalid(`the manifest requires capability ${shown(unknown)}, which there is not`, meantCapability(unknown));
}

function isObject(value: unknown): value is ManifestFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
