import { readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './installed.js';

const include = join(root, 'native-abi/include');

/** The headers that make the contract: mortise.h and what it includes. The kits are written against it, and are no part of it. */
function contractHeaders(): string[] {
  const found = ['mortise.h'];
  for (const header of found) {
    const source = readFileSync(join(include, header), 'utf8');
    for (const [, path = ''] of source.matchAll(/^#include "([^"]+)"/gm)) {
      const from = posix.normalize(posix.join(header === 'mortise.h' ? '.' : dirname(header), path));
      if (!found.includes(from)) found.push(from);
    }
  }
  return found;
}

const headers = contractHeaders().map((path) => ({ path, text: readFileSync(join(include, path), 'utf8') }));

interface Rule {
  /** `PluginVTable.init`, `_plugin_init`. */
  readonly name: string;
  readonly comment: string;
}

/** The text of a comment that ends where the declaration begins. */
const plain = (comment: string) =>
  comment
    .replace(/^\/\*|\*\/$/g, '')
    .replace(/\n\s*\*/g, '\n')
    .replace(/\s+/g, ' ')
    .trim();

/** Every function pointer of a struct, and every exported function, with the comment directly before it. */
function rulesOf(source: string): Rule[] {
  const rules: Rule[] = [];
  const commented = String.raw`(\/\*(?:(?!\*\/)[\s\S])*\*\/)?\s*`;
  for (const [, name = '', body = ''] of source.matchAll(/\bstruct (\w+) \{\n([\s\S]*?)\n\}/g)) {
    for (const [, comment = '', field] of body.matchAll(new RegExp(`${commented}\\n? *[\\w* ]+\\(\\*(\\w+)\\)\\(`, 'g'))) {
      rules.push({ name: `${name}.${field}`, comment: plain(comment) });
    }
  }
  for (const [, comment = '', name = ''] of source.matchAll(
    new RegExp(`${commented}\\nMORTISE_EXPORT [\\w* ]+?(\\w+)\\(`, 'g'),
  )) {
    rules.push({ name, comment: plain(comment) });
  }
  return rules;
}

const rules = headers.flatMap(({ text }) => rulesOf(text));
const functions = new Set(rules.map(({ name }) => name.replace(/^.*\./, '')));

const THREADS = ['main-thread', 'stage-thread', 'any-thread', 'call-thread'];
const STATES = ['unopened', 'opened', 'registered', 'initialised', 'running', 'stopped', 'destroyed'];

/** What is wrong with an annotation such as `main-thread & opened; alone, after name`. */
function problems(annotation: string): string[] {
  const [, thread = '', states = '', conditions] = /^([\w-]+) & ([^;]+)(?:; (.+))?$/.exec(annotation) ?? [];
  const found: string[] = [];
  if (!THREADS.includes(thread)) found.push(`thread "${thread}"`);
  const named = states.split(' … ').length === 2 ? states.split(' … ') : states.split(', ');
  const order = named.map((state) => STATES.indexOf(state));
  if (order.includes(-1)) found.push(`states "${states}"`);
  if (order.some((place, index) => index > 0 && place <= (order[index - 1] as number))) found.push(`the order of "${states}"`);
  let kind = '';
  for (const word of (conditions ?? '').split(', ').filter(Boolean)) {
    if (word === 'alone' || word === 'if thread-safe' || word === 'after a call') continue;
    const [, before = kind, name = ''] = /^(?:(inside|after|before) )?(\w+)(?: or later)?$/.exec(word) ?? [];
    kind = before; // "inside execute, dry_run": the word counts for the whole list
    if (kind === '' || !functions.has(name)) found.push(`condition "${word}"`);
  }
  if (thread === 'call-thread' && !/inside|after/.test(conditions ?? '')) found.push('no call whose thread it is');
  return found;
}

const idsIn = (text: string) => [...text.matchAll(/\{((?:[PH]\d+ ?)+)\}/g)].flatMap(([, list = '']) => list.split(' '));

const page = readFileSync(join(root, 'native-abi/README.md'), 'utf8');
const rows = [...page.matchAll(/^\| ([PH])(\d+) \| ([^|]+) \| ([^|]+) \|$/gm)].map(([, side, number, must, otherwise]) => ({
  id: `${side}${number}`,
  side,
  number: Number(number),
  must,
  otherwise,
}));

describe('the rules of the contract', () => {
  it('are looked for in every header of it', () => {
    expect(headers.length).toBeGreaterThanOrEqual(18);
    expect(rules.length).toBeGreaterThan(50);
    // One for each place where C would see a function pointer of a struct.
    const pointers = headers.flatMap(({ text }) => text.replace(/\/\*[\s\S]*?\*\//g, '').match(/\(\*\w+\)\(/g) ?? []);
    expect(rules.filter(({ name }) => name.includes('.'))).toHaveLength(pointers.length);
  });

  it('say of every function on which thread and in which states it is called', () => {
    const wrong = rules.flatMap(({ name, comment }) => {
      const annotation = /^\[([^\]]+)\]/.exec(comment)?.[1];
      const found = annotation === undefined ? ['nothing'] : problems(annotation);
      return found.map((problem) => `${name}: ${problem}`);
    });
    expect(wrong).toEqual([]);
  });

  it('say of every function which obligations bear on it', () => {
    const without = rules.filter(({ comment }) => !/\{(?:[PH]\d+ ?)+\}$/.test(comment)).map(({ name }) => name);
    expect(without).toEqual([]);
    const unordered = rules.filter(({ comment }) => {
      const ids = idsIn(comment);
      const rank = (id: string) => (id.startsWith('P') ? 0 : 1000) + Number(id.slice(1));
      return ids.some((id, index) => index > 0 && rank(id) <= rank(ids[index - 1] as string));
    });
    expect(unordered.map(({ name }) => name)).toEqual([]);
  });

  it('are numbered without gaps, and each says what happens if it is broken', () => {
    for (const side of ['P', 'H']) {
      const numbers = rows.filter((row) => row.side === side).map(({ number }) => number);
      expect(numbers.length).toBeGreaterThanOrEqual(15);
      expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    }
    expect(rows.filter(({ must, otherwise }) => !must?.trim() || !otherwise?.trim())).toEqual([]);
  });

  it('are all named in a header, and no header names another', () => {
    const named = new Set(headers.flatMap(({ text }) => idsIn(text)));
    const notation = new Set(['P5', 'H3']); // the example of the notation itself
    const listed = new Set(rows.map(({ id }) => id));
    expect([...named].filter((id) => !listed.has(id))).toEqual([]);
    const inPlace = new Set([
      ...headers.filter(({ path }) => path !== 'mortise.h').flatMap(({ text }) => idsIn(text)),
      ...idsIn(headers[0]?.text ?? '').filter((id) => !notation.has(id)),
    ]);
    expect(rows.filter(({ id }) => !inPlace.has(id)).map(({ id }) => id)).toEqual([]);
  });

  it('that bear on every function are not repeated at each', () => {
    const [, everywhere = ''] =
      /These bear on every function, and are not repeated: (\{[^}]+\})/.exec(headers[0]?.text ?? '') ?? [];
    const general = idsIn(everywhere);
    expect(general.length).toBeGreaterThan(3);
    expect(rules.filter(({ comment }) => idsIn(comment).some((id) => general.includes(id))).map(({ name }) => name)).toEqual(
      [],
    );
  });
});
