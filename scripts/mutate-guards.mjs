#!/usr/bin/env node
// Removes the guards of the safety layer one at a time and expects some test to fail for each.
//
//   node scripts/mutate-guards.mjs [--list] [--only TEXT] [--dist FOLDER]
//
// Needs `npm run build` and `npm run build:native`. Works on copies of dist in build/mutation. A guard is a condition that ends in a throw or an
// early return, one side of && or ||, a call that gives back, closes or counts, the body of a finally. A mutant that ends the process counts as killed by
// the test in progress. Exits with 1 if a mutant survives that is not in `allowed`.

import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const work = join(root, 'build/mutation');
const tests = ['guards', 'hostile-load', 'pointers', 'sizes'].map((name) => `test/contract/${name}.test.ts`);
const DEADLINE_MS = 60_000;

/** Mutants that behave like the original, by file and text of the mutation, each with the reason. */
const allowed = new Map([
  [
    'vtable.js: never act: if (image.isCode(address))',
    'a shortcut: checkFunction, which follows, says the same of an address in code',
  ],
]);

/* ---- finding the guards -------------------------------------------------------------------------------------------------------------- */

/** The source with strings, comments, templates and regular expressions blanked, so that brackets and keywords are what they seem. */
function mask(source) {
  const out = source.split('');
  const blank = (from, to) => {
    for (let at = from; at < to; at++) if (out[at] !== '\n') out[at] = ' ';
  };
  let significant = '';
  for (let at = 0; at < source.length; ) {
    const end = tokenEnd(source, at, significant);
    if (end > at + 1) blank(at, end);
    else if (/\S/.test(source[at])) significant = source[at];
    if (end > at + 1 && !source.startsWith('/', at)) significant = '"';
    at = end;
  }
  return out.join('');
}

/** End of the comment, string, template or regular expression at `at`, or of the one character. */
function tokenEnd(source, at, significant) {
  if (source.startsWith('//', at)) return lineEnd(source, at);
  if (source.startsWith('/*', at)) return source.indexOf('*/', at) + 2;
  const quote = source[at];
  // A slash after a value divides; elsewhere it begins a regular expression.
  if (quote === '/' && !/[\w)\]"]/.test(significant)) return regexEnd(source, at);
  if (quote !== "'" && quote !== '"' && quote !== '`') return at + 1;
  for (let next = at + 1; next < source.length; next++) {
    if (source[next] === '\\') next++;
    else if (quote === '`' && source.startsWith('${', next)) next = templateHoleEnd(source, next + 2);
    else if (source[next] === quote) return next + 1;
  }
  throw new Error(`unterminated string at ${at}`);
}

function lineEnd(source, at) {
  const end = source.indexOf('\n', at);
  return end === -1 ? source.length : end;
}

function regexEnd(source, at) {
  let inClass = false;
  for (let next = at + 1; next < source.length; next++) {
    if (source[next] === '\\') next++;
    else if (source[next] === '[') inClass = true;
    else if (source[next] === ']') inClass = false;
    else if (source[next] === '/' && !inClass) return next + 1;
  }
  throw new Error(`unterminated regular expression at ${at}`);
}

function templateHoleEnd(source, at) {
  for (let next = at, depth = 1, significant = ''; next < source.length; ) {
    if (source[next] === '{') depth++;
    if (source[next] === '}' && --depth === 0) return next;
    const end = tokenEnd(source, next, significant);
    if (/\S/.test(source[next])) significant = source[next];
    next = end;
  }
  throw new Error(`unterminated template hole at ${at}`);
}

const OPEN = '([{';
const CLOSE = ')]}';

/** Index behind the bracket that closes the one at `at`. */
function closing(masked, at) {
  for (let next = at, depth = 0; next < masked.length; next++) {
    if (OPEN.includes(masked[next])) depth++;
    if (CLOSE.includes(masked[next]) && --depth === 0) return next + 1;
  }
  throw new Error(`unbalanced bracket at ${at}`);
}

/** End of the statement at `at`: its closing brace, or its semicolon. */
function statementEnd(masked, at) {
  for (let next = at; next < masked.length; next++) {
    if (masked[next] === ';') return next + 1;
    if (masked[next] === '{' && /^\s*$/.test(masked.slice(at, next))) return closing(masked, next);
    if (OPEN.includes(masked[next])) next = closing(masked, next) - 1;
  }
  return masked.length;
}

function* matches(pattern, masked) {
  for (const match of masked.matchAll(pattern)) yield { at: match.index, end: match.index + match[0].length, match };
}

const LOWER = { '&&': ['||', '??', '?', ':', '=>', '=', ',', ';'], '||': ['??', '?', ':', '=>', '=', ',', ';'] };

