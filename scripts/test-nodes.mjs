#!/usr/bin/env node
// Runs the tests on the release lines of Node that this machine does not run itself, with binaries from npm, against what is built in dist/
// and build/native.
//
//   node scripts/test-nodes.mjs [MAJOR…]
//
// The last line is `N passed, N failed, N skipped`. A binary that cannot be fetched is a failure where CI is set, else a skip.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSIONS = { 22: '22.23.3', 24: '24.21.0', 26: '26.10.0' };
const SYSTEMS = { win32: 'win' };

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const nodes = join(root, 'build', 'nodes');
const counts = { passed: 0, failed: 0, skipped: 0 };

/** Path of the binary of that release, fetched if need be; undefined if it cannot be had. */
function fetchNode(major) {
  const version = VERSIONS[major];
  const name = `node-${SYSTEMS[process.platform] ?? process.platform}-${process.arch}`;
  const folder = join(nodes, major);
  const binary = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!runs(binary, version)) {
    mkdirSync(folder, { recursive: true });
    const args = ['install', '--prefix', folder, '--no-save', '--ignore-scripts', '--loglevel=error', `${name}@${version}`];
    spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'], shell: process.platform === 'win32' });
  }
  if (runs(binary, version)) return binary;
  const isFailure = Boolean(process.env.CI);
  counts[isFailure ? 'failed' : 'skipped']++;
  console.log(
    `${isFailure ? 'FAIL' : 'skip'} Node ${major}: ${name}@${version} could not be fetched from npm, or does not run here`,
  );
  return undefined;
}

function runs(binary, version) {
  return existsSync(binary) && spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout?.trim() === `v${version}`;
}

/** What is about the tree, the package, or what compilers and other programs make runs once, with `npm test`. */
const ELSEWHERE = [
  'bench',
  'cli/setup',
  'docs',
  'kits/symbols',
  'kits/wording',
  'native/cpp-kit',
  'native/rust-kit',
  'packaging',
  'plugins',
  'project',
  'scaffold',
  'toolchain',
].flatMap((name) => ['--exclude', `test/${name}{/,.}**`]);

/** What a release of Node can change: calls into libraries, threads, processes, garbage collection, ends of processes. */
const NEAR_THE_RUNTIME = ['contract', 'core', 'isolation', 'kits', 'native', 'process'].map((name) => `test/${name}/`);

/** The newest release runs all that is not done elsewhere, those between it and the oldest what is near the runtime. */
function tests(major) {
  return major === Object.keys(VERSIONS).at(-1) ? ELSEWHERE : [...NEAR_THE_RUNTIME, ...ELSEWHERE];
}

/** Runs vitest with `binary` and adds what it reports. */
function test(major, binary) {
  console.log(`== Node ${VERSIONS[major]}`);
  const report = join(nodes, `${major}.json`);
  rmSync(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { status } = spawnSync(
    binary,
    [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...tests(major), ...reporters],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  const before = counts.failed;
  if (existsSync(report)) {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(report, 'utf8'));
    counts.passed += numPassedTests;
    counts.failed += numFailedTests;
    counts.skipped += numPendingTests + numTodoTests;
  }
  // A file that cannot be loaded, or an error outside of any test, is counted in no test.
  if (status !== 0 && counts.failed === before) counts.failed++;
}

for (const needed of ['dist/index.js', 'build/native/plugins']) {
  if (existsSync(join(root, needed))) continue;
  console.error(
    `${relative(process.cwd(), join(root, needed))} is missing: run \`npm run build && npm run build:native\` first`,
  );
  process.exit(1);
}
const majors = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(VERSIONS);
for (const major of majors) {
  if (!(major in VERSIONS)) {
    console.error(`no version is set down for Node ${major}; those that are: ${Object.keys(VERSIONS).join(', ')}`);
    process.exit(1);
  }
  const binary = fetchNode(major);
  if (binary !== undefined) test(major, binary);
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed === 0 ? 0 : 1;
