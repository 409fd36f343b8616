import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { module } from '../support/modules.js';
import { describeWithFixtures, fixture, folderOf, shipped } from '../support/plugins.js';
import { temporaryFolder } from '../support/temporary.js';
import { json, mortise, start } from './mortise.js';

function textFile(): string {
  const path = join(temporaryFolder(), 'poem.txt');
  writeFileSync(path, 'tick tock\ntick\n');
  return path;
}

describeWithFixtures('mortise run', () => {
  it('[G16] runs stages in the order given over one file, and prints what they leave', async () => {
    const file = textFile();
    const folder = folderOf(shipped('text'), shipped('checksum'));
    const input = relative(process.cwd(), file);
    const { code, document } = await json(
      'run',
      folder,
      '--stage',
      'text:survey',
      '--stage',
      'checksum:crc32c',
      '--input',
      input,
    );
    expect(code).toBe(0);
    expect(document).toMatchObject({
      status: 'ok',
      mode: 'live',
      stages: [
        { stage: 'text:survey', status: 'ok' },
        { stage: 'checksum:crc32c', status: 'ok' },
      ],
      data: { path: file, 'text.words': 3, 'text.lines': 2 },
      plugins: { failed: [] },
    });
    const { stdout, stderr } = await mortise('run', folder, '--stage', 'text:survey', '--input', file);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^ok {2}text:survey {2}\d/m);
    expect(stdout).toMatch(/^text\.words +3$/m);
  });

  it('[G16] [G20] starts plugins that are named by file, compiled ones and modules, beside those of folders', async () => {
    const path = module(
      'counts.mjs',
      `export default definePlugin({
        name: 'counts', version: '1.0.0', dependencies: [{ name: 'text' }],
        stages: [{ id: 'counts:double', execute: (context) => context.set('double', 2n * context.get('text.words')) }],
      })`,
    );
    const stages = ['--stage', 'text:survey', '--stage', 'counts:double', '--input', textFile()];
    for (const place of [shipped('text'), folderOf(shipped('text'))]) {
      const { code, document } = await json('run', path, place, ...stages);
      expect(code).toBe(0);
      expect(document).toMatchObject({ status: 'ok', data: { double: 6 }, plugins: { failed: [] } });
    }
    const { code, stderr } = await mortise('run', '/no/such/module.mjs', '--stage', 'a:b');
    expect(code).toBe(1);
    expect(stderr).toContain('error FileNotFound');
  });

  it('[G16] runs a pipeline of a file, and only says what it would do in a dry run', async () => {
    const pipelines = join(temporaryFolder(), 'pipelines.json');
    writeFileSync(pipelines, JSON.stringify({ survey: ['text:survey', { stage: 'checksum:crc32c', after: ['text:survey'] }] }));
    const args = ['run', folderOf(shipped('text'), shipped('checksum')), '--pipelines', pipelines, '--input', textFile()];
    const { code, document } = await json(...args, '--pipeline', 'survey');
    expect(code).toBe(0);
    expect(document).toMatchObject({ pipeline: 'survey', status: 'ok', data: { 'checksum.crc32c': expect.any(String) } });
    const dry = await json(...args, '--pipeline', 'survey', '--dry-run');
    expect(dry.document).toMatchObject({ mode: 'dry_run', stages: [{ descriptions: [expect.any(String)] }, {}] });
    expect(dry.document['data']).not.toHaveProperty(['text.words']);
    const wrong = await json(...args, '--pipeline', 'suvrey');
    expect(wrong).toMatchObject({
      code: 1,
      document: { error: { code: 'PipelineNotFound', path: pipelines, remedy: 'Did you mean survey?' } },
    });
  });

  it('[G16] goes on after a failure where the pipeline says so, and says why a stage was skipped', async () => {
    const pipelines = join(temporaryFolder(), 'pipelines.json');
    const steps = [
      'stage-writes-then-fails:run',
      { stage: 'noop:s0', after: ['stage-writes-then-fails:run'] },
      { stage: 'noop:s1', after: 'previous', timeoutMs: 60_000 },
    ];
    writeFileSync(pipelines, JSON.stringify({ on: { steps, onFailure: 'continue' } }));
    const args = [
      folderOf(fixture('stage-noop'), fixture('stage-writes-then-fails')),
      '--pipelines',
      pipelines,
      '--pipeline',
      'on',
    ];
    const { code, stdout } = await mortise('run', ...args);
    expect(code).toBe(1);
    expect(stdout.split('\n').map((line) => line.replace(/ +[\d.]+ ms$/, '').trimEnd())).toEqual([
      'failed   stage-writes-then-fails:run',
      'skipped  noop:s0',
      '          runs after stage-writes-then-fails:run, which failed',
      'ok       noop:s1',
      '',
    ]);
    const { document } = await json('run', ...args);
    expect(document).toMatchObject({
      status: 'failed',
      stages: [
        { status: 'failed', error: { code: 'StageFailed' } },
        { status: 'skipped', reason: 'runs after stage-writes-then-fails:run, which failed' },
        { status: 'ok' },
      ],
    });
  });

  it('[G16] runs the pipeline of a TOML file by the name of the file, and those of the configuration folder', async () => {
    const config = temporaryFolder();
    mkdirSync(join(config, 'pipelines'));
    const toml = '[[stage]]\nid = "text:survey"\n';
    writeFileSync(join(config, 'pipelines/kept.toml'), toml);
    writeFileSync(join(config, 'alone.toml'), toml);
    writeFileSync(join(config, 'broken.toml'), 'stages = []');
    const args = ['run', folderOf(shipped('text')), '--input', textFile()];
    const alone = await json(...args, '--pipelines', join(config, 'alone.toml'), '--pipeline', 'alone');
    expect(alone).toMatchObject({ code: 0, document: { pipeline: 'alone', status: 'ok' } });
    const kept = await json(...args, '--config', config, '--pipeline', 'kept');
    expect(kept).toMatchObject({ code: 0, document: { pipeline: 'kept', status: 'ok' } });
    const lacking = await json(...args, '--config', config, '--pipeline', 'kpet');
    expect(lacking).toMatchObject({ code: 1, document: { error: { remedy: 'Did you mean "kept"?' } } });
    const broken = await json(...args, '--pipelines', join(config, 'broken.toml'), '--pipeline', 'broken');
    expect(broken).toMatchObject({
      code: 1,
      document: { error: { message: expect.stringContaining('did you mean "stage"?') } },
    });
    const missing = await json(...args, '--pipelines', join(config, 'missing.toml'), '--pipeline', 'missing');
    expect(missing).toMatchObject({ code: 1, document: { error: { code: 'FileNotFound' } } });
  });

  it('[G10] heeds what the application is and has decided', async () => {
    const config = temporaryFolder();
    const core = folderOf(shipped('text'));
    writeFileSync(join(config, 'plugins.json'), JSON.stringify({ format: 1, disabled: ['stage-noop'] }));
    const args = ['run', folderOf(fixture('stage-noop')), '--core', core, '--input', textFile()];
    expect((await mortise(...args, '--config', config, '--stage', 'text:survey')).code).toBe(0);
    const { code, document } = await json(...args, '--config', config, '--stage', 'noop:s0');
    expect(code).toBe(1);
    expect(document).toMatchObject({ error: { code: 'StageNotFound' } });
    const gone = await json(...args, '--config', join(config, 'gone'), '--stage', 'text:survey');
    expect(gone).toMatchObject({ code: 1, document: { error: { code: 'FileNotFound', operation: '--config' } } });
  });

  it('[G16] leaves out what --skip names, and goes on after a failure with --continue', async () => {
    const args = ['run', folderOf(fixture('stage-noop'), fixture('stage-writes-then-fails'))];
    const stages = ['--stage', 'stage-writes-then-fails:run', '--stage', 'noop:s0', '--stage', 'noop:s1'];
    const { code, document } = await json(
      ...args,
      ...stages,
      '--continue',
      '--concurrency',
      '1',
      '--skip',
      'noop:s0=not today',
    );
    expect(code).toBe(1);
    expect(document['stages']).toMatchObject([
      { status: 'failed' },
      { status: 'skipped', reason: 'not today' },
      { status: 'ok' },
    ]);
    expect((await json(...args, ...stages)).document['stages']).toMatchObject([
      {},
      { status: 'not_run' },
      { status: 'not_run' },
    ]);
  });

  it('[G20] gives plugins the options of a file', async () => {
    const folder = temporaryFolder();
    const args = ['run', folderOf(shipped('compat-check')), '--stage', 'compat-check:report', '--preflight', 'memory=4'];
    for (const [name, text] of [
      ['options.json', '{"compat-check": {"key": "memory", "at_least": 8}}'],
      ['options.toml', '[compat-check]\nkey = "memory"\nat_least = 8\n'],
    ] as const) {
      const file = join(folder, name);
      writeFileSync(file, text);
      const { code, document } = await json(...args, '--options', file);
      expect(code).toBe(1);
      expect(document).toMatchObject({
        error: { code: 'StageNotFound', remedy: '`mortise why compat-check DIR…` says why.' },
        plugins: { failed: [{ name: 'compat-check', error: { code: 'PreflightCheckFailed' } }] },
      });
    }
    writeFileSync(join(folder, 'list.json'), '[]');
    expect((await json(...args, '--options', join(folder, 'list.json'))).document).toMatchObject({
      error: { code: 'InvalidOption' },
    });
  });

  it('[G15] gives values of --set their types', async () => {
    const folder = folderOf(fixture('stage-noop'));
    const settings = [
      'i=3',
      'd=3.5',
      'e=3e0',
      't=true',
      'n=null',
      'l=[1,"a"]',
      'o={"a":{"b":2}}',
      'q="3"',
      's=plain text',
      'empty=',
      'x=a=b',
      'big=9007199254740993',
    ];
    const { code, document } = await json(
      'run',
      folder,
      '--stage',
      'noop:s0',
      ...settings.map((setting) => `--set=${setting}`),
    );
    expect(code).toBe(0);
    expect(document['data']).toEqual({
      i: 3,
      d: 3.5,
      e: 3,
      t: true,
      n: null,
      l: [1, 'a'],
      o: { a: { b: 2 } },
      q: '3',
      s: 'plain text',
      empty: '',
      x: 'a=b',
      big: '9007199254740993',
    });
  });

  it('[G17] fails with the error of the stage, its place and what to do', async () => {
    const { code, stdout, stderr } = await mortise(
      'run',
      folderOf(shipped('text')),
      '--stage',
      'text:survey',
      '--input',
      '/no/such/poem',
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(/^failed +text:survey/m);
    expect(stderr).toContain('error StageFailed: cannot read /no/such/poem');
    expect(stderr).toMatch(/^ {2}plugin +text$/m);
    expect(stderr).toMatch(/^ {2}operation +text:survey$/m);
    expect(stderr).toMatch(/^ {2}to do +\S/m);
  });

  it('[G14] suggests the stage that was meant', async () => {
    const { code, document } = await json('run', folderOf(shipped('text')), '--stage', 'text:servey');
    expect(code).toBe(1);
    expect(document).toMatchObject({ error: { code: 'StageNotFound', remedy: 'Did you mean "text:survey"?' } });
  });

  it('[G12] runs what runs although another plugin does not start', async () => {
    const { code, document } = await json(
      'run',
      folderOf(fixture('stage-noop'), fixture('segfault-init')),
      '--stage',
      'noop:s0',
    );
    expect(code).toBe(0);
    expect(document).toMatchObject({
      status: 'ok',
      plugins: { loaded: [{ name: 'stage-noop' }], failed: [{ error: { code: 'FirstLookCrashed', phase: 'init' } }] },
    });
  });

  it('[G18] writes log lines to stderr, and data alone to stdout', async () => {
    const { code, stdout, stderr } = await mortise(
      'run',
      folderOf(fixture('stage-log')),
      '--stage',
      'stage-log:run',
      '--log-level',
      'trace',
      '--json',
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'ok' });
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toContainEqual(expect.objectContaining({ plugin: 'stage-log', stage: 'stage-log:run' }));
  });

  it('[G15] cancels the run when it is interrupted, and ends with 130', async () => {
    const { child, ended } = start([
      'run',
      folderOf(fixture('cancellable-stage')),
      '--stage',
      'cancellable-stage:run',
      '--json',
    ]);
    await sleep(2500);
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'cancelled', error: { code: 'Cancelled' } });
  });

  it('ends at once when it is interrupted twice', async () => {
    const { child, ended } = start(['run', folderOf(fixture('hang-stage')), '--stage', 'hang-stage:run']);
    await sleep(2500);
    child.kill('SIGINT');
    await sleep(200);
    const began = performance.now();
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(performance.now() - began).toBeLessThan(3000);
  });
});
