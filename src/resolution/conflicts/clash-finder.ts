import type { PluginDependency, ResourceAccess, ResourceUse } from '../../plugin/index.js';
import { getOrInsert } from '../get-or-insert.js';
import { satisfies } from '../ranges.js';
import { compareText } from '../rank.js';
import type { Candidate, ConflictKind } from '../types.js';
import { wanted } from '../wording.js';

/** Two plugins that ought not to run together. */
export interface Clash<Entry extends Candidate> {
  readonly id: string;
  readonly kind: ConflictKind & ('exclusion' | 'incompatible' | 'resource');
  /** Loads before `second`. */
  readonly first: Entry;
  readonly second: Entry;
  /** One sentence: who says what about whom. */
  readonly detail: string;
}

/** What excludes what, as `mortise/ext/resources.h` has it: of one resource, by two plugins. */
const EXCLUDES: Readonly<Record<ResourceAccess, readonly ResourceAccess[]>> = {
  shared_read: ['exclusive_write'],
  shared_write: ['exclusive_write'],
  exclusive_write: ['shared_read', 'shared_write', 'exclusive_write', 'provides_unique'],
  provides_unique: ['exclusive_write', 'provides_unique'],
};

/** By access: who uses a resource that way. */
type Users<Entry> = Map<ResourceAccess, Set<Entry>>;

/**
 * Finds clashes of a plugin with those that were kept before it. Plugins are looked up by name, resources by type and identifier: what does not clash costs nothing.
 */
export class ClashFinder<Entry extends Candidate> {
  readonly #kept = new Map<string, Entry>();
  /** By name: those kept that say something against it. */
  readonly #accusers = new Map<string, Set<Entry>>();
  readonly #resources = new Map<string, Users<Entry>>();

  keep(entry: Entry): void {
    const { name, resources } = entry.metadata;
    this.#kept.set(name, entry);
    for (const accused of accusedBy(entry)) getOrInsert(this.#accusers, accused, () => new Set<Entry>()).add(entry);
    for (const use of resources) {
      const users = getOrInsert(this.#resources, keyOf(use), (): Users<Entry> => new Map());
      getOrInsert(users, use.access, () => new Set<Entry>()).add(entry);
    }
  }

  drop(entry: Entry): void {
    this.#kept.delete(entry.metadata.name);
    for (const accused of accusedBy(entry)) this.#accusers.get(accused)?.delete(entry);
    for (const use of entry.metadata.resources) this.#resources.get(keyOf(use))?.get(use.access)?.delete(entry);
  }

  /** Clashes of `second` with those that are kept; one that is dropped meanwhile does not come up any more. */
  *clashesOf(second: Entry): Generator<Clash<Entry>> {
    const { name, conflictsWith, incompatibleWith, resources } = second.metadata;
    const accusers = this.#accusers.get(name) ?? new Set<Entry>();
    if (accusers.size + conflictsWith.length + incompatibleWith.length + resources.length === 0) return;
    const excluded = new Set([...conflictsWith.map((other) => this.#kept.get(other)), ...accusers]);
    for (const first of excluded) if (first !== undefined && first !== second) yield* exclusion(first, second);
    const incompatible = new Set([...incompatibleWith.map((other) => this.#kept.get(other.name)), ...accusers]);
    for (const first of incompatible) if (first !== undefined && first !== second) yield* incompatibility(first, second);
    const seen = new Set<string>();
    for (const use of resources) {
      for (const access of EXCLUDES[use.access] ?? []) {
        for (const first of this.#resources.get(keyOf(use))?.get(access) ?? []) {
          const id = `resource:${pair(first, second)}@${use.type}/${use.identifier}`;
          if (first === second || seen.has(id)) continue;
          seen.add(id);
          const what = `${use.type} ${JSON.stringify(use.identifier)}`;
          const detail = `${first.metadata.name} (${access}) and ${name} (${use.access}) cannot both use ${what}`;
          yield { id, kind: 'resource', first, second, detail };
        }
      }
    }
  }
}

function* exclusion<Entry extends Candidate>(first: Entry, second: Entry): Generator<Clash<Entry>> {
  const [a, b] = [first.metadata, second.metadata];
  const [says, isSaid] = [a.conflictsWith.includes(b.name), b.conflictsWith.includes(a.name)];
  if (!says && !isSaid) return;
  const detail =
    says && isSaid
      ? `${a.name} and ${b.name} each say that they conflict with the other`
      : says
        ? `${a.name} says that it conflicts with ${b.name}`
        : `${b.name} says that it conflicts with ${a.name}`;
  yield { id: `exclusion:${pair(first, second)}`, kind: 'exclusion', first, second, detail };
}

function* incompatibility<Entry extends Candidate>(first: Entry, second: Entry): Generator<Clash<Entry>> {
  const says = (who: Entry, of: Entry): string | undefined => {
    const found = who.metadata.incompatibleWith.find((other) => isMeant(other, who, of));
    const { name, version } = of.metadata;
    return found && `${who.metadata.name} says that it is incompatible with ${wanted(found)}, and ${name} is ${version}`;
  };
  const details = [says(first, second), says(second, first)].filter((detail) => detail !== undefined);
  if (details.length === 0) return;
  yield { id: `incompatible:${pair(first, second)}`, kind: 'incompatible', first, second, detail: details.join('; ') };
}

function isMeant(other: PluginDependency, who: Candidate, of: Candidate): boolean {
  return other.name === of.metadata.name && satisfies(of.metadata.version, other.range, who.metadata.rangeSyntax);
}

function accusedBy({ metadata }: Candidate): readonly string[] {
  if (metadata.incompatibleWith.length === 0) return metadata.conflictsWith;
  return [...metadata.conflictsWith, ...metadata.incompatibleWith.map(({ name }) => name)];
}

/** A type may hold anything: its length tells where it ends. */
function keyOf({ type, identifier }: ResourceUse): string {
  return `${type.length}/${type}/${identifier}`;
}

function pair(a: Candidate, b: Candidate): string {
  return [a.metadata.name, b.metadata.name].sort(compareText).join('+');
}
