import type { Logger } from 'mortise';
import { expect, it, vi } from 'vitest';
import { logCalls, setEnvironment } from '../support/calls.js';
import { refusal } from '../support/errors.js';
import { managerWith } from '../support/managers.js';
import { memoryLogger } from '../support/memory-logger.js';
import { compilePlugin, counter, describeWithFixtures, fixture, fixtureAs } from '../support/plugins.js';
import { plugin } from '../support/typescript-plugin.js';

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const NAMES: Record<number, string> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };

describeWithFixtures('log lines of compiled plugins', () => {
  it('[G18] arrive in pino with plugin, stage, level, message and fields of every type', async () => {
    const { logger, lines } = memoryLogger();
    const manager = await managerWith(fixture('stage-log'), { logger });
    const run = await manager.run(['stage-log:run']);
    await manager.stop();
    expect(run.data).toEqual({ lines: 7n });
    expect(lines.map((line) => [NAMES[line['level'] as number], line.msg])).toEqual([
      ...Object.values(NAMES).map((name) => [name, `one line of ${name}`]),
      ['info', 'before\0after'],
    ]);
    for (const line of lines)
      expect(line).toMatchObject({ plugin: 'stage-log', stage: 'stage-log:run', time: expect.any(Number) });
    expect(lines[0]).toMatchObject({
      null: null,
      bool: true,
      int64: '9223372036854775807',
      double: 0.1,
      string: 'grüße\0🔩',
      bytes: '00ff7f',
      json: { a: [1, null] },
    });
  });

  it('[G18] below the level of the logger are dropped in the plugin already', async () => {
    const { logger, lines } = memoryLogger('error');
    const manager = await managerWith(fixture('stage-log'), { logger });
    expect((await manager.run(['stage-log:run'])).data).toEqual({ lines: 7n });
    await manager.stop();
    expect(lines.map((line) => NAMES[line['level'] as number])).toEqual(['error', 'fatal']);
  });

  it('[G18] follow the level of the logger when the application changes it', async () => {
    const { logger, lines } = memoryLogger('error');
    const manager = await managerWith([fixture('stage-log'), compilePlugin('talkative', 'talks-less')], { logger });
    const levels = async () => {
      lines.length = 0;
      await manager.run(['stage-log:run']);
      return lines.map((line) => NAMES[line['level'] as number]);
    };
    expect(await levels()).toEqual(['error', 'fatal']);
    logger.level = 'warn';
    expect(await levels()).toEqual(['warn', 'error', 'fatal']);
    logger.level = 'fatal';
    expect(await levels()).toEqual(['fatal']);
    logger.level = 'info';
    lines.length = 0;
    await manager.stop();
    expect(lines).toMatchObject([{ where: 'shutdown' }, { where: 'destroy' }]);
  });

  it('[G18] come from every phase, register_stages and destroy included', async () => {
    const { logger, lines } = memoryLogger();
    const path = compilePlugin('talkative');
    const manager = await managerWith(path, { logger });
    await manager.run(['talkative:run']);
    await manager.stop();
    expect(counter(path, 'logged')).toBe(6);
    expect(lines.map((line) => [line['where'], line['stage']])).toEqual([
      ['register_stages', undefined],
      ['init', undefined],
      ['preflight_check', undefined],
      ['execute', 'talkative:run'],
      ['shutdown', undefined],
      ['destroy', undefined],
    ]);
    for (const line of lines) expect(line['plugin']).toBe('talkative');
  });

  it('[G18] of a plugin that fails to register are not lost', async () => {
    const { logger, lines } = memoryLogger();
    setEnvironment({ FIXTURE_FAIL_REGISTER: '1' });
    const manager = await managerWith([], { logger });
    await refusal(manager.load(compilePlugin('talkative')));
    expect(lines.filter((line) => line.msg === 'here I am').map((line) => line['where'])).toEqual([
      'register_stages',
      'destroy',
    ]);
  });

  it('[G18] cannot pretend to come from another plugin, stage, level or time', async () => {
    const { logger, lines } = memoryLogger();
    const manager = await managerWith(compilePlugin('spoofs'), { logger });
    await manager.run(['spoofs:run']);
    await manager.stop();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      plugin: 'spoofs',
      stage: 'spoofs:run',
      level: 30,
      time: expect.any(Number),
      msg: 'who am I',
      'field.plugin': 'spoofed',
      'field.level': 'spoofed',
      constructor: 'spoofed',
    });
    expect(Object.getOwnPropertyDescriptor(lines[0], '__proto__')?.value).toBe('spoofed');
  });

  it('[G18] from a thread of the plugin all arrive, and nothing deadlocks', async () => {
    const { logger, lines } = memoryLogger();
    const path = fixture('thread-logger');
    const manager = await managerWith(path, { logger });
    while (counter(path, 'logged') < 50) await sleep(5);
    await manager.stop();
    const logged = counter(path, 'logged');
    expect(counter(path, 'not_logged')).toBe(0);
    expect(lines.map((line) => line['line'])).toEqual(Array.from({ length: logged }, (_, index) => index));
    for (const line of lines) expect(line).toMatchObject({ plugin: 'thread-logger', msg: 'from a thread' });
  });

  it('[G18] from a thread of the plugin follow the level too, without a run', async () => {
    let lines = 0;
    const write = () => void lines++;
    // One that writes whatever it is given: what is dropped is dropped in the plugin.
    const logger: Logger = {
      level: 'info',
      ...{ trace: write, debug: write, info: write, warn: write, error: write, fatal: write },
      child: () => logger,
    };
    const path = fixtureAs('thread-logger', 'thread-follows');
    await managerWith(path, { logger });
    await vi.waitFor(() => expect(lines).toBeGreaterThan(0));
    logger.level = 'error';
    await vi.waitFor(async () => {
      const [logged, written] = [counter(path, 'logged'), lines];
      while (counter(path, 'logged') < logged + 5) await sleep(5);
      expect(lines).toBe(written);
    });
  });

  it('[G18] of a thread that outlives its plugin are refused, and none is delivered', async () => {
    const { logger, lines } = memoryLogger();
    const path = fixture('late-thread');
    const manager = await managerWith(path, { logger });
    while (lines.length === 0) await sleep(5);
    await manager.unload('late-thread');
    const delivered = lines.length;
    while (counter(path, 'late:done') === 0) await sleep(20);
    expect(counter(path, 'late:cancelled')).toBeGreaterThan(0);
    expect(counter(path, 'late:other')).toBe(0);
    expect(lines.length).toBe(delivered);
  });

  it('[G18] without end do not keep the event loop from running, nor the stage from being cancelled', async () => {
    const { logger, lines } = memoryLogger();
    const manager = await managerWith(compilePlugin('endless-logger'), { logger });
    const run = await manager.run(['endless-logger:run'], { signal: AbortSignal.timeout(100) });
    expect(run.status).toBe('cancelled');
    expect(lines.length).toBeGreaterThan(0);
  });

  it('[G18] that come faster than they can be written are dropped and counted, none silently', async () => {
    const { logger, lines } = memoryLogger();
    const manager = await managerWith(compilePlugin('flood'), { logger });
    const { data } = await manager.run(['flood:run'], { data: { lines: 100_000 } });
    await manager.stop();
    const delivered = lines.filter((line) => line.msg === 'one of many');
    const announced = lines.filter((line) => typeof line['dropped'] === 'number');
    expect(data['refused']).toBeGreaterThan(0n);
    expect(delivered.length).toBe(Number(data['taken']));
    expect(announced.reduce((sum, line) => sum + (line['dropped'] as number), 0)).toBe(Number(data['refused']));
    expect(delivered.map((line) => line['line'])).toEqual(delivered.map((_, index) => index));
    for (const line of delivered) if (line['stage'] !== 'flood:run') throw new Error('a line has lost its stage');
    for (const line of announced) expect(line).toMatchObject({ level: 40, plugin: 'flood' });
  });

  it('[G18] after a flood the queue is free again', async () => {
    const { logger, lines } = memoryLogger();
    const manager = await managerWith(compilePlugin('flood'), { logger });
    await manager.run(['flood:run'], { data: { lines: 100_000 } });
    while (!lines.some((line) => typeof line['dropped'] === 'number')) await sleep(5);
    const { data } = await manager.run(['flood:run'], { data: { lines: 10 } });
    expect(data).toMatchObject({ taken: 10n, refused: 0n });
  });

  it('[G18] a logger that throws does not keep the run, or other lines, from going on', async () => {
    const { logger, lines } = memoryLogger();
    const child = logger.child({ plugin: 'stage-log' });
    const failing = Object.assign(Object.create(child), {
      warn() {
        throw new Error('the disk is full');
      },
    });
    const manager = await managerWith(fixture('stage-log'), {
      logger: Object.assign(Object.create(logger), { child: () => failing }),
    });
    expect((await manager.run(['stage-log:run'])).ok).toBe(true);
    await manager.stop();
    expect(lines.map((line) => NAMES[line['level'] as number])).toEqual(['trace', 'debug', 'info', 'error', 'fatal', 'info']);
  });
});

describeWithFixtures('log lines of the host and of TypeScript plugins', () => {
  it('[G18] a TypeScript plugin logs with its name, and its stages with theirs', async () => {
    const { logger, lines } = memoryLogger();
    const manager = await managerWith([], { logger });
    await manager.load(
      plugin(
        'script',
        { run: (context) => context.log.info({ answer: 42 }, 'in a stage') },
        { init: (host) => host.log.warn('in init') },
      ),
    );
    await manager.run(['script:run']);
    expect(lines).toMatchObject([
      { level: 40, plugin: 'script', msg: 'in init' },
      { level: 30, plugin: 'script', stage: 'script:run', msg: 'in a stage', answer: 42 },
    ]);
  });

  it('[G18] a plugin that fails is a warning with its code', async () => {
    logCalls();
    const { logger, lines } = memoryLogger();
    const manager = await managerWith([], { logger });
    await refusal(manager.load(fixture('fail-init')));
    expect(lines).toMatchObject([{ level: 40, plugin: 'fail-init', code: 'InitFailed' }]);
    expect(lines[0]?.msg).toContain('the licence server does not answer');
  });
});
