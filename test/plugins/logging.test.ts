import type { ContextValue, JsonValue } from 'mortise';
import { describe, expect, it, vi } from 'vitest';
import { refusal } from '../support/errors.js';
import { createManager, managerWith } from '../support/managers.js';
import { memoryLogger } from '../support/memory-logger.js';
import { compilePlugin, counter, describeWithFixtures, shipped } from '../support/plugins.js';
import { checkedProgram, compiler } from './checked-program.js';

const LEVELS = 'trace, debug, info, warn, error or fatal';

/** Runs `logging:note` once for each context, with these options, and returns the lines that arrived and the errors. */
async function note(contexts: ReadonlyArray<Record<string, ContextValue>>, options: Record<string, JsonValue> = {}) {
  const { logger, lines } = memoryLogger();
  const manager = await managerWith(shipped('logging'), { logger, config: { logging: options } });
  const errors = [];
  for (const data of contexts) {
    const run = await manager.run(['logging:note'], { data });
    if (!run.ok) errors.push({ code: run.error.code, detail: run.error.detail });
  }
  await manager.stop();
  return { lines, errors };
}

describe('logging:note', () => {
  it('[G22] [G18] writes the message with plugin and stage, at level info unless the context says otherwise', async () => {
    const { lines, errors } = await note([
      { 'logging.message': 'the first' },
      { 'logging.message': 'the second', 'logging.level': 'error' },
      { 'logging.message': 'grüße\0🔩', 'logging.level': null },
    ]);
    expect(errors).toEqual([]);
    const own = { plugin: 'logging', stage: 'logging:note', time: expect.any(Number) };
    expect(lines).toEqual([
      { ...own, level: 30, msg: 'the first' },
      { ...own, level: 50, msg: 'the second' },
      { ...own, level: 30, msg: 'grüße\0🔩' },
    ]);
  });

  it('[G22] [G18] writes the members of logging.fields as fields, each with its own type', async () => {
    const fields = {
      text: 'a "quoted"\n\u0000 text 🔩',
      number: -1.5e-7,
      true: true,
      nothing: null,
      list: [1, { deep: [] }],
      'a "name" 🔩': {},
    };
    const { lines } = await note([{ 'logging.message': 'with fields', 'logging.fields': fields }]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ ...fields, msg: 'with fields' });
  });

  it('[G22] [G18] a field cannot pretend to be the plugin, the stage or the level', async () => {
    const { lines } = await note([{ 'logging.message': 'who', 'logging.fields': { plugin: 'spoofed', level: 60 } }]);
    expect(lines[0]).toMatchObject({ plugin: 'logging', level: 30, 'field.plugin': 'spoofed', 'field.level': 60 });
  });

  it.each<[string, Record<string, ContextValue>, RegExp]>([
    ['no message', {}, /^the context has no `logging\.message`: set it to the text to log$/],
    [
      'a message that is no string',
      { 'logging.message': 5 },
      /^the context value `logging\.message` must be a string, but is a double$/,
    ],
    [
      'a level that there is none of',
      { 'logging.message': 'x', 'logging.level': 'loud' },
      new RegExp(`^the context value \`logging\\.level\` must be ${LEVELS}, but is "loud"$`),
    ],
    [
      'a level that is a number',
      { 'logging.message': 'x', 'logging.level': 30 },
      new RegExp(`^the context value \`logging\\.level\` must be ${LEVELS}, but is of type double$`),
    ],
    [
      'fields that are a list',
      { 'logging.message': 'x', 'logging.fields': [1] },
      /^the context value `logging\.fields` must be an object$/,
    ],
    [
      'fields that are a string',
      { 'logging.message': 'x', 'logging.fields': '{}' },
      /^the context value `logging\.fields` must be an object$/,
    ],
    [
      'a field without a name',
      { 'logging.message': 'x', 'logging.fields': { '': 1 } },
      /has a name that is empty, contains a NUL or is no Unicode text$/,
    ],
    [
      'a field with a NUL in its name',
      { 'logging.message': 'x', 'logging.fields': { 'a\0b': 1 } },
      /has a name that is empty, contains a NUL/,
    ],
    [
      'more than 64 fields',
      {
        'logging.message': 'x',
        'logging.fields': Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`f${index}`, index])),
      },
      /^the context value `logging\.fields` has more than 64 members$/,
    ],
    [
      'fields nested too deep',
      { 'logging.message': 'x', 'logging.fields': { deep: nested(64) } },
      /^the context value `logging\.fields` is nested deeper than 64 levels$/,
    ],
    [
      'fields over the size of a line',
      { 'logging.message': 'x', 'logging.fields': { big: 'x'.repeat(65_536) } },
      /^the context value `logging\.fields` is over 65536 bytes/,
    ],
    [
      'a message over the size of a line',
      { 'logging.message': 'x'.repeat(65_537) },
      /^the line is longer than a log line may be \(65536 bytes with its fields\)$/,
    ],
  ])('[G22] fails with a text that says so: %s', async (_what, data, text) => {
    const { lines, errors } = await note([data]);
    expect(lines).toEqual([]);
    expect(errors).toEqual([{ code: 'StageFailed', detail: expect.stringMatching(text) }]);
  });

  it('[G22] takes 64 fields, and fields nested 64 levels deep', async () => {
    const many = Object.fromEntries(Array.from({ length: 64 }, (_, index) => [`f${index}`, index]));
    const { lines, errors } = await note([
      { 'logging.message': 'many', 'logging.fields': many },
      { 'logging.message': 'deep', 'logging.fields': { deep: nested(63) } },
    ]);
    expect(errors).toEqual([]);
    expect(lines).toMatchObject([many, { deep: nested(63) }]);
  });

  it('[G22] in a dry run says what would be logged, and logs nothing', async () => {
    const { logger, lines } = memoryLogger();
    const manager = await managerWith(shipped('logging'), { logger, config: { logging: { level: 'warn' } } });
    const describe = async (data: Record<string, ContextValue>) =>
      (await manager.run(['logging:note'], { mode: 'dry_run', data })).stages[0]?.descriptions;
    expect(await describe({})).toEqual([
      'Drop the text that an earlier stage sets in `logging.message` at level info, which is below the threshold.',
    ]);
    expect(await describe({ 'logging.message': 'hello', 'logging.level': 'warn', 'logging.fields': { a: 1 } })).toEqual([
      'Log "hello" at level warn with 1 field.',
    ]);
    const long = await describe({
      'logging.message': 'é'.repeat(150),
      'logging.level': 'fatal',
      'logging.fields': { a: 1, b: 2 },
    });
    expect(long).toEqual([`Log "${'é'.repeat(100)}"... at level fatal with 2 fields.`]);
    expect(lines).toEqual([]);
  });
});

