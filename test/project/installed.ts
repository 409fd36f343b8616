import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Runs npm and returns what it prints on stdout. */
export function npm(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = process.env): string {
  return execFileSync('npm', args, {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: process.platform === 'win32',
  });
}

/** An environment in which nothing of the user's own folders is seen or written. */
export function privateEnvironment(folder: string, more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const home = join(folder, 'home');
  const xdg = Object.fromEntries(
    ['CONFIG', 'CACHE', 'DATA'].map((name) => [`XDG_${name}_HOME`, join(home, name.toLowerCase())]),
  );
  // What npm hands down to scripts must not reach the npm of the test.
  const own = Object.entries(process.env).filter(([name]) => !/^npm_|^MORTISE_|^NODE_OPTIONS$|^VITEST/i.test(name));
  return { ...Object.fromEntries(own), ...xdg, NO_COLOR: '1', npm_config_update_notifier: 'false', ...more };
}

/** Packs this package into `folder`, without running its scripts: dist is what was built. Returns the path of the archive. */
export function pack(folder: string): string {
  const [packed] = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root)) as [
    { filename: string },
  ];
  return join(folder, packed.filename.replace('@', '').replace('/', '-'));
}

/**
 * Unpacks the archive as npm would install it into `folder`, beside the dependencies of this checkout and their programs, with the host library that was built here.
 * Nothing of the checkout itself is reached from there but by these links.
 */
export function unpackAsInstalled(archive: string, folder: string): void {
  const modules = join(folder, 'node_modules');
  const programs = join(modules, '.bin');
  mkdirSync(programs, { recursive: true });
  const unpacked = mkdtempSync(join(folder, '.unpacked-'));
  execFileSync('tar', ['-xzf', archive, '-C', unpacked]);
  const installed = join(modules, 'mortise');
  renameSync(join(unpacked, 'package'), installed);
  rmSync(unpacked, { recursive: true });
  linkEach(join(root, 'node_modules'), modules);
  linkEach(join(root, 'node_modules', '.bin'), programs);
  const program = join(installed, 'dist', 'cli', 'main.js');
  chmodSync(program, 0o755);
  symlinkSync(program, join(programs, 'mortise'));
  const native = join(installed, 'build', 'native');
  mkdirSync(native, { recursive: true });
  copyFileSync(builtHostLibrary(), join(native, basename(builtHostLibrary())));
}

function linkEach(from: string, to: string): void {
  for (const name of readdirSync(from)) {
    if (!existsSync(join(to, name))) symlinkSync(join(from, name), join(to, name));
  }
}

/** The same, with the plugins that were built here. */
export function unpackBesidePlugins(archive: string, folder: string): void {
  unpackAsInstalled(archive, folder);
  cpSync(join(root, 'build', 'native', 'plugins'), join(folder, 'plugins'), { recursive: true });
  copyFileSync(join(root, 'README.md'), join(folder, 'README.md'));
}

/** The host library that was built in this checkout. */
export function builtHostLibrary(): string {
  const folder = join(root, 'build', 'native');
  const name = readdirSync(folder).find((entry) => entry.startsWith('mortise_host.'));
  if (name === undefined) throw new Error('the host library was not built; run `npm run build:native`');
  return join(folder, name);
}
