import { PluginSystemError } from 'mortise';
import { describe, expect, it } from 'vitest';
import type { Candidate, ResolutionOptions } from '../../dist/resolution/index.js';
import { resolve } from '../../dist/resolution/resolve.js';
import { label, options, plugin } from './candidates.js';
import { smallestConflict } from './smallest-conflict.js';

function outcome(entries: readonly Candidate[], more: Partial<ResolutionOptions> = {}) {
  const { order, refused, warnings, conflicts, edges } = resolve(entries, options(more));
  return {
    order: order.map(label),
    errors: Object.fromEntries(refused.map(({ entry, error }) => [label(entry), error])),
    codes: Object.fromEntries(refused.map(({ entry, error }) => [label(entry), error.code])),
    warnings: warnings.map(({ entry, warning }) => [label(entry), warning.code, warning.message]),
    conflicts,
    edges: edges.map(({ from, to, isRequired }) => `${label(from)} ${isRequired ? 'needs' : 'uses'} ${label(to)}`),
  };
}

describe('a plugin that cannot run whatever else is here', () => {
  it('[G8] is refused if it takes no API version of the application, with both sides in the message', () => {
    const { order, errors } = outcome([
      plugin('a', { apiVersions: ['^2', '3.1'] }),
      plugin('b', { apiVersions: ['^2', '^1'] }),
    ]);
    expect(order).toEqual(['b 1.0.0']);
    expect(errors['a 1.0.0']).toMatchObject({ code: 'ApiIncompatible', plugin: 'a', phase: 'resolution', category: 'version' });
    expect(errors['a 1.0.0']?.detail).toBe('a was made for plugin API ^2 or 3.1, and this application offers 1.0.0');
  });

  it('[G8] reads the API versions in the grammar of the plugin', () => {
    expect(outcome([plugin('a', { apiVersions: ['1.0'], rangeSyntax: 'cargo' })], { apiVersion: '1.4.0' }).order).toHaveLength(
      1,
    );
    expect(outcome([plugin('a', { apiVersions: ['1.0.0'] })], { apiVersion: '1.4.0' }).codes).toEqual({
      'a 1.0.0': 'ApiIncompatible',
    });
  });

  it.each([
    [
      { apiVersions: ['latest'] },
      'a gives "latest" as version of the plugin API, which is no range of versions in npm\'s grammar',
    ],
    [{ needs: ['b newest'] }, 'a gives "newest" for its dependency b, which is no range of versions in npm\'s grammar'],
    [
      { wants: ['b ^1 || ^2'], rangeSyntax: 'cargo' as const },
      'a gives "^1 || ^2" for its dependency b, which is no range of versions in Cargo\'s grammar',
    ],
    [
      { incompatibleWith: ['b old'] },
      'a gives "old" for b, with which it is incompatible, which is no range of versions in npm\'s grammar',
    ],
  ])('[G8] [G9] is refused for a range that is none: %j', (described, detail) => {
    const { errors } = outcome([plugin('a', described), plugin('b')]);
    expect(errors['a 1.0.0']).toMatchObject({ code: 'RangeInvalid', detail });
  });

  it('[G20] is refused if it is disabled; a core plugin cannot be', () => {
    const { order, codes } = outcome([plugin('a', { isDisabled: true }), plugin('b', { isDisabled: true, isCore: true })]);
    expect(order).toEqual(['b 1.0.0']);
    expect(codes).toEqual({ 'a 1.0.0': 'PluginDisabled' });
  });

  it('[G8] [G20] is left alone if it runs already', () => {
    const running = plugin('a', { isRunning: true, isDisabled: true, apiVersions: ['^9'], needs: ['absent'] });
    expect(resolve([running], options())).toMatchObject({ order: [], refused: [] });
  });
});

