import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { module } from '../support/modules.js';
import { describeWithFixtures, fixture, folderOf, shipped } from '../support/plugins.js';
import { json, mortise, start } from './mortise.js';

describeWithFixtures('mortise probe', () => {
  it('[G12] shows what a plugin is and how long each step took', async () => {
    const { code, stdout, stderr } = await mortise('probe', shipped('text'), '--init');
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toContain('text 1.0.0: ok');
    expect(stdout).toMatch(/stages +text:survey/);
    expect(stdout).toMatch(/preflight_check +\d+(\.\d+)? ms/);
  });

  it('[G12] names the signal and the phase when a plugin dies in init', async () => {
    const { code, stdout, stderr } = await mortise('probe', fixture('segfault-init'), '--init');
    expect(code).toBe(1);
    expect(stdout).toContain(': failed');
    expect(stderr).toContain('error FirstLookCrashed: the plugin died of SIGSEGV during init');
    expect(stderr).toMatch(/^ {2}phase +init$/m);
    expect(stderr).toMatch(/^ {2}to do +\S/m);
  });

  it('[W28] prints the report as one document, with the error in it', async () => {
    const { code, document, stderr } = await json('probe', fixture('fail-init'), '--init');
    expect(code).toBe(1);
    expect(stderr).toBe('');
    expect(document).toMatchObject({
      ok: false,
      error: { code: 'InitFailed', phase: 'init', message: 'the licence server does not answer' },
    });
  });

  it('takes a deadline', async () => {
    const { code, document } = await json('probe', fixture('hang-entry'), '--timeout=600');
    expect(code).toBe(1);
    expect(document).toMatchObject({ error: { code: 'FirstLookHung', message: expect.stringContaining('within 600 ms') } });
  });

  it('passes no control characters of a plugin on to the terminal', async () => {
    const { stdout, stderr } = await mortise('probe', fixture('prints-garbage'), '--init');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(stdout).toContain('\\u001b[2J');
  });

  it('[G23] takes a module in JavaScript', async () => {
    const path = module(
      'greets.mjs',
      "export default definePlugin({ name: 'greets', version: '1.0.0', stages: [{ id: 'greets:run', execute() {} }] })",
    );
    const { code, stdout, stderr } = await mortise('probe', path, '--init');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('greets 1.0.0: ok');
    expect(stdout).toMatch(/stages +greets:run/);
    expect(stdout).toMatch(/import +\d+(\.\d+)? ms/);
    expect(stdout).not.toContain('given back');
  });

  it('[G23] says what is wrong with a module', async () => {
    const { code, stderr } = await mortise('probe', module('none.mjs', 'export const a = 1;'));
    expect(code).toBe(1);
    expect(stderr).toContain('error ModuleInvalid: it has no default export');
    expect(stderr).toMatch(/^ {2}to do +\S/m);
  });

  it('ends with 130 when it is interrupted', async () => {
    const { child, ended } = start(['probe', fixture('hang-init'), '--init']);
    await sleep(1000);
    child.kill('SIGINT');
    expect(await ended).toMatchObject({
      code: 130,
      stderr: expect.stringContaining('error Cancelled: the probe was cancelled'),
    });
  });
});

describeWithFixtures('mortise list', () => {
  it('[G12] lists the plugins that are found, and those that fail with the reason', async () => {
    const { code, stdout, stderr } = await mortise(
      'list',
      folderOf(shipped('text'), fixture('full-metadata'), fixture('segfault-constructor')),
    );
    expect(code).toBe(1);
    expect(stdout.split('\n')[0], stderr).toMatch(/^NAME +VERSION +PRIORITY +FILE +STAGES$/);
    expect(stdout).toMatch(/^text +1\.0\.0 +third_party:160 +text\.so +text:survey$/m);
    expect(stdout).toMatch(/^full-metadata /m);
    expect(stderr).toContain('error FirstLookCrashed: the plugin died of SIGSEGV');
  });

  it('prints one document, and succeeds when all is well', async () => {
    const { code, document } = await json('list', folderOf(shipped('text')));
    expect(code).toBe(0);
    expect(document).toMatchObject({ plugins: [{ name: 'text', stages: [{ id: 'text:survey' }] }], failed: [], warnings: [] });
  });

  it('fails when a directory cannot be read', async () => {
    const { code, stdout, stderr } = await mortise('list', '/no/such/folder');
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('error FileNotFound: there is no plugin directory /no/such/folder');
  });
});
