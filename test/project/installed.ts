import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
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

/** Unpacks the archive as npm would install it, beside the dependencies of this checkout, and gives it the plugins that were built here. */
export function unpackBesidePlugins(archive: string, folder: string): void {
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '.bin'), { recursive: true });
  execFileSync('tar', ['-xzf', archive, '-C', modules]);
  const installed = join(modules, 'mortise');
  cpSync(join(modules, 'package'), installed, { recursive: true });
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (!existsSync(join(modules, name))) symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  const program = join(installed, 'dist', 'cli', 'main.js');
  chmodSync(program, 0o755);
  symlinkSync(program, join(modules, '.bin', 'mortise'));
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
