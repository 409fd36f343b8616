import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PluginManager } from 'mortise';
import { describe, expect, it } from 'vitest';
import { refusal } from '../support/errors.js';
import { blocks, pages, read, root, tableRows } from './markdown.js';

describe('the pages for users', () => {
  it.each(pages())('%s links to files that are there', (page) => {
    const links = [...read(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map((match) => match[1] as string);
    const local = links.filter((link) => !/^https?:/.test(link));
    expect(local.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([]);
  });

  it.each(pages())('%s links to headings that are there', (page) => {
    const anchors = [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
      (heading as string)
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .replaceAll(' ', '-'),
    );
    const links = [...read(page).matchAll(/\]\(#([^)]+)\)/g)].map((match) => match[1] as string);
    expect(links.filter((link) => !anchors.includes(link))).toEqual([]);
  });

  it('quote only lines that are in the file which they quote', () => {
    for (const { place, words, text } of pages().flatMap(blocks)) {
      const file = words.find((word) => word.startsWith('excerpt='))?.slice('excerpt='.length);
      if (file === undefined) continue;
      const lines = new Set(
        read(file)
          .split('\n')
          .map((line) => line.trim()),
      );
      const invented = text.split('\n').filter((line) => !lines.has(line.trim()));
      expect(invented, place).toEqual([]);
    }
  });

  it('docs/guide.md has a row for each option of a manager, and no other', async () => {
    const options: object = { app: 'acme', apiVersion: '0.1.0', qqqqqqqqqqqq: 1 };
    const { remedy } = await refusal(PluginManager.create(options as Parameters<typeof PluginManager.create>[0]));
    const known = /^Options are: (.*)\.$/.exec(remedy)?.[1]?.split(', ');
    // The second table of options is that of probe, which begins with `init`.
    const rows = tableRows('docs/guide.md', 'option').map(([name = '']) => name.replaceAll('`', ''));
    expect(rows.slice(0, rows.indexOf('init')).sort()).toEqual(known?.sort());
  });
});
