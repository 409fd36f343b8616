/** The ABI as C, C++ and Rust compilers see it, and the names that the headers declare. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folder, includes, inTemporaryFolder, run, warnings } from './compiler.mjs';

/**
 * @typedef {object} Layout
 * @property {number} word sizeof(void*)
 * @property {Record<string, { size: number, align: number, fields: Record<string, { offset: number, size: number }> }>} structs
 * @property {Record<string, Record<string, number>>} enums enum name → enumerator → value, without the _LAST sentinels
 * @property {Record<string, Record<string, { value: number, text?: string, low?: number, high?: number }>>} lists X-macro → its rows
 * @property {Record<string, string>} strings
 * @property {Record<string, number>} numbers versions and limits
 */

/**
 * Compiles layout.c with `compiler` as `standard`, c11 or c++17, and runs it.
 * @returns {Promise<Layout>} throws with the compiler's output if that fails
 */
export async function readLayout(compiler = process.env.CC ?? 'cc', standard = 'c11') {
  return inTemporaryFolder(async (scratch) => {
    const program = join(scratch, 'layout');
    const language = standard.startsWith('c++') ? 'c++' : 'c';
    const options = [`-std=${standard}`, ...warnings, ...includes];
    const built = await run(compiler, [...options, '-x', language, join(folder, 'test/layout.c'), '-o', program]);
    if (!built.ok) throw new Error(`${compiler} cannot compile layout.c:\n${built.output}`);
    const printed = await run(program, []);
    if (!printed.ok) throw new Error(`layout.c, compiled by ${compiler}, failed:\n${printed.output}`);
    return JSON.parse(printed.stdout);
  });
}

/**
 * What Rust makes of the crate's declarations: the example `layout` of native-abi/rust. Built below `target`.
 * @returns {Promise<Layout | undefined>} undefined: there is no cargo
 */
export async function readRustLayout(target) {
  const crate = join(folder, 'rust/Cargo.toml');
  const where = ['--offline', '--locked', '--target-dir', target, '--manifest-path', crate];
  const printed = await run('cargo', ['run', '--quiet', ...where, '--example', 'layout']);
  if (printed.missing) return undefined;
  if (!printed.ok) throw new Error(`the example layout of native-abi/rust failed:\n${printed.output}`);
  return JSON.parse(printed.stdout);
}

/** Paths of all headers, relative to include/ or host/, umbrella first. */
export async function listHeaders() {
  const published = await readdir(join(folder, 'include'), { recursive: true });
  const host = await readdir(join(folder, 'host'));
  const isUmbrella = (path) => path === 'mortise.h';
  const inOrder = (a, b) => Number(isUmbrella(b)) - Number(isUmbrella(a)) || a.localeCompare(b);
  return [
    ...published
      .filter((path) => path.endsWith('.h'))
      .map((path) => path.replaceAll('\\', '/'))
      .sort(inOrder)
      .map((path) => `include/${path}`),
    ...['mortise_host.h', 'wire.h'].filter((path) => host.includes(path)).map((path) => `host/${path}`),
  ];
}

const withoutComments = (source) => source.replace(/\/\*[\s\S]*?\*\//g, ' ').replace(/\/\/.*$/gm, '');
const withoutDirectives = (source) => source.replace(/^[ \t]*#(?:.*\\\n)*.*$/gm, '');

/** `void (*name)(…)`, `type name[8]`, `union {…} name` → name. */
function declaredName(declaration) {
  return (/\(\*(\w+)\)/.exec(declaration) ?? /(\w+)\s*(?:\[[^\]]*\])?$/.exec(declaration))?.[1];
}

function bodies(source, keyword) {
  return [...source.matchAll(new RegExp(`\\b${keyword}\\s+(\\w+)\\s*\\{((?:[^{}]|\\{[^{}]*\\})*)\\}`, 'g'))].map(
    ([, name, body]) => ({ name, body }),
  );
}

/** Whether a header belongs to the kit for C: that is C only, and no part of the ABI. */
export const isOfKit = (header) => /^include\/mortise\/kit(\.h$|\/)/.test(header);

/** Names of everything in the headers below `start`, include/ or host/, that a model of the ABI has to know, as paths into a Layout. */
export async function declaredNames(start = '') {
  const names = [];
  for (const header of (await listHeaders()).filter((path) => path.startsWith(start) && !isOfKit(path))) {
    const source = withoutComments(await readFile(join(folder, header), 'utf8'));
    const code = withoutDirectives(source);
    for (const { name, body } of bodies(code, 'struct')) {
      const declarations = body
        .replace(/\{[^{}]*\}/g, '')
        .split(';')
        .map((text) => text.trim())
        .filter((text) => text !== '');
      names.push(...declarations.map((declaration) => ['structs', name, 'fields', declaredName(declaration)]));
    }
    for (const { name, body } of bodies(code, 'enum')) {
      names.push(['enums', name]);
      const enumerators = body
        .replace(/\w+\(\w+\)/g, '')
        .split(',')
        .map((text) => text.split('=')[0].trim());
      names.push(...enumerators.filter((text) => text !== '' && !text.endsWith('_LAST')).map((text) => ['enums', name, text]));
    }
    for (const [, name] of source.matchAll(/^#define (\w+)\(X\)/gm)) names.push(['lists', name]);
    for (const [, name] of source.matchAll(/^#define (\w+) "/gm)) names.push(['strings', name]);
    for (const [, name] of source.matchAll(/^#define (\w+) \d/gm)) names.push(['numbers', name]);
  }
  return names;
}

/** Those of `names` that `layout` lacks, as text. */
export function missingFrom(layout, names) {
  return names
    .filter((path) => path.reduce((value, name) => value?.[name], layout) === undefined)
    .map((path) => path.join('.'));
}
