import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './installed.js';

type Layout = Readonly<Record<string, unknown>> & {
  readonly enums: Record<string, Record<string, number>>;
};

const load = async (name: string): Promise<unknown> =>
  import(new URL(`../../native-abi/test/${name}.mjs`, import.meta.url).href);
const { declaredNames, readLayout, readRustLayout } = (await load('layout')) as {
  declaredNames(start?: string): Promise<string[][]>;
  readLayout(compiler?: string, standard?: string): Promise<Layout>;
  readRustLayout(target: string): Promise<Layout | undefined>;
};
const { refusal } = (await load('compiler')) as {
  refusal(compiler: string, language: string, flags: string[]): Promise<string | undefined>;
};

const layout = await readLayout();

const compilers = await Promise.all(
  ['c++', 'g++', 'clang++'].map(async (compiler) => ({ compiler, skipped: await refusal(compiler, 'c++', ['-std=c++17']) })),
);
for (const { compiler, skipped } of compilers) {
  if (skipped !== undefined) console.log(`skipped: the layout in C++ by ${compiler}: ${skipped}`);
}

const rust = await readRustLayout(join(root, 'build/cargo-test'));
if (rust === undefined) console.log('skipped: the layout in Rust, since there is no cargo');

/** The layout without what `paths` name; an object of which nothing is left is left out too. */
function without(value: unknown, paths: readonly (readonly string[])[]): unknown {
  if (paths.length === 0 || typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([name, member]) => {
    const below = paths.filter(([first]) => first === name).map((path) => path.slice(1));
    if (below.some((path) => path.length === 0)) return [];
    const rest = without(member, below);
    const emptied = below.length > 0 && Object.keys(rest as object).length === 0;
    return emptied ? [] : [[name, rest]];
  });
  return Object.fromEntries(entries);
}

// What TypeScript makes of it is compared in layout.test.ts.
describe('[G3] the contract is one', () => {
  for (const { compiler, skipped } of compilers) {
    it.skipIf(skipped !== undefined)(`in C and in C++, by ${compiler}`, async () => {
      expect(await readLayout(compiler, 'c++17')).toEqual(layout);
    });
  }

  it.skipIf(rust === undefined)('in C and in Rust: all that plugins see, and nothing else', async () => {
    // A plugin does not see the headers in native-abi/host: what crosses between the host library and JavaScript.
    const ofTheHost = (await declaredNames('host/')).map((path) => (path[0] === 'structs' ? path.slice(0, 2) : path));
    expect(ofTheHost.length).toBeGreaterThan(20);
    const ofPlugins = without(layout, [...ofTheHost, ['structs', 'MortiseImage.ranges[]']]);
    expect(rust).toEqual(ofPlugins);
  });
});

/** Text of all files with that ending below a folder of native-abi, by path; without comments. */
function sources(folder: string, ending: string): { path: string; text: string }[] {
  return readdirSync(join(root, 'native-abi', folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending) && !path.startsWith('target'))
    .map((path) => ({
      path: join(folder, path),
      text: readFileSync(join(root, 'native-abi', folder, path), 'utf8')
        .replace(/\/\*[\s\S]*?\*\//g, '')
        .replace(/\/\/.*$/gm, ''),
    }));
}

/** Enumerators with what they are said to be, of all enums in the text. */
const enumerators = (text: string) =>
  [...text.matchAll(/\benum(?: class| struct)? (\w+)[^{;]*\{([^{}]*)\}/g)].map(([, name = '', body = '']) => ({
    name,
    members: body
      .split(',')
      .map((member) => member.split('=').map((side) => side.trim()))
      .filter(([member]) => member !== ''),
  }));

const constants = new Map(
  Object.entries(layout.enums).flatMap(([name, members]) => Object.keys(members).map((member) => [member, name])),
);

describe('[G3] the kits take the numbers of the contract from the headers', () => {
  it('C++: each enum class has every enumerator of the enum that it stands for, by its name', () => {
    const classes = sources('include/mortise/cpp', '.hpp').flatMap(({ text }) => enumerators(text));
    expect(classes.length).toBeGreaterThan(2);
    for (const { name, members } of classes) {
      const values = members.map(([, value = '']) => value);
      const enums = new Set(values.map((value) => constants.get(value)));
      expect([...enums], `${name} stands for one enum of the headers`).toHaveLength(1);
      const [wanted = ''] = [...enums] as string[];
      expect(values.sort(), name).toEqual(Object.keys(layout.enums[wanted] ?? {}).sort());
    }
  });

  it('C: no enumerator has a number of its own, and no name of the headers is defined again', () => {
    const kit = sources('include/mortise/kit', '.h');
    const numbered = kit
      .flatMap(({ text }) => enumerators(text))
      .flatMap(({ members }) => members.filter(([, value]) => value));
    expect(numbered.filter(([, value = '']) => !constants.has(value))).toEqual([]);
    const known = new Set([
      ...constants.keys(),
      ...Object.keys(layout['numbers'] as object),
      ...Object.keys(layout['strings'] as object),
    ]);
    const again = kit.flatMap(({ text }) => [...text.matchAll(/^#define (\w+)/gm)].map(([, name = '']) => name));
    expect(again.filter((name) => known.has(name))).toEqual([]);
  });

  it('Rust: numbers and names of the contract are declared in `abi`, which is compared with C, and nowhere else', () => {
    const safe = sources('rust/src', '.rs').filter(({ path }) => !path.includes('/abi/'));
    const again = safe.flatMap(({ path, text }) =>
      [...text.matchAll(/\b(?:const|static) ((?:MORTISE|FFI)_\w+)/g)].map(([, name]) => `${path}: ${name}`),
    );
    expect(again).toEqual([]);
    const codes = safe.flatMap(({ text }) => [...text.matchAll(/^codes! \{([^}]*)\}/gm)].map(([, body = '']) => body)).join('');
    const named = [...codes.matchAll(/(\w+) = (\w+)/g)].map(([, name, value]) => [`MORTISE_${name}`, value]);
    expect(named).toEqual(Object.keys(layout.enums['MortiseResultCode'] ?? {}).map((name) => [name, name]));
  });
});
