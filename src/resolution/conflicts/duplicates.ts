import { PluginSystemError } from '../../errors/index.js';
import type { Candidate, PluginConflict, ResolutionOptions } from '../types.js';
import { listed, wanted } from '../wording.js';
import { conflictOf, type Decision, decide } from './decisions.js';

/** Entries of one name that the operator wants refused; empty where the best is to be taken, which is the default. */
export function refusedDuplicates<Entry extends Candidate>(
  group: readonly Entry[],
  options: ResolutionOptions,
): ReadonlyArray<{ readonly entry: Entry; readonly error: PluginSystemError }> {
  if (group.length < 2) return [];
  const { resolution, refused } = decisionOn(group, options);
  // Which of them is preferred shows only when versions are chosen.
  if (resolution === 'prefer') return [];
  const what =
    typeof resolution === 'object' ? `it was decided that ${resolution.disable} gives way` : 'all of them are refused';
  return refused.map((entry) => ({ entry, error: duplicateError(entry, `${nameIsUsedBy(group)}; ${what}`) }));
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
  const refused = members.filter((entry) => entry !== taken);
  const about = { id: idOf(members), kind: 'duplicate', detail: nameIsUsedBy(members) } as const;
  return conflictOf(about, members, { ...decisionOn(members, options), refused });
}

function decisionOn<Entry extends Candidate>(group: readonly Entry[], options: ResolutionOptions): Decision<Entry> {
  const isProtected = ({ isCore }: Candidate) => isCore;
  const isFixed = ({ isRunning }: Candidate) => isRunning === true;
  return decide(idOf(group), group, { kind: 'duplicate', isProtected, isFixed }, options);
}

function idOf(group: readonly Candidate[]): string {
  return `duplicate:${group[0]?.metadata.name}`;
}

function nameIsUsedBy(group: readonly Candidate[]): string {
  return `the name ${group[0]?.metadata.name} is used by ${listed(group.map(placeOf))}`;
}

function placeOf({ path }: Candidate): string {
  return path ?? 'a TypeScript plugin';
}

function duplicateError({ metadata, path }: Candidate, detail: string): PluginSystemError {
  return new PluginSystemError('PluginDuplicate', detail, { plugin: metadata.name, path, phase: 'registration' });
}
