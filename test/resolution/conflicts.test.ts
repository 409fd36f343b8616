import fc from 'fast-check';
import type { ResourceAccess } from 'mortise';
import { describe, expect, it } from 'vitest';
import type { Candidate, ConflictPolicy, ConflictResolution } from '../../dist/resolution/index.js';
import { resolve } from '../../dist/resolution/resolve.js';
import { type Described, label, options, plugin } from './candidates.js';

const POLICIES = ['prefer', 'refuse', 'allow'] as const;

function outcome(entries: readonly Candidate[], policy: ConflictPolicy, decided: Record<string, ConflictResolution> = {}) {
  const { order, refused, conflicts, warnings } = resolve(
    entries,
    options({ policy, decisions: new Map(Object.entries(decided)) }),
  );
  return {
    order: order.map(({ metadata }) => metadata.name),
    refused: refused.map(({ entry, error }) => `${entry.metadata.name}: ${error.code}: ${error.detail}`),
    conflicts: conflicts.map(({ id, refused, resolution, isDecided }) => ({ id, refused, resolution, isDecided })),
    warnings: warnings.map(({ entry, warning }) => `${entry.metadata.name}: ${warning.code}`),
    all: conflicts,
  };
}

/** As `mortise/ext/resources.h` has it. */
const EXCLUDED = [
  'exclusive_write+exclusive_write',
  'exclusive_write+provides_unique',
  'exclusive_write+shared_read',
  'exclusive_write+shared_write',
  'provides_unique+provides_unique',
];
const accessesExclude = (a: ResourceAccess, b: ResourceAccess) => EXCLUDED.includes([a, b].sort().join('+'));

const port = (access: ResourceAccess, identifier = '80'): Described => ({ resources: [{ type: 'port', identifier, access }] });

describe('two plugins of which one excludes the other', () => {
  const entries = [plugin('a'), plugin('b', { conflictsWith: ['a'] }), plugin('c', { needs: ['b'] })];

  it('[G10] the one that loads first stays, by the policy prefer', () => {
    const { order, refused, all } = outcome(entries, 'prefer');
    expect(order).toEqual(['a']);
    expect(refused).toEqual([
      'b: PluginConflict: b says that it conflicts with a; a loads first, and stays',
      'c: DependencyFailed: c needs plugin b, which failed: b says that it conflicts with a; a loads first, and stays',
    ]);
    expect(all).toEqual([
      {
        id: 'exclusion:a+b',
        kind: 'exclusion',
        severity: 'error',
        plugins: ['a', 'b'],
        paths: [undefined, undefined],
        detail: 'b says that it conflicts with a',
        resolution: 'prefer',
        isDecided: false,
        refused: ['b'],
      },
    ]);
  });

  it('[G10] both are refused, by the policy refuse', () => {
    const { order, conflicts } = outcome(entries, 'refuse');
    expect(order).toEqual([]);
    expect(conflicts).toEqual([{ id: 'exclusion:a+b', refused: ['a', 'b'], resolution: 'refuse', isDecided: false }]);
  });

  it('[G10] both run with a warning each, by the policy allow', () => {
    const { order, conflicts, warnings } = outcome(entries, 'allow');
    expect(order).toEqual(['a', 'b', 'c']);
    expect(conflicts).toEqual([{ id: 'exclusion:a+b', refused: [], resolution: 'allow', isDecided: false }]);
    expect(warnings).toEqual(['a: PluginConflict', 'b: PluginConflict']);
  });

  it.each(POLICIES)('[G10] the one that the operator named gives way, whatever the policy (%s)', (policy) => {
    const { order, refused, conflicts } = outcome(entries, policy, { 'exclusion:a+b': { disable: 'a' } });
    expect(order).toEqual(['b', 'c']);
    expect(refused).toEqual(['a: PluginConflict: b says that it conflicts with a; it was decided that b stays']);
    expect(conflicts).toEqual([{ id: 'exclusion:a+b', refused: ['a'], resolution: { disable: 'a' }, isDecided: true }]);
  });

  it('[G10] a decision that names neither counts as none', () => {
    expect(outcome(entries, 'prefer', { 'exclusion:a+b': { disable: 'c' } }).conflicts).toMatchObject([
      { resolution: 'prefer', isDecided: false },
    ]);
  });

  it('[G10] one that names itself, or what is not here, says nothing', () => {
    expect(outcome([plugin('a', { conflictsWith: ['a', 'x'], incompatibleWith: ['a', 'x'] })], 'refuse').conflicts).toEqual([]);
  });
});

