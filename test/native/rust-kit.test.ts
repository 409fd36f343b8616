import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { probe } from 'mortise';
import { describe, expect, it } from 'vitest';
import { createManager } from '../support/managers.js';
import { suffix } from '../support/plugins.js';
import { temporaryFolder } from '../support/temporary.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const kit = join(root, 'native-abi/rust');
const greeter = join(kit, 'examples/greeter');
/** Shared, so that the kit is compiled once. */
const target = join(root, 'build/rust-kit');

const hasCargo = spawnSync('cargo', ['--version']).status === 0;
if (!hasCargo) console.log('skipped: the Rust kit needs cargo, which is not on this machine');

function cargo(words: readonly string[], folder: string, environment: NodeJS.ProcessEnv = {}) {
  const env = { ...process.env, CARGO_TERM_COLOR: 'never', RUST_BACKTRACE: '0', ...environment };
  return spawnSync('cargo', [...words, '--offline', '--quiet', '--target-dir', target], { cwd: folder, env, encoding: 'utf8' });
}

/** A crate of its own with the greeter's code and this manifest. */
function greeterWith(manifest: string): string {
  const folder = temporaryFolder();
  const spec = readFileSync(join(greeter, 'Cargo.toml'), 'utf8').replace('path = "../.."', `path = ${JSON.stringify(kit)}`);
  writeFileSync(join(folder, 'Cargo.toml'), `${spec}\n`.replace('[lib]', '[lib]\npath = "lib.rs"'));
  const code = readFileSync(join(greeter, 'src/lib.rs'), 'utf8').replace('../manifest.json', 'manifest.json');
  writeFileSync(join(folder, 'lib.rs'), code);
  writeFileSync(join(folder, 'manifest.json'), manifest);
  return folder;
}

describe.skipIf(!hasCargo)('a plugin made with the Rust kit', () => {
  it('[C5] [W27] is its code and its manifest', async () => {
    const built = cargo(['build', '--release', '--locked'], greeter);
    expect(built.stderr).toBe('');
    const path = join(target, 'release', `${process.platform === 'win32' ? '' : 'lib'}greeter${suffix}`);
    const report = await probe(path);
    expect(report).toMatchObject({
      ok: true,
      warnings: [],
      difference: [],
      record: { language: 'rust', threads: 'safe', manifest: { name: 'greeter', version: '1.0.0', description: 'Greets.' } },
      metadata: {
        name: 'greeter',
        version: '1.0.0',
        requiredStages: [{ stage: 'greeter:greet', required: false, provided: true }],
      },
      stages: [{ id: 'greeter:greet', name: 'Greet', description: 'Greets `who`' }],
    });

    const manager = await createManager();
    await manager.load(path);
    const run = await manager.run(['greeter:greet'], { data: { who: 'größer' } });
    expect(run.data).toMatchObject({ greeting: 'Hello, größer' });
    const failed = await manager.run(['greeter:greet'], { data: { who: 3 } });
    expect(failed.error?.detail).toBe('the context value `who` must be a string, but is a double');
    const dry = await manager.run(['greeter:greet'], { mode: 'dry_run', data: { who: 'you' } });
    expect(dry.stages.at(-1)?.descriptions).toEqual(['write `greeting`']);
  }, 300_000);

  it('[W27] does not compile with a manifest that is none, and says what is wrong with it', () => {
    const built = cargo(['check'], greeterWith('{"name": "greeter", "version": "1.0"}'));
    expect(built.status).not.toBe(0);
    expect(built.stderr).toContain('the manifest\'s "version" must be a semantic version such as 1.0.0');
  }, 300_000);

  it('[G7] does not compile where a panic would end the process', () => {
    const built = cargo(['check'], greeterWith('{"name": "greeter", "version": "1.0.0"}'), {
      RUSTFLAGS: '-C panic=abort',
    });
    expect(built.status).not.toBe(0);
    expect(built.stderr).toContain('remove `panic = "abort"` from the profile');
  }, 300_000);
});

describe('the pages of the Rust kit', () => {
  it.each([
    ['native-abi/README.md', /^```rust ?(.*)\n([\s\S]*?)^```$/gm],
    ['native-abi/rust/README.md', /^```\w+ ?(.*)\n([\s\S]*?)^```$/gm],
  ])('%s shows files as they are', (page, block) => {
    const folder = dirname(join(root, page));
    const blocks = [...readFileSync(join(root, page), 'utf8').matchAll(block)];
    expect(blocks.length).toBeGreaterThan(0);
    for (const [, words = '', text = ''] of blocks) {
      const file = /^file=(\S+)$/.exec(words)?.[1];
      expect(file, `a block of ${basename(page)} is of no file: ${text.slice(0, 60)}`).toBeDefined();
      expect(text).toBe(readFileSync(join(folder, file as string), 'utf8'));
    }
  });
});