/** `levels` arrays, each in the one before it. */
function nested(levels: number): JsonValue {
  return levels === 0 ? 1 : [nested(levels - 1)];
}

describe('the options of logging', () => {
  it('[G22] `level` drops lines below it', async () => {
    const contexts = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'].map((level) => ({
      'logging.message': level,
      'logging.level': level,
    }));
    const { lines } = await note(contexts, { level: 'warn' });
    expect(lines.map(({ msg }) => msg)).toEqual(['warn', 'error', 'fatal']);
  });

  it('[G22] `prefix` stands before every message', async () => {
    const { lines } = await note([{ 'logging.message': 'started' }, { 'logging.message': '' }], { prefix: 'acme · ' });
    expect(lines.map(({ msg }) => msg)).toEqual(['acme · started', 'acme · ']);
  });

  it.each<[string, Record<string, JsonValue>, string]>([
    ['a level that there is none of', { level: 'loud' }, `the option level must be ${LEVELS}, but is "loud"`],
    ['a level in capitals', { level: 'INFO' }, `the option level must be ${LEVELS}, but is "INFO"`],
    ['a long level', { level: 'x'.repeat(100) }, `the option level must be ${LEVELS}, but is "${'x'.repeat(63)}"...`],
    ['a level that is a number', { level: 30 }, `the option level must be ${LEVELS}, but is of type double`],
    ['a prefix that is no string', { prefix: ['x'] }, 'the option prefix must be a string of at most 255 bytes'],
    ['a prefix that is too long', { prefix: 'é'.repeat(128) }, 'the option prefix must be a string of at most 255 bytes'],
    ['a name that is misspelt', { levle: 'info' }, 'there is no option "levle": level and prefix are known'],
  ])('[G22] are refused at init with the name and what was wanted: %s', async (_what, options, detail) => {
    const manager = await createManager({ config: { logging: options } });
    expect(await refusal(manager.load(shipped('logging')))).toMatchObject({ code: 'InitFailed', plugin: 'logging', detail });
  });

  it('[G22] [G18] `level` gives way to the level of the host where that is higher, also when the application changes it', async () => {
    const { logger } = memoryLogger('info');
    const manager = await managerWith(shipped('logging'), { logger, config: { logging: { level: 'debug' } } });
    const dropped = async (level: string) => {
      const data = { 'logging.message': 'x', 'logging.level': level };
      const run = await manager.run(['logging:note'], { mode: 'dry_run', data });
      return run.stages[0]?.descriptions?.[0]?.startsWith('Drop');
    };
    expect([await dropped('debug'), await dropped('info')]).toEqual([true, false]);
    logger.level = 'silent';
    expect(await dropped('fatal')).toBe(true);
    logger.level = 'trace';
    expect([await dropped('trace'), await dropped('debug')]).toEqual([true, false]);
  });

  it('[G22] that are null are as if they were absent', async () => {
    const { lines } = await note([{ 'logging.message': 'x', 'logging.level': 'trace' }], { level: null, prefix: null });
    expect(lines.map(({ msg }) => msg)).toEqual(['x']);
  });
});

