import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graphDot } from '../../dist/graph/dot.js';
import { graphOf } from '../../dist/graph/graph.js';
import type { PluginGraph } from '../../dist/graph/index.js';
import { layoutOf } from '../../dist/graph/layout.js';
import { graphSvg } from '../../dist/graph/svg.js';
import { explanationText, graphText } from '../../dist/graph/text.js';
import { explainPlugin } from '../../dist/graph/why.js';
import type { Candidate } from '../../dist/resolution/index.js';
import { resolve } from '../../dist/resolution/resolve.js';
import { options, plugin } from '../resolution/candidates.js';
import { refusal } from '../support/errors.js';

function graphFor(entries: readonly Candidate[]): PluginGraph {
  const { order, refused, conflicts } = resolve(entries, options());
  const errors = new Map(refused.map(({ entry, error }) => [entry, error]));
  return graphOf(
    entries.map((candidate) => ({
      candidate,
      state: errors.has(candidate) ? 'failed' : 'running',
      error: errors.get(candidate),
    })),
    order.map(({ metadata }) => metadata.name),
    conflicts,
  );
}

const graph = graphFor([
  plugin('far', { needs: ['broken'] }),
  plugin('broken', { needs: ['absent ^2'] }),
  plugin('app', { needs: ['store 1'], wants: ['metrics ^9', 'absent'] }),
  plugin('store 1.2.0', { path: '/plugins/store-1.so', isCore: true }),
  plugin('store 2.0.0', { path: '/plugins/store-2.so', needs: ['nothing'] }),
  plugin('metrics'),
  plugin('rival', { conflictsWith: ['metrics'], needs: ['store'] }),
]);

