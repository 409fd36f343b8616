import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { builtHostLibrary, pack, privateEnvironment, unpackBesidePlugins } from '../project/installed.js';
import { shipped } from '../support/plugins.js';
import { type Block, blocks, isTutorial, pages } from './markdown.js';

const folder = mkdtempSync(join(tmpdir(), 'mortise-examples-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
unpackBesidePlugins(pack(folder), folder);
const env = privateEnvironment(folder, { MORTISE_HOST_LIBRARY: builtHostLibrary() });

const hasRust = existsSync(shipped('checksum'));
if (!hasRust) console.log('the checksum plugin was not built (no cargo): its stages are left out of the examples');

function run(block: Block) {
  const text = hasRust ? block.text : block.text.replaceAll(/'checksum:\w+', /g, '');
  if (block.language === 'sh')
    return spawnSync('bash', ['-euo', 'pipefail', '-c', text], { cwd: folder, env, encoding: 'utf8' });
  const file = join(folder, 'example.mjs');
  writeFileSync(file, text);
  return spawnSync(process.execPath, [file], { cwd: folder, env, encoding: 'utf8' });
}

const runnable = pages()
  .filter((page) => !isTutorial(page))
  .flatMap(blocks)
  .filter(({ words }) => words.includes('run'));

describe('the examples', () => {
  it.each(runnable)('$place runs as it is', (block) => {
    const { status, stdout, stderr } = run(block);
    // npx may have remarks of its own.
    expect({ status, stderr: block.language === 'sh' && status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).not.toBe('');
  });

  it('the one of README.md writes the report that its pipeline made', () => {
    const report = join(folder, 'report.json');
    rmSync(report, { force: true });
    const [example] = blocks('README.md').filter(({ language, words }) => language === 'js' && words.includes('run'));
    const { stdout, stderr } = run(example as Block);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^text:survey text ok [\d.]+$/m);
    expect(stdout).toMatch(/^report:write report ok [\d.]+$/m);
    const { words, crc32c } = JSON.parse(readFileSync(report, 'utf8'));
    expect(words).toBeGreaterThan(100);
    if (hasRust) expect(crc32c).toMatch(/^[0-9a-f]{8}$/);
  });

  it('leave no block of JavaScript aside', () => {
    const aside = pages()
      .filter((page) => !isTutorial(page))
      .flatMap(blocks)
      .filter(({ language, words }) => ['js', 'ts'].includes(language) && !words.includes('run'));
    expect(aside.map(({ place }) => place)).toEqual([]);
  });
});