describe.skipIf(compiler === undefined)('the service `log` of logging, under sanitizers', () => {
  const sources = ['level', 'log', 'service'].map((name) => `logging/${name}.c`);
  const program = compiler === undefined ? () => '' : checkedProgram('logging-service.c', [...sources, 'json/reader.c']);
  const OFFERED = 'log 1.0.0 1';
  const NOBODY = 2 ** 32 - 1;

  /** What each command is answered with: what reached the host, the code, the threshold after it. */
  function answers(...commands: string[][]): string[] {
    const input = commands.map((words) => [...words, '-', '-', '-'].slice(0, 4).join('\t')).join('\n');
    return program(`${input}\n`)
      .trimEnd()
      .split('\n')
      .map((line) => line.trimEnd());
  }

  it('[G22] is offered as version 1.0.0, and writes lines with tag and prefix from the threshold on', () => {
    expect(
      answers(
        ['open', 'info', 'acme: '],
        ['write', '30', 'summary', 'three lines'],
        ['write', '60', '-', 'without a tag'],
        ['write', '20', 'summary', 'below'],
      ),
    ).toEqual([OFFERED, '0', '30 acme: three lines tag=summary 0 30', '60 acme: without a tag 0 30', '0 30']);
  });

  it('[G22] has the threshold of the host where that is higher', () => {
    expect(answers(['open', '-', '-'], ['write', '10', '-', 'below'], ['write', '20', '-', 'not'])).toEqual([
      OFFERED,
      '0',
      '0 20',
      '20 not 0 20',
    ]);
  });

  it('[G22] answers with a code before init, after the plugin is gone, and to what is no line', () => {
    const [WRONG_STATE, CANCELLED, NULL_POINTER, INVALID_DATA, TOO_LARGE] = [22, 25, 2, 4, 19];
    expect(
      answers(
        ['write', '30', '-', 'early'],
        ['open', 'loud', '-'],
        ['write', '30', '-', 'still early'],
        ['open', 'info', 'x'],
        ['write', '30', '-', '-'],
        ['write', '35', '-', 'no such level'],
        ['write', '5', '-', 'no such level'],
        ['write', '30', '-', 'x'.repeat(65_537)],
        ['gone'],
        ['write', '30', 'tag', 'late'],
      ),
    ).toEqual([
      OFFERED,
      `${WRONG_STATE} ${NOBODY}`,
      `4 the option level must be ${LEVELS}, but is "loud"`,
      `${WRONG_STATE} ${NOBODY}`,
      '0',
      `${NULL_POINTER} 30`,
      `${INVALID_DATA} 30`,
      `${INVALID_DATA} 30`,
      `${TOO_LARGE} 30`,
      'gone',
      `${CANCELLED} 30`,
    ]);
  });
});

describeWithFixtures('the service `log` of logging', () => {
  const [OK, NOT_FOUND] = [0, 16];

  it('[G22] [G21] is found by a plugin that depends on logging, from its init on, in version 1 and no other', async () => {
    const { logger, lines } = memoryLogger();
    const path = compilePlugin('uses-log');
    const manager = await managerWith([shipped('logging'), path], { logger, config: { logging: { prefix: 'acme: ' } } });
    expect([counter(path, 'code:^1'), counter(path, 'code:^2')]).toEqual([OK, NOT_FOUND]);
    expect((await manager.run(['uses-log:write'])).ok).toBe(true);
    await manager.stop();
    expect(lines).toMatchObject([
      { level: 30, plugin: 'logging', stage: 'uses-log:write', tag: 'uses-log', msg: 'acme: in a stage' },
    ]);
  });

  it('[G22] [G21] answers MORTISE_CANCELLED to a thread that kept it after logging was unloaded, and no line arrives', async () => {
    const { logger, lines } = memoryLogger();
    const path = compilePlugin('uses-log', 'keeps-log');
    const manager = await managerWith([shipped('logging'), path], { logger });
    await manager.run(['keeps-log:keep']);
    await vi.waitFor(() => expect(lines).not.toEqual([]));
    await manager.unload('keeps-log');
    await manager.unload('logging');
    const delivered = lines.length;
    await vi.waitFor(() => expect(counter(path, 'late:done')).toBe(1), { timeout: 15_000 });
    expect(counter(path, 'late:cancelled')).toBe(20);
    expect(counter(path, 'late:other')).toBe(0);
    expect(lines).toHaveLength(delivered);
    for (const line of lines) expect(line).toMatchObject({ plugin: 'logging', tag: 'keeps-log' });
  });
});
