import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { type ProbeOptions, probe } from '../../dist/isolation/probe.js';
import { refusal } from '../support/errors.js';
import { describeWithFixtures, fixture, shipped } from '../support/plugins.js';
import { temporaryFolder } from '../support/temporary.js';
import { isolationPlugin, looks, looksOf, runs } from './processes.js';

const INIT: ProbeOptions = { init: true, timeoutMs: 20_000 };

afterEach(() => {
  expect(looksOf(process.pid), 'no child of a probe is left, nor a zombie').toEqual([]);
});

describeWithFixtures('a plugin that keeps the contract', () => {
  it('[G12] goes through every step, in order, each with its time', async () => {
    const { ok, error, steps } = await probe(shipped('text'), INIT);
    expect(error).toBeUndefined();
    expect(ok).toBe(true);
    expect(steps.map(({ step, phase }) => `${phase} ${step}`)).toEqual([
      'loading check',
      'loading open',
      'loading entry',
      'metadata metadata',
      'stages register_stages',
      'init init',
      'preflight preflight_check',
      'shutdown shutdown',
      'unloading destroy',
      'unloading exit',
    ]);
    for (const { milliseconds } of steps) expect(milliseconds).toBeGreaterThanOrEqual(0);
  });

  it('[G12] only registers its stages unless it is to be initialised', async () => {
    const { steps } = await probe(shipped('text'));
    expect(steps.map(({ step }) => step)).toEqual(['check', 'open', 'entry', 'metadata', 'register_stages', 'destroy', 'exit']);
  });

  it('[G4] reports metadata, stages and record, and a ledger that balances', async () => {
    const report = await probe(fixture('full-metadata'), INIT);
    expect(report.metadata).toMatchObject({ name: 'full-metadata', priority: { category: 'core' } });
    expect(report.ledger.length).toBeGreaterThan(5);
    expect(report.difference).toEqual([]);
    const { record, stages, sha256 } = await probe(shipped('text'));
    expect(record).toMatchObject({ abi: '1.0', language: 'cpp', manifest: { name: 'text' } });
    expect(stages).toEqual([expect.objectContaining({ id: 'text:survey', quick: false })]);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('[G5] reports warnings of the plugin', async () => {
    const { ok, warnings } = await probe(fixture('priority-out-of-band'));
    expect(ok).toBe(true);
    expect(warnings.map(({ code }) => code)).toEqual(['PriorityOutOfBand']);
  });

  it('may print what it likes: that is kept apart, and only its end', async () => {
    const garbage = await probe(fixture('prints-garbage'), INIT);
    expect(garbage.ok).toBe(true);
    expect(garbage.stdout).toContain('no newline at the end');
    const much = await probe(isolationPlugin('prints-much'), INIT);
    expect(much.ok).toBe(true);
    expect(much.stdout).toHaveLength(4096);
    expect(much.stdout).toMatch(/xthe end$/);
  });

  it('is not mistaken because it writes to the descriptor of the report', async () => {
    const { ok, steps } = await probe(isolationPlugin('spoofs-report'), INIT);
    expect(ok).toBe(true);
    expect(steps.at(-1)?.step).toBe('exit');
  });

  it('[G12] is not believed where it writes the verdict itself', async () => {
    const { ok, error, metadata } = await probe(isolationPlugin('forges-verdict'), INIT);
    expect({ ok, metadata }).toEqual({ ok: false, metadata: undefined });
    expect(error).toMatchObject({ code: 'FirstLookCrashed', phase: 'init', operation: 'init' });
  });

  it('says what went wrong at exit as a warning, since all its work was done', async () => {
    const crashed = await probe(isolationPlugin('crash-at-exit'), INIT);
    expect(crashed.ok).toBe(true);
    expect(crashed.exit.signal).toBe('SIGABRT');
    expect(crashed.warnings).toEqual([{ code: 'CrashAtExit', message: expect.stringContaining('died of SIGABRT at exit') }]);
    const hung = await probe(isolationPlugin('hang-at-exit'), { ...INIT, timeoutMs: 1500 });
    expect(hung.ok).toBe(true);
    expect(hung.warnings.map(({ code }) => code)).toEqual(['HungAtExit']);
  });
});

describeWithFixtures('a plugin that refuses', () => {
  it.each([
    ['fail-init', 'InitFailed', 'the licence server does not answer'],
    ['fail-preflight', 'PreflightCheckFailed', 'not on this machine'],
    ['fail-shutdown', 'ShutdownFailed', 'a file could not be written'],
    ['fail-register', 'StageRegistrationFailed', 'no stages today'],
    ['null-vtable-with-message', 'EntryReturnedNull', 'no licence for this machine'],
  ])('[G17] comes back with its own error and words: %s', async (name, code, words) => {
    const { ok, error, difference, exit } = await probe(fixture(name), INIT);
    expect(ok).toBe(false);
    expect(error).toMatchObject({ code, path: fixture(name) });
    expect(error?.message).toContain(words);
    expect(difference).toEqual([]);
    expect(exit).toEqual({ code: 0, signal: null });
  });

  it('[G6] is told by what it handed over, and what could not be given back is named', async () => {
    const { error, difference } = await probe(fixture('unterminated-name'), INIT);
    expect(error?.code).toBe('PointerInvalid');
    expect(difference).toEqual([{ what: 'name', taken: 1, given: 0 }]);
    expect(error?.ledger).toEqual(difference);
  });
});

describeWithFixtures('a plugin that takes its process with it', () => {
  it.each([
    ['segfault-constructor', 'loading', 'open', 'died of SIGSEGV during the opening of the library'],
    ['abort-entry', 'loading', '_plugin_init', 'died of SIGABRT during _plugin_init'],
    ['double-free', 'metadata', 'metadata', 'died of SIGABRT during the reading of its metadata'],
    ['segfault-init', 'init', 'init', 'died of SIGSEGV during init'],
  ])('[G12] is named with the signal and the phase: %s', async (name, phase, operation, sentence) => {
    const { ok, error } = await probe(fixture(name), INIT);
    expect(ok).toBe(false);
    expect(error).toMatchObject({ code: 'FirstLookCrashed', phase, operation });
    expect(error?.message).toContain(sentence);
  });

  it('[G7] is quoted: what an exception or a panic that escapes has to say', async () => {
    const thrown = await probe(fixture('throw-init'), INIT);
    expect(thrown.error?.message).toContain('it said: what():  thrown in init');
    const panicked = await probe(fixture('abort-entry'), INIT);
    expect(panicked.error?.message).toContain('it said: panic in a function that cannot unwind');
  });

  it.each([
    ['exit0-entry', '_plugin_init'],
    ['exit0-init', 'init'],
  ])('[G12] does not pass for a success when it exits with 0: %s', async (name, step) => {
    const { ok, error, exit } = await probe(fixture(name), INIT);
    expect(ok).toBe(false);
    expect(exit).toEqual({ code: 0, signal: null });
    expect(error?.code).toBe('FirstLookCrashed');
    expect(error?.message).toContain(`ended with exit code 0 during ${step}, without returning`);
  });

  it.each(['hang-entry', 'hang-init'])('[G12] is killed at the deadline when it does not return: %s', async (name) => {
    const began = performance.now();
    const { ok, error, exit } = await probe(fixture(name), { init: true, timeoutMs: 700 });
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(ok).toBe(false);
    expect(exit.signal).toBe('SIGKILL');
    expect(error).toMatchObject({ code: 'FirstLookHung' });
    expect(error?.message).toMatch(/did not return from \w+ within 700 ms/);
  });

  it.each([
    ['every descriptor from 3 to 20', () => fixture('closes-fds')],
    ['that of the report alone', () => isolationPlugin('closes-report')],
  ])('[G12] is ended when it closes descriptors: %s', async (_what, path) => {
    const began = performance.now();
    const { ok, error } = await probe(path(), INIT);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(ok).toBe(false);
    expect(error).toMatchObject({ code: 'FirstLookCrashed', phase: 'init' });
    // A thread of Node that misses its own descriptor may abort the process before it is ended.
    expect(error?.message).toMatch(/closed descriptors of its process during init|died of SIGABRT during init/);
  });

  it('leaves no process behind that it forked', async () => {
    const log = join(temporaryFolder(), 'log');
    process.env['FIXTURE_LOG'] = log;
    try {
      const { ok } = await probe(fixture('forks'), INIT);
      expect(ok).toBe(true);
    } finally {
      delete process.env['FIXTURE_LOG'];
    }
    const pid = Number(/forked (\d+)/.exec(readFileSync(log, 'utf8'))?.[1]);
    expect(pid).toBeGreaterThan(0);
    expect(runs(pid)).toBe(false);
  });

  it('keeps nobody waiting with pipes that a process out of reach holds open', async () => {
    const began = performance.now();
    const { ok } = await probe(isolationPlugin('leaves-session'), INIT);
    expect(ok).toBe(true);
    expect(performance.now() - began).toBeLessThan(2900);
  });

  it('does not outlive its deadline by much when the process that probes it was killed', async () => {
    const program = `
      import { probe } from ${JSON.stringify(new URL('../../dist/isolation/probe.js', import.meta.url).href)};
      setTimeout(() => process.kill(process.pid, 'SIGKILL'), 800);
      await probe(${JSON.stringify(fixture('hang-entry'))}, { timeoutMs: 1000, configDirectory: ${JSON.stringify(temporaryFolder())} });`;
    const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', program]);
    expect(signal).toBe('SIGKILL');
    const left = looks();
    expect(left).not.toEqual([]);
    await sleep(1000 + 5000 + 1500);
    expect(looks().filter((pid) => left.includes(pid))).toEqual([]);
  });
});

describeWithFixtures('a file that cannot be a plugin', () => {
  it.each([
    ['truncated', 'LibraryTruncated'],
    ['text', 'NotALibrary'],
    ['wrong-machine', 'WrongMachine'],
    ['entry-in-dependency', 'EntryPointMissing'],
  ])('[G1] is refused without starting a process: %s', async (name, code) => {
    const { ok, error, exit, steps } = await probe(fixture(name), INIT);
    expect(ok).toBe(false);
    expect(error?.code).toBe(code);
    expect(steps).toEqual([]);
    expect(exit).toEqual({ code: null, signal: null });
  });

  it('[G1] is refused when there is none', async () => {
    expect((await probe('/no/such/file.so')).error).toMatchObject({ code: 'FileNotFound', path: '/no/such/file.so' });
  });
});

describeWithFixtures('a probe', () => {
  it('rejects for a mistake in its options, with what was meant', async () => {
    const error = await refusal(probe('x.so', { timeoutMS: 5 } as never));
    expect(error).toMatchObject({ code: 'InvalidOption', remedy: 'Did you mean "timeoutMs"?' });
    for (const options of [{ timeoutMs: 0 }, { init: 'yes' }, { app: '' }, { config: [] }]) {
      expect((await refusal(probe('x.so', options as never))).code).toBe('InvalidOption');
    }
    expect((await refusal(probe('' as never))).code).toBe('InvalidOption');
  });

  it('is given up on demand, before and while it runs', async () => {
    expect((await refusal(probe(fixture('hang-init'), { signal: AbortSignal.abort() }))).code).toBe('Cancelled');
    const began = performance.now();
    const error = await refusal(probe(fixture('hang-init'), { ...INIT, signal: AbortSignal.timeout(500) }));
    expect(error.code).toBe('Cancelled');
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it('gives the plugin its configuration and a folder', async () => {
    const { ok } = await probe(shipped('text'), { ...INIT, config: { limit: 3 }, configDirectory: temporaryFolder() });
    expect(ok).toBe(true);
  });

  it('is JSON as it is', async () => {
    const parsed = JSON.parse(JSON.stringify(await probe(fixture('fail-init'), INIT)));
    expect(parsed).toMatchObject({
      ok: false,
      error: { code: 'InitFailed', plugin: 'fail-init', phase: 'init', operation: 'init' },
    });
  });
});
