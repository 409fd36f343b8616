import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { json, mortise, start } from '../cli/mortise.js';
import { temporaryFolder } from '../support/temporary.js';
import { built, cargoProject, isHere, MANIFEST, overlay, sharedFolder, write } from './projects.js';

describe.skipIf(!isHere('cargo') || process.platform === 'win32')('mortise build with Cargo', () => {
  /** Tests that vary it lay files over it, so that the kit is compiled once. */
  const folder = sharedFolder();
  beforeAll(() => void cargoProject({ folder }));

  it('[W27] builds a plugin', async () => {
    const { code, document, stderr } = await json('build', folder);
    expect(code, stderr).toBe(0);
    expect(document).toMatchObject({
      plugin: 'greeter',
      version: '1.2.3',
      tool: 'cargo',
      probed: true,
      notStripped: null,
      document: {
        language: 'rust',
        manifest: MANIFEST,
        stages: [{ id: 'greeter:greet', name: 'Greet' }],
      },
    });
    expect(existsSync(join(folder, built('greeter')))).toBe(true);
    expect((document['unstripped'] as { path: string }).path.startsWith(join(folder, 'build/cargo/release'))).toBe(true);
    expect(existsSync(join(folder, 'target'))).toBe(false);
    // What is up to date is found again.
    expect(await json('build', folder)).toMatchObject({ code: 0 });
  });

  it('shows what the compiler says', async () => {
    overlay(join(folder, 'src/lib.rs'), () => 'fn whole() {}\nfn broken( {}\n');
    const { code, stdout, stderr } = await mortise('build', folder);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('src/lib.rs:2');
    expect(stderr).toMatch(/error BuildFailed: cargo failed: exit code 101\n/);
  });

  it('says how a crate becomes a library', async () => {
    overlay(join(folder, 'Cargo.toml'), (text) => text.replace('cdylib', 'rlib'));
    const { code, document } = await json('build', folder);
    expect(code).toBe(1);
    expect(document).toMatchObject({
      error: {
        code: 'BuildFailed',
        message: 'cargo built no shared library',
        remedy: expect.stringContaining('crate-type = ["cdylib"]'),
      },
    });
  });

  it.skipIf(!isHere('git'))('builds without the network first, and with it where a crate is not here', async () => {
    const crate = write(temporaryFolder(), {
      'Cargo.toml': '[package]\nname = "near"\nversion = "0.1.0"\nedition = "2021"\n',
      'src/lib.rs': 'pub const NEAR: u8 = 1;\n',
    });
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: crate });
    git('init', '-q');
    git('add', '-A');
    git('commit', '-qm', 'a crate');
    const project = cargoProject({ more: `[dependencies.near]\ngit = "file://${crate}"\n` });
    const home = temporaryFolder();
    const linked = { CARGO_HOME: home, RUSTUP_HOME: process.env['RUSTUP_HOME'] ?? join(process.env['HOME'] ?? '', '.rustup') };
    const { code, stderr } = await start(['build', project], linked).ended;
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/offline/);
    expect(readFileSync(join(project, 'Cargo.lock'), 'utf8')).toContain('name = "near"');
  });

  it('says how to get Rust when cargo is missing', async () => {
    const { code, stderr } = await start(['build', folder], { PATH: temporaryFolder() }).ended;
    expect(code).toBe(1);
    expect(stderr).toContain('error BuildFailed: cargo was not found');
    expect(stderr).toContain('https://rustup.rs');
  });
});