describe('a required dependency', () => {
  it('[G9] that is missing is named with its range, and dependents name the way to it', () => {
    const { errors } = outcome([
      plugin('a', { needs: ['b'] }),
      plugin('b', { needs: ['c'] }),
      plugin('c', { needs: ['d >=1'] }),
    ]);
    expect(errors['c 1.0.0']).toMatchObject({ code: 'DependencyMissing', detail: 'c needs plugin d >=1, which is not here' });
    expect(errors['b 1.0.0']).toMatchObject({
      code: 'DependencyFailed',
      detail: 'b needs plugin c, which failed: c needs plugin d >=1, which is not here',
      cause: errors['c 1.0.0'],
    });
    expect(errors['a 1.0.0']).toMatchObject({
      code: 'DependencyFailed',
      detail: 'a needs plugin b, which failed: b → c needs plugin d >=1, which is not here',
      cause: errors['b 1.0.0'],
    });
  });

  it('[G9] that is misspelt is answered with the nearest name', () => {
    const { errors } = outcome([plugin('app', { needs: ['databse'] }), plugin('database')]);
    expect(errors['app 1.0.0']?.remedy).toBe(
      'If database was meant, which is here, correct the name; otherwise install databse.',
    );
  });

  it('[G9] in a wrong version is named with the range as written and with the versions that are here', () => {
    const { errors } = outcome([plugin('a', { needs: ['x >=3, <4'] }), plugin('x 2.0.0'), plugin('x 1.5.0')]);
    expect(errors['a 1.0.0']).toMatchObject({
      code: 'DependencyVersion',
      detail: 'a needs plugin x >=3, <4, which is here only in versions 1.5.0 and 2.0.0',
    });
  });

  it('[G9] that is disabled is told apart from one that is missing', () => {
    const { errors } = outcome([plugin('a', { needs: ['x'] }), plugin('x', { isDisabled: true })]);
    expect(errors['a 1.0.0']).toMatchObject({ code: 'DependencyDisabled', detail: 'a needs plugin x, which is disabled' });
    expect(errors['a 1.0.0']?.cause).toBe(errors['x 1.0.0']);
  });

  it('[G9] that was refused, or failed before there was metadata of it, is the cause', () => {
    const broken = new PluginSystemError('NotALibrary', 'it is a text file');
    const { errors } = outcome(
      [plugin('a', { needs: ['x'] }), plugin('x', { apiVersions: ['^9'] }), plugin('b', { needs: ['y'] })],
      {
        failed: new Map([['y', broken]]),
      },
    );
    expect(errors['a 1.0.0']).toMatchObject({ code: 'DependencyFailed', cause: errors['x 1.0.0'] });
    expect(errors['b 1.0.0']).toMatchObject({
      code: 'DependencyFailed',
      detail: 'b needs plugin y, which failed: it is a text file',
      cause: broken,
    });
  });

  it('[G9] on a circle is spelt out for those on it; those that need them are told which', () => {
    const { order, errors } = outcome([
      plugin('a', { needs: ['b'] }),
      plugin('b', { needs: ['c'] }),
      plugin('c', { needs: ['a'] }),
      plugin('d', { needs: ['c'] }),
      plugin('self', { needs: ['self'] }),
      plugin('free'),
    ]);
    expect(order).toEqual(['free 1.0.0']);
    const circle = 'the plugins depend on each other in a circle: a → b → c → a';
    for (const name of ['a', 'b', 'c'])
      expect(errors[`${name} 1.0.0`]).toMatchObject({ code: 'DependencyCycle', detail: circle });
    expect(errors['d 1.0.0']).toMatchObject({ code: 'DependencyFailed', detail: `d needs plugin c, which failed: ${circle}` });
    expect(errors['self 1.0.0']?.detail).toContain('self → self');
  });

  it('[G9] on one of two circles that share a plugin is spelt out as its own', () => {
    const { errors } = outcome([
      plugin('a', { needs: ['b', 'c'] }),
      plugin('b', { needs: ['a'] }),
      plugin('c', { needs: ['d'] }),
      plugin('d', { needs: ['a'] }),
    ]);
    expect(errors['b 1.0.0']?.detail).toContain('a → b → a');
    expect(errors['d 1.0.0']?.detail).toContain('c → d → a → c');
  });

  it('[G9] is met by what runs already, in the version that runs', () => {
    const running = plugin('x 1.0.0', { isRunning: true });
    const { order, errors } = outcome([
      running,
      plugin('x 2.0.0'),
      plugin('a', { needs: ['x 1'] }),
      plugin('b', { needs: ['x 2'] }),
    ]);
    expect(order).toEqual(['a 1.0.0']);
    expect(errors['b 1.0.0']).toMatchObject({
      code: 'DependencyVersion',
      detail: 'b needs plugin x 2, which is here only in version 1.0.0',
    });
    expect(errors['x 2.0.0']).toMatchObject({ code: 'PluginDuplicate' });
  });
});

