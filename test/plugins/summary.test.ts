import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContextValue } from 'mortise';
import { describe, expect, it } from 'vitest';
import { refusal } from '../support/errors.js';
import { createManager, managerWith } from '../support/managers.js';
import { memoryLogger } from '../support/memory-logger.js';
import { folderOf, shipped } from '../support/plugins.js';
import { temporaryFolder } from '../support/temporary.js';

const BOTH = [shipped('text'), shipped('summary')];

/** What text:survey sets. */
const survey = (lines: bigint, words: bigint, ...top: Array<[string, number]>) => ({
  'text.lines': lines,
  'text.words': words,
  'text.top_words': top.map(([word, count]) => ({ word, count })),
});

describe('summary:write', () => {
  it('[G22] says in one line what text:survey found', async () => {
    const path = join(temporaryFolder(), 'poem.txt');
    writeFileSync(path, 'a rose is a rose\nis a rose\n');
    const manager = await managerWith(BOTH);
    const run = await manager.run(['text:survey', 'summary:write'], { data: { path } });
    expect(run.data['summary.text']).toBe('2 lines, 8 words; most frequent: a (3), rose (3), is (2)');
  });

  it.each<[string, Record<string, ContextValue>, string]>([
    ['nothing', survey(0n, 0n), '0 lines, 0 words'],
    ['one word', survey(1n, 1n, ['grüße', 1]), '1 line, 1 word; most frequent: grüße (1)'],
    [
      'more than three',
      survey(9n, 20n, ['a', 5], ['b', 4], ['c', 3], ['d', 2]),
      '9 lines, 20 words; most frequent: a (5), b (4), c (3)',
    ],
  ])('[G22] names three words at most: of %s', async (_what, data, text) => {
    const manager = await managerWith(BOTH);
    const run = await manager.run(['summary:write'], { data });
    expect(run.data['summary.text']).toBe(text);
  });

  it.each<[string, Record<string, ContextValue>, string]>([
    ['text:survey did not run', {}, 'the context has no `text.lines`: run text:survey before'],
    [
      'a count is no integer',
      { ...survey(1n, 1n), 'text.words': 'many' },
      'the context value `text.words` must be an int64, as text:survey sets it',
    ],
    [
      'the ranking is no list',
      { ...survey(1n, 1n), 'text.top_words': 'a' },
      'the context value `text.top_words` must be a list, as text:survey sets it',
    ],
    [
      'the ranking has other entries',
      { ...survey(1n, 1n), 'text.top_words': [{ word: 1, count: 1 }] },
      'the context value `text.top_words` must be a list of {word, count}, as text:survey sets it',
    ],
    [
      'the ranking is a list of lists',
      { ...survey(1n, 1n), 'text.top_words': [[1]] },
      'the context value `text.top_words` must be a list of {word, count}, as text:survey sets it',
    ],
  ])('[G22] fails with a text that says so where %s', async (_what, data, detail) => {
    const manager = await managerWith(BOTH);
    const run = await manager.run(['summary:write'], { data });
    expect(run).toMatchObject({ ok: false, error: { code: 'StageFailed', plugin: 'summary', detail } });
  });

  it('[G22] in a dry run says what it would do, before anything was surveyed', async () => {
    const manager = await managerWith(BOTH);
    const run = await manager.run(['summary:write'], { mode: 'dry_run' });
    expect(run.stages[0]?.descriptions).toEqual(['Summarise text.lines, text.words and text.top_words as summary.text.']);
  });
});

describe('what summary depends on', () => {
  it('[G22] is the plugin text: without it, it is refused, by name', async () => {
    const manager = await createManager();
    const error = await refusal(manager.load(shipped('summary')));
    expect(error).toMatchObject({ code: 'DependencyMissing', plugin: 'summary' });
    expect(error.detail).toContain('text');
  });

  it('[G22] is loaded before it, whatever the order in the folder', async () => {
    const manager = await createManager({ directories: [folderOf(shipped('summary'), shipped('text'), shipped('logging'))] });
    const boot = await manager.start();
    expect(boot.failed).toEqual([]);
    const order = boot.loaded.map(({ name }) => name);
    expect(order.at(-1)).toBe('summary');
    expect(order.slice(0, -1).sort()).toEqual(['logging', 'text']);
  });

  it('[G22] does not include logging, with which it only says more', async () => {
    const { logger, lines } = memoryLogger();
    const manager = await managerWith(BOTH, { logger });
    expect((await manager.run(['summary:write'], { data: survey(1n, 1n) })).ok).toBe(true);
    await manager.stop();
    expect(lines).toEqual([]);
  });

  it.todo('[G22] [G21] uses the service `log` of logging: its text arrives as a line of plugin logging with the field tag', async () => {
    const { logger, lines } = memoryLogger();
    const config = { logging: { prefix: 'acme: ' } };
    const manager = await managerWith([shipped('logging'), ...BOTH], { logger, config });
    await manager.run(['summary:write'], { data: survey(1n, 1n) });
    await manager.stop();
    expect(lines).toMatchObject([{ level: 30, plugin: 'logging', tag: 'summary', msg: 'acme: 1 line, 1 word' }]);
  });

  it.todo('[G22] [G21] does not use the service below the option `level` of logging', async () => {
    const { logger, lines } = memoryLogger();
    const manager = await managerWith([shipped('logging'), ...BOTH], { logger, config: { logging: { level: 'warn' } } });
    await manager.run(['summary:write'], { data: survey(1n, 1n) });
    await manager.stop();
    expect(lines).toEqual([]);
  });

  it.todo('[G22] [G21] is stopped before logging: shutdown of summary, then of logging');
  it.todo(
    '[G22] [G12] includes the stage text:survey: beside a `text` ^1.0.0 that does not register it, summary is refused before init with StageRequirementMissing, naming text:survey',
  );
});
