// What the workloads need: where things are, copies of a plugin, and processes of their own.

import { spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../', import.meta.url));
export const buildFolder = join(root, 'build', 'bench');
export const plugins = join(root, 'build', 'native', 'plugins');
export const hostile = join(root, 'build', 'native', 'hostile');
export const suffix = process.platform === 'darwin' ? '.dylib' : '.so';
export const cHost = join(buildFolder, 'c-host');
export const loopPlugin = join(buildFolder, 'loop.so');

const require = createRequire(import.meta.url);

/** The hand-written Node-API addon. */
export function addon() {
  return require(join(buildFolder, 'addon.node'));
}

/** The functions of bench/native/peer.c through bare Koffi. */
export function peerLibrary() {
  const koffi = require('koffi');
  const library = koffi.load(join(buildFolder, 'peer.so'));
  return { koffi, library };
}

/** Builds bench/native; quick when nothing changed. */
export function buildPeers() {
  const include = require('node-api-headers').include_dir;
  const configure = ['-S', join(root, 'bench'), '-B', buildFolder, `-DNODE_API_INCLUDE=${include}`];
  for (const args of [configure, ['--build', buildFolder]]) {
    const { status, stdout, stderr, error } = spawnSync('cmake', args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`bench/native was not built: ${error?.message ?? `${stdout}${stderr}`}`);
  }
}

let temporary;

/** A new folder that is removed when this process ends. */
export function temporaryFolder() {
  if (temporary === undefined) {
    temporary = mkdtempSync(join(tmpdir(), 'mortise-bench-'));
    process.once('exit', () => rmSync(temporary, { recursive: true, force: true }));
  }
  return mkdtempSync(join(temporary, 'part-'));
}

/** `count` copies of the library at `original` that differ in content: bytes behind the end of a library mean nothing to the loader. */
export function distinctCopies(original, count) {
  const folder = temporaryFolder();
  return Array.from({ length: count }, (_, index) => {
    const path = join(folder, `copy-${index}${suffix}`);
    copyFileSync(original, path);
    appendFileSync(path, `copy ${index}`.padEnd(16));
    return path;
  });
}

/**
 * A folder with `count` plugins of different names, each a file of its own, and their paths: bench/native/start.c with its placeholders overwritten. Each but the
 * first depends on another, at most three deep.
 */
export function namedPlugins(count) {
  const folder = temporaryFolder();
  const original = readFileSync(join(buildFolder, 'start.so')).toString('latin1');
  const nameOf = (index) => `start-${String(index).padStart(3, '0')}`;
  const paths = Array.from({ length: count }, (_, index) => {
    const named = original.replaceAll(nameOf(0), nameOf(index));
    const linked = index === 0 ? named : named.replaceAll('needs-000', nameOf(Math.floor(index / 10)));
    const path = join(folder, `${nameOf(index)}${suffix}`);
    writeFileSync(path, linked, { encoding: 'latin1', mode: 0o755 });
    return path;
  });
  // There, code that was changed after it was signed is not run.
  if (process.platform === 'darwin') numbersFrom('codesign', ['--force', '--sign', '-', ...paths]);
  return { folder, paths };
}

/** Runs a program; the numbers that it printed, one in each line. */
export function numbersFrom(program, args) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`${program} ${args.slice(0, 2).join(' ')} failed (${status}): ${error?.message ?? stderr}`);
  return stdout.trim().split('\n').map(Number);
}

/** The same for a script, run by this node. */
export function numbersFromNode(script, args) {
  return numbersFrom(process.execPath, ['--expose-gc', script, ...args]);
}

/** A manager with the plugins at `paths` running. */
export async function managerWith(paths, options = {}) {
  const { PluginManager } = await import('../dist/index.js');
  const manager = await PluginManager.create({
    app: 'bench',
    apiVersion: '0.1.0',
    userDirectory: false,
    firstLook: false,
    ...options,
  });
  await manager.start();
  for (const path of paths) await manager.load(path);
  return manager;
}