/** Left and right end of the operands of the operator at `at`. */
function operands(masked, at, operator) {
  const isEnd = (index) => {
    if (masked.startsWith('=>', index)) return true;
    if (/[=!<>]=/.test(masked.slice(index - 1, index + 1)) || /[=!<>]=/.test(masked.slice(index, index + 2))) return false;
    if (masked.startsWith('?.', index)) return false;
    if (/^return\b/.test(masked.slice(index - 6))) return true;
    return LOWER[operator].some((each) => masked.startsWith(each, index));
  };
  let left = at;
  for (let depth = 0; left > 0; left--) {
    const before = masked[left - 1];
    if (CLOSE.includes(before)) depth++;
    else if (OPEN.includes(before) && depth-- === 0) break;
    else if (
      depth === 0 &&
      (isEnd(left - 1) || /\breturn\s$/.test(masked.slice(left - 7, left)) || /=>\s?$/.test(masked.slice(left - 3, left)))
    )
      break;
  }
  let right = at + operator.length;
  for (let depth = 0; right < masked.length; right++) {
    if (OPEN.includes(masked[right])) depth++;
    else if (CLOSE.includes(masked[right]) && depth-- === 0) break;
    else if (depth === 0 && isEnd(right)) break;
  }
  return { left, right };
}

