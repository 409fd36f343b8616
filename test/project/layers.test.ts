import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './installed.js';

/** Folders of src, highest first. A folder imports from itself and from those behind it. */
const LAYERS = [
  'cli',
  'scaffold',
  'packaging',
  'testing',
  'core',
  'graph',
  'pipelines',
  'resolution',
  'isolation',
  'native',
  'safety',
  'ffi',
  'manifest',
  'abi',
  'binary',
  'plugin',
  'errors',
  'package',
];

interface Import {
  /** Relative to src. */
  readonly from: string;
  /** Relative to src, or the name of a package. */
  readonly to: string;
  readonly isPackage: boolean;
  /** Erased by the compiler: nothing is imported when the program runs. */
  readonly isType: boolean;
  /** Written as a call: imported when that is reached. */
  readonly isLater: boolean;
}

const source = join(root, 'src');
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts'));

const SPECIFIERS = [
  // import … from 'x', export … from 'x', import 'x'
  /^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm,
  // import('x'), require('x'), typeof import('x')
  /(typeof\s+)?\b(?:import|require)\(\s*'([^']+)'\s*\)/g,
  // createRequire(import.meta.url)('x')
  /()createRequire\(import\.meta\.url\)\(\s*'([^']+)'\s*\)/g,
];

function importsOf(from: string): Import[] {
  const text = readFileSync(join(source, from), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  return SPECIFIERS.flatMap((pattern) => [...text.matchAll(pattern)]).map(([whole, type, specifier = '']) => {
    const isPackage = !specifier.startsWith('.');
    const to = isPackage ? specifier : posix.join(dirname(from), specifier).replace(/\.js$/, '.ts');
    return { from, to, isPackage, isType: Boolean(type), isLater: whole.endsWith(')') };
  });
}

const imports = files.flatMap(importsOf);
const outside = imports.filter(({ to, isPackage }) => !isPackage && to.startsWith('../'));
const inside = imports.filter((each) => !each.isPackage && !outside.includes(each));
const layerOf = (path: string) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : 'index');

describe('the layers of src', () => {
  it('are the folders that are there', () => {
    const folders = [...new Set(files.map(layerOf))].filter((name) => name !== 'index');
    expect(folders.sort()).toEqual([...LAYERS].sort());
  });

  it('are found by their imports', () => {
    expect(inside.length).toBeGreaterThan(150);
    expect(inside.filter(({ to }) => !files.includes(to))).toEqual([]);
  });

  it('import downwards only, types included', () => {
    const upwards = inside.filter(
      ({ from, to }) => from !== 'index.ts' && LAYERS.indexOf(layerOf(to)) < LAYERS.indexOf(layerOf(from)),
    );
    expect(upwards.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  it('leave koffi to ffi', () => {
    const importers = imports.filter(({ to }) => to === 'koffi' || to.startsWith('koffi/')).map(({ from }) => layerOf(from));
    expect([...new Set(importers)]).toEqual(['ffi']);
  });

  // What builds plugins uses them too, where this package was never built.
  it('leave src only for the rules of names, versions and manifests, from abi and manifest', () => {
    expect([...new Set(outside.map(({ to }) => to))]).toEqual(['../native-abi/toolchain/manifest-rules.mjs']);
    expect([...new Set(outside.map(({ from }) => layerOf(from)))].sort()).toEqual(['abi', 'manifest']);
  });

  // Types are left out here: they are erased, so two files of one folder may name each other's types. Between folders they count (above).
  it('have no circular imports', () => {
    const followers = new Map(
      files.map((file) => [file, inside.filter(({ from, isType }) => from === file && !isType).map(({ to }) => to)]),
    );
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      const at = path.indexOf(file);
      if (at >= 0) cycles.push([...path.slice(at), file].join(' → '));
      if (at >= 0 || done.has(file)) return;
      for (const next of followers.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it('let the program load nothing but its own files, errors and the place of the package, until a command needs more', () => {
    const loaded = new Set<string>();
    const load = (file: string): void => {
      if (loaded.has(file)) return;
      loaded.add(file);
      for (const { from, to, isType, isLater } of inside) if (from === file && !isType && !isLater) load(to);
    };
    for (const file of ['cli/main.ts', 'cli/include.ts']) load(file);
    expect([...new Set([...loaded].map(layerOf))].sort()).toEqual(['cli', 'errors', 'package']);
  });

  it('keep index.ts files to exports of what is elsewhere', () => {
    const indexes = files.filter((file) => file.endsWith('index.ts'));
    const code = (file: string) =>
      readFileSync(join(source, file), 'utf8')
        .replace(/\/\*[\s\S]*?\*\//g, '')
        .replace(/^export (type )?(\*|\{[^}]*\}) from '[^']+';$/gm, '')
        .trim();
    expect(indexes.filter((file) => code(file) !== '')).toEqual([]);
  });
});
