import { afterAll, describe, expect, it } from 'vitest';
import { withEnvironment } from '../contract/fixtures.js';
import { failureInline, failureProbed, faulty, GETTERS, isBuilt, liveAgain, SLOTS } from './slots.js';

/*
 * Each slot in which code of an author's may fail, in each language that there is a kit for, and by a table made by hand: what the author says reaches whoever
 * loads the plugin.
 */

interface Language {
  /** Of the plugin, in c-plugins/faulty. */
  readonly plugin: string;
  /** What becomes of a text on its way through the kit. */
  readonly says: (text: string) => string | RegExp;
  /** What the kit says for an author who fails without a text. */
  readonly saysOtherwise?: (text: string, slot: string) => string | RegExp;
  /** Slots in which no code of an author's runs with this kit. */
  readonly without: readonly string[];
}

const same = (text: string) => text;
const panicked = (text: string) => new RegExp(`panicked: ${text} \\(src/lib\\.rs:\\d+:\\d+\\)`);

const LANGUAGES: readonly Language[] = [
  { plugin: 'faulty-table', says: same, without: [] },
  { plugin: 'faulty-c', says: same, without: GETTERS },
  { plugin: 'faulty-cpp', says: same, saysOtherwise: () => 'an exception that is no std::exception', without: [] },
  {
    plugin: 'faulty-rust',
    says: panicked,
    // Where a slot can return an error, that is the other way to fail; elsewhere a panic that is no text.
    saysOtherwise: (text, slot) =>
      GETTERS.some((getter) => getter === slot) || slot.endsWith('destroy') ? panicked('with a value that is no text') : text,
    // Constants of the manifest.
    without: ['name', 'version'],
  },
];

interface Cell extends Language {
  readonly slot: string;
}

const cells: readonly Cell[] = LANGUAGES.flatMap((language) =>
  Object.keys(SLOTS)
    .filter((slot) => !language.without.includes(slot))
    .map((slot) => ({ ...language, slot })),
);

/** Has the plugin fail where `failing` says: what comes of it, in this process and in a child, and that nothing is left of it. */
async function tryCell({ plugin, slot }: Cell, failing: string, said: string | RegExp): Promise<void> {
  const path = faulty(plugin);
  const { code, phase, shows, ...row } = SLOTS[slot] as (typeof SLOTS)[string];
  const before = row.before.replace('NAME', plugin);
  const detail =
    typeof said === 'string' ? `${before}${said}` : expect.stringMatching(new RegExp(`^${before}${said.source}$`, 'u'));
  const operation = row.operation.replace('NAME', plugin);
  const error = { code, phase, operation, plugin, path, detail, ledger: [] };
  await withEnvironment('MORTISE_FAULTY', failing, async () => {
    expect(await failureInline(path, plugin, shows)).toMatchObject(error);
    const probed = await failureProbed(path, shows);
    if (shows === 'load' || shows === 'unload') expect(probed).toMatchObject(error);
    else expect(probed).toBeUndefined();
  });
  await liveAgain(path, plugin);
}

let passed = 0;
afterAll(() => console.log(`slots × languages: ${passed} of ${cells.length}`));

const present = ({ plugin }: Language) => isBuilt(plugin);

describe('a slot that fails', () => {
  it.each(cells.filter(present))(
    '[G7] $slot of $plugin: its text arrives, with plugin, phase and operation, and the plugin runs when it is opened again',
    async (cell) => {
      const { plugin, slot, says } = cell;
      await tryCell(cell, slot, says(`${slot} of ${plugin}: größer 💥`));
      passed++;
    },
  );

  it.each(cells.filter((cell) => present(cell) && cell.saysOtherwise !== undefined))(
    '[G7] $slot of $plugin: what has no text is caught all the same',
    async (cell) => {
      const { plugin, slot, saysOtherwise = same } = cell;
      await tryCell(cell, `${slot}!`, saysOtherwise(`${slot} of ${plugin}: größer 💥`, slot));
    },
  );

  it.each(LANGUAGES.filter((language) => !present(language)))(
    'is not tried with $plugin, which was not built',
    ({ plugin }) => {
      console.log(`skipped: ${plugin} was not built; \`npm run build:native\` builds it where there is a compiler for it`);
    },
  );
});
