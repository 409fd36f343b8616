// k. What a kit costs: one plugin written without a kit and once with each (bench/native/kits). Its stage alone, run in C by the host library, as the host does where stages follow each
// other; the same through Mortise; opening it; and how large it is. The base table by hand has no mortise.error/1; each kit has, and is asked after each getter.

import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildFolder, cHost, distinctCopies, managerWith, numbersFrom, numbersFromNode, suffix } from '../environment.mjs';
import { interleave, median, row, timedAsync } from '../measure.mjs';

const host = fileURLToPath(new URL('../hosts/mortise.mjs', import.meta.url));
const kitHost = join(buildFolder, 'kit-host');
const library = (name) => join(buildFolder, 'kits', `${name}${suffix}`);

const BARE = 'base table';
const PLUGINS = { [BARE]: 'no-kit', 'C kit': 'kit-c', 'C++ kit': 'kit-cpp', 'Rust kit': 'kit-rust' };
const LIMIT = 'C function';

export default async function kits(quick) {
  const built = Object.entries(PLUGINS).filter(([, name]) => existsSync(library(name)));
  if (built.length < Object.keys(PLUGINS).length)
    process.stderr.write('kits: no Rust kit, since cargo was not found (https://rustup.rs)\n');
  const plugins = Object.fromEntries(built.map(([who, name]) => [who, { name, path: library(name) }]));

  /** One row for each kit, beside the plugin without one. */
  const rows = (what, unit, values, { scale = 1, times } = {}) =>
    Object.keys(plugins)
      .filter((who) => who !== BARE)
      .map((who) => {
        const peers = Object.fromEntries(
          [BARE, LIMIT].filter((name) => name in values).map((name) => [name, values[name] / scale]),
        );
        const target = times === undefined ? undefined : { times, of: BARE };
        return row({ id: 'k', what: `${who}: ${what}`, unit, ours: values[who] / scale, peers, target });
      });

  const inC = (stage, times) => stagesInC(plugins, stage, times, quick ? 3 : 101);
  const through = await runs(plugins, quick);
  const opened = await openings(plugins, quick);
  return [
    ...rows('stage that reads and writes an int64, run in C', 'ns', inC('count', quick ? 1_000 : 20_000), { times: 1.5 }),
    ...rows('stage that copies a string of 1 KiB, run in C', 'ns', inC('copy', quick ? 1_000 : 5_000), { times: 1.5 }),
    ...rows('`manager.run` of that first stage', 'µs', through, { scale: 1e3, times: 1.5 }),
    ...rows('open, metadata, destroy in C, first time', 'µs', opened.first, { scale: 1e3 }),
    ...rows('open, metadata, destroy in C, again', 'µs', opened.again, { scale: 1e3 }),
    ...rows('open, metadata, destroy through Mortise, file was checked before', 'µs', opened.ours, { scale: 1e3 }),
    ...rows(
      'library, stripped',
      'KiB',
      each(plugins, ({ path }) => statSync(path).size),
      { scale: 1024 },
    ),
  ];
}

function each(plugins, make) {
  return Object.fromEntries(Object.entries(plugins).map(([who, plugin]) => [who, make(plugin)]));
}

/** Medians of one call, of the C function and of the stage of each plugin: each round a process in which all of them take turns. */
function stagesInC(plugins, stage, times, rounds) {
  const paths = Object.values(plugins).map(({ path }) => path);
  const samples = Array.from({ length: rounds }, () => numbersFrom(kitHost, [stage, String(times), ...paths]));
  return Object.fromEntries(
    [LIMIT, ...Object.keys(plugins)].map((who, column) => [who, median(samples.map((sample) => sample[column]))]),
  );
}

/** Nanoseconds of one run. */
async function runs(plugins, quick) {
  const pipelines = Object.fromEntries(Object.values(plugins).map(({ name }) => [name, [`${name}:count`]]));
  const paths = Object.values(plugins).map(({ path }) => path);
  const manager = await managerWith(paths, { pipelines });
  const run = (pipeline) => async () => {
    const report = await manager.run(pipeline, { data: { count: 41n } });
    if (report.data.count !== 42n) throw report.error ?? new Error(`${pipeline} did not count`);
  };
  const times = quick ? 20 : 300;
  const medians = await interleave(
    quick ? 3 : 101,
    each(
      plugins,
      ({ name }) =>
        () =>
          timedAsync(run(name), times),
    ),
  );
  await manager.stop();
  return medians;
}

/** Nanoseconds of opening, metadata and destroy: in C the first time and again, and through Mortise. As in workload b, over many distinct copies. */
async function openings(plugins, quick) {
  const again = {};
  const measures = Object.entries(plugins).flatMap(([who, { path }]) => {
    const copies = distinctCopies(path, quick ? 8 : 60);
    const inC = () => {
      const numbers = numbersFrom(cHost, ['asking', ...copies]);
      again[who] ??= [];
      again[who].push(median(numbers.slice(copies.length)));
      return median(numbers.slice(0, copies.length));
    };
    const ours = () => median(numbersFromNode(host, ['checked', ...copies]).slice(0, copies.length));
    return [
      [`C ${who}`, inC],
      [`ours ${who}`, ours],
    ];
  });
  const rounds = quick ? 1 : 9;
  const medians = await interleave(rounds, Object.fromEntries(measures));
  const of = (prefix) => Object.fromEntries(Object.keys(plugins).map((who) => [who, medians[`${prefix} ${who}`]]));
  return {
    first: of('C'),
    again: Object.fromEntries(Object.entries(again).map(([who, values]) => [who, median(values.slice(-rounds))])),
    ours: of('ours'),
  };
}
