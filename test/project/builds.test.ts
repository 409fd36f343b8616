import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { privateEnvironment, root } from './installed.js';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const words = (text: string) => text.split(/\s+/).filter(Boolean);

/** OS of a condition of binding.gyp → lists of base names, from `'sources': [ … ]`. */
interface Sources {
  readonly always: string[];
  readonly windows: string[];
  readonly mac: string[];
  readonly other: string[];
}

/** The text between `[` and the `]` that belongs to it. */
function bracketed(text: string, from: number): string {
  let depth = 0;
  for (let at = text.indexOf('[', from); at < text.length; at++) {
    if (text[at] === '[') depth++;
    else if (text[at] === ']' && --depth === 0) return text.slice(text.indexOf('[', from) + 1, at);
  }
  throw new Error('binding.gyp has a list without an end');
}

const names = (list: string) =>
  [...list.matchAll(/'([^']+\.(?:c|cpp|rs|toml|lock))'/g)].map((match) => basename(match[1] as string)).sort();

function gypSources(target: string): Sources {
  const gyp = read('binding.gyp').replace(/^\s*#.*$/gm, '');
  const begin = gyp.indexOf(`'target_name': '${target}'`);
  expect(begin, `binding.gyp has a target ${target}`).toBeGreaterThan(0);
  const next = gyp.indexOf("'target_name'", begin + 1);
  const text = gyp.slice(begin, next < 0 ? undefined : next);
  const conditional = text.indexOf("'conditions': [");
  const list = (from: string, within = text) => {
    const at = within.indexOf(from);
    return at < 0 ? [] : names(bracketed(within, at + from.length));
  };
  const end = conditional < 0 ? text.length : conditional;
  const of = (condition: string) => {
    const at = text.indexOf(
      `["${condition}"`
        .replaceAll('"', "'")
        .replace(/==(\w+)/g, '=="$1"')
        .replace(/!=(\w+)/g, '!="$1"'),
    );
    return at < 0 ? [] : list("'sources':", text.slice(at));
  };
  return {
    always: list("'sources':", text.slice(0, end)),
    windows: of('OS==win'),
    mac: of('OS==mac'),
    other: of('OS!=win and OS!=mac'),
  };
}

describe('CMake and gyp', () => {
  it('build the host library of the same sources on every system', () => {
    const cmake = read('native-abi/host/sources.cmake').replace(/^\s*#.*$/gm, '');
    const [, always = ''] = /set\(MORTISE_HOST_NAMES([^)]*)\)/.exec(cmake) ?? [];
    const [, windows = ''] = /if\(WIN32\)\s*list\(APPEND MORTISE_HOST_NAMES ([^)]*)\)/.exec(cmake) ?? [];
    const [, mac = ''] = /elseif\(APPLE\)\s*list\(APPEND MORTISE_HOST_NAMES ([^)]*)\)/.exec(cmake) ?? [];
    const [, other = ''] = /else\(\)\s*list\(APPEND MORTISE_HOST_NAMES ([^)]*)\)/.exec(cmake) ?? [];
    const files = (list: string) =>
      words(list)
        .map((name) => `${name}.c`)
        .sort();
    const wanted = { always: files(always), windows: files(windows), mac: files(mac), other: files(other) };
    expect(gypSources('mortise_host')).toEqual(wanted);

    // And of all there are.
    const listed = new Set(Object.values(wanted).flat());
    expect(
      readdirSync(join(root, 'native-abi/host'))
        .filter((name) => name.endsWith('.c'))
        .sort(),
    ).toEqual([...listed].sort());
  });

  it('build the plugins in C and C++ of the same sources, which are all there are', () => {
    const cmake = read('c-plugins/CMakeLists.txt').replace(/^\s*#.*$/gm, '');
    const plugins = [...cmake.matchAll(/(?:mortise_plugin\(([\w-]+)|mortise_library\(([\w-]+) plugins)\s([^)]*)\)/g)]
      .map((match) => ({ name: match[1] ?? match[2] ?? '', sources: words(match[3] ?? '') }))
      .filter(({ sources }) => sources.some((path) => path.includes('/')));
    expect(plugins.map(({ name }) => name).sort()).toEqual([
      'base-layout-c',
      'compat-check',
      'environment-check',
      'logging',
      'summary',
      'text',
    ]);
    const present = (folder: string) =>
      readdirSync(join(root, 'c-plugins', folder))
        .filter((file) => /\.(c|cpp)$/.test(file))
        .map((file) => `${folder}/${file}`);
    for (const { name, sources } of plugins) {
      const listed = sources.map((path) => basename(path)).sort();
      expect(gypSources(name), name).toEqual({ always: listed, windows: [], mac: [], other: [] });
      // Besides its own sources, a plugin may have those that are shared.
      const own = sources.filter((path) => !path.startsWith('json/'));
      expect(own.sort(), name).toEqual(present(name).sort());
    }
    const shared = new Set(plugins.flatMap(({ sources }) => sources.filter((path) => path.startsWith('json/'))));
    expect([...shared].sort()).toEqual(present('json').sort());
  });

  it('build the same plugins in Rust, and gyp watches all of their sources', () => {
    const crates = [...read('c-plugins/CMakeLists.txt').matchAll(/mortise_rust_plugin\(([\w-]+)\)/g)].map(
      (match) => match[1] as string,
    );
    expect(crates.sort()).toEqual(['base-layout-rust', 'checksum', 'verify']);
    const gyp = read('binding.gyp');
    const sources = (crate: string) => readdirSync(join(root, 'c-plugins', crate, 'src')).map((name) => `src/${name}`);
    const unwatched = (crate: string, files: readonly string[]) =>
      files.filter((file) => !gyp.includes(`'c-plugins/${crate}/${file}'`));
    for (const crate of crates) {
      expect(unwatched(crate, ['Cargo.lock', 'Cargo.toml', ...sources(crate)]), crate).toEqual([]);
      const target = gyp.slice(gyp.indexOf(`'target_name': '${crate}'`)).split("'target_name'", 2)[1];
      const manifest = existsSync(join(root, 'c-plugins', crate, 'manifest.json'));
      if (manifest) expect(unwatched(crate, ['manifest.json']), crate).toEqual([]);
      expect(target?.includes("'<@(rust_kit)'"), crate).toBe(manifest);
    }
  });
});

