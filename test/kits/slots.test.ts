import { afterAll, describe, expect, it } from 'vitest';
import { withEnvironment } from '../contract/fixtures.js';
import { failureInline, failureProbed, faulty, isBuilt, liveAgain, SLOTS } from './slots.js';

/*
 * Each slot in which code of an author's may fail, in each language that there is a kit for, and by hand: what the author says reaches whoever loads the plugin.
 */

const TEXT = 'größer 💥';

interface Language {
  /** Of the plugin, in c-plugins/faulty. */
  readonly plugin: string;
  /** What becomes of the text of a slot on its way through the kit. */
  readonly says: (text: string) => string | RegExp;
  /** Slots that run no code of the author with this kit. */
  readonly without: readonly string[];
}

const same = (text: string) => text;

const LANGUAGES: readonly Language[] = [
  { plugin: 'faulty-table', says: same, without: [] },
  { plugin: 'faulty-c', says: same, without: [] },
  { plugin: 'faulty-cpp', says: same, without: [] },
  { plugin: 'faulty-rust', says: same, without: [] },
];

const cells = LANGUAGES.flatMap((language) =>
  Object.entries(SLOTS)
    .filter(([name]) => !language.without.includes(name))
    .map(([name, slot]) => ({ ...language, name, slot })),
);

let passed = 0;
afterAll(() => console.log(`slots × languages: ${passed} of ${cells.length}`));

describe.skipIf(!LANGUAGES.every(({ plugin }) => isBuilt(plugin)))('a slot that fails', () => {
  it.each(cells)(
    '[G7] $name of $plugin: its text arrives, with plugin, phase and operation, and the plugin can be opened again',
    async ({ plugin, name, slot, says }) => {
      const path = faulty(plugin);
      const said = says(`${name} of ${plugin}: ${TEXT}`);
      const before = slot.before.replace('NAME', plugin);
      const detail = typeof said === 'string' ? `${before}${said}` : expect.stringMatching(said);
      const { code, phase } = slot;
      const error = { code, phase, operation: slot.operation.replace('NAME', plugin), plugin, path, detail, ledger: [] };
      await withEnvironment('MORTISE_FAULTY', name, async () => {
        expect(await failureInline(path, plugin, slot.shows)).toMatchObject(error);
        const probed = await failureProbed(path, slot.shows);
        if (slot.shows === 'load' || slot.shows === 'unload') expect(probed).toMatchObject(error);
        else expect(probed).toBeUndefined();
      });
      await liveAgain(path, plugin);
      passed++;
    },
  );
});
