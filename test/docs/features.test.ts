import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root, tableRows } from './markdown.js';

/** Groups of the list of promises, with how many each has. */
const GROUPS = { G: 23, W: 28, C: 6, Z: 13, M: 11 };
const ids = Object.entries(GROUPS).flatMap(([group, count]) =>
  Array.from({ length: count }, (_, index) => `${group}${index + 1}`),
);

const rows = tableRows('docs/features.md', 'id').map(([id = '', promise = '', state = '', shown = '']) => ({
  id,
  promise,
  state,
  shown,
}));

/** File below test/ → ids in brackets in the titles of its tests. */
const named = new Map(
  readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => {
      const text = readFileSync(join(root, 'test', path), 'utf8').replace(/^\s*(\/\/|\/?\*).*$/gm, '');
      // Brackets with ids that stand in a quoted text, at its beginning or behind others of their kind.
      const titles = [...text.matchAll(/['"`]((?:\[[GWCZM]\d+(?:[\s,]+[GWCZM]\d+)*\]\s*)+)/g)].map(
        (match) => match[1] as string,
      );
      const found = titles.flatMap((title) => title.match(/[GWCZM]\d+/g) ?? []);
      return [`test/${path}`, new Set(found)] as const;
    }),
);

describe('docs/features.md', () => {
  it('lists every promise once, in order', () => {
    expect(rows.map(({ id }) => id)).toEqual(ids);
  });

  it('says of each whether it holds', () => {
    const wrong = rows.filter(({ promise, state }) => promise === '' || !/^(held|in part: .+|not yet(: .+)?)$/.test(state));
    expect(wrong).toEqual([]);
  });

  it('marks as held only what the title of some test names', () => {
    const shown = new Set([...named.values()].flatMap((found) => [...found]));
    const unshown = rows.filter(({ id, state }) => state === 'held' && !shown.has(id)).map(({ id }) => id);
    expect(unshown).toEqual([]);
  });

  it('says where each is shown that holds, and names only tests that show it', () => {
    for (const { id, state, shown } of rows) {
      const files = [...shown.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string);
      if (state === 'held') expect(files, `${id} is held`).not.toEqual([]);
      for (const file of files) expect(named.get(file)?.has(id), `${file} shows ${id}`).toBe(true);
    }
  });
});
