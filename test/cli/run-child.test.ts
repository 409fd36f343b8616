import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { module } from '../support/modules.js';
import { compilePlugin, describeWithFixtures, fixture, folderOf, shipped } from '../support/plugins.js';
import { temporaryFolder } from '../support/temporary.js';
import { json, mortise, start } from './mortise.js';

type Running = ReturnType<typeof start>['child'];

/** Waits until a program has written `text` to stderr. */
function told(child: Running, text: string): Promise<void> {
  let all = '';
  return new Promise((resolve, reject) => {
    child.once('close', () => reject(new Error(`ended without ${text}: ${all}`)));
    child.stderr?.on('data', (chunk) => {
      all += chunk;
      if (all.includes(text)) resolve();
    });
  });
}

/** Processes that `child` started. */
function childrenOf({ pid }: Running): number[] {
  const { stdout } = spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' });
  return stdout.trim().split('\n').filter(Boolean).map(Number);
}

function isAlive(pid: number): boolean {
  // A zombie that nobody waits for is gone as well.
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.trim().startsWith('Z');
}

const spinning = () => ['run', compilePlugin('spin'), '--stage', 'spin:run', '--set', 'ms=120000'];

describeWithFixtures('mortise run, over a child process', () => {
  it('[G15] says which stage still runs, and a second Ctrl-C ends one that keeps the main thread', async () => {
    const { child, ended } = start(spinning());
    await told(child, 'spin:run is still running; Ctrl-C cancels\n');
    const children = childrenOf(child);
    expect(children.length).toBeGreaterThan(0);
    const cancelling = told(child, 'cancelling');
    child.kill('SIGINT');
    await cancelling;
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    await expect.poll(() => children.filter(isAlive)).toEqual([]);
  });

  it.runIf(process.platform === 'linux')('leaves no process behind when it is killed', async () => {
    const { child, ended } = start(spinning());
    await told(child, 'spin:run is still running');
    const children = childrenOf(child);
    child.kill('SIGKILL');
    // The pipes close when the last process that holds them has gone.
    expect((await ended).signal).toBe('SIGKILL');
    await expect.poll(() => children.filter(isAlive)).toEqual([]);
  });

  it('[G12] names the stage, the plugin and the file when the process dies', async () => {
    const path = fixture('segfault-execute');
    const args = ['run', path, '--stage', 'segfault-execute:run'];
    const { code, document } = await json(...args);
    expect(code).toBe(1);
    expect(document).toMatchObject({
      error: {
        code: 'Crashed',
        plugin: 'segfault-execute',
        path,
        operation: 'segfault-execute:run',
        message: 'the process of the plugins died of SIGSEGV during segfault-execute:run',
        remedy: expect.stringContaining('mortise build --debug'),
      },
    });
    expect(await mortise(...args, '--in-process')).toMatchObject({ code: null, signal: 'SIGSEGV' });
  });

  it('[G12] says so when a plugin ends the process', async () => {
    const path = module(
      'leaves.mjs',
      `export default definePlugin({ name: 'leaves', version: '1.0.0', stages: [{ id: 'leaves:now', execute: () => process.exit(0) }] })`,
    );
    const { code, stderr } = await mortise('run', path, '--stage', 'leaves:now');
    expect(code).toBe(1);
    expect(stderr).toContain('ended with exit code 0, which a plugin asked for, during leaves:now');
  });

  it('[G15] cancels a run that takes longer than --timeout', async () => {
    const stage = ['--stage', 'cancellable-stage:run', '--timeout', '200'];
    const { code, document } = await json('run', fixture('cancellable-stage'), ...stage);
    expect(code).toBe(1);
    expect(document).toMatchObject({
      status: 'cancelled',
      error: {
        code: 'TimedOut',
        operation: 'cancellable-stage:run',
        message: 'cancellable-stage:run did not end within 200 ms',
      },
    });
  });

  it('[G15] gives up a compiled stage that does not obey at --timeout, in the process itself as well', async () => {
    for (const more of [[], ['--in-process']]) {
      const { code, document } = await json(
        'run',
        fixture('hang-stage'),
        '--stage',
        'hang-stage:run',
        '--timeout',
        '200',
        ...more,
      );
      expect(code).toBe(1);
      expect(document).toMatchObject({
        error: { code: 'Abandoned', message: expect.stringContaining('hang-stage:run did not end within 200 ms') },
      });
    }
  });

  it('[G15] gives up a stage that keeps the main thread, or never comes back, at --timeout', async () => {
    const spun = await json(...spinning(), '--timeout', '200');
    expect(spun).toMatchObject({
      code: 1,
      document: { error: { code: 'TimedOut', plugin: 'spin', message: expect.stringContaining('kept the main thread busy') } },
    });
    const path = module(
      'sleeps.mjs',
      `export default definePlugin({
        name: 'sleeps', version: '1.0.0',
        stages: [{ id: 'sleeps:on', execute: () => new Promise(() => setInterval(() => {}, 1000)) }],
      })`,
    );
    const slept = await json('run', path, '--stage', 'sleeps:on', '--timeout', '200');
    expect(slept).toMatchObject({ code: 1, document: { error: { code: 'TimedOut', operation: 'sleeps:on' } } });
  });
});

describeWithFixtures('mortise run and list, where plugins are missing', () => {
  it('[W28] says once what all plugins failed of, and that the stage may be of one of them', async () => {
    const folder = folderOf(shipped('text'), shipped('checksum'), fixture('stage-noop'));
    const env = { MORTISE_HOST_LIBRARY: '/no/such/library' };
    const { code, stderr } = await start(['run', folder, '--stage', 'text:survey'], env).ended;
    expect(code).toBe(1);
    expect(stderr.match(/error HostLibraryMissing/g)).toHaveLength(1);
    expect(stderr).toMatch(/^ {2}plugins .*text/m);
    expect(stderr).toMatch(/to do +3 plugins do not run \(.*checksum.*\): mend that first/);
    expect(stderr).not.toContain('Load the plugin that provides the stage');
    const listed = await start(['list', folder], env).ended;
    expect(listed.stderr.match(/error HostLibraryMissing/g)).toHaveLength(1);
  });

  it('[W28] says that a folder has no plugin in it, and which folders below have some', async () => {
    const folder = temporaryFolder();
    const below = join(folder, 'linux-x64');
    mkdirSync(join(folder, 'empty'));
    mkdirSync(below);
    cpSync(shipped('text'), join(below, basename(shipped('text'))));
    const run = await mortise('run', folder, '--stage', 'text:survey');
    expect(run.stderr).toContain(`${folder} has no plugin in it`);
    expect(run.stderr).toContain(`to do      Give the folder that the plugins lie in: ${below}.`);
    const { document, code } = await json('list', folder);
    expect(code).toBe(0);
    expect(document).toMatchObject({ warnings: [{ message: expect.stringMatching(`there are some in ${below}$`) }] });
  });

  it('[W28] names no pipeline to whoever gave stages', async () => {
    const { stderr } = await mortise('run', folderOf(shipped('text')), '--stage', 'text:servey');
    expect(stderr).toContain('error StageNotFound: no running plugin provides stage "text:servey"');
    expect(stderr).not.toContain('inline');
  });
});