describe('the graph of the plugins', () => {
  it('[G9] [G10] has those that run first, in their order, and what each is to the others', () => {
    expect(graph.plugins.map(({ name, version, position }) => [name, version, position])).toEqual([
      ['store', '1.2.0', 0],
      ['app', '1.0.0', 1],
      ['metrics', '1.0.0', 2],
      ['far', '1.0.0', undefined],
      ['broken', '1.0.0', undefined],
      ['store', '2.0.0', undefined],
      ['rival', '1.0.0', undefined],
    ]);
    expect(graph.plugins[4]?.error).toEqual({
      code: 'DependencyMissing',
      message: 'broken needs plugin absent ^2, which is not here',
    });
    expect(graph.edges).toEqual([
      { from: 'far', to: 'broken', kind: 'requires', range: undefined, state: 'refused' },
      { from: 'broken', to: 'absent', kind: 'requires', range: '^2', state: 'missing' },
      { from: 'app', to: 'store', kind: 'requires', range: '1', state: 'met' },
      { from: 'app', to: 'metrics', kind: 'wants', range: '^9', state: 'wrong_version' },
      { from: 'app', to: 'absent', kind: 'wants', range: undefined, state: 'missing' },
      { from: 'rival', to: 'store', kind: 'requires', range: undefined, state: 'met' },
      { from: 'metrics', to: 'rival', kind: 'excludes', state: 'refused' },
    ]);
  });

  it('[G9] as text lists each plugin with its state, its error and what it needs', () => {
    expect(graphText(graph)).toBe(`1. store 1.2.0  running, core
2. app 1.0.0  running
     requires store 1: met
     wants metrics ^9: wrong version
     wants absent: missing
3. metrics 1.0.0  running
     excludes rival
 - far 1.0.0  failed
     DependencyFailed: far needs plugin broken, which failed: broken needs plugin absent ^2, which is not here
     requires broken: refused
 - broken 1.0.0  failed
     DependencyMissing: broken needs plugin absent ^2, which is not here
     requires absent ^2: missing
 - store 2.0.0  failed
     PluginDuplicate: the name store is taken by /plugins/store-1.so, version 1.2.0
 - rival 1.0.0  failed
     PluginConflict: rival says that it conflicts with metrics; metrics loads first, and stays
     requires store: met
`);
  });

  it('[G9] in the language of Graphviz has arrows to what is needed, and what failed in red', () => {
    const dot = graphDot(graph);
    expect(dot).toContain('p0 [label="store 1.2.0\\nrunning, core", style=bold];');
    expect(dot).toContain(
      'p4 [label="broken 1.0.0\\nfailed", style=dashed, color=red, tooltip="DependencyMissing: broken needs',
    );
    expect(dot).toContain('p1 -> p0 [style=solid, label="1"];');
    expect(dot).toContain('p1 -> p2 [style=dashed, label="^9", color=red];');
    expect(dot).toMatch(/(m\d+) \[label="absent\\nnot here", style=dotted/);
    expect(dot).toContain('p2 -> p6 [style=bold, dir=none, color=red];');
  });

  it('[G9] as a picture has a box for each plugin, one for what is missing, and a line for each relation', () => {
    const svg = graphSvg(graph);
    expect(svg.match(/<rect class="box/g)).toHaveLength(8);
    expect(svg.match(/<path d="[^"]*" class="(?:line|bad)"[^>]*><title>/g)).toHaveLength(7);
    expect(svg).toContain('<title>DependencyMissing: broken needs plugin absent ^2, which is not here</title>');
    expect(svg).not.toMatch(/href|url\((?!#)|@import|<script/);
  });

  it('[G9] keeps text of others from becoming anything else', () => {
    const hostile = '"]; evil \\" <script>alert(1)</script> & \u001b[31m \u0000 \ud800 \n\t\u202e\\N';
    const made: PluginGraph = {
      plugins: [
        {
          name: 'a',
          version: '1.0.0',
          state: hostile,
          isCore: false,
          path: hostile,
          error: { code: 'Internal', message: hostile },
        },
      ],
      edges: [{ from: 'a', to: 'b', kind: 'requires', range: hostile, state: 'missing' }],
    };
    const svg = graphSvg(made);
    expect(svg).not.toContain('<script');
    expect(svg).toContain('&lt;script&gt;');
    expect(svg.isWellFormed()).toBe(true);
    for (const text of [svg, graphDot(made), graphText(made), explanationText(explainPlugin(made, 'a'))]) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be in it
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    }
    const strings = graphDot(made).match(/"(?:[^"\\]|\\.)*"/g) as string[];
    expect(graphDot(made).replaceAll(/"(?:[^"\\]|\\.)*"/g, '')).not.toMatch(/evil|alert/);
    expect(strings.some((string) => string.includes('\\\\N'))).toBe(true);
  });

  const isHere = (command: string) => spawnSync(command, ['-V']).error === undefined;
  it.skipIf(!isHere('dot'))('[G9] is read by Graphviz', () => {
    const { status, stderr } = spawnSync('dot', ['-Tsvg'], { input: graphDot(graph), encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });

  it('[G9] is laid out without overlaps, what is needed above what needs it', () => {
    const names = Array.from({ length: 30 }, (_, index) => `p${index}`);
    const edge = fc.tuple(
      fc.constantFrom(...names),
      fc.constantFrom(...names, 'absent'),
      fc.constantFrom('requires', 'wants', 'excludes'),
    );
    const made = fc.array(edge, { maxLength: 60 }).map(
      (edges): PluginGraph => ({
        plugins: names.map((name) => ({ name, version: '1.0.0', state: 'running', isCore: false })),
        edges: edges.map(([from, to, kind]) => ({ from, to, kind: kind as 'requires', state: 'met' })),
      }),
    );
    fc.assert(
      fc.property(made, ({ plugins, edges }) => {
        const isForward = edges.filter(({ from, to }) => to === 'absent' || Number(from.slice(1)) > Number(to.slice(1)));
        const { boxes, lines, width, height } = layoutOf({ plugins, edges: isForward });
        for (const [index, a] of boxes.entries()) {
          expect(a.x >= 0 && a.y >= 0 && a.x + a.width <= width && a.y + a.height <= height).toBe(true);
          for (const b of boxes.slice(index + 1)) {
            const isApart = a.x + a.width < b.x || b.x + b.width < a.x || a.y + a.height < b.y || b.y + b.height < a.y;
            expect(isApart).toBe(true);
          }
        }
        const top = new Map(boxes.map(({ name, y }) => [name, y]));
        for (const { from, to, kind } of isForward) {
          if (kind !== 'excludes') expect(top.get(to)).toBeLessThan(top.get(from) as number);
        }
        expect(lines).toHaveLength(isForward.length);
        for (const { points } of lines) for (const { x, y } of points) expect(Number.isFinite(x + y)).toBe(true);
        expect(graphSvg({ plugins, edges })).not.toContain('NaN');
      }),
      { numRuns: 200 },
    );
  });

  it('[G9] may hold thousands, in a chain and around one', () => {
    const names = Array.from({ length: 3000 }, (_, index) => `p${index}`);
    const plugins = names.map((name) => ({ name, version: '1.0.0', state: 'running', isCore: false }));
    const edges = names
      .slice(1)
      .map((to, index) => ({ from: `p${index}`, to, kind: 'requires' as const, state: 'met' as const }));
    expect(graphSvg({ plugins, edges })).toContain('>p2999<');
    const star = names.slice(1).map((from) => ({ from, to: 'p0', kind: 'wants' as const, state: 'met' as const }));
    expect(graphSvg({ plugins, edges: star })).toContain('>p2999<');
  });
});

describe('why a plugin runs, or does not', () => {
  it('[G9] is told down to the reason that has no other', () => {
    const explanation = explainPlugin(graph, 'far');
    expect(explanation.reasons.map(({ plugin: name, code }) => [name, code])).toEqual([
      ['far', 'DependencyFailed'],
      ['broken', 'DependencyMissing'],
    ]);
    expect(explanationText(explanation)).toBe(`far 1.0.0: failed
  file: none, it is a TypeScript plugin
why it does not run:
  far: DependencyFailed: far needs plugin broken, which failed: broken needs plugin absent ^2, which is not here
  broken: DependencyMissing: broken needs plugin absent ^2, which is not here
nobody needs it
it needs:
  requires broken: refused (1.0.0 is here)
`);
  });

  it('[G9] names who needs it, near and far, and what else is here under its name', () => {
    const deep = graphFor([
      plugin('a', { needs: ['b'] }),
      plugin('b', { needs: ['c ^1'], wants: ['d'] }),
      plugin('c', { path: '/plugins/c.so' }),
      plugin('c 0.1.0', { path: '/plugins/c-old.so' }),
      plugin('e', { wants: ['c'] }),
    ]);
    const explanation = explainPlugin(deep, 'c');
    expect(explanation.chains).toEqual([
      ['e', 'c'],
      ['a', 'b', 'c'],
    ]);
    expect(explanationText(explanation)).toBe(`c 1.0.0: running
  file: /plugins/c.so
  place in the order of starting: 1
  also here: 0.1.0, failed, /plugins/c-old.so
needed by:
  b, which requires c ^1: met
  e, which wants c: met
  a → b → c
it needs nothing
`);
  });

  it('[G10] names what it conflicts with', () => {
    expect(explainPlugin(graph, 'rival').conflicts).toEqual([{ plugin: 'metrics', isAllowed: false }]);
    expect(explanationText(explainPlugin(graph, 'metrics'))).toContain('conflicts:\n  with rival\n');
  });

  it('[G9] ends also where plugins need each other in a circle', () => {
    const circle = graphFor([plugin('a', { needs: ['b'] }), plugin('b', { needs: ['a'] }), plugin('c', { needs: ['a'] })]);
    expect(explainPlugin(circle, 'c').reasons.map(({ plugin: name }) => name)).toEqual(['c', 'a']);
    expect(explainPlugin(circle, 'a').chains).toEqual([['c', 'a']]);
  });

  it('[G17] of a name that is not here is answered with the nearest', async () => {
    const error = await refusal(() => explainPlugin(graph, 'metrix'));
    expect(error).toMatchObject({ code: 'PluginNotFound', remedy: 'Did you mean "metrics"?' });
  });
});