describe('node-gyp', () => {
  const hasPython = ['python3', 'python'].some(
    (name) => spawnSync(name, ['--version'], { shell: process.platform === 'win32' }).status === 0,
  );
  if (!hasPython) console.log('skipped: node-gyp needs Python, which is not on this machine');

  const folder = mkdtempSync(join(tmpdir(), 'mortise-gyp-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.skipIf(!hasPython)(
    '[G22] builds host library and plugins that run',
    () => {
      execFileSync(process.execPath, ['scripts/build-native.mjs', '--tool', 'node-gyp', '--host', '--plugins'], {
        cwd: root,
        stdio: 'pipe',
      });
      const extension = ['so', 'dylib', 'dll'].find((suffix) => existsSync(join(root, 'build/Release', `text.${suffix}`)));
      const program = join(root, 'build', `gyp-check-${process.pid}.mjs`);
      writeFileSync(
        program,
        `import { PluginManager } from 'mortise';
       const manager = await PluginManager.create({ app: 'acme', apiVersion: '0.1.0', userDirectory: false });
       await manager.start();
       for (const name of ['logging', 'compat-check', 'text', 'summary', 'environment-check']) await manager.load(\`build/Release/\${name}.${extension}\`);
       const run = await manager.run(['text:survey', 'summary:write', 'environment:os'], { data: { path: 'README.md' } });
       console.log(JSON.stringify({ status: run.status, words: Number(run.data['text.words']) }));
       await manager.stop();`,
      );
      try {
        const env = privateEnvironment(folder, {
          MORTISE_HOST_LIBRARY: join(root, 'build/Release', `mortise_host.${extension}`),
        });
        const { stdout, stderr } = spawnSync(process.execPath, [program], { cwd: root, env, encoding: 'utf8' });
        expect(stderr).toBe('');
        expect(JSON.parse(stdout)).toEqual({ status: 'ok', words: expect.any(Number) });
      } finally {
        rmSync(program);
      }
    },
    300_000,
  );
});
