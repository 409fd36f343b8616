import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const suffix = process.platform === 'darwin' ? '.dylib' : '.so';

/**
 * What every script finds: a manager with folders of its own, the paths of fixtures, and the usual small things. `startWorker` starts a worker thread
 * whose source finds `manager`, `workerData` and `parentPort`; `said` waits for its next message.
 */
const PRELUDE = `
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { definePlugin, PluginManager } from 'mortise';
const folder = process.env.TEST_FOLDER;
const settings = {
  app: 'acme', apiVersion: '0.1.0', userDirectory: false, firstLook: false,
  configDirectory: folder + '/config', cacheDirectory: folder + '/cache', cancelGraceMs: 100, drainMs: 100,
};
const create = (options = {}) => PluginManager.create({ ...settings, ...options });
const fixture = (name) => ${JSON.stringify(join(root, 'build/native/hostile/'))} + name + ${JSON.stringify(suffix)};
const shipped = (name) => ${JSON.stringify(join(root, 'build/native/plugins/'))} + name + ${JSON.stringify(suffix)};
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const startWorker = (source, data = {}) => new Worker(
  "import { parentPort, workerData } from 'node:worker_threads';" +
  "import { PluginManager } from 'mortise';" +
  "const manager = await PluginManager.create(workerData.settings);" + source,
  { eval: true, workerData: { settings, ...data } },
);
const said = (worker) => new Promise((resolve, reject) => { worker.once('message', resolve); worker.once('error', reject); });
`;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

/** Runs an ES module, after the prelude, in a process of its own; one that does not end in time is killed, which the signal tells. */
export async function runScript(
  source: string,
  options: { timeoutMs?: number; flags?: string[]; environment?: Record<string, string> } = {},
): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), 'mortise-child-'));
  const began = performance.now();
  const child = spawn(process.execPath, [...(options.flags ?? []), '--input-type=module', '-e', PRELUDE + source], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '', TEST_FOLDER: folder, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 20_000);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  try {
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (...end) => resolve(end));
    });
    return { code, signal, stdout, stderr, milliseconds: performance.now() - began };
  } finally {
    clearTimeout(timer);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `runScript` for a script that is to end well and to print one JSON text. */
export async function resultOf(source: string, options?: Parameters<typeof runScript>[1]): Promise<unknown> {
  const { code, signal, stdout, stderr } = await runScript(source, options);
  if (code !== 0) throw new Error(`the script ended with ${signal ?? `code ${code}`}:\n${stdout}${stderr}`);
  return JSON.parse(stdout);
}
