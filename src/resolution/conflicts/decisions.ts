import type { PluginSystemError } from '../../errors/index.js';
import type { PluginWarning } from '../../plugin/index.js';
import type { Candidate, ConflictKind, ConflictResolution, PluginConflict, ResolutionOptions } from '../types.js';

/** Whoever takes part in a conflict. */
type Member = Pick<Candidate, 'metadata' | 'path'>;

/** What kind of conflict it is, and who can be refused in it. */
export interface Stakes<Entry extends Member> {
  readonly kind: ConflictKind;
  /** It is part of the application, or needed by what is: it gives way to its like only. */
  readonly isProtected: (member: Entry) => boolean;
  /** It cannot be refused at all: it runs already. */
  readonly isFixed: (member: Entry) => boolean;
}

/** Who gives way, and by which resolution: the one that was asked for, or the nearest that can be had. */
export interface Outcome<Entry extends Member> {
  readonly refused: readonly Entry[];
  readonly resolution: ConflictResolution;
}

export interface Decision<Entry extends Member> extends Outcome<Entry> {
  /** By the operator, and as the operator wanted it, rather than by the default policy. */
  readonly isDecided: boolean;
}

/** A conflict with all that comes of it. */
export interface SettledConflict<Entry extends Candidate> {
  readonly conflict: PluginConflict;
  readonly refusals: ReadonlyArray<{ readonly entry: Entry; readonly error: PluginSystemError }>;
  /** Those in whose favour it was settled: if not one of each of these runs in the end, it is taken back. Empty where all give way. */
  readonly winners: ReadonlyArray<readonly Entry[]>;
  /** Where it is allowed. */
  readonly warnings: ReadonlyArray<{ readonly entry: Entry; readonly warning: PluginWarning }>;
}

/** Those that cannot run together whatever is allowed. */
const FATAL: ReadonlySet<ConflictKind> = new Set(['duplicate', 'version', 'stage']);
/** Where one is preferred by default, whatever the policy for the others. */
const PREFERRING: ReadonlySet<ConflictKind> = new Set(['duplicate', 'stage']);

/**
 * Who gives way in a conflict. The only place that says so:
 *
 * - `allow`: nobody; but where the conflict is fatal, as `prefer`.
 * - `prefer`: one gives way, the last that is neither protected nor fixed. Of several of one name (`duplicate`) one stays instead: one that is fixed, else one that is
 *   protected, else the first.
 * - `refuse`: all that are neither protected nor fixed.
 * - `{ disable }`: the one that is named, by name or by path. If it is protected or fixed, or nobody is named, or all are, as `prefer`.
 * - Where all are protected or fixed: of protected ones, such as two core plugins, the last that is not fixed gives way. Between one that is fixed and one that is
 *   protected nobody does, unless the conflict is fatal: then the last that is not fixed.
 *
 * @param members those that take part, the one that loads first before the others
 */
export function givingWay<Entry extends Member>(
  members: readonly Entry[],
  resolution: ConflictResolution,
  stakes: Stakes<Entry>,
): Outcome<Entry> {
  const isFatal = FATAL.has(stakes.kind);
  if (resolution === 'allow' && !isFatal) return { refused: [], resolution };
  const preferred = byPreference(members, stakes);
  const free = freeOf(members, stakes);
  if (resolution === 'refuse' && free.length > preferred.length) return { refused: free, resolution };
  if (typeof resolution === 'object') {
    const named = namedBy(resolution, members);
    const refused = named.length > 0 && named.every((member) => free.includes(member)) ? named : preferred;
    if (refused.length > 0 && refused.every((member) => named.includes(member))) return { refused, resolution };
  }
  return { refused: preferred, resolution: preferred.length === 0 ? 'allow' : 'prefer' };
}

/**
 * What is done about a conflict: what the operator decided, else the policy. A decision that names nobody who takes part, or all of them, counts as none.
 * @param members those that take part, the one that loads first before the others
 */
export function decide<Entry extends Member>(
  id: string,
  members: readonly Entry[],
  stakes: Stakes<Entry>,
  { decisions, policy }: Pick<ResolutionOptions, 'decisions' | 'policy'>,
): Decision<Entry> {
  const decided = decisions.get(id);
  if (decided === undefined || (typeof decided === 'object' && namedBy(decided, members).length === 0)) {
    return { ...givingWay(members, PREFERRING.has(stakes.kind) ? 'prefer' : policy, stakes), isDecided: false };
  }
  const outcome = givingWay(members, decided, stakes);
  const wanted = decided === 'allow' && FATAL.has(stakes.kind) ? 'prefer' : decided;
  return { ...outcome, isDecided: outcome.resolution === wanted };
}

/** The conflict, as it is reported. */
export function conflictOf<Entry extends Member>(
  { id, kind, detail }: Pick<PluginConflict, 'id' | 'kind' | 'detail'>,
  members: readonly Entry[],
  { resolution, isDecided, refused }: Decision<Entry>,
): PluginConflict {
  return {
    id,
    kind,
    severity: FATAL.has(kind) ? 'fatal' : 'error',
    plugins: members.map(({ metadata }) => metadata.name),
    paths: members.map(({ path }) => path),
    detail,
    resolution,
    isDecided,
    refused: refused.map(({ metadata }) => metadata.name),
  };
}

function freeOf<Entry extends Member>(members: readonly Entry[], { isProtected, isFixed }: Stakes<Entry>): Entry[] {
  return members.filter((member) => !isProtected(member) && !isFixed(member));
}

function byPreference<Entry extends Member>(members: readonly Entry[], stakes: Stakes<Entry>): readonly Entry[] {
  const { kind, isProtected, isFixed } = stakes;
  const movable = members.filter((member) => !isFixed(member));
  if (kind === 'duplicate') {
    const kept = members.find(isFixed) ?? members.find(isProtected) ?? members[0];
    return movable.filter((member) => member !== kept);
  }
  const free = freeOf(members, stakes);
  if (free.length > 0) return free.slice(-1);
  return FATAL.has(kind) || members.every(isProtected) ? movable.slice(-1) : [];
}

function namedBy<Entry extends Member>({ disable }: { readonly disable: string }, members: readonly Entry[]): readonly Entry[] {
  const named = members.filter(({ metadata, path }) => metadata.name === disable || path === disable);
  return named.length < members.length ? named : [];
}
