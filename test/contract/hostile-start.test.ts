import { copyFileSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { BootReport, FailedPlugin, RunReport, StopReport } from 'mortise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countersOf, createManager, fixturePath, Scratch } from './fixtures.js';
import { hostileTable } from './hostile-table.js';

const good = new URL(`../../build/native/plugins/text${process.platform === 'darwin' ? '.dylib' : '.so'}`, import.meta.url)
  .pathname;
const subject = new URL('../../package.json', import.meta.url).pathname;
const rows = Object.entries(hostileTable)
  .filter(([, row]) => !row.noisy)
  .map(([name, row]) => ({ name, ...row }));
const scratch = new Scratch();
const boots = new Map<string, Boot>();
let held = 0;

interface Boot {
  readonly path: string;
  readonly report: BootReport;
  readonly goodPath: string;
  readonly run: RunReport | undefined;
  readonly stopped: StopReport;
}

/** A directory with the fixture and one good plugin, `text`. */
async function boot(name: string, timeoutMs: number): Promise<Boot> {
  const directory = scratch.join(name);
  mkdirSync(directory);
  const path = join(directory, fixturePath(name).split('/').at(-1) as string);
  if (statSync(fixturePath(name)).isDirectory()) mkdirSync(path);
  else copyFileSync(fixturePath(name), path);
  const goodPath = join(directory, `good${good.slice(good.lastIndexOf('.'))}`);
  copyFileSync(good, goodPath);
  const manager = await createManager({
    directories: [directory],
    firstLook: { timeoutMs },
    cacheDirectory: scratch.join('cache'),
    pipelines: { survey: ['text:survey'] },
  });
  const report = await manager.start();
  const runs = report.loaded.some((info) => info.name === 'text');
  const run = runs ? await manager.run('survey', { data: { path: subject } }) : undefined;
  const stopped = await manager.stop();
  if (name === 'forks') process.kill(countersOf(path)('child_pid'), 'SIGKILL');
  return { path, goodPath, report, run, stopped };
}

// All at once: the looks wait for each other, and share the one at the good plugin.
beforeAll(async () => {
  await Promise.all(
    rows.map(async ({ name, code }) => boots.set(name, await boot(name, code === 'FirstLookHung' ? 1500 : 20_000))),
  );
}, 120_000);

afterAll(() => {
  scratch.remove();
  console.log(`hostile fixtures, started beside a good plugin: ${held} of ${rows.length}`);
});

describe('manager.start()', () => {
  for (const { name, ...row } of rows.filter(({ textRefused }) => textRefused === undefined)) {
    it(`[${row.feature}] runs a good plugin beside ${name}, ${row.code === 'ok' ? 'which runs too' : `and reports ${row.code}`}`, () => {
      const { path, report, run, stopped } = boots.get(name) as Boot;
      const isLate = row.phase === 'shutdown';
      const failed = isLate ? stopped.failed : report.failed;
      expect([...report.failed, ...stopped.failed]).toEqual(failed);
      expect(report.loaded.map((info) => info.name).sort()).toEqual(
        row.code === 'ok' || isLate ? [name, 'text'].sort() : ['text'],
      );
      expect(run?.error).toBeUndefined();
      expect(run?.data['text.lines']).toBeTypeOf('bigint');
      expect(stopped.stopped).toContain('text');
      if (row.code === 'ok') {
        const info = report.loaded.find((loaded) => loaded.name === name);
        expect(info?.warnings.map((warning) => warning.code)).toEqual(row.warnings ?? []);
        expect(failed).toEqual([]);
      } else {
        expect(failed).toHaveLength(1);
        const [{ error, ...failure }] = failed as [FailedPlugin];
        expect(failure).toEqual({ name: row.named ? name : undefined, path });
        expect(error).toMatchObject({ code: row.code, phase: row.phase, operation: row.operation, path });
        expect(error.remedy).toMatch(/\S+ \S+/);
        expect(error.ledger).toEqual(row.difference ?? []);
        if (row.says !== undefined) expect(error.detail).toContain(row.says);
      }
      held++;
    });
  }

  for (const { name, ...row } of rows.filter(({ textRefused }) => textRefused !== undefined)) {
    it(`[${row.feature}] refuses the plugin that comes second to ${name} with ${row.textRefused}`, () => {
      const { goodPath, report, stopped } = boots.get(name) as Boot;
      expect(report.loaded.map((info) => info.name)).toEqual([name]);
      expect(report.failed).toHaveLength(1);
      const [{ error, ...failure }] = report.failed as [FailedPlugin];
      expect(failure).toEqual({ name: 'text', path: goodPath });
      expect(error).toMatchObject({ code: row.textRefused, phase: 'stages', plugin: 'text', path: goodPath });
      expect(error.remedy).toMatch(/\S+ \S+/);
      expect(stopped).toEqual({ stopped: [name], failed: [], unfinished: [], warnings: [] });
      held++;
    });
  }
});
