import { nearest, PluginSystemError, shown } from '../errors/index.js';

/** What a plugin may ask for in its manifest: `"capabilities": { "required": ["network"] }`. */
export const CAPABILITIES = ['compute', 'network', 'filesystem', 'storage', 'logging'] as const;

export type Capability = (typeof CAPABILITIES)[number];

/**
 * @throws `InvalidOption`, with what was probably meant
 */
export function checkCapability(name: unknown, what: string): asserts name is Capability {
  if ((CAPABILITIES as readonly unknown[]).includes(name)) return;
  throw new PluginSystemError('InvalidOption', `${what}: there is no capability ${shown(name)}`, { remedy: meant(name) });
}

/**
 * Refuses a plugin whose manifest requires a capability that is denied.
 * @throws `CapabilityDenied`; `ManifestMismatch` if what the manifest says of capabilities cannot be understood: a misspelt one must not slip through
 */
export function checkDenied(
  manifest: Readonly<Record<string, unknown>> | undefined,
  denied: ReadonlySet<Capability>,
  path: string,
): void {
  const { name, capabilities } = manifest ?? {};
  if (denied.size === 0 || capabilities === undefined) return;
  const place = {
    plugin: typeof name === 'string' ? name : undefined,
    path,
    phase: 'loading',
    operation: 'capabilities',
  } as const;
  const required = isObject(capabilities) ? (capabilities['required'] ?? []) : capabilities;
  if (!isObject(capabilities) || !Array.isArray(required)) {
    const wanted = '{ "required": [ … ] } was wanted';
    throw new PluginSystemError('ManifestMismatch', `field capabilities of the manifest is ${shown(capabilities)}; ${wanted}`, {
      ...place,
      remedy: 'Correct the manifest.',
    });
  }
  for (const capability of required as readonly unknown[]) {
    if (!(CAPABILITIES as readonly unknown[]).includes(capability)) {
      const detail = `the manifest requires capability ${shown(capability)}, which there is not`;
      throw new PluginSystemError('ManifestMismatch', detail, { ...place, remedy: meant(capability) });
    }
    if (denied.has(capability as Capability))
      throw new PluginSystemError('CapabilityDenied', `it requires capability ${capability}, which this host denies`, place);
  }
}

function meant(name: unknown): string {
  const near = nearest(name, CAPABILITIES);
  return near === undefined ? `Capabilities are: ${CAPABILITIES.join(', ')}.` : `Did you mean ${JSON.stringify(near)}?`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
