import { describe, expect, it } from 'vitest';
import { decide, givingWay } from '../../dist/resolution/conflicts/decisions.js';
import type { Candidate, ConflictKind, ConflictResolution } from '../../dist/resolution/index.js';
import { options, plugin } from './candidates.js';

/** `a* b! c`: a is protected, b runs already; in the order in which they load. */
function members(text: string) {
  const marks = text.split(' ');
  const entries = marks.map((mark, index) => plugin(mark.replace(/[*!]/g, ''), { path: `/${index}.so` }));
  const marked = (mark: string) => (entry: Candidate) => marks[entries.indexOf(entry)]?.includes(mark) === true;
  return { entries, isProtected: marked('*'), isFixed: marked('!') };
}

function outcome(kind: ConflictKind, text: string, resolution: ConflictResolution) {
  const { entries, isProtected, isFixed } = members(text);
  const { refused, resolution: done } = givingWay(entries, resolution, { kind, isProtected, isFixed });
  return [refused.map((entry) => (kind === 'duplicate' ? entry.path : entry.metadata.name)).join(' '), done];
}

const named = (disable: string) => ({ disable });

describe('who gives way in a conflict of two', () => {
  it.each<[string, string, ConflictResolution, string, ConflictResolution]>([
    ['the later one, where one is preferred', 'a b', 'prefer', 'b', 'prefer'],
    ['both, where they are refused', 'a b', 'refuse', 'a b', 'refuse'],
    ['none, where they are allowed', 'a b', 'allow', '', 'allow'],
    ['the one that is named', 'a b', named('a'), 'a', named('a')],
    ['the one that is named by its path', 'a b', named('/1.so'), 'b', named('/1.so')],
    ['the later one, where nobody is named who takes part', 'a b', named('x'), 'b', 'prefer'],
    ['the other one of a protected one, whatever the order', 'a b*', 'prefer', 'a', 'prefer'],
    ['the other one of a protected one, instead of both', 'a* b', 'refuse', 'b', 'prefer'],
    ['the other one, where a protected one is named', 'a b*', named('b'), 'a', 'prefer'],
    ['none for a protected one, where they are allowed', 'a b*', 'allow', '', 'allow'],
    ['the later of two that are protected', 'a* b*', 'prefer', 'b', 'prefer'],
    ['the later of two that are protected, instead of both', 'a* b*', 'refuse', 'b', 'prefer'],
    ['the later of two that are protected, though the other is named', 'a* b*', named('a'), 'b', 'prefer'],
    ['the later of two that are protected, as named', 'a* b*', named('b'), 'b', named('b')],
    ['the other one of one that runs', 'a! b', 'refuse', 'b', 'prefer'],
    ['the other one, where one that runs is named', 'a! b', named('a'), 'b', 'prefer'],
    ['the later of two that are protected, of which the first runs', 'a*! b*', 'refuse', 'b', 'prefer'],
    ['none of one that runs and one that is protected', 'a! b*', 'refuse', '', 'allow'],
    ['none of two that run', 'a! b!', 'refuse', '', 'allow'],
    ['none of two that run and are protected', 'a*! b*!', 'prefer', '', 'allow'],
  ])('[G10] [G20] %s', (_, text, resolution, refused, done) => {
    for (const kind of ['exclusion', 'incompatible', 'resource'] as const) {
      expect(outcome(kind, text, resolution)).toEqual([refused, done]);
    }
  });
});

describe('who gives way in a conflict that cannot be allowed', () => {
  it.each<[string, ConflictKind, string, ConflictResolution, string, ConflictResolution]>([
    ['the later one, where it would be allowed', 'stage', 'a b', 'allow', 'b', 'prefer'],
    ['the other one of a protected one, where it would be allowed', 'stage', 'a b*', 'allow', 'a', 'prefer'],
    ['both, where they are refused', 'stage', 'a b', 'refuse', 'a b', 'refuse'],
    ['the later of one that runs and one that is protected', 'stage', 'a! b*', 'prefer', 'b', 'prefer'],
    ['the last, where removing any would do', 'version', 'a b c', 'prefer', 'c', 'prefer'],
    ['the last that is not protected', 'version', 'a b c*', 'prefer', 'b', 'prefer'],
    ['all that are not protected', 'version', 'a* b c', 'refuse', 'b c', 'refuse'],
    ['the one that is named', 'version', 'a b c', named('b'), 'b', named('b')],
    ['the last, where a protected one is named', 'version', 'a* b c', named('a'), 'c', 'prefer'],
    ['the last of those that are all protected', 'version', 'a* b* c*', 'refuse', 'c', 'prefer'],
    ['all of one name but the first', 'duplicate', 'x x x', 'prefer', '/1.so /2.so', 'prefer'],
    ['all of one name but the one that runs', 'duplicate', 'x x* x!', 'allow', '/0.so /1.so', 'prefer'],
    ['all of one name but a protected one', 'duplicate', 'x x* x', 'refuse', '/0.so /2.so', 'prefer'],
    ['all of one name', 'duplicate', 'x x', 'refuse', '/0.so /1.so', 'refuse'],
    ['the one of one name that its path names', 'duplicate', 'x x x', named('/0.so'), '/0.so', named('/0.so')],
    ['all of one name but the first, where the name is named', 'duplicate', 'x x', named('x'), '/1.so', 'prefer'],
  ])('[G10] [G20] %s', (_, kind, text, resolution, refused, done) => {
    expect(outcome(kind, text, resolution)).toEqual([refused, done]);
  });
});

describe('what was decided about a conflict', () => {
  const decided = (kind: ConflictKind, text: string, decision: ConflictResolution | undefined) => {
    const { entries, ...who } = members(text);
    const decisions = new Map(decision === undefined ? [] : [['id', decision]]);
    const { refused, resolution, isDecided } = decide(
      'id',
      entries,
      { kind, ...who },
      options({ policy: 'refuse', decisions }),
    );
    return { refused: refused.map(({ metadata }) => metadata.name).join(' '), resolution, isDecided };
  };

  it('[G10] goes before the policy', () => {
    expect(decided('exclusion', 'a b', 'allow')).toEqual({ refused: '', resolution: 'allow', isDecided: true });
    expect(decided('exclusion', 'a b', undefined)).toEqual({ refused: 'a b', resolution: 'refuse', isDecided: false });
  });

  it('[G10] counts as nothing if it names nobody who takes part: the policy holds', () => {
    expect(decided('exclusion', 'a b', named('x'))).toEqual({ refused: 'a b', resolution: 'refuse', isDecided: false });
  });

  it('[G10] is not what is reported where it cannot be done', () => {
    expect(decided('exclusion', 'a* b', named('a'))).toEqual({ refused: 'b', resolution: 'prefer', isDecided: false });
    expect(decided('version', 'a b', 'allow')).toEqual({ refused: 'b', resolution: 'prefer', isDecided: true });
  });

  it('[G10] is to prefer one of one name, or of one namespace, whatever the policy', () => {
    for (const [kind, text] of [
      ['stage', 'a b'],
      ['duplicate', 'x x'],
    ] as const) {
      expect(decided(kind, text, undefined)).toMatchObject({ resolution: 'prefer', isDecided: false });
    }
  });
});