/** Every mutation of one file: the text from `at` to `end` becomes `text`. */
function mutations(file, source) {
  const masked = mask(source);
  const found = [];
  const add = (at, end, text, what) => {
    const line = source.slice(0, at).split('\n').length;
    found.push({ file, line, at, end, text, what: what.replace(/\s+/g, ' ').trim() });
  };
  for (const { end } of matches(/\bif \(/g, masked)) {
    const close = closing(masked, end - 1);
    const body = statementEnd(masked, close);
    const acts = /\b(throw|return)\b/.exec(masked.slice(close, body))?.[1] ?? 'act';
    add(end, close - 1, 'false', `never ${acts}: if (${source.slice(end, close - 1)})`);
  }
  for (const { at, end, match } of matches(/&&|\|\|/g, masked)) {
    const { left, right } = operands(masked, at, match[0]);
    add(left, right, ` ${source.slice(left, at).trim()} `, `without the right side: ${source.slice(left, right)}`);
    add(left, right, ` ${source.slice(end, right).trim()} `, `without the left side: ${source.slice(left, right)}`);
  }
  for (const { end } of matches(/\bfinally \{/g, masked)) {
    add(end, closing(masked, end - 1) - 1, '', `nothing in finally: ${source.slice(end, closing(masked, end - 1) - 1)}`);
  }
  for (const { end } of matches(/\bcatch(?: \(\w+\))? \{/g, masked)) {
    const close = closing(masked, end - 1);
    for (const { at } of matches(/\bthrow\b/g, masked.slice(end, close))) {
      const until = statementEnd(masked, end + at);
      add(end + at, until, ';', `the failure is dropped: ${source.slice(end + at, until)}`);
    }
  }
  // Calls that give back, count, open and close the gate, or check a function, a value or a message; an assignment that decides about giving back.
  const calls =
    /^[ \t]*(?:[\w.#]+\.(?:give|take|enter|leave|close|destroy|abandon|push|check|checkFunction|clear|#wake)\(|checkGetter\(|this\.#wake\(|resolve\(|givable = value|this\.#\w+(?:\+\+|--))/gm;
  for (const { at, match } of matches(calls, masked)) {
    const begin = at + match[0].length - match[0].trimStart().length;
    const end = statementEnd(masked, begin);
    add(begin, end, ';', `without: ${source.slice(begin, end)}`);
  }
  for (const { at, end } of matches(/[\w.]+ === NULL \?/g, masked)) {
    add(at, end - 2, 'false', `NULL is not looked at: ${source.slice(at, statementEnd(masked, at))}`);
  }
  for (const { at, end } of matches(/\bMath\.min\(/g, masked)) {
    const close = closing(masked, end - 1);
    const [first] = source.slice(end, close - 1).split(',');
    add(at, close, first, `without the limit: ${source.slice(at, close)}`);
  }
  return found;
}

/* ---- trying them --------------------------------------------------------------------------------------------------------------------- */

const config = `
import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../../vitest.config.ts';
export default mergeConfig(base, defineConfig({
  root: ${JSON.stringify(root)},
  cacheDir: ${JSON.stringify(join(work, 'cache'))},
  test: { setupFiles: [${JSON.stringify(join(work, 'trace.mjs'))}], bail: 1, maxWorkers: 1, testTimeout: 20_000 },
}));
`;

/** Notes the test in progress, for a mutant that ends the process. */
const trace = `
import { writeFileSync } from 'node:fs';
import { beforeEach } from 'vitest';
beforeEach(({ task }) => writeFileSync(process.env.MORTISE_TRACE, task.name));
`;

/** Runs the tests on the dist in `folder`. The name of the first test that fails, or undefined. */
async function firstFailure(folder) {
  const report = join(folder, 'report.json');
  const traced = join(folder, 'trace');
  for (const file of [report, traced]) rmSync(file, { force: true });
  const args = ['run', '--config', join(work, 'vitest.config.mjs'), '--reporter=json', `--outputFile=${report}`, ...tests];
  const env = {
    ...process.env,
    MORTISE_DIST: join(folder, 'dist'),
    MORTISE_HOST_LIBRARY: process.env.MORTISE_HOST_LIBRARY ?? hostLibrary(),
    MORTISE_TRACE: traced,
  };
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [vitest, ...args], { cwd: root, env, stdio: 'ignore', detached: true });
  const timer = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), DEADLINE_MS);
  const code = await new Promise((resolve) => child.on('exit', resolve));
  clearTimeout(timer);
  const results = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')).testResults : [];
  const failed = results.flatMap(({ assertionResults }) => assertionResults).find(({ status }) => status === 'failed');
  if (failed !== undefined) return failed.title;
  if (code === 0) return undefined;
  const last = existsSync(traced) ? readFileSync(traced, 'utf8') : 'the first import';
  return `${code === null ? 'hung' : 'process ended'} in: ${last}`;
}

function hostLibrary() {
  const folder = join(root, 'build/native');
  const name = readdirSync(folder).find((entry) => entry.startsWith('mortise_host.'));
  if (name === undefined) throw new Error('no host library in build/native: run `npm run build:native`');
  return join(folder, name);
}

async function main() {
  const { values } = parseArgs({
    options: { list: { type: 'boolean' }, only: { type: 'string' }, dist: { type: 'string', default: join(root, 'dist') } },
  });
  const safety = join(values.dist, 'safety');
  const files = readdirSync(safety).filter((name) => name.endsWith('.js') && name !== 'index.js');
  const all = files.flatMap((name) => mutations(name, readFileSync(join(safety, name), 'utf8')));
  const label = ({ file, line, what }) => `safety/${file}:${line}  ${what}`;
  const chosen = all.filter((mutant) => values.only === undefined || label(mutant).includes(values.only));
  if (values.list) {
    for (const mutant of chosen) console.log(label(mutant));
    console.log(`${chosen.length} guards`);
    return;
  }
  const workers = Array.from({ length: Math.min(2, availableParallelism()) }, (_, index) => join(work, `worker-${index}`));
  mkdirSync(work, { recursive: true });
  writeFileSync(join(work, 'vitest.config.mjs'), config);
  writeFileSync(join(work, 'trace.mjs'), trace);
  for (const folder of workers) {
    rmSync(folder, { recursive: true, force: true });
    cpSync(values.dist, join(folder, 'dist'), { recursive: true });
    // What the package has beside dist, and dist imports.
    cpSync(join(root, 'native-abi', 'toolchain'), join(folder, 'native-abi', 'toolchain'), { recursive: true });
  }
  const sound = await firstFailure(workers[0]);
  if (sound !== undefined) throw new Error(`the tests fail without any mutation: ${sound}`);

  const began = Date.now();
  const survivors = [];
  const queue = [...chosen];
  let killed = 0;
  let excused = 0;
  await Promise.all(
    workers.map(async (folder) => {
      for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
        const path = join(folder, 'dist/safety', mutant.file);
        const source = readFileSync(path, 'utf8');
        writeFileSync(path, source.slice(0, mutant.at) + mutant.text + source.slice(mutant.end));
        const killer = await firstFailure(folder);
        writeFileSync(path, source);
        const reason = allowed.get(`${mutant.file}: ${mutant.what}`);
        if (killer !== undefined) killed++;
        else if (reason !== undefined) excused++;
        else survivors.push(mutant);
        const verdict =
          killer !== undefined ? `killed    ${killer}` : reason !== undefined ? `allowed   ${reason}` : 'SURVIVED';
        console.log(`${label(mutant)}\n    ${verdict}`);
      }
    }),
  );
  const seconds = Math.round((Date.now() - began) / 1000);
  console.log(
    `\n${killed} of ${chosen.length} guards killed, ${excused} allowed, ${survivors.length} survived, in ${seconds} s`,
  );
  for (const mutant of survivors) console.log(`  survived: ${relative(root, safety)}/${label(mutant).slice('safety/'.length)}`);
  if (survivors.length > 0) process.exitCode = 1;
}

await main();
