import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkLoadable, inspectFileSync } from '../../dist/binary/index.js';
import { PluginSystemError } from '../../dist/errors/index.js';

const FOLDERS = [
  '/lib',
  '/usr/lib',
  `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`,
  '/lib64',
  '/usr/lib64',
  '/usr/local/lib',
  '/usr/lib/freebsd',
];
const MOST = process.env['CI'] ? 400 : Number.POSITIVE_INFINITY;
const MOST_NAMES = 200;
const MOST_COMPARED = 60;

/** Each shared library of this machine once, whatever links lead to it. */
function systemLibraries(): string[] {
  const found = new Set<string>();
  for (const folder of FOLDERS.filter((folder) => existsSync(folder))) {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (/\.so(\.|$)/.test(name) && existsSync(path) && statSync(path).isFile()) found.add(realpathSync(path));
    }
  }
  return [...found].sort().slice(0, MOST);
}

const libraries = process.platform === 'linux' ? systemLibraries() : [];
const has = (tool: string) => spawnSync(tool, ['--version']).status === 0;
if (libraries.length === 0) console.log('skipped: no folders of system libraries on this machine');
if (!has('readelf')) console.log('skipped: comparison with readelf and nm, which are not here');

describe.skipIf(libraries.length === 0)('the libraries of this machine', () => {
  it(`[G1] are all understood, and each of their exports is found by name (${libraries.length} files)`, {
    timeout: 120_000,
  }, () => {
    let opened = 0;
    for (const path of libraries) {
      const info = inspectOrScript(path);
      if (info === undefined) continue;
      opened++;
      expect(info.type, path).toMatch(/shared|executable/);
      const names = info.exports();
      const step = Math.ceil(names.length / MOST_NAMES);
      for (let index = 0; index < names.length; index += step) {
        const { name, kind } = names[index]!;
        const found = info.symbol(name);
        expect(found, `${path}: ${name}`).toMatchObject({ name, linkage: 'exported' });
        // A name may have several versions, of which one is indirect.
        if (kind !== 'indirect' && found?.kind !== 'indirect') expect(found?.kind, `${path}: ${name}`).toBe(kind);
      }
      if (info.type === 'shared' && info.machine === process.arch) {
        expect(() => checkLoadable(info), path).toThrow(expect.objectContaining({ code: 'EntryPointMissing' }));
      }
    }
    expect(opened).toBeGreaterThan(libraries.length / 2);
  });

  it.skipIf(!has('readelf') || !has('nm'))(
    '[G1] have the names and needs that readelf and nm see',
    { timeout: 120_000 },
    () => {
      const step = Math.ceil(libraries.length / MOST_COMPARED);
      for (let index = 0; index < libraries.length; index += step) {
        const path = libraries[index]!;
        const info = inspectOrScript(path);
        if (info === undefined) continue;
        const dynamic = execFileSync('readelf', ['-dW', path], { encoding: 'utf8', maxBuffer: 2 ** 28 });
        expect(info.needed, path).toEqual([...dynamic.matchAll(/\(NEEDED\).*\[(.*)\]/g)].map((match) => match[1]));
        expect(info.soname, path).toBe(/\(SONAME\).*\[(.*)\]/.exec(dynamic)?.[1]);
        const nm = execFileSync('nm', ['-D', '--defined-only', '--extern-only', '--without-symbol-versions', path], {
          encoding: 'utf8',
          maxBuffer: 2 ** 28,
          stdio: ['ignore', 'pipe', 'ignore'],
        });
        const lines = [...nm.matchAll(/^([0-9a-f]+) ([A-Za-z]) (.*)$/gm)];
        // An absolute symbol of value 0 and the name of a version (A) aside, dlsym and nm agree.
        const wanted = new Set(lines.filter(([, , type]) => type !== 'A').map((match) => match[3]));
        const absolute = new Set(lines.filter(([, , type]) => type === 'A').map((match) => match[3]));
        const ours = info.exports().map(({ name }) => name);
        expect(new Set(ours.filter((name) => !absolute.has(name) || wanted.has(name))), path).toEqual(wanted);
      }
    },
  );
});

/** Some files named .so are text for the linker. */
function inspectOrScript(path: string) {
  try {
    return inspectFileSync(path).info;
  } catch (error) {
    if (error instanceof PluginSystemError && error.code === 'NotALibrary') return undefined;
    throw error;
  }
}
