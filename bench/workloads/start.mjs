// i. How long many native plugins take to be running, and where that time goes: each sample a fresh process that finds, checks, opens, resolves and starts all of them. C and
// Koffi do the bare work: open, metadata, register_stages, init, preflight_check, nothing checked, hashed, resolved or undone.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildFolder, cHost, namedPlugins, numbersFrom, numbersFromNode } from '../environment.mjs';
import { interleave, median, row } from '../measure.mjs';

const host = (name) => fileURLToPath(new URL(`../hosts/${name}.mjs`, import.meta.url));

/** What the hosts print, in this order. */
const OURS = ['total', 'discovery', 'loading', 'metadata', 'resolution', 'registration', 'stages', 'init', 'preflight'];
const BARE = ['loading', 'metadata', 'stages', 'init', 'preflight'];
const SHARED = new Set(BARE);

export default async function start(quick) {
  const many = namedPlugins(quick ? 12 : 200);
  const one = namedPlugins(1);
  // Kept between runs: passes are known by the content of the files, and two hundred first looks take a while.
  const cache = join(buildFolder, 'start-cache');
  const manager = (mode, { folder } = many) => withRest(named(OURS, numbersFromNode(host('start'), [mode, folder, cache])));
  const { paths } = many;
  manager('seen');
  const samples = {};
  const sampled = (name, measure) => () => {
    const sample = measure();
    samples[name] ??= [];
    samples[name].push(sample);
    return sample.total;
  };
  const rounds = quick ? 1 : 15;
  await interleave(rounds, {
    seen: sampled('seen', () => manager('seen')),
    trusted: sampled('trusted', () => manager('trusted')),
    one: sampled('one', () => manager('trusted', one)),
    C: sampled('C', () => summed(named(BARE, numbersFrom(cHost, ['start', ...paths])))),
    Koffi: sampled('Koffi', () => summed(named(['import', ...BARE], numbersFromNode(host('koffi'), ['start', ...paths])))),
  });
  const of = (name, phase) => median(samples[name].slice(-rounds).map((sample) => sample[phase]));
  const compared = (phase) => ({ C: of('C', phase), Koffi: of('Koffi', phase) });
  const started = (what, name) =>
    row({
      id: 'i',
      what: `\`create\` + \`start\`, ${paths.length} plugins, ${what}`,
      unit: 'ms',
      ours: of(name, 'total'),
      peers: { ...compared('total'), 'import of Koffi, in that': of('Koffi', 'import') },
    });
  return [
    started('first look remembered', 'seen'),
    started('no first look', 'trusted'),
    row({ id: 'i', what: 'the same, one plugin: what is paid once', unit: 'ms', ours: of('one', 'total') }),
    ...[...OURS.slice(1), 'rest'].map((phase) =>
      row({
        id: 'i',
        what: `of the first, ${MEANING[phase] ?? phase}`,
        unit: 'ms',
        ours: of('seen', phase),
        peers: SHARED.has(phase) ? compared(phase) : {},
      }),
    ),
  ];
}

const MEANING = {
  loading: 'loading (native half imported; files read, hashed, checked, opened)',
  metadata: 'metadata (read, and given back)',
  stages: 'register_stages',
  init: 'init',
  preflight: 'preflight_check',
  rest: 'in no phase (`create`, between the phases, the report)',
};

function named(names, values) {
  return Object.fromEntries(names.map((name, index) => [name, values[index]]));
}

/** With what no phase accounts for. */
function withRest({ total, ...phases }) {
  return { total, ...phases, rest: total - Object.values(phases).reduce((sum, value) => sum + value, 0) };
}

/** In milliseconds, with their sum. */
function summed(nanoseconds) {
  const sample = Object.fromEntries(Object.entries(nanoseconds).map(([name, value]) => [name, value / 1e6]));
  return { ...sample, total: Object.values(sample).reduce((sum, value) => sum + value, 0) };
}
