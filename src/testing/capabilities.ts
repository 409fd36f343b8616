import { PluginSystemError, shown } from '../errors/index.js';
import {
  type Capability,
  isCapability,
  type ManifestFields,
  meantCapability,
  requiredCapabilities,
  statedName,
} from '../manifest/index.js';

/**
 * @throws `InvalidOption`, with what was probably meant
 */
export function checkCapability(name: unknown, what: string): asserts name is Capability {
  if (isCapability(name)) return;
  throw new PluginSystemError('InvalidOption', `${what}: there is no capability ${shown(name)}`, {
    remedy: meantCapability(name),
  });
}

/**
 * Refuses a plugin whose manifest requires a capability that is denied.
 * @throws `CapabilityDenied`; `ManifestInvalid` if what the manifest says of capabilities cannot be understood
 */
export function checkDenied(manifest: ManifestFields | undefined, denied: ReadonlySet<Capability>, path: string): void {
  if (manifest === undefined || denied.size === 0) return;
  const place = { plugin: statedName(manifest), path, phase: 'loading', operation: 'capabilities' } as const;
  const refused = requiredCapabilities(manifest, place).find((capability) => denied.has(capability));
  if (refused === undefined) return;
  throw new PluginSystemError('CapabilityDenied', `it requires capability ${refused}, which this host denies`, {
    ...place,
    remedy: `Do without the capability, or take denyCapability(${JSON.stringify(refused)}) away.`,
  });
}
