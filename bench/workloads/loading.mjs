// b. Opening: file check, library, table, metadata, every value given back; then the instance destroyed. Each measurement has a process of its own that opens
// many distinct copies; what counts is the median over the copies.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cHost, distinctCopies, numbersFrom, numbersFromNode, plugins, suffix } from '../environment.mjs';
import { interleave, median, row } from '../measure.mjs';

const host = (name) => fileURLToPath(new URL(`../hosts/${name}.mjs`, import.meta.url));

export default async function loading(quick) {
  const copies = distinctCopies(join(plugins, `base-layout-c${suffix}`), quick ? 24 : 200);
  const rounds = quick ? 1 : 9;
  // The first pass maps each copy; the second finds it mapped.
  const passes = (numbers) => ({ first: median(numbers.slice(0, copies.length)), again: median(numbers.slice(copies.length)) });
  const again = {};
  const run = (name, measure) => () => {
    const result = passes(measure());
    again[name] ??= [];
    again[name].push(result.again);
    return result.first;
  };
  const first = await interleave(rounds, {
    ours: run('ours', () => numbersFromNode(host('mortise'), ['load', ...copies])),
    checked: run('checked', () => numbersFromNode(host('mortise'), ['checked', ...copies])),
    C: run('C', () => numbersFrom(cHost, ['load', ...copies])),
    Koffi: run('Koffi', () => numbersFromNode(host('koffi'), ['load', ...copies])),
    'Node-API': run('Node-API', () => numbersFromNode(host('addon'), ['load', ...copies])),
  });
  const memory = await interleave(quick ? 1 : 5, {
    ours: () => numbersFromNode(host('mortise'), ['memory', ...copies])[0],
    C: () => numbersFrom(cHost, ['memory', ...copies])[0],
    Koffi: () => numbersFromNode(host('koffi'), ['memory', ...copies])[0],
  });
  const peers = { C: first.C, Koffi: first.Koffi, 'Node-API': first['Node-API'] };
  const mapped = Object.fromEntries(Object.entries(again).map(([name, values]) => [name, median(values.slice(-rounds))]));
  const kib = (bytes) => bytes / 1024;
  return [
    row({
      id: 'b',
      what: 'open, first time (file hashed and checked)',
      unit: 'µs',
      ours: first.ours / 1e3,
      peers: micro(peers),
      target: { times: 6, of: 'C' },
    }),
    row({
      id: 'b',
      what: 'open, file was checked before',
      unit: 'µs',
      ours: first.checked / 1e3,
      peers: micro(peers),
      target: { times: 3, of: 'C' },
    }),
    row({
      id: 'b',
      what: 'open again after destroy (library still mapped); beside a first opening in C',
      unit: 'µs',
      ours: mapped.ours / 1e3,
      peers: { ...micro({ C: first.C }), ...suffixed(micro(mapped), ['C', 'Koffi', 'Node-API'], ' again') },
      target: { times: 3, of: 'C' },
    }),
    row({
      id: 'b',
      what: 'memory of a loaded plugin, beyond the C host’s',
      unit: 'KiB',
      ours: kib(memory.ours - memory.C),
      peers: { Koffi: kib(memory.Koffi - memory.C), 'C (its own)': kib(memory.C) },
      target: { most: 80 },
    }),
  ];
}

function micro(values) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value / 1e3]));
}

function suffixed(values, names, ending) {
  return Object.fromEntries(names.map((name) => [`${name}${ending}`, values[name]]));
}
