import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContextValue } from 'mortise';
import { standIn, testHost } from 'mortise/testing';
import { describe, expect, it } from 'vitest';
import { declared } from '../support/declared.js';
import { refusal } from '../support/errors.js';
import { startHost } from '../support/hosts.js';
import { createManager, managerWith } from '../support/managers.js';
import { memoryLogger } from '../support/memory-logger.js';
import { describeWithFixtures, folderOf, shipped } from '../support/plugins.js';
import { temporaryFolder } from '../support/temporary.js';

const BOTH = [shipped('text'), shipped('summary')];
const WITH_LOGGING = [shipped('logging'), ...BOTH];
/** For runs that are given what text:survey would set. */
const skip = { 'text:survey': 'given' };

const both = () => testHost().plugin(shipped('summary')).plugin(shipped('text'));
/** With a `text` that leaves what is in the context as it is. */
const surveyed = () =>
  testHost()
    .plugin(shipped('summary'))
    .plugin(standIn('text', { stages: { 'text:survey': () => {} } }));

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
    const host = await startHost(both());
    const { values } = await host.run(['text:survey', 'summary:write'], { path });
    expect(values['summary.text']).toBe('2 lines, 8 words; most frequent: a (3), rose (3), is (2)');
  });

  it('[G22] [G12] alone has text:survey run before it, for summary', async () => {
    const path = join(temporaryFolder(), 'line.txt');
    writeFileSync(path, 'a rose\n');
    const host = await startHost(both());
    const { report, values } = await host.run('summary:write', { path });
    expect(report.stages).toMatchObject([{ stage: 'text:survey', requiredBy: 'summary' }, { stage: 'summary:write' }]);
    expect(values['summary.text']).toBe('1 line, 2 words; most frequent: a (1), rose (1)');
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
    const host = await startHost(surveyed());
    expect((await host.run('summary:write', data)).values['summary.text']).toBe(text);
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
    const host = await startHost(surveyed());
    expect(await refusal(host.run('summary:write', data))).toMatchObject({ code: 'StageFailed', plugin: 'summary', detail });
  });

  it('[G22] in a dry run says what it would do, before anything was surveyed', async () => {
    const host = await startHost(both());
    const { descriptions } = await host.run('summary:write', {}, { mode: 'dry_run' });
    expect(descriptions.slice(-1)).toEqual(['Summarise text.lines, text.words and text.top_words as summary.text.']);
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
    expect((await manager.run(['summary:write'], { data: survey(1n, 1n), skip })).ok).toBe(true);
    await manager.stop();
    expect(lines).toEqual([]);
  });

  it('[G22] [G21] uses the service `log` of logging: its text arrives as a line of logging, with the stage that wrote it', async () => {
    const { logger, lines } = memoryLogger();
    const manager = await managerWith(WITH_LOGGING, { logger, config: { logging: { prefix: 'acme: ' } } });
    await manager.run(['summary:write'], { data: survey(1n, 1n), skip });
    await manager.stop();
    expect(lines).toMatchObject([
      { level: 30, plugin: 'logging', stage: 'summary:write', tag: 'summary', msg: 'acme: 1 line, 1 word' },
    ]);
  });

  it('[G22] [G21] its lines keep their stage when it is unloaded before they are written', async () => {
    const { logger, lines } = memoryLogger();
    const manager = await managerWith(WITH_LOGGING, { logger });
    await manager.run(['summary:write'], { data: survey(1n, 1n), skip });
    await manager.unload('summary');
    await manager.run(['logging:note'], { data: { 'logging.message': 'afterwards' } });
    await manager.stop();
    expect(lines).toMatchObject([{ stage: 'summary:write' }, { stage: 'logging:note' }]);
  });

  it('[G22] [G21] writes no line below the option `level` of logging', async () => {
    const { logger, lines } = memoryLogger();
    const manager = await managerWith(WITH_LOGGING, { logger, config: { logging: { level: 'warn' } } });
    expect((await manager.run(['summary:write'], { data: survey(1n, 1n), skip })).ok).toBe(true);
    await manager.stop();
    expect(lines).toEqual([]);
  });

  it('[G22] [G21] writes lines from the level on that the application has changed its logger to', async () => {
    const { logger, lines } = memoryLogger('warn');
    const manager = await managerWith(WITH_LOGGING, { logger });
    const run = () => manager.run(['summary:write'], { data: survey(1n, 1n), skip });
    await run();
    logger.level = 'info';
    await run();
    await manager.stop();
    expect(lines).toMatchObject([{ plugin: 'logging', stage: 'summary:write', tag: 'summary' }]);
  });

  it('[G22] [G21] keeps logging from being unloaded while it runs, and is stopped before it', async () => {
    const manager = await managerWith(WITH_LOGGING);
    const shutdowns: Array<string | undefined> = [];
    manager.on('phase', ({ phase, plugin }) => void (phase === 'shutdown' && shutdowns.push(plugin)));
    expect(await refusal(manager.unload('logging'))).toMatchObject({ code: 'InvalidState', detail: 'summary needs it' });
    await manager.stop();
    expect(shutdowns.filter((plugin) => plugin !== 'text')).toEqual(['summary', 'logging']);
  });
});

describeWithFixtures('what summary requires', () => {
  it('[G22] [G12] includes the stage text:survey: beside a `text` that does not provide it, it is refused before init', async () => {
    const manager = await managerWith(declared({ name: 'text', stages: ['text:other'] }));
    const phases: string[] = [];
    manager.on('phase', ({ phase, plugin }) => void (plugin === 'summary' && phases.push(phase)));
    const error = await refusal(manager.load(shipped('summary')));
    expect(error).toMatchObject({ code: 'StageRequirementMissing', plugin: 'summary' });
    expect(error.detail).toContain('text:survey');
    expect(phases).toContain('stages');
    expect(phases).not.toContain('init');
  });
});
