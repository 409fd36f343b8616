import { PluginSystemError } from '../../errors/index.js';
import type { Candidate, PluginConflict, ResolutionOptions } from '../types.js';
import { listed, wanted } from '../wording.js';
import { decisionOn } from './decisions.js';

/** Entries of one name that the operator wants refused; empty where the best is to be taken, which is the default. */
export function refusedDuplicates<Entry extends Candidate>(
  group: readonly Entry[],
  options: ResolutionOptions,
): ReadonlyArray<{ readonly entry: Entry; readonly error: PluginSystemError }> {
  if (group.length < 2) return [];
  const { name } = (group[0] as Entry).metadata;
  const { resolution, isDecided } = decision(group, options);
  if (!isDecided) return [];
  const mayGo = group.filter((entry) => !entry.isCore && entry.isRunning !== true);
  const refused =
    typeof resolution === 'object'
      ? mayGo.filter(({ path }) => path === resolution.disable)
      : resolution === 'refuse'
        ? mayGo
        : [];
  const what =
    typeof resolution === 'object' ? `it was decided that ${resolution.disable} gives way` : 'all of them are refused';
  const detail = `the name ${name} is used by ${listed(group.map(placeOf))}; ${what}`;
  return refused.map((entry) => ({ entry, error: duplicateError(entry, detail) }));
}

/**
 * The error of one that has the name of another.
 * @param asker a plugin that needs the name in a range in which this one is not, where that is the reason
 */
export function duplicate(entry: Candidate, taken: Candidate, asker?: Candidate): PluginSystemError {
  const { name } = entry.metadata;
  const dependency = asker?.metadata.dependencies.find((other) => other.name === name && other.required);
  const reason = dependency === undefined ? '' : `, since ${asker?.metadata.name} needs ${wanted(dependency)}`;
  return duplicateError(entry, `the name ${name} is taken by ${placeOf(taken)}, version ${taken.metadata.version}${reason}`);
}

/** @param members all of one name between which it was chosen, the one that was taken first */
export function duplicateConflict(
  members: readonly Candidate[],
  taken: Candidate | undefined,
  options: ResolutionOptions,
): PluginConflict {
  const { name } = (members[0] as Candidate).metadata;
  const { resolution, isDecided } = decision(members, options);
  return {
    id: `duplicate:${name}`,
    kind: 'duplicate',
    severity: 'fatal',
    plugins: members.map(() => name),
    paths: members.map(({ path }) => path),
    detail: `the name ${name} is used by ${listed(members.map(placeOf))}`,
    resolution,
    isDecided,
    refused: members.filter((entry) => entry !== taken).map(() => name),
  };
}

function decision(group: readonly Candidate[], { decisions }: ResolutionOptions) {
  const { name } = (group[0] as Candidate).metadata;
  const paths = group.map(({ path }) => path);
  const decided = decisionOn(`duplicate:${name}`, paths, { decisions, policy: 'prefer' });
  // Two of one name cannot both run, whatever is allowed.
  return decided.resolution === 'allow' ? { resolution: 'prefer' as const, isDecided: decided.isDecided } : decided;
}

function placeOf({ path }: Candidate): string {
  return path ?? 'a TypeScript plugin';
}

function duplicateError({ metadata, path }: Candidate, detail: string): PluginSystemError {
  return new PluginSystemError('PluginDuplicate', detail, { plugin: metadata.name, path, phase: 'registration' });
}
