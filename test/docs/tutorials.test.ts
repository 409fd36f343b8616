import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, it } from 'vitest';
import { pack, privateEnvironment } from '../project/installed.js';
import { localRegistry } from '../support/registry.js';
import { isTutorial, pages } from './markdown.js';
import { Tutorial } from './tutorial.js';

const folder = mkdtempSync(join(tmpdir(), 'mortise-tutorials-'));
const registry = await localRegistry(pack(folder));
afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const env = privateEnvironment(folder, {
  npm_config_registry: registry.url,
  npm_config_prefer_offline: 'true',
  npm_config_fund: 'false',
  npm_config_audit: 'false',
});

/** What a page cannot do without, besides Node and the C and C++ compilers. */
const NEEDS: Readonly<Record<string, string>> = { 'docs/authors/rust.md': 'cargo' };

const isHere = (program: string) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;

describe('the pages for authors of plugins', () => {
  for (const page of pages().filter(isTutorial)) {
    const needed = NEEDS[page];
    const missing = needed !== undefined && !isHere(needed);
    if (missing) console.log(`skipped: ${page} needs ${needed}, which is not on this machine`);
    it.skipIf(missing)(`[W27] [G7] ${page} can be followed literally in an empty folder`, { timeout: 300_000 }, async () => {
      const start = join(folder, page.replaceAll(/\W/g, '-'));
      mkdirSync(start);
      const tutorial = new Tutorial(start, folder, env, isHere);
      await tutorial.follow(page);
    });
  }
});
