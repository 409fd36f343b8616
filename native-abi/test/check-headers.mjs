/**
 * Proves that the headers compile alone, in each language standard, without a warning, for each compiler and target that this machine has;
 * that layout.c leaves nothing out; and that README.md repeats what is compiled here.
 *
 *     node native-abi/test/check-headers.mjs
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { folder, includes, inTemporaryFolder, refusal, run, warnings } from './compiler.mjs';
import { cppKitCases } from './cpp-headers.mjs';
import { declaredNames, listHeaders, missingFrom, readLayout } from './layout.mjs';

const C = { language: 'c', standards: ['c11', 'c17'] };
const CXX = { language: 'c++', standards: ['c++11', 'c++17', 'c++20'] };

/** For targets without an installed C library: layouts and syntax need none of it but two declarations. */
const freestanding = ['-ffreestanding', `-I${join(folder, 'test/freestanding')}`];

const native = [
  { compiler: 'gcc', ...C },
  { compiler: 'g++', ...CXX },
  { compiler: 'clang', ...C },
  { compiler: 'clang++', ...CXX },
];

/** Other targets differ in layouts, not in standards: one standard of each language. */
const targets = (cc, cxx, flags = []) => [
  { compiler: cc, flags, language: 'c', standards: ['c11'] },
  { compiler: cxx, flags, language: 'c++', standards: ['c++17'] },
];

const cross = [
  ...targets('gcc', 'g++', ['-m32', ...freestanding]),
  ...['arm-linux-gnueabihf', 'aarch64-linux-gnu', 'x86_64-w64-mingw32', 'i686-w64-mingw32'].flatMap((target) =>
    targets(`${target}-gcc`, `${target}-g++`),
  ),
  ...[
    'i686-linux-gnu',
    'armv7-linux-gnueabihf',
    'riscv64-linux-gnu',
    's390x-linux-gnu',
    'wasm32',
    'i686-pc-windows-msvc',
    'x86_64-pc-windows-msvc',
    'aarch64-pc-windows-msvc',
    'x86_64-apple-macos',
    'arm64-apple-macos',
  ].flatMap((target) => targets('clang', 'clang++', [`--target=${target}`, ...freestanding])),
];

/** Every header is a source of its own, included twice; macros.c uses what they define. */
function headerCases(headers) {
  return [...native, ...cross].flatMap(({ compiler, language, standards, flags = [] }) =>
    standards.map((standard) => ({
      name: [
        compiler,
        ...flags.filter((flag) => /^-m|^--target/.test(flag)),
        `-std=${standard}`,
        `${headers.length} headers`,
      ].join(' '),
      async check() {
        const options = [`-std=${standard}`, ...flags];
        const skipped = await refusal(compiler, language, options);
        if (skipped !== undefined) return { ok: true, skipped, output: '' };
        return inTemporaryFolder(async (scratch) => {
          const sources = [];
          for (const header of headers) {
            const source = join(scratch, `${header.replaceAll('/', '_')}.c`);
            const path = header.slice(header.indexOf('/') + 1);
            await writeFile(source, `#include "${path}"\n#include "${path}"\n`);
            sources.push(source);
          }
          sources.push(join(folder, 'test/macros.c'));
          const noLibrary = language === 'c++' && flags.includes('-ffreestanding') ? ['-nostdinc++'] : [];
          return run(compiler, [
            ...options,
            ...noLibrary,
            ...warnings,
            ...includes,
            '-fsyntax-only',
            '-x',
            language,
            ...sources,
          ]);
        });
      },
    })),
  );
}

/** Each whole plugin that README.md shows becomes a library whose file holds one record. */
function pluginCases() {
  const compilers = ['gcc', 'clang', 'x86_64-w64-mingw32-gcc'];
  return compilers.flatMap((compiler) => ['minimal.c', 'store.c'].map((source) => pluginCase(compiler, source)));
}

function pluginCase(compiler, source) {
  return {
    name: `${compiler} -shared ${source}`,
    async check() {
      const skipped = await refusal(compiler, 'c', ['-std=c11']);
      if (skipped !== undefined) return { ok: true, skipped, output: '' };
      return inTemporaryFolder(async (scratch) => {
        // Named .dll everywhere: MinGW appends .exe to a name without a suffix.
        const library = join(scratch, 'greeter.dll');
        const flags = [
          '-std=c11',
          ...warnings,
          '-fvisibility=hidden',
          '-shared',
          ...(compiler.includes('mingw') ? [] : ['-fPIC']),
        ];
        const built = await run(compiler, [...flags, includes[0], join(folder, 'test', source), '-o', library]);
        if (!built.ok) return built;
        const records = (await readFile(library)).toString('latin1').split('\x7fMORTISE').length - 1;
        return { ok: records === 1, output: records === 1 ? '' : `the library holds ${records} records instead of 1` };
      });
    },
  };
}

/** What README.md only quotes compiles too. */
function excerptCases() {
  return ['gcc', 'clang'].map((compiler) => ({
    name: `${compiler} finder.c`,
    async check() {
      const skipped = await refusal(compiler, 'c', ['-std=c11']);
      if (skipped !== undefined) return { ok: true, skipped, output: '' };
      return run(compiler, ['-std=c11', ...warnings, includes[0], '-fsyntax-only', join(folder, 'test/finder.c')]);
    },
  }));
}

