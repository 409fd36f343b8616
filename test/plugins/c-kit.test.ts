import type { ContextValue } from 'mortise';
import { describe, expect, it, vi } from 'vitest';
import { refusal } from '../support/errors.js';
import { createManager, managerWith } from '../support/managers.js';
import { memoryLogger } from '../support/memory-logger.js';
import { compilePlugin, describeWithFixtures } from '../support/plugins.js';
import { checkedProgram, compiler } from './checked-program.js';

describe.skipIf(compiler === undefined)('the C kit, from the side of the host', () => {
  it('[C5] [G7] keeps texts, frees results once, and fails with a code and a text where memory ends', () => {
    const program = checkedProgram('c-kit.c', []);
    expect(program('')).toBe('5 allocations\n');
  });
});

describeWithFixtures('a plugin of the C kit', () => {
  const typed = () => compilePlugin('kit-typed');

  async function read(data: Record<string, ContextValue>): Promise<unknown> {
    const manager = await managerWith(typed());
    const run = await manager.run(['kit-typed:get'], { data });
    return run.ok ? run.data['read'] : run.error.detail;
  }

  it.each<[string, ContextValue, unknown]>([
    ['bool', true, true],
    ['int64', 2n ** 62n, 2n ** 62n],
    ['int64', -9007199254740992, -9007199254740992n],
    ['double', -0.5, -0.5],
    ['double', 9007199254740992n, 9007199254740992],
    ['string', 'grüße\0🔩', 'grüße\0🔩'],
    ['string', '', ''],
    ['bytes', new Uint8Array([0, 255]), Buffer.from([0, 255])],
    ['json', { a: [1, null] }, { a: [1, null] }],
    ['any', null, null],
  ])('[C5] reads a %s as what it is: %s', async (type, value, expected) => {
    expect(await read({ type, value })).toEqual(expected);
  });

  it('[C5] finds null where nothing is', async () => {
    expect(await read({ type: 'any' })).toBe(null);
  });

  it('[C5] [G7] names the code and the key where the host refuses a value', async () => {
    const manager = await managerWith(typed());
    const run = await manager.run(['kit-typed:walk'], { data: { gone: 1 } });
    expect(run.ok ? undefined : run.error.detail).toBe(
      'the host would not set the context value `bad`: a string was not valid UTF-8 (MORTISE_UTF8_ERROR)',
    );
    const again = await manager.run(['kit-typed:walk']);
    expect(again.ok ? undefined : again.error.detail).toBe('the context has no `gone`');
    const dry = await manager.run(['kit-typed:walk'], { mode: 'dry_run' });
    expect(dry.stages[0]?.descriptions).toEqual(['dry', `${' '.repeat(599)}5`]);
  });

  it('[C5] takes options by type, and leaves the default where there is none', async () => {
    const { logger, lines } = memoryLogger();
    const manager = await createManager({ logger, config: { 'kit-typed': { name: 'Ada', retries: 7, factor: null } } });
    await manager.load(typed());
    await manager.stop();
    const line = { plugin: 'kit-typed', level: 30, msg: 'options', name: 'Ada', factor: 0.5, loud: true, nothing: null };
    expect(lines).toContainEqual(expect.objectContaining(line));
    expect(Number(lines.find(({ msg }) => msg === 'options')?.['retries'])).toBe(7);
    expect(lines.map(({ msg }) => msg)).toContain(`Ada and ${' '.repeat(599)}1`);
  });

  it('[C5] [G7] registers stages at run time, and says which the host refused and why', async () => {
    vi.stubEnv('KIT_TYPED_MORE', 'kit-typed:more');
    const manager = await managerWith(typed());
    expect((await manager.run(['kit-typed:more'])).ok).toBe(false);
    await manager.stop();
    vi.stubEnv('KIT_TYPED_MORE', 'kit-typed:get');
    const error = await refusal((await createManager()).load(typed()));
    vi.unstubAllEnvs();
    expect(error).toMatchObject({ code: 'StageRegistrationFailed', plugin: 'kit-typed' });
    expect(error.detail).toContain('the host would not take the stage `kit-typed:get`');
    expect(error.detail).toContain('(MORTISE_EXISTS)');
  });
});