describe('an optional dependency', () => {
  it('[G9] that is absent, disabled or refused is done without', () => {
    const entries = [
      plugin('a', { wants: ['absent', 'off', 'broken'] }),
      plugin('off', { isDisabled: true }),
      plugin('broken', { needs: ['nothing'] }),
    ];
    expect(outcome(entries)).toMatchObject({ order: ['a 1.0.0'], warnings: [], edges: [] });
  });

  it('[G9] in a wrong version is done without, with a warning', () => {
    const { order, warnings, edges } = outcome([plugin('a', { wants: ['x ^2'] }), plugin('x')]);
    expect(order).toEqual(['a 1.0.0', 'x 1.0.0']);
    expect(edges).toEqual([]);
    expect(warnings).toEqual([
      ['a 1.0.0', 'DependencyVersion', 'a would use plugin x ^2, but version 1.0.0 is the one that runs: it goes without'],
    ]);
  });

  it('[G9] may close a circle, and orders nothing there', () => {
    const { order, edges } = outcome([
      plugin('a', { needs: ['b'] }),
      plugin('b', { wants: ['c'] }),
      plugin('c', { wants: ['a', 'd'] }),
      plugin('d'),
    ]);
    expect(order).toEqual(['b 1.0.0', 'a 1.0.0', 'd 1.0.0', 'c 1.0.0']);
    expect(edges).toEqual(['a 1.0.0 needs b 1.0.0', 'c 1.0.0 uses d 1.0.0']);
  });
});

