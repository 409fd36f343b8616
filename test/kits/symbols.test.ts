import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { inspectFileSync } from '../../dist/binary/index.js';
import { privateEnvironment, root } from '../project/installed.js';
import { shipped, suffix } from '../support/plugins.js';

const ENTRIES = ['_plugin_init', 'mortise_plugin_extension'];
const scratch = mkdtempSync(join(tmpdir(), 'mortise-symbols-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const answers = (command: string) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
const hasNm = process.platform === 'linux' && answers('nm');
if (!hasNm) console.log('skipped: what the project reads of exports is not compared with nm, which is not here');

/** What a library exports, by our own reader and, where it is here, by nm. */
function exportsOf(path: string): string[] {
  const names = inspectFileSync(path)
    .info.exports()
    .map(({ name }) => name)
    .sort();
  if (hasNm) {
    const lines = execFileSync('nm', ['-D', '--defined-only', path], { encoding: 'utf8' }).trim().split('\n');
    expect(lines.map((line) => line.split(' ').at(-1)).sort(), 'as nm sees it').toEqual(names);
  }
  return names;
}

/** Sources of a plugin below c-plugins, in any language, as one text. */
function sourceOf(folder: string): string {
  return readdirSync(join(root, 'c-plugins', folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(c|cpp|rs)$/.test(path) && !path.startsWith('target'))
    .map((path) => readFileSync(join(root, 'c-plugins', folder, path), 'utf8'))
    .join('\n');
}

const madeWithKit = (folder: string) => /\bMORTISE_EXPORT_PLUGIN\(|\bexport_plugin!/.test(sourceOf(folder));

describe('[G7] what was built here exports the entry points of a plugin, and nothing of C++ or Rust', () => {
  const plugins = ['environment-check', 'logging', 'compat-check', 'text', 'summary', 'checksum', 'verify'].filter((name) =>
    existsSync(shipped(name)),
  );

  it.each(plugins)('%s', (name) => {
    const names = exportsOf(shipped(name));
    // An extension is optional for those who write the table themselves.
    expect(names).toEqual(
      madeWithKit(name) ? ENTRIES : ENTRIES.filter((entry) => entry !== ENTRIES[1] || names.includes(entry)),
    );
  });

  const faulty = ['faulty-table', 'faulty-c', 'faulty-cpp', 'faulty-rust'];
  const built = faulty.filter((name) => existsSync(join(root, 'build/native/faulty', name + suffix)));
  if (built.length < faulty.length)
    console.log(`skipped: not built are ${faulty.filter((name) => !built.includes(name)).join(', ')}`);

  it.each(built)('%s', (name) => {
    expect(exportsOf(join(root, 'build/native/faulty', name + suffix))).toEqual(ENTRIES);
  });
});

// A source of the author's that was not compiled with care.
const CARELESS = `#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
int careless(void);
int careless(void) { return 1; }
`;

/** Target of the project of an author → folder below c-plugins/faulty with the source that it is built of. */
const TARGETS = { 'faulty-c': 'plugin.c', 'faulty-cpp': 'plugin.cpp', 'faulty-table': 'plugin.c' };

const targets = Object.keys(TARGETS) as (keyof typeof TARGETS)[];

/** The folder of a project that builds the faulty plugins as their authors would, each with a careless source beside its own. */
function project(name: string): string {
  const folder = join(scratch, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'careless.c'), CARELESS);
  for (const target of targets) cpSync(join(root, 'c-plugins/faulty', target), join(folder, target), { recursive: true });
  return folder;
}

const source = (name: keyof typeof TARGETS) => `${name}/${TARGETS[name]}`;

interface Compilers {
  readonly c: string;
  readonly cxx: string;
}

const present = [
  { c: 'gcc', cxx: 'g++' },
  { c: 'clang', cxx: 'clang++' },
].filter(({ c, cxx }) => answers(c) && answers(cxx));
if (present.length < 2) console.log('skipped: plugins are built by those of gcc and clang that are here');

function run(command: string, args: readonly string[], cwd: string, more: NodeJS.ProcessEnv = {}): void {
  const env = privateEnvironment(scratch, { PATH: process.env['PATH'] ?? '', ...more });
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error ?? `${stdout}${stderr}`}`);
}

function expectEntries(folder: string): void {
  for (const name of targets) expect(exportsOf(join(folder, name + suffix)), name).toEqual(ENTRIES);
}

/** Whether the plugin in C++ has the C++ runtime inside: it needs no library of it. */
function hasOwnRuntime(folder: string): boolean {
  const { needed } = inspectFileSync(join(folder, `faulty-cpp${suffix}`)).info;
  return !needed.some((library) => /libstdc\+\+|libc\+\+/.test(library));
}

const hasCMake = process.platform !== 'win32' && answers('cmake');
if (!hasCMake) console.log('skipped: plugins through the CMake package, since there is no cmake');

describe.skipIf(!hasCMake)('[G7] a plugin of the CMake package exports the same', () => {
  const builds = present.flatMap((compilers) => [
    { ...compilers, type: 'Debug', isStatic: false },
    { ...compilers, type: 'Release', isStatic: process.platform === 'linux' },
  ]);

  it.each(builds)(
    '$cxx, $type, C++ runtime inside: $isStatic',
    ({ c, cxx, type, isStatic }) => {
      const folder = project(`cmake-${c}-${type}-${isStatic}`);
      const calls = targets.map(
        (name) => `mortise_add_plugin(${name} MANIFEST ${name}/manifest.json ${source(name)} careless.c)`,
      );
      const lists = [
        'cmake_minimum_required(VERSION 3.16)',
        'project(author LANGUAGES C CXX)',
        `find_package(mortise CONFIG REQUIRED PATHS "${join(root, 'native-abi/toolchain')}" NO_DEFAULT_PATH)`,
        ...calls,
      ];
      writeFileSync(join(folder, 'CMakeLists.txt'), `${lists.join('\n')}\n`);
      const flags = isStatic ? ['-DCMAKE_SHARED_LINKER_FLAGS=-static-libstdc++ -static-libgcc'] : [];
      const options = [
        `-DCMAKE_C_COMPILER=${c}`,
        `-DCMAKE_CXX_COMPILER=${cxx}`,
        `-DMORTISE_NODE=${process.execPath}`,
        ...flags,
      ];
      run('cmake', ['-S', '.', '-B', 'build', `-DCMAKE_BUILD_TYPE=${type}`, ...options], folder);
      run('cmake', ['--build', 'build'], folder);
      expectEntries(join(folder, 'build'));
      expect(hasOwnRuntime(join(folder, 'build'))).toBe(isStatic);
    },
    300_000,
  );
});

const hasPython = ['python3', 'python'].some(answers);
if (!hasPython) console.log('skipped: plugins through node-gyp, which needs Python');

/** Where include/node/node.h is; undefined: node-gyp would have to download it. */
const headers = [process.env['npm_config_nodedir'], join(dirname(process.execPath), '..'), '/usr'].find(
  (folder) => folder && existsSync(join(folder, 'include/node/node.h')),
);
if (headers === undefined) console.log('skipped: plugins through node-gyp, which would have to download the headers of Node');

describe.skipIf(!hasPython || headers === undefined || process.platform === 'win32')(
  '[G7] a plugin of node-gyp exports the same',
  () => {
    const gyp = join(dirname(createRequire(import.meta.url).resolve('node-gyp/package.json')), 'bin/node-gyp.js');

    it.each(present)(
      '$cxx, C++ runtime inside',
      ({ c, cxx }: Compilers) => {
        const folder = project(`gyp-${c}`);
        const abi = join(root, 'native-abi');
        const binding = {
          targets: targets.map((name) => ({
            target_name: name,
            variables: { mortise_abi: abi, mortise_manifest: `${name}/manifest.json` },
            includes: [join(abi, 'toolchain/plugin.gypi')],
            sources: [source(name), 'careless.c'],
          })),
        };
        writeFileSync(join(folder, 'binding.gyp'), JSON.stringify(binding));
        writeFileSync(join(folder, 'package.json'), '{"name": "author", "version": "1.0.0"}');
        const env = { CC: c, CXX: cxx, LDFLAGS: process.platform === 'linux' ? '-static-libstdc++ -static-libgcc' : '' };
        run(process.execPath, [gyp, 'configure', 'build', '--debug', `--nodedir=${headers}`], folder, env);
        const found = readdirSync(join(folder, 'build/Debug'), { recursive: true, encoding: 'utf8' });
        const at = found.find((path) => path.endsWith(`faulty-cpp${suffix}`) && !path.includes('obj.target')) ?? '';
        expectEntries(dirname(join(folder, 'build/Debug', at)));
        expect(hasOwnRuntime(dirname(join(folder, 'build/Debug', at)))).toBe(process.platform === 'linux');
      },
      300_000,
    );
  },
);

const crate = join(root, 'c-plugins/faulty/faulty-rust/Cargo.toml');
const hasCargo = answers('cargo');
if (!hasCargo) console.log('skipped: the plugin in Rust, since there is no cargo');

describe.skipIf(!hasCargo || process.platform === 'win32')('[G7] a plugin of the Rust crate exports the same', () => {
  it.each([[[]], [['--release']]])(
    'cargo build %s',
    (flags) => {
      const target = join(root, 'build/cargo-test');
      const options = ['--quiet', '--offline', '--locked', '--target-dir', target, '--manifest-path', crate];
      run('cargo', ['build', ...options, ...flags], scratch);
      const folder = join(target, flags.length > 0 ? 'release' : 'debug');
      expect(exportsOf(join(folder, `libfaulty_rust${suffix}`))).toEqual(ENTRIES);
    },
    300_000,
  );
});