describe('conflicts with what does not run', () => {
  it('[G10] are none: disabled, or failed for another reason', () => {
    const off = [
      plugin('a', { isDisabled: true }),
      plugin('b', { conflictsWith: ['a', 'c'] }),
      plugin('c', { needs: ['absent'] }),
    ];
    expect(outcome(off, 'refuse')).toMatchObject({ order: ['b'], conflicts: [] });
  });

  it('[G10] are none: refused in an earlier conflict, or in need of what was', () => {
    const entries = [
      plugin('a'),
      plugin('b', { conflictsWith: ['a'] }),
      plugin('c', { needs: ['b'], conflictsWith: ['d'] }),
      plugin('d', { conflictsWith: ['b'] }),
    ];
    const { order, conflicts } = outcome(entries, 'prefer');
    expect(order).toEqual(['a', 'd']);
    expect(conflicts.map(({ id }) => id)).toEqual(['exclusion:a+b']);
  });

  it('[G10] a plugin that gave way to one which does not run in the end is taken back', () => {
    const entries = [
      plugin('a', { conflictsWith: ['b'], needs: ['base'] }),
      plugin('b'),
      plugin('base'),
      plugin('z', { conflictsWith: ['base'] }),
    ];
    const { order, conflicts } = outcome(entries, 'prefer', { 'exclusion:base+z': { disable: 'base' } });
    expect(order).toEqual(['b', 'z']);
    expect(conflicts.map(({ id }) => id)).toEqual(['exclusion:base+z']);
  });

  it('[G10] three that exclude each other are all refused, by the policy refuse', () => {
    const entries = ['a', 'b', 'c'].map((name) => plugin(name, port('exclusive_write')));
    expect(outcome(entries, 'refuse').order).toEqual([]);
    expect(outcome(entries, 'prefer').order).toEqual(['a']);
    expect(outcome(entries, 'allow').order).toEqual(['a', 'b', 'c']);
  });
});

describe('an incompatibility', () => {
  it('[G10] holds within its range, in the grammar of the one that says it', () => {
    const clash = outcome([plugin('a 1.4.0'), plugin('b', { incompatibleWith: ['a 1.2'], rangeSyntax: 'cargo' })], 'prefer');
    expect(clash.all).toMatchObject([
      { id: 'incompatible:a+b', kind: 'incompatible', detail: 'b says that it is incompatible with a 1.2, and a is 1.4.0' },
    ]);
    expect(outcome([plugin('a 1.4.0'), plugin('b', { incompatibleWith: ['a 1.2'] })], 'prefer').conflicts).toEqual([]);
  });

  it('[G10] without a range holds for every version', () => {
    expect(outcome([plugin('a 7.0.0'), plugin('b', { incompatibleWith: ['a'] })], 'refuse').order).toEqual([]);
  });

  it('[G9] [G10] leaves another version of the same plugin its chance', () => {
    const entries = [plugin('a', { incompatibleWith: ['x >=2'] }), plugin('x 1.0.0'), plugin('x 2.0.0')];
    expect(resolve(entries, options()).order.map(label)).toEqual(['a 1.0.0', 'x 1.0.0']);
    const disabled = options({ decisions: new Map([['incompatible:a+x', { disable: 'x' }]]) });
    expect(resolve(entries, disabled).order.map(label)).toEqual(['a 1.0.0']);
  });
});