describe('several versions of one plugin', () => {
  const at = (version: string, described = {}) => plugin(`x ${version}`, { path: `/plugins/x-${version}.so`, ...described });

  it('[G9] [G10] the highest that suits all that need it is taken; the others say which, where, and for whom', () => {
    const { order, errors, conflicts } = outcome([at('1.0.0'), at('2.0.0'), at('3.0.0'), plugin('a', { needs: ['x <3'] })]);
    expect(order).toEqual(['x 2.0.0', 'a 1.0.0']);
    expect(errors['x 3.0.0']).toMatchObject({
      code: 'PluginDuplicate',
      phase: 'registration',
      path: '/plugins/x-3.0.0.so',
      detail: 'the name x is taken by /plugins/x-2.0.0.so, version 2.0.0, since a needs x <3',
    });
    expect(errors['x 1.0.0']?.detail).toBe('the name x is taken by /plugins/x-2.0.0.so, version 2.0.0');
    expect(conflicts).toEqual([
      {
        id: 'duplicate:x',
        kind: 'duplicate',
        severity: 'fatal',
        plugins: ['x', 'x', 'x'],
        paths: ['/plugins/x-2.0.0.so', '/plugins/x-3.0.0.so', '/plugins/x-1.0.0.so'],
        detail: 'the name x is used by /plugins/x-2.0.0.so, /plugins/x-3.0.0.so and /plugins/x-1.0.0.so',
        resolution: 'prefer',
        isDecided: false,
        refused: ['x', 'x'],
      },
    ]);
  });

  it('[G9] a dependent takes a lower version of itself if that is what runs beside the others', () => {
    const entries = [at('1.0.0'), at('2.0.0'), plugin('a', { needs: ['x 1'] }), plugin('b 1.0.0', { needs: ['x 1'] })];
    expect(outcome([...entries, plugin('b 2.0.0', { needs: ['x 2'] })]).order).toEqual(['x 1.0.0', 'a 1.0.0', 'b 1.0.0']);
  });

  it('[G9] one that cannot run itself is passed over, with its own reason', () => {
    const { order, codes, conflicts } = outcome([
      at('1.0.0'),
      at('2.0.0', { needs: ['absent'] }),
      at('3.0.0', { apiVersions: ['9'] }),
    ]);
    expect(order).toEqual(['x 1.0.0']);
    expect(codes).toEqual({ 'x 2.0.0': 'DependencyMissing', 'x 3.0.0': 'ApiIncompatible' });
    expect(conflicts).toEqual([]);
  });

  it('[G20] the one of the application, and the one that runs, leave nothing to the others', () => {
    expect(outcome([at('1.0.0', { isCore: true }), at('2.0.0')]).order).toEqual(['x 1.0.0']);
    expect(outcome([at('1.0.0', { isCore: true }), at('2.0.0'), plugin('a', { needs: ['x 2'] })]).codes).toEqual({
      'a 1.0.0': 'DependencyVersion',
      'x 2.0.0': 'PluginDuplicate',
    });
    expect(outcome([at('1.0.0', { isRunning: true }), at('2.0.0')])).toMatchObject({
      order: [],
      codes: { 'x 2.0.0': 'PluginDuplicate' },
    });
  });

  it('[G10] of two of one version the first is taken', () => {
    const twins = [at('1.0.0', { path: '/one.so' }), at('1.0.0', { path: '/two.so' })];
    expect(resolve(twins, options()).order).toEqual([twins[0]]);
  });

  it('[G10] the operator decides to have none of them, or not that one', () => {
    const decide = (decision: 'refuse' | 'allow' | { disable: string }) =>
      outcome([at('1.0.0'), at('2.0.0')], { decisions: new Map([['duplicate:x', decision]]) });
    const none = decide('refuse');
    expect(none.order).toEqual([]);
    expect(none.codes).toEqual({ 'x 1.0.0': 'PluginDuplicate', 'x 2.0.0': 'PluginDuplicate' });
    expect(none.errors['x 1.0.0']?.detail).toBe(
      'the name x is used by /plugins/x-2.0.0.so and /plugins/x-1.0.0.so; all of them are refused',
    );
    expect(none.conflicts).toMatchObject([{ id: 'duplicate:x', resolution: 'refuse', isDecided: true, refused: ['x', 'x'] }]);
    const lower = decide({ disable: '/plugins/x-2.0.0.so' });
    expect(lower.order).toEqual(['x 1.0.0']);
    expect(lower.errors['x 2.0.0']?.detail).toContain('it was decided that /plugins/x-2.0.0.so gives way');
    expect(lower.conflicts).toMatchObject([
      { isDecided: true, refused: ['x'], paths: ['/plugins/x-1.0.0.so', '/plugins/x-2.0.0.so'] },
    ]);
    expect(decide('allow')).toMatchObject({ order: ['x 2.0.0'], conflicts: [{ resolution: 'prefer', isDecided: true }] });
    expect(decide({ disable: '/elsewhere.so' })).toMatchObject({ order: ['x 2.0.0'], conflicts: [{ isDecided: false }] });
  });
});

