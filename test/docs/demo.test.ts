import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { privateEnvironment } from '../project/installed.js';
import { shipped } from '../support/plugins.js';
import { temporaryFolder } from '../support/temporary.js';
import { root } from './markdown.js';

function survey(folder: string, ...args: string[]) {
  const program = join(root, 'examples/survey/survey.mjs');
  return spawnSync(process.execPath, [program, ...args], { cwd: folder, env: privateEnvironment(folder), encoding: 'utf8' });
}

describe('the survey of `npm run demo`', () => {
  it('[G15] reports plugins in four languages and what their stages found, and writes report.json', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'poem.txt'), 'a rose is a rose\nis a rose\n');
    const { status, stdout, stderr } = survey(folder, 'poem.txt');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const row of [
      /text +1\.0\.0 +native +C\+\+/,
      /environment-check +1\.0\.0 +native +C /,
      /report +1\.0\.0 +typescript/,
    ]) {
      expect(stdout).toMatch(row);
    }
    expect(stdout).toContain('27 bytes, 2 lines, 8 words');
    const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
    expect(report['text.words']).toBe(8);
    expect(report['text.top_words'][0]).toEqual({ word: 'a', count: 3 });
    expect(report['summary.text']).toBe('2 lines, 8 words; most frequent: a (3), rose (3), is (2)');
    if (existsSync(shipped('checksum'))) expect(report['checksum.crc32c']).toMatch(/^[0-9a-f]{8}$/);
    else expect(stdout).toContain('left out: the plugins were built without Rust');
  });

  it.skipIf(!existsSync(shipped('verify')))('fails unless the file has the sum that is asked for', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'digits.txt'), '123456789');
    expect(survey(folder, '--crc32c', 'e3069283', 'digits.txt').status).toBe(0);
    const { status, stdout } = survey(folder, '--crc32c', '00000000', 'digits.txt');
    expect(status).toBe(1);
    expect(stdout).toContain('StageFailed: checksum.crc32c is e3069283, but verify.expected is 00000000');
  });

  it('fits into 80 columns, and has no colours where it is not read on a terminal', () => {
    const { stdout } = survey(temporaryFolder());
    const lines = stdout.split('\n').filter((line) => !line.startsWith('written to') && !line.includes('path'));
    expect(lines.filter((line) => [...line].length > 80)).toEqual([]);
    expect(stdout).not.toContain('\u001b');
  });

  it('changes nothing in a dry run', () => {
    const folder = temporaryFolder();
    const { status, stdout } = survey(folder, '--dry-run');
    expect(status).toBe(0);
    expect(stdout).toContain('would write');
    expect(existsSync(join(folder, 'report.json'))).toBe(false);
  });

  it('says what failed and what to do when there is no such file', () => {
    const { status, stdout } = survey(temporaryFolder(), 'not-there.txt');
    expect(status).toBe(1);
    expect(stdout).toMatch(/StageFailed: cannot read .*not-there\.txt/);
    expect(stdout).toContain('what to do');
  });
});
