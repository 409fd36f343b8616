#!/usr/bin/env node
// Measures Mortise beside a Node-API addon, bare Koffi and plain C, and keeps the results. Needs a POSIX system, cmake, and what `npm run build` and
// `npm run build:native` make.
//
//   node bench/run.mjs [--quick] [--only NAME]… [--output FOLDER]
//
// --quick takes few samples, to see that everything works; its numbers mean nothing and are kept only where --output says.

import { fork } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildPeers, root } from './environment.mjs';
import { table } from './table.mjs';

const WORKLOADS = ['calls', 'loading', 'bytes', 'context', 'stages', 'imports', 'threads', 'boot', 'start', 'resolve', 'kits'];

function runWorkload(name, quick) {
  const worker = join(root, 'bench', 'worker.mjs');
  const child = fork(worker, [name, quick ? 'quick' : 'full'], { execArgv: ['--expose-gc'] });
  return new Promise((resolve, reject) => {
    let rows;
    child.on('message', (message) => {
      rows = message;
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (code === 0 && rows !== undefined) resolve(rows);
      else reject(new Error(`workload ${name} failed (${signal ?? `exit code ${code}`})`));
    });
  });
}

function keep(rows, folder) {
  mkdirSync(folder, { recursive: true });
  const [major] = process.versions.node.split('.');
  const result = {
    platform: process.platform,
    arch: process.arch,
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    date: new Date().toISOString().slice(0, 10),
    rows,
  };
  writeFileSync(
    join(folder, `${process.platform}-${process.arch}-node${major}.json`),
    `${JSON.stringify(result, undefined, 2)}\n`,
  );
  const kept = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const results = kept.sort().map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
  writeFileSync(join(folder, 'README.md'), results.map(table).join('\n'));
}

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean' }, only: { type: 'string', multiple: true }, output: { type: 'string' } },
});
const selected = options.only ?? WORKLOADS;
const unknown = selected.find((name) => !WORKLOADS.includes(name));
if (unknown !== undefined) throw new Error(`there is no workload ${unknown}; there are ${WORKLOADS.join(', ')}`);

buildPeers();
const rows = [];
for (const name of selected) {
  process.stderr.write(`${name} …\n`);
  rows.push(...(await runWorkload(name, options.quick === true)));
}
const isWhole = options.quick !== true && options.only === undefined;
const folder = options.output ?? (isWhole ? join(root, 'bench', 'results') : undefined);
if (folder !== undefined) keep(rows, folder);
process.stdout.write(table({ platform: process.platform, arch: process.arch, node: process.version, rows }));