describe('plugins that no choice of versions suits', () => {
  const entries = [
    plugin('a', { needs: ['x <3'] }),
    plugin('b', { needs: ['x >1'] }),
    plugin('c', { needs: ['x 1 || 3'] }),
    plugin('d', { needs: ['c'] }),
    ...['1.0.0', '2.0.0', '3.0.0'].map((version) => plugin(`x ${version}`)),
  ];
  const detail =
    'a needs x <3, b needs x >1, c needs x 1 || 3, and no version of x that is here suits all of them (here: versions 1.0.0, 2.0.0 and 3.0.0): remove any one of a, b and c';

  it('[G9] [G10] are named in a smallest set; the one that loads last gives way, and its dependents', () => {
    const { order, errors, conflicts } = outcome(entries);
    expect(order).toEqual(['x 2.0.0', 'a 1.0.0', 'b 1.0.0']);
    expect(errors['c 1.0.0']).toMatchObject({ code: 'DependencyConflict', detail: `${detail}; c loads last, and gives way` });
    expect(errors['d 1.0.0']).toMatchObject({ code: 'DependencyFailed', cause: errors['c 1.0.0'] });
    expect(conflicts.find(({ kind }) => kind === 'version')).toEqual({
      id: 'version:a+b+c',
      kind: 'version',
      severity: 'fatal',
      plugins: ['a', 'b', 'c'],
      paths: [undefined, undefined, undefined],
      detail,
      resolution: 'prefer',
      isDecided: false,
      refused: ['c'],
    });
  });

  it('[G10] are all refused if that is the policy', () => {
    const { order, codes, conflicts } = outcome(entries, { policy: 'refuse' });
    expect(order).toEqual(['x 3.0.0']);
    expect(codes).toMatchObject({
      'a 1.0.0': 'DependencyConflict',
      'b 1.0.0': 'DependencyConflict',
      'c 1.0.0': 'DependencyConflict',
      'd 1.0.0': 'DependencyFailed',
    });
    expect(conflicts).toMatchObject([
      { id: 'duplicate:x' },
      { id: 'version:a+b+c', refused: ['a', 'b', 'c'], resolution: 'refuse' },
    ]);
  });

  it('[G10] give way as the operator decided', () => {
    const decisions = new Map([['version:a+b+c', { disable: 'a' }]]);
    const { order, codes, conflicts } = outcome(entries, { policy: 'refuse', decisions });
    expect(order).toEqual(['x 3.0.0', 'b 1.0.0', 'c 1.0.0', 'd 1.0.0']);
    expect(codes['a 1.0.0']).toBe('DependencyConflict');
    expect(conflicts.find(({ kind }) => kind === 'version')).toMatchObject({ isDecided: true, refused: ['a'] });
  });

  it('[G9] are told whether any version ever could', () => {
    const { errors } = outcome([
      plugin('a', { needs: ['x <2'] }),
      plugin('b', { needs: ['y'] }),
      plugin('y', { needs: ['x >=2'] }),
      plugin('x 1.0.0'),
      plugin('x 2.0.0'),
    ]);
    expect(errors['y 1.0.0']).toMatchObject({ code: 'DependencyConflict' });
    expect(errors['y 1.0.0']?.detail).toBe(
      'a needs x <2, y needs x >=2, and no version of x could ever suit both of them (here: versions 1.0.0 and 2.0.0): remove any one of a and y; y loads last, and gives way',
    );
    expect(errors['b 1.0.0']).toMatchObject({ code: 'DependencyFailed', cause: errors['y 1.0.0'] });
  });

  it('[G9] may be one alone, whose own dependencies ask for different versions', () => {
    const { errors, conflicts } = outcome([
      plugin('top', { needs: ['p', 'q'] }),
      plugin('p 1.0.0', { needs: ['x 1'] }),
      plugin('p 2.0.0', { needs: ['x 1'] }),
      plugin('q', { needs: ['x 2'] }),
      plugin('x 1.0.0'),
      plugin('x 2.0.0'),
    ]);
    expect(errors['top 1.0.0']?.code).toMatch(/^Dependency(Conflict|Failed)$/);
    expect(conflicts.map(({ id }) => id)).toContain('version:p+q');
  });

  it('[G20] never cost a core plugin its place, nor what it needs', () => {
    const two = [
      plugin('own', { isCore: true, needs: ['helper'] }),
      plugin('helper', { needs: ['x 1'] }),
      plugin('guest', { needs: ['x 2'] }),
      plugin('x 1.0.0'),
      plugin('x 2.0.0'),
    ];
    for (const policy of ['refuse', 'prefer'] as const) {
      const { order, codes } = outcome(two, { policy, decisions: new Map([['version:guest+helper', { disable: 'helper' }]]) });
      expect(order).toEqual(['x 1.0.0', 'helper 1.0.0', 'own 1.0.0']);
      expect(codes['guest 1.0.0']).toBe('DependencyConflict');
    }
  });

  it('[G9] are found among those that are asked about', () => {
    expect(smallestConflict(entries, ['a', 'b', 'c', 'd'], options())).toEqual(['a', 'b', 'c']);
    expect(smallestConflict(entries, ['a', 'b', 'd'], options())).toEqual(['a', 'b', 'd']);
    expect(smallestConflict(entries, ['a', 'b'], options())).toBeUndefined();
    expect(smallestConflict(entries, ['a', 'absent'], options())).toEqual(['absent']);
  });
});