describe('two plugins of several versions each', () => {
  it('[G10] have one conflict, though each version gave way in its turn', () => {
    const entries = [
      plugin('a', { conflictsWith: ['x'] }),
      ...['1.0.0', '2.0.0', '3.0.0'].map((version) => plugin(`x ${version}`)),
    ];
    const { order, refused, conflicts } = outcome(entries, 'prefer');
    expect(order).toEqual(['a']);
    expect(refused).toHaveLength(3);
    expect(conflicts.map(({ id }) => id)).toEqual(['exclusion:a+x']);
  });
});

describe('resources', () => {
  const accesses = ['shared_read', 'shared_write', 'exclusive_write', 'provides_unique'] as const;

  it.each(accesses.flatMap((a) => accesses.map((b) => [a, b] as const)))(
    '[G10] %s and %s go together as the header says',
    (a, b) => {
      const isExcluded = accessesExclude(a, b);
      const { order, all } = outcome([plugin('a', port(a)), plugin('b', port(b))], 'prefer');
      expect(order).toEqual(isExcluded ? ['a'] : ['a', 'b']);
      if (!isExcluded) return;
      expect(all).toMatchObject([
        {
          id: 'resource:a+b@port/80',
          kind: 'resource',
          severity: 'error',
          detail: `a (${a}) and b (${b}) cannot both use port "80"`,
        },
      ]);
    },
  );

  it('[G10] of other types or identifiers, and of one plugin, do not clash', () => {
    const all: Described = { resources: accesses.map((access) => ({ type: 'file', identifier: '80', access })) };
    expect(
      outcome([plugin('a', port('exclusive_write')), plugin('b', all), plugin('c', port('exclusive_write', '81'))], 'refuse')
        .order,
    ).toEqual(['a', 'b', 'c']);
    const split = (type: string, identifier: string): Described => ({
      resources: [{ type, identifier, access: 'exclusive_write' }],
    });
    expect(outcome([plugin('a', split('x/y', 'z')), plugin('b', split('x', 'y/z'))], 'refuse').order).toEqual(['a', 'b']);
  });

  it('[G10] that are allowed give both a warning of their own code', () => {
    expect(outcome([plugin('a', port('exclusive_write')), plugin('b', port('shared_read'))], 'allow').warnings).toEqual([
      'a: ResourceConflict',
      'b: ResourceConflict',
    ]);
  });
});

describe('what is the application’s own, and what runs', () => {
  it.each(['prefer', 'refuse'] as const)('[G10] [G20] stays: the other gives way (%s)', (policy) => {
    const core = plugin('z', { isCore: true, conflictsWith: ['a'] });
    expect(outcome([plugin('a'), core], policy, { 'exclusion:a+z': { disable: 'z' } })).toMatchObject({
      order: ['z'],
      conflicts: [{ refused: ['a'], resolution: 'prefer', isDecided: false }],
    });
    const running = plugin('z', { isRunning: true, conflictsWith: ['a'] });
    expect(outcome([plugin('a'), running], policy).refused).toEqual([
      'a: PluginConflict: z says that it conflicts with a; z runs already, and stays',
    ]);
  });

  it('[G10] [G20] what a core plugin needs stays too', () => {
    const entries = [plugin('own', { isCore: true, needs: ['x'] }), plugin('a', { conflictsWith: ['x'] }), plugin('x')];
    expect(outcome(entries, 'refuse', { 'exclusion:a+x': { disable: 'x' } }).order).toEqual(['x', 'own']);
  });

  it('[G10] [G20] of two core plugins the later one is refused', () => {
    const entries = [plugin('a', { isCore: true }), plugin('b', { isCore: true, conflictsWith: ['a'] })];
    expect(outcome(entries, 'refuse').order).toEqual(['a']);
  });

  it('[G10] [G20] a core plugin and one that runs are both left, with a warning', () => {
    const entries = [plugin('a', { isRunning: true, conflictsWith: ['own'] }), plugin('own', { isCore: true })];
    expect(outcome(entries, 'refuse')).toMatchObject({
      order: ['own'],
      warnings: ['a: PluginConflict', 'own: PluginConflict'],
    });
  });
});

