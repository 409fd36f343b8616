import { spawnSync } from 'node:child_process';
import { readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary.js';
import { json, mortise, start } from './mortise.js';

function which(program: string): string | undefined {
  const { status, stdout } = spawnSync('which', [program], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

const cmake = which('cmake');

describe.skipIf(cmake === undefined || process.platform === 'win32')('mortise setup', () => {
  it('builds the host library and the example plugins from the sources in the package', async () => {
    const output = temporaryFolder();
    const examples = join(temporaryFolder(), 'plugins');
    const { code, document } = await json('setup', '--output', output, '--examples', examples);
    expect(code).toBe(0);
    const host = document['host'] as string;
    expect(host.startsWith(output)).toBe(true);
    expect(document['found']).toBe(false);
    expect(readdirSync(examples)).toContain(host.endsWith('.so') ? 'text.so' : 'text.dylib');
    const { ended } = start(['list', examples], { MORTISE_HOST_LIBRARY: host });
    expect(await ended).toMatchObject({ code: 0, stdout: expect.stringContaining('text:survey') });
  }, 180_000);

  it('says what to install when CMake is missing', async () => {
    const { ended } = start(['setup', '--output', temporaryFolder()], { PATH: temporaryFolder() });
    const { code, stderr } = await ended;
    expect(code).toBe(1);
    expect(stderr).toContain('error BuildFailed: cmake was not found');
    expect(stderr).toMatch(/to do +(Run|Install) /);
  });

  it('shows the output of the build when a compiler is missing', async () => {
    const path = temporaryFolder();
    symlinkSync(cmake as string, join(path, 'cmake'));
    const { ended } = start(['setup', '--output', temporaryFolder()], { PATH: path });
    const { code, stderr } = await ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/error BuildFailed: (neither ninja nor make|no C compiler) was found/);
    expect(stderr).toMatch(/to do +(Run|Install) /);
    expect(stderr).toContain('CMake Error');
  });

  it('says so when the folder cannot be written to', async () => {
    const { code, stderr } = await mortise('setup', '--output', '/dev/null/x');
    expect(code).toBe(1);
    expect(stderr).toContain('error BuildFailed: the folder cannot be written to');
    expect(stderr).toMatch(/file +\/dev\/null\/x/);
  });
});
