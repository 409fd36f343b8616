// i. Which plugins run, and in which order: metadata in, order out. Beside it what can only be the limit: a topological sort of the same graph, already made of
// numbers, with nothing checked.

import { resolve } from '../../dist/resolution/resolve.js';
import { interleave, row, timed } from '../measure.mjs';

const CATEGORIES = [
  { category: 'core', value: 80 },
  { category: 'third_party_high', value: 120 },
  { category: 'third_party', value: 175 },
  { category: 'third_party', value: 175 },
  { category: 'third_party_low', value: 230 },
];
const RANGES = [undefined, '^1.0.0', '>=1.2, <2', '1.x', '>=1.0.0 <3'];
const OPTIONS = { apiVersion: '1.4.0', policy: 'prefer', decisions: new Map() };

export default async function resolution(quick) {
  const sizes = quick ? [100] : [100, 1_000, 10_000];
  const rows = [];
  for (const count of sizes) {
    const entries = plugins(count);
    const { order } = resolve(entries, OPTIONS);
    const needs = numbered(order);
    const times = Math.max(1, Math.round(2_000 / count));
    const medians = await interleave(quick ? 1 : 21, {
      ours: () => timed(() => resolve(entries, OPTIONS), times) / count,
      sort: () => timed(() => topologicalSort(needs), times * 10) / count,
    });
    const what = `\`resolve\`, ${count} plugins, for each (${order.length} run)`;
    rows.push(row({ id: 'j', what, unit: 'ns', ours: medians.ours, peers: { 'bare topological sort': medians.sort } }));
  }
  return rows;
}

/** Plugins that need up to four earlier ones, one in five optionally; some in two versions, few that exclude another. The same on every run. */
function plugins(count) {
  const random = generator(count);
  const entries = [];
  for (let index = 0; index < count; index++) {
    const dependencies = Array.from({ length: index === 0 ? 0 : random(5) }, () => ({
      name: `plugin-${random(index)}`,
      range: RANGES[random(RANGES.length)],
      required: random(5) > 0,
    }));
    const versions = random(50) === 0 ? ['1.2.0', '1.4.1'] : [`1.${2 + random(4)}.${random(3)}`];
    for (const version of versions) {
      entries.push({
        isCore: false,
        path: `/plugins/plugin-${index}-${version}.so`,
        metadata: {
          name: `plugin-${index}`,
          version,
          isCore: false,
          priority: CATEGORIES[random(CATEGORIES.length)],
          apiVersions: ['^1.0.0'],
          dependencies,
          requiredStages: [],
          conflictsWith: random(500) === 0 ? [`plugin-${random(count)}`] : [],
          incompatibleWith: [],
          resources: random(20) === 0 ? [{ type: 'file', identifier: `/data/${index}`, access: 'exclusive_write' }] : [],
          rangeSyntax: 'npm',
        },
      });
    }
  }
  return entries;
}

/** Pseudo-random whole numbers below a limit. */
function generator(seed) {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 8) % limit;
  };
}

function numbered(order) {
  const numbers = new Map(order.map(({ metadata }, number) => [metadata.name, number]));
  return order.map(({ metadata }, number) =>
    metadata.dependencies.map(({ name }) => numbers.get(name)).filter((needed) => needed !== undefined && needed < number),
  );
}

function topologicalSort(needs) {
  const dependents = needs.map(() => []);
  const waiting = new Int32Array(needs.length);
  for (let node = 0; node < needs.length; node++) {
    waiting[node] = needs[node].length;
    for (const needed of needs[node]) dependents[needed].push(node);
  }
  const order = [];
  for (let node = 0; node < needs.length; node++) if (waiting[node] === 0) order.push(node);
  for (let at = 0; at < order.length; at++) {
    for (const dependent of dependents[order[at]]) if (--waiting[dependent] === 0) order.push(dependent);
  }
  if (order.length !== needs.length) throw new Error('the graph has a circle');
  return order;
}