describe('the order', () => {
  const core = { priority: { category: 'core', value: 80 } } as const;

  it('[G5] [G9] [G20] is core, category, value, name; what is needed is pulled forward', () => {
    const { order } = outcome([
      plugin('z-core', { isCore: true }),
      plugin('late', { priority: { category: 'third_party_low', value: 255 } }),
      plugin('b'),
      plugin('a', { needs: ['late'] }),
      plugin('early', { ...core, needs: ['b'] }),
      plugin('value', { priority: { category: 'third_party', value: 151 } }),
    ]);
    expect(order).toEqual(['z-core', 'b', 'early', 'value', 'late', 'a'].map((name) => `${name} 1.0.0`));
  });

  it('[G9] has edges to what runs already, and none from there to what comes', () => {
    const { order, edges } = outcome([
      plugin('old', { isRunning: true, wants: ['new'] }),
      plugin('older', { isRunning: true }),
      plugin('new', { needs: ['old', 'old >=1'], wants: ['older'] }),
    ]);
    expect(order).toEqual(['new 1.0.0']);
    expect(edges).toEqual(['new 1.0.0 needs old 1.0.0', 'new 1.0.0 uses older 1.0.0']);
  });
});

describe('many plugins', () => {
  const name = (index: number) => `p${String(index).padStart(6, '0')}`;
  const chain = (length: number, last: readonly string[]) =>
    Array.from({ length }, (_, index) => plugin(name(index), { needs: index + 1 < length ? [name(index + 1)] : last }));

  it('[G9] in a chain of 100,000 are put in order', () => {
    const { order } = resolve(chain(100_000, []), options());
    expect(order).toHaveLength(100_000);
    expect(order[0]?.metadata.name).toBe(name(99_999));
  });

  it('[G9] in a chain of 100,000 that is broken at its end have short messages', () => {
    const { order, refused } = resolve(chain(100_000, ['absent']), options());
    expect(order).toEqual([]);
    expect(refused).toHaveLength(100_000);
    expect(refused[0]?.error.detail).toContain('… 99990 more …');
    expect(Math.max(...refused.map(({ error }) => error.detail.length))).toBeLessThan(400);
  });

  it('[G9] on a circle of 100,000 are refused', () => {
    const { refused } = resolve(chain(100_000, [name(0)]), options());
    expect(new Set(refused.map(({ error }) => error.code))).toEqual(new Set(['DependencyCycle']));
  });

  it('[G9] in a chain of 50,000 that ends where versions clash are refused for that', () => {
    const entries = [plugin('aa', { needs: ['x 2'] }), plugin('x 1.0.0'), plugin('x 2.0.0'), ...chain(50_000, ['x 1'])];
    const { order, refused, conflicts } = resolve(entries, options());
    expect(order.map(label)).toEqual(['x 2.0.0', 'aa 1.0.0']);
    expect(refused).toHaveLength(50_001);
    expect(conflicts.map(({ id }) => id)).toEqual(['duplicate:x', `version:aa+${name(49_999)}`]);
  });

  it('[G9] with many choices that do not matter to a clash are not tried in all combinations', () => {
    const choices = Array.from({ length: 60 }, (_, index) =>
      ['1.0.0', '2.0.0', '3.0.0'].map((version) => plugin(`c${index} ${version}`)),
    );
    const users = Array.from({ length: 60 }, (_, index) => plugin(`u${index}`, { needs: [`c${index}`] }));
    const versions = (text: string, need: string) =>
      ['1.0.0', '2.0.0'].map((version) => plugin(`${text} ${version}`, { needs: [need] }));
    const clash = [...versions('y1', 'z 1'), ...versions('y2', 'z 2'), plugin('z 1.0.0'), plugin('z 2.0.0')];
    const { order } = resolve([...choices.flat(), ...users, ...clash, plugin('zz', { needs: ['y1', 'y2'] })], options());
    expect(order).toHaveLength(122);
  });
});
