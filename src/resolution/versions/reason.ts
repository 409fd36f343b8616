import { PluginSystemError } from '../../errors/index.js';
import type { PluginDependency } from '../../plugin/index.js';
import type { Candidate } from '../types.js';
import { Chain, wanted } from '../wording.js';

type DependencyCode =
  | 'DependencyMissing'
  | 'DependencyVersion'
  | 'DependencyDisabled'
  | 'DependencyFailed'
  | 'DependencyConflict'
  | 'DependencyCycle';

/** Why a plugin cannot run, in two parts, so that those that need it can put themselves before it. */
export interface Reason {
  readonly error: PluginSystemError;
  /** From this plugin to the one that has the reason. */
  readonly chain: Chain;
  /** What is said of the last of them. */
  readonly rest: string;
}

/** A failure whose reason lies with the plugin itself. */
export function ownReason({ metadata: { name } }: Candidate, error: PluginSystemError): Reason {
  const { detail } = error;
  return { error, chain: new Chain(name), rest: detail.startsWith(`${name} `) ? detail.slice(name.length) : `: ${detail}` };
}

/** The failure of a plugin that needs one which failed. */
export function inheritedReason(entry: Candidate, dependency: PluginDependency, cause: Reason): Reason {
  const { name } = entry.metadata;
  const { chain, rest } = cause;
  const reason = chain.length === 1 && rest.startsWith(': ') ? rest.slice(2) : `${chain}${rest}`;
  const detail = `${name} needs plugin ${wanted(dependency)}, which failed: ${reason}`;
  return {
    error: dependencyError('DependencyFailed', detail, entry, { cause: cause.error }),
    chain: new Chain(name, chain),
    rest,
  };
}

export function dependencyError(
  code: DependencyCode,
  detail: string,
  { metadata, path }: Candidate,
  more: { readonly cause?: PluginSystemError; readonly remedy?: string | undefined } = {},
): PluginSystemError {
  const { name: plugin } = metadata;
  return new PluginSystemError(code, detail, { plugin, path, phase: 'resolution', operation: 'dependencies', ...more });
}