describe('on random graphs', () => {
  const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];
  const some = (maxLength: number) => fc.uniqueArray(fc.constantFrom(...NAMES), { maxLength });
  const use = fc.record({
    type: fc.constant('port'),
    identifier: fc.constantFrom('80', '81'),
    access: fc.constantFrom<ResourceAccess>('shared_read', 'shared_write', 'exclusive_write', 'provides_unique'),
  });
  const described = fc.record({
    needs: some(2),
    wants: some(1),
    conflictsWith: some(1),
    incompatibleWith: some(1),
    resources: fc.array(use, { maxLength: 1 }),
    isCore: fc.boolean(),
  });
  const graph = fc.tuple(
    ...NAMES.map((name) => described.map((more) => plugin(name, { ...more, isCore: more.isCore && name < 'c' }))),
  );
  const decision = fc.constantFrom<ConflictResolution>('prefer', 'refuse', 'allow', { disable: 'a' }, { disable: 'd' });
  const decisions = fc.dictionary(
    fc.constantFrom('exclusion:a+d', 'incompatible:c+d', 'resource:c+d@port/80', 'exclusion:e+f'),
    decision,
  );

  const clash = (a: Candidate, b: Candidate) => {
    const says = (one: Candidate, other: Candidate) =>
      one.metadata.conflictsWith.includes(other.metadata.name) ||
      one.metadata.incompatibleWith.some(({ name }) => name === other.metadata.name);
    const shares = a.metadata.resources.some((one) =>
      b.metadata.resources.some((other) => one.identifier === other.identifier && accessesExclude(one.access, other.access)),
    );
    return says(a, b) || says(b, a) || shares;
  };

  /** What `one` requires, at however many removes. */
  const needed = (one: Candidate, among: readonly Candidate[]) => {
    const found = new Set<Candidate>();
    const visit = ({ metadata }: Candidate) => {
      for (const { name } of metadata.dependencies.filter(({ required }) => required)) {
        const other = among.find((each) => each.metadata.name === name);
        if (other === undefined || other === one || found.has(other)) continue;
        found.add(other);
        visit(other);
      }
    };
    visit(one);
    return [...found];
  };

  it('[G10] no two run that exclude each other, unless that is reported as allowed; nobody gives way to one that does not run', () => {
    fc.assert(
      fc.property(graph, fc.constantFrom(...POLICIES), decisions, (entries, policy, decided) => {
        const { order, refused, conflicts } = resolve(
          entries,
          options({ policy, decisions: new Map(Object.entries(decided)) }),
        );
        const running = new Set(order.map(({ metadata }) => metadata.name));
        const allowed = new Set(
          conflicts.filter((one) => one.refused.length === 0).map(({ plugins }) => [...plugins].sort().join('+')),
        );
        for (const [index, a] of order.entries()) {
          for (const b of order.slice(index + 1)) {
            const pair = [a.metadata.name, b.metadata.name].sort().join('+');
            expect(clash(a, b)).toBe(allowed.has(pair));
          }
        }
        for (const conflict of conflicts) for (const name of conflict.refused) expect(running.has(name)).toBe(false);
        expect(order.length + refused.length).toBe(entries.length);
        for (const { entry, error } of refused) {
          if (error.code !== 'PluginConflict' && error.code !== 'ResourceConflict') continue;
          expect(conflicts.some((one) => one.refused.includes(entry.metadata.name))).toBe(true);
        }
      }),
      { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 2000) },
    );
  });

  it('[G10] by prefer, whoever gave way gave way to one that runs', () => {
    fc.assert(
      fc.property(graph, (entries) => {
        // Who needs what it cannot run beside, at however many removes, does not run in the end, and what gave way to it is not always taken back.
        fc.pre(!entries.some((entry) => needed(entry, entries).some((other) => clash(entry, other))));
        const { order, conflicts } = resolve(entries, options());
        const running = new Set(order.map(({ metadata }) => metadata.name));
        for (const { plugins, refused } of conflicts) {
          for (const name of plugins) if (!refused.includes(name)) expect(running.has(name)).toBe(true);
        }
      }),
      { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 2000) },
    );
  });
});
