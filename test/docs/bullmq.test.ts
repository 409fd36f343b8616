import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeValues, type SerializedRunReport } from 'mortise';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { privateEnvironment } from '../project/installed.js';
import { fixture, folderOf, shipped } from '../support/plugins.js';
import { temporaryFolder } from '../support/temporary.js';
import { root } from './markdown.js';

const redisVersion = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
if (redisVersion.status !== 0) console.log('skipped: there is no redis-server on PATH, which the example of BullMQ needs');

interface Program {
  readonly child: ChildProcess;
  /** What it said so far, on stdout and stderr. */
  readonly said: { stdout: string; stderr: string };
  readonly ended: Promise<number | null>;
}

function start(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Program {
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text) => (said.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text) => (said.stderr += text));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { child, said, ended };
}

/** Waits until the program has said something. */
async function hears(program: Program, text: string): Promise<void> {
  const { said, child } = program;
  while (!`${said.stdout}${said.stderr}`.includes(text)) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`it ended before it said ${JSON.stringify(text)}: ${said.stdout}${said.stderr}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

describe.skipIf(redisVersion.status !== 0 || !existsSync(fixture('cancellable-stage')))('the example of BullMQ', () => {
  const programs: Program[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'mortise-redis-'));
  let redisUrl = '';

  beforeAll(async () => {
    const port = await freePort();
    // With all that an address can say but TLS: whoever leaves a part of it out is not let in.
    redisUrl = `redis://default:a%2Fsecret@127.0.0.1:${port}/3`;
    const args = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--dir',
      folder,
      '--save',
      '',
      '--appendonly',
      'no',
      '--requirepass',
      'a/secret',
    ];
    const redis = start('redis-server', args, process.env);
    programs.push(redis);
    await hears(redis, 'Ready to accept connections');
  });

  afterAll(async () => {
    for (const { child, ended } of programs) {
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  async function startWorker(): Promise<Program> {
    const env = { ...privateEnvironment(temporaryFolder()), REDIS_URL: redisUrl };
    const plugins = folderOf(shipped('text'), shipped('environment-check'), fixture('cancellable-stage'));
    const worker = start(process.execPath, [join(root, 'examples/bullmq/worker.mjs'), plugins], env);
    onTestFinished(async () => {
      worker.child.kill('SIGTERM');
      await worker.ended;
    });
    await hears(worker, 'waiting for runs of');
    return worker;
  }

  function produce(...args: string[]): Program {
    const env = { ...process.env, REDIS_URL: redisUrl };
    const producer = start(process.execPath, [join(root, 'examples/bullmq/producer.mjs'), ...args], env);
    onTestFinished(() => {
      producer.child.kill('SIGKILL');
    });
    return producer;
  }

  async function reportOf(producer: Program): Promise<{ code: number | null; report: SerializedRunReport }> {
    const code = await producer.ended;
    expect(producer.said.stderr).not.toMatch(/Error/);
    return { code, report: JSON.parse(producer.said.stdout) };
  }

  it('[G16] brings the report back, with values of every kind', async () => {
    await startWorker();
    const file = join(root, 'LICENSE');
    const { code, report } = await reportOf(produce('--input', file, 'text:survey', 'environment:os'));
    expect(code).toBe(0);
    expect(report).toMatchObject({ pipeline: 'inline', status: 'ok' });
    expect(report.stages).toMatchObject([
      { stage: 'text:survey', plugin: 'text', status: 'ok' },
      { stage: 'environment:os', plugin: 'environment-check', status: 'ok' },
    ]);
    const data = decodeValues(report.data);
    expect(data['path']).toBe(file);
    expect(data['text.bytes']).toBe(BigInt((data['content'] as Uint8Array).length));
    expect(Buffer.from(data['content'] as Uint8Array).toString()).toContain('MIT License');
  });

  it('[G16] a stage that fails is in the report, and a run that cannot be is a failed job', async () => {
    await startWorker();
    const { code, report } = await reportOf(produce('--continue', '--input', '/not/there', 'text:survey', 'environment:os'));
    expect(code).toBe(1);
    expect(report.status).toBe('failed');
    expect(report.stages.map(({ status }) => status)).toEqual(['failed', 'ok']);
    expect(report.error).toMatchObject({ code: 'StageFailed', plugin: 'text', operation: 'text:survey' });

    const unknown = produce('text:survy');
    expect(await unknown.ended).toBe(1);
    expect(unknown.said.stderr).toMatch(/job [\w-]+ failed: pipeline "inline": no running plugin provides stage "text:survy"/);
  });

  it('[G16] the producer waits for a worker, and says so', async () => {
    const producer = produce('environment:os');
    await hears(producer, 'no worker is there: waiting for one');
    await startWorker();
    expect((await reportOf(producer)).report.status).toBe('ok');
  });

  it('goes to Redis as its address says', () => {
    const script =
      "const { connection } = await import('./examples/bullmq/queue.mjs'); console.log(JSON.stringify(connection));";
    const told = (url: string) => {
      const env = { ...process.env, REDIS_URL: url };
      const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
        cwd: root,
        env,
        encoding: 'utf8',
      });
      return JSON.parse(stdout);
    };
    expect(told('rediss://ann:p%40ss@queue.example:7000/2')).toEqual({
      host: 'queue.example',
      port: 7000,
      db: 2,
      username: 'ann',
      password: 'p@ss',
      tls: {},
    });
    expect(told('redis://[::1]')).toEqual({ host: '::1', port: 6379, db: 0 });
  });

  it('[G16] a run is cancelled when the producer asks for it', async () => {
    await startWorker();
    const producer = produce('environment:os', 'cancellable-stage:run');
    await hears(producer, 'has begun');
    producer.child.kill('SIGINT');
    const { code, report } = await reportOf(producer);
    expect(code).toBe(1);
    expect(report).toMatchObject({ status: 'cancelled', error: { code: 'Cancelled' } });
  });

  it('[G16] a run is cancelled when its worker closes', async () => {
    const worker = await startWorker();
    const producer = produce('cancellable-stage:run');
    await hears(producer, 'has begun');
    worker.child.kill('SIGTERM');
    const { report } = await reportOf(producer);
    expect(report).toMatchObject({ status: 'cancelled', error: { code: 'Cancelled' } });
    expect(await worker.ended).toBe(0);
  });
});
