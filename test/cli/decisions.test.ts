import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { declared } from '../support/declared.js';
import { describeWithFixtures, folderOf } from '../support/plugins.js';
import { temporaryFolder } from '../support/temporary.js';
import { json, mortise } from './mortise.js';

const remembered = (config: string) => JSON.parse(readFileSync(join(config, 'plugins.json'), 'utf8'));

describe('mortise disable and enable', () => {
  it('[G20] write what the application reads when it starts', async () => {
    const config = temporaryFolder();
    const off = await mortise('disable', 'text', '--config', config);
    expect(off).toMatchObject({ code: 0, stderr: '' });
    expect(off.stdout).toBe(`text is disabled from the next start on\n  file: ${join(config, 'plugins.json')}\n`);
    expect(remembered(config).disabled).toEqual(['text']);
    expect((await json('disable', 'text', '--config', config)).document).toMatchObject({ changed: false, disabled: ['text'] });
    const on = await json('enable', 'text', '--config', config);
    expect(on.document).toEqual({ plugin: 'text', changed: true, disabled: [], path: join(config, 'plugins.json') });
    expect(remembered(config).disabled).toEqual([]);
    expect((await mortise('enable', 'text', '--config', config)).stdout).toMatch(/^text was not disabled$/m);
  });

  it('[G20] suggest the one that is disabled, for a name that is not', async () => {
    const config = temporaryFolder();
    await mortise('disable', 'text', '--config', config);
    const { code, stderr } = await mortise('enable', 'txt', '--config', config);
    expect(code).toBe(1);
    expect(stderr).toContain('Did you mean "text"?');
  });

  it('[G20] refuse a folder that is not there', async () => {
    const config = join(temporaryFolder(), 'gone');
    const { code, document } = await json('disable', 'text', '--config', config);
    expect(code).toBe(1);
    expect(document).toMatchObject({ error: { code: 'FileNotFound', path: config, operation: '--config' } });
  });

  it('[G20] say that a damaged file was set aside', async () => {
    const config = temporaryFolder();
    writeFileSync(join(config, 'plugins.json'), 'no JSON');
    const { code, stderr } = await mortise('disable', 'text', '--config', config);
    expect(code).toBe(0);
    expect(stderr).toContain('warning PreferencesUnreadable:');
    expect(remembered(config).disabled).toEqual(['text']);
  });
});

describeWithFixtures('mortise resolve', () => {
  const plugins = () => folderOf(declared({ name: 'metric', conflictsWith: ['imperial'] }), declared({ name: 'imperial' }));
  const id = 'exclusion:imperial+metric';

  it('[G10] decides a conflict for later starts', async () => {
    const config = temporaryFolder();
    const folder = plugins();
    expect((await mortise('why', 'metric', folder, '--config', config)).code).toBe(1);
    const { code, stdout } = await mortise('resolve', id, 'imperial', folder, '--config', config);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}gives way {2}imperial$/m);
    expect(remembered(config).resolutions).toEqual({ [id]: { disable: 'imperial' } });
    expect((await mortise('why', 'metric', folder, '--config', config)).code).toBe(0);
    const { document } = await json('resolve', id, 'allow', folder, '--config', config);
    expect(document).toMatchObject({ id, resolution: 'allow', conflict: { resolution: 'allow', refused: [] } });
  });

  it('[G10] suggests the conflict that was meant, and refuses one that is no part of it', async () => {
    const config = temporaryFolder();
    const folder = plugins();
    const unknown = await mortise('resolve', 'exclusion:imperial+metrik', 'prefer', folder, '--config', config);
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain(`Did you mean "${id}"?`);
    const other = await mortise('resolve', id, 'nautical', folder, '--config', config);
    expect(other.code).toBe(2);
    expect(other.stderr).toContain('Give one of');
  });
});
