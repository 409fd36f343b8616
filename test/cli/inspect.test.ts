import { expect, it } from 'vitest';
import { describeWithFixtures, fixture, shipped } from '../support/plugins.js';
import { json, mortise } from './mortise.js';

describeWithFixtures('mortise inspect', () => {
  it('[G1] says what a plugin is without running it', async () => {
    const { code, document } = await json('inspect', fixture('segfault-constructor'));
    expect(code).toBe(0);
    expect(document).toMatchObject({
      entryPoint: true,
      opens: true,
      refusal: null,
      type: 'shared',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(document['exports']).toContain('_plugin_init');
  });

  it('[W3] shows the record and the manifest in it', async () => {
    const { document } = await json('inspect', shipped('text'));
    expect(document['record']).toMatchObject({
      abi: '1.0',
      language: 'cpp',
      threads: 'one',
      manifest: { name: 'text', version: '1.0.0' },
    });
    const { stdout } = await mortise('inspect', shipped('text'));
    expect(stdout).toMatch(/record +ABI 1\.0, header \S+, language cpp, threads one/);
    expect(stdout).toMatch(/manifest +name: "text"/);
    expect(stdout).toMatch(/opens here +yes/);
  });

  it.each([
    ['wrong-machine', 'WrongMachine'],
    ['macho', 'WrongPlatform'],
    ['entry-in-dependency', 'EntryPointMissing'],
    ['bad-record', 'RecordMalformed'],
    ['newer-abi', 'AbiMismatch'],
  ])('[G1] succeeds for a library that does not open here, and says why: %s', async (name, code) => {
    const { code: exit, document } = await json('inspect', fixture(name));
    expect(exit).toBe(0);
    expect(document).toMatchObject({ opens: false, refusal: { code } });
    const { stdout } = await mortise('inspect', fixture(name));
    expect(stdout).toContain(`no: ${code}:`);
  });

  it.each([
    ['text', 'NotALibrary'],
    ['truncated', 'LibraryTruncated'],
    ['no-such', 'FileNotFound'],
  ])('[G1] fails for what is no library: %s', async (name, code) => {
    const { code: exit, document } = await json('inspect', fixture(name));
    expect(exit).toBe(1);
    expect(document).toMatchObject({ error: { code, path: fixture(name) } });
  });
});