function layoutCases() {
  const read = new Map();
  const layoutBy = (compiler) => {
    if (!read.has(compiler)) read.set(compiler, readLayout(compiler));
    return read.get(compiler);
  };
  return [
    ...['gcc', 'clang'].map((compiler) => ({
      name: `${compiler} layout.c names all that the headers declare`,
      async check() {
        const skipped = await refusal(compiler, 'c', ['-std=c11']);
        if (skipped !== undefined) return { ok: true, skipped, output: '' };
        const missing = missingFrom(await layoutBy(compiler), await declaredNames());
        return { ok: missing.length === 0, output: missing.map((name) => `layout.c lacks ${name}`).join('\n') };
      },
    })),
    {
      name: 'gcc and clang lay everything out alike',
      async check() {
        for (const compiler of ['gcc', 'clang']) {
          const skipped = await refusal(compiler, 'c', ['-std=c11']);
          if (skipped !== undefined) return { ok: true, skipped, output: '' };
        }
        const ok = isDeepStrictEqual(await layoutBy('gcc'), await layoutBy('clang'));
        return { ok, output: ok ? '' : 'layout.c prints different JSON when compiled by gcc and by clang' };
      },
    },
  ];
}

/** README.md repeats some of the headers for its readers: each repetition is compared with what it repeats. */
function readmeCases() {
  const readme = () => readFile(join(folder, 'README.md'), 'utf8');
  return [
    {
      // A block that opens with ```c file=NAME is test/NAME, byte for byte.
      name: 'README.md shows minimal.c as it is compiled',
      async check() {
        const blocks = [...(await readme()).matchAll(/^```c file=(\S+)\n([\s\S]*?)^```$/gm)];
        const wrong = [];
        for (const [, name, code] of blocks) {
          if (code !== (await readFile(join(folder, 'test', name), 'utf8')))
            wrong.push(`the block of ${name} in README.md is not native-abi/test/${name}`);
        }
        if (!blocks.some(([, name]) => name === 'minimal.c')) wrong.push('README.md has no block ```c file=minimal.c');
        return { ok: wrong.length === 0, output: wrong.join('\n') };
      },
    },
    {
      // A block that opens with ```c excerpt=NAME is a part of test/NAME; there is no C in it that nobody compiles.
      name: 'README.md quotes what is compiled',
      async check() {
        const wrong = [];
        for (const [, words, code] of (await readme()).matchAll(/^```c\b *([^\n]*)\n([\s\S]*?)^```$/gm)) {
          const name = /^(?:file|excerpt)=(\S+)$/.exec(words)?.[1];
          if (name === undefined)
            wrong.push(`a block of C in README.md says of no file that it is from it: ${code.slice(0, 60)}`);
          else if (!(await readFile(join(folder, 'test', name), 'utf8')).includes(code))
            wrong.push(`what README.md quotes of ${name} is not in native-abi/test/${name}: ${code.slice(0, 60)}`);
        }
        return { ok: wrong.length === 0, output: wrong.join('\n') };
      },
    },
    {
      name: 'README.md lists the slots, limits, priorities and extensions of the headers',
      async check() {
        const skipped = await refusal('gcc', 'c', ['-std=c11']);
        if (skipped !== undefined) return { ok: true, skipped, output: '' };
        const text = await readme();
        const { word, structs, lists, strings, numbers } = await readLayout('gcc');
        const slots = Object.entries(structs.PluginVTable.fields).map(
          ([name, { offset }]) => `| ${offset / word} | \`${name}\` |`,
        );
        const limits = Object.entries(numbers).filter(
          ([name]) => name.startsWith('MORTISE_MAX_') && name !== 'MORTISE_MAX_THREADS',
        );
        const bands = Object.entries(lists.MORTISE_PRIORITIES).map(
          ([name, { low, high }]) => `| \`${name}\` | ${low}–${high} |`,
        );
        const extensions = Object.entries(strings).filter(([name]) => name.startsWith('MORTISE_EXT_'));
        const rows = [
          ...slots,
          ...limits.map(([name, value]) => `| \`${name}\` | ${value} |`),
          ...bands,
          ...extensions.map(([, id]) => `| \`${id}\` |`),
        ];
        const missing = rows.filter((row) => !text.includes(`\n${row}`));
        return { ok: missing.length === 0, output: missing.map((row) => `README.md has no row ${row}`).join('\n') };
      },
    },
  ];
}

/**
 * Runs every case, two at a time, and returns them in order. A case that needs a compiler which is not here is `ok` with the reason in `skipped`.
 * @returns {Promise<Array<{ name: string, ok: boolean, skipped?: string, output: string }>>}
 */
export async function checkHeaders() {
  const cases = [
    ...headerCases(await listHeaders()),
    ...pluginCases(),
    ...excerptCases(),
    ...layoutCases(),
    ...readmeCases(),
    ...cppKitCases(),
  ];
  const results = [];
  let next = 0;
  const worker = async () => {
    while (next < cases.length) {
      const index = next++;
      const { name, check } = cases[index];
      const { ok, skipped, output } = await check().catch((error) => ({ ok: false, output: String(error?.message ?? error) }));
      results[index] = { name, ok, ...(skipped === undefined ? {} : { skipped }), output };
    }
  };
  await Promise.all([worker(), worker()]);
  return results;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const results = await checkHeaders();
  for (const { name, ok, skipped, output } of results) {
    if (skipped !== undefined) console.log(`skipped  ${name}: ${skipped}`);
    else console.log(`${ok ? 'passed' : 'FAILED'}   ${name}${ok ? '' : `\n${output.replace(/^/gm, '    ')}`}`);
  }
  const skipped = results.filter((result) => result.skipped !== undefined).length;
  const failed = results.filter((result) => !result.ok).length;
  console.log(`${results.length - skipped - failed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed === 0 ? 0 : 1;
}
