import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './installed.js';

/** What is, or will be, in the repository; undefined where this is no checkout, or git is not here. */
function trackedFiles(): string[] | undefined {
  const { status, stdout } = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  return status === 0 ? stdout.split('\0').filter((path) => path !== '' && existsSync(join(root, path))) : undefined;
}

const files = trackedFiles();
if (files === undefined) console.log('skipped: what is in the tree is asked of git, which is not here');

describe.skipIf(files === undefined)('the tree', () => {
  const texts = (files ?? []).map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

  it('has no paths of a machine in it', () => {
    const own = [root, `${homedir()}/`].filter((path) => path.length > 3);
    // A home, as of the one who wrote a file; those of nobody serve as examples.
    const home = /(?:\/home|\/Users|[A-Z]:\\Users)[/\\](?!someone|user\b|me\b)[a-z]\w*[/\\]/;
    const found = texts.filter(({ text }) => own.some((path) => text.includes(path)) || home.test(text));
    expect(found.map(({ path }) => path)).toEqual([]);
  });

  it('has no built files in it', () => {
    const built = (files ?? []).filter((path) =>
      /\.(so|dll|dylib|o|obj|a|lib|exe|node|tgz)$|(^|\/)(node_modules|dist|build|target)\//.test(path),
    );
    expect(built).toEqual([]);
  });

  it('has a lock file that names no addresses to download from', () => {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { resolved?: string; integrity?: string; optional?: boolean }>;
    };
    const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
    expect(packages.length).toBeGreaterThan(50);
    expect(packages.filter(([, entry]) => entry.resolved !== undefined).map(([path]) => path)).toEqual([]);
    // Builds for other systems, which the registry may not have, are named without a hash: npm installs none of them here.
    const unproved = packages.filter(([, entry]) => !entry.integrity?.startsWith('sha512-') && entry.optional !== true);
    expect(unproved.map(([path]) => path)).toEqual([]);
  });
});
