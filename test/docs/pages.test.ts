import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { definePlugin, PluginManager } from 'mortise';
import { describe, expect, it } from 'vitest';
import { COMMON_OPTIONS } from '../../dist/cli/arguments.js';
import { COMMANDS } from '../../dist/cli/commands.js';
import { refusal } from '../support/errors.js';
import { createManager } from '../support/managers.js';
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

  /** Names in the first cells of a table of the guide: `init(host)` is init, and a cell may have several. */
  const namesIn = (head: string) =>
    tableRows('docs/guide.md', head).flatMap(([cell = '']) =>
      [...cell.matchAll(/`(?:mortise )?(\w+)[^`]*`/g)].map(([, name]) => name as string),
    );

  it('docs/guide.md has all that a plugin may declare, all options of a run, hooks and events, and no others', async () => {
    const manager = await createManager();
    const known = async (work: () => unknown) => /: (.*)\.$|There are (.*)\.$/.exec((await refusal(work)).remedy);
    const sorted = (names: string | undefined) => names?.split(', ').sort();
    const nothing = 'qqqqqqqqqqqqqqqq';
    const wrong = { name: 'a', version: '1.0.0', [nothing]: 1 };
    expect(namesIn('field of a plugin').sort()).toEqual(sorted((await known(() => definePlugin(wrong)))?.[1]));
    const { [nothing]: _, ...good } = { ...wrong };
    const entries = {
      dependencies: [{ [nothing]: 1 }],
      requiredStages: [{ [nothing]: 1 }],
      resources: [{ [nothing]: 1 }],
      stages: [{ id: 'a:b', [nothing]: 1 }],
      services: [{ [nothing]: 1 }],
    };
    const rows = tableRows('docs/guide.md', 'entry of');
    for (const [field, entry] of Object.entries(entries)) {
      const from = rows.findIndex(([first]) => first === `\`${field}\``);
      const length = rows.slice(from + 1).findIndex(([first]) => first !== '');
      const cells = rows.slice(from, length < 0 ? undefined : from + 1 + length).map(([, cell = '']) => cell);
      const names = cells.flatMap((cell) => [...cell.matchAll(/`(\w+)[^`]*`/g)].map(([, name]) => name));
      expect(names.sort(), field).toEqual(sorted((await known(() => definePlugin({ ...good, [field]: entry } as never)))?.[1]));
    }
    await manager.start();
    expect(namesIn('option of `run`').sort()).toEqual(
      sorted((await known(() => manager.run([], { [nothing]: 1 } as never)))?.[1]),
    );
    expect(namesIn('hook').sort()).toEqual(sorted((await known(() => manager.hook(nothing as never, () => {})))?.[2]));
    expect(namesIn('event').sort()).toEqual(sorted((await known(() => manager.on(nothing as never, () => {})))?.[2]));
  });

  it('give a command only options that it has', async () => {
    const unknown: string[] = [];
    let count = 0;
    for (const page of pages()) {
      // A command goes on behind a backslash, and ends where the quotation or the line does, or where a shell begins another.
      const text = read(page).replace(/\\\n\s*/g, ' ');
      for (const [whole, name = '', words = ''] of text.matchAll(/\bmortise (\w+)\b([^`\n|;&]*)/g)) {
        const command = Object.hasOwn(COMMANDS, name) ? await COMMANDS[name]?.() : undefined;
        if (command === undefined) continue;
        const options = [...words.matchAll(/(?<=\s|\[)--([a-z][\w-]*)/g)].map(([, option]) => option as string);
        count += options.length;
        const known = Object.keys({ ...command.options, ...COMMON_OPTIONS });
        if (options.some((option) => !known.includes(option))) unknown.push(`${page}: ${whole}`);
      }
    }
    expect(unknown).toEqual([]);
    expect(count).toBeGreaterThan(30);
  });

  it('docs/guide.md has all commands of the command line', () => {
    expect(namesIn('command')).toEqual(Object.keys(COMMANDS));
  });
});
