import { PluginSystemError } from '../errors/index.js';
import { isRange, satisfies } from './ranges.js';
import type { Candidate } from './types.js';

/** Why a plugin cannot run whatever else is here: it is switched off, one of its ranges is none, or it was made for another plugin API. */
export function ineligibility(candidate: Candidate, apiVersion: string): PluginSystemError | undefined {
  if (candidate.isRunning === true) return undefined;
  const { name, apiVersions, rangeSyntax } = candidate.metadata;
  const place = { plugin: name, path: candidate.path, phase: 'resolution' } as const;
  if (candidate.isDisabled === true && !candidate.isCore) {
    return new PluginSystemError('PluginDisabled', `plugin ${name} is disabled`, place);
  }
  const malformed = malformedRange(candidate);
  if (malformed !== undefined) {
    const { range, where } = malformed;
    const grammar = rangeSyntax === 'npm' ? 'npm' : 'Cargo';
    return new PluginSystemError(
      'RangeInvalid',
      `${name} gives ${JSON.stringify(range.slice(0, 80))} ${where}, which is no range of versions in ${grammar}'s grammar`,
      { ...place, operation: 'ranges' },
    );
  }
  if (apiVersions.length === 0 || apiVersions.some((range) => satisfies(apiVersion, range, rangeSyntax))) return undefined;
  return new PluginSystemError(
    'ApiIncompatible',
    `${name} was made for plugin API ${apiVersions.slice(0, 10).join(' or ')}, and this application offers ${apiVersion}`,
    { ...place, operation: 'compatible_api_versions' },
  );
}

function malformedRange({ metadata }: Candidate): { range: string; where: string } | undefined {
  const { apiVersions, dependencies, incompatibleWith, rangeSyntax } = metadata;
  const isBad = (range: string | undefined): range is string => range !== undefined && !isRange(range, rangeSyntax);
  for (const range of apiVersions) if (isBad(range)) return { range, where: 'as version of the plugin API' };
  for (const { name, range } of dependencies) if (isBad(range)) return { range, where: `for its dependency ${name}` };
  for (const { name, range } of incompatibleWith) {
    if (isBad(range)) return { range, where: `for ${name}, with which it is incompatible` };
  }
  return undefined;
}
