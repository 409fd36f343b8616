/**
 * Cases of check-headers.mjs for the C++ kit: each header compiles alone; kit.cpp, which uses all of it, compiles without a warning, also without RTTI; and README.md
 * repeats what is compiled.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folder, includes, inTemporaryFolder, refusal, run, warnings } from './compiler.mjs';

const strict = [
  ...warnings,
  '-Wnon-virtual-dtor',
  '-Woverloaded-virtual',
  '-Wcast-qual',
  '-Wextra-semi',
  '-Wformat=2',
  '-Wunused',
];
const sources = ['kit.cpp', 'kit_store.cpp', 'greeter.cpp'];

const native = [
  { compiler: 'g++', standards: ['c++17', 'c++20', 'c++2b'] },
  { compiler: 'clang++', standards: ['c++17', 'c++20', 'c++2b'] },
];
const mingw = { compiler: 'x86_64-w64-mingw32-g++', standards: ['c++17'] };

/** Paths below include/, with slashes. */
async function listKit() {
  const files = await readdir(join(folder, 'include/mortise/cpp'));
  return ['mortise.hpp', ...files.filter((file) => file.endsWith('.hpp')).map((file) => `mortise/cpp/${file}`)];
}

/** Skipped where the compiler is not here. */
function compilerCase(name, compiler, standard, check) {
  return {
    name,
    async check() {
      const skipped = await refusal(compiler, 'c++', [`-std=${standard}`]);
      return skipped === undefined ? check() : { ok: true, skipped, output: '' };
    },
  };
}

function compileCases() {
  return [...native, mingw].flatMap(({ compiler, standards }) =>
    standards.map((standard) =>
      compilerCase(`${compiler} -std=${standard} the headers of the C++ kit, and all of it in use`, compiler, standard, () =>
        inTemporaryFolder(async (scratch) => {
          const alone = [];
          for (const header of await listKit()) {
            const source = join(scratch, `${header.replaceAll('/', '_')}.cpp`);
            await writeFile(source, `#include "${header}"\n#include "${header}"\n`);
            alone.push(source);
          }
          const used = sources.map((source) => join(folder, 'test', source));
          return run(compiler, [`-std=${standard}`, ...strict, includes[0], '-fsyntax-only', ...alone, ...used]);
        }),
      ),
    ),
  );
}

/** What is only warned of when the compiler optimises; and a library of more than one source, without RTTI, with one record. */
function libraryCases() {
  return ['g++', 'clang++', mingw.compiler].map((compiler) =>
    compilerCase(`${compiler} -O2 -fno-rtti -shared kit.cpp kit_store.cpp`, compiler, 'c++17', () =>
      inTemporaryFolder(async (scratch) => {
        const library = join(scratch, 'kit.dll');
        const flags = ['-std=c++17', '-O2', '-fno-rtti', ...strict, includes[0], '-fvisibility=hidden', '-shared'];
        const position = compiler.includes('mingw') ? [] : ['-fPIC'];
        const parts = ['kit.cpp', 'kit_store.cpp'].map((source) => join(folder, 'test', source));
        const built = await run(compiler, [...flags, ...position, ...parts, '-o', library]);
        if (!built.ok) return built;
        const records = (await readFile(library)).toString('latin1').split('\x7fMORTISE').length - 1;
        return { ok: records === 1, output: records === 1 ? '' : `the library holds ${records} records instead of 1` };
      }),
    ),
  );
}

function refusalCases() {
  return native.map(({ compiler }) =>
    compilerCase(`${compiler} -fno-exceptions refuses mortise.hpp and says why`, compiler, 'c++17', async () => {
      const { ok, output } = await run(compiler, [
        '-std=c++17',
        '-fno-exceptions',
        includes[0],
        '-fsyntax-only',
        '-x',
        'c++',
        join(folder, 'include/mortise.hpp'),
      ]);
      return { ok: !ok && output.includes('compile without -fno-exceptions'), output };
    }),
  );
}

/** A block that opens with ```cpp file=NAME is test/NAME, byte for byte; one with ```cpp excerpt=NAME is a part of it. */
function readmeCases() {
  return [
    {
      name: 'README.md shows greeter.cpp as it is compiled, and quotes no other C++ than what is',
      async check() {
        const readme = await readFile(join(folder, 'README.md'), 'utf8');
        const wrong = [];
        const blocks = [...readme.matchAll(/^```cpp\b *([^\n]*)\n([\s\S]*?)^```$/gm)];
        for (const [, words, code] of blocks) {
          const [, kind, name] = /^(file|excerpt)=(\S+)$/.exec(words) ?? [];
          const source = name === undefined ? undefined : await readFile(join(folder, 'test', name), 'utf8');
          const right = kind === 'file' ? source === code : source?.includes(code);
          if (!right)
            wrong.push(`a block of C++ in README.md is not what is in native-abi/test/${name ?? ''}: ${code.slice(0, 60)}`);
        }
        if (!blocks.some(([, words]) => words === 'file=greeter.cpp'))
          wrong.push('README.md has no block ```cpp file=greeter.cpp');
        return { ok: wrong.length === 0, output: wrong.join('\n') };
      },
    },
  ];
}

/** @returns {Array<{ name: string, check: () => Promise<{ ok: boolean, skipped?: string, output: string }> }>} */
export function cppKitCases() {
  return [...compileCases(), ...libraryCases(), ...refusalCases(), ...readmeCases()];
}
