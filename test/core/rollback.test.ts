import { definePlugin, type Phase } from 'mortise';
import { afterAll, describe, expect, it } from 'vitest';
import { logCalls } from '../support/calls.js';
import { declared } from '../support/declared.js';
import { createManager } from '../support/managers.js';
import { describeWithFixtures, outstanding } from '../support/plugins.js';

/** What fails → what is called after that, in the plugin that failed: exactly what was done is undone. */
const TABLE: ReadonlyArray<{
  readonly failure: string;
  readonly fails: 'REGISTER_STAGES' | 'INIT' | 'PREFLIGHT' | 'SHUTDOWN' | undefined;
  /** Phase that the report names; undefined: it runs. */
  readonly phase: Phase | undefined;
  readonly code: string | undefined;
  readonly ran: readonly string[];
  readonly dependent: 'runs' | 'refused before any call' | 'rolled back';
}> = [
  {
    failure: 'resolution (a dependency is missing)',
    fails: undefined,
    phase: 'resolution',
    code: 'DependencyMissing',
    ran: ['entry', 'destroy'],
    dependent: 'refused before any call',
  },
  {
    failure: 'stages',
    fails: 'REGISTER_STAGES',
    phase: 'stages',
    code: 'StageRegistrationFailed',
    ran: ['entry', 'register_stages', 'stage_destroy', 'destroy'],
    dependent: 'refused before any call',
  },
  {
    failure: 'init',
    fails: 'INIT',
    phase: 'init',
    code: 'InitFailed',
    ran: ['entry', 'register_stages', 'init', 'stage_destroy', 'destroy'],
    dependent: 'rolled back',
  },
  {
    failure: 'preflight',
    fails: 'PREFLIGHT',
    phase: 'preflight',
    code: 'PreflightCheckFailed',
    ran: ['entry', 'register_stages', 'init', 'preflight_check', 'shutdown', 'stage_destroy', 'destroy'],
    dependent: 'rolled back',
  },
  {
    failure: 'shutdown',
    fails: 'SHUTDOWN',
    phase: undefined,
    code: 'ShutdownFailed',
    ran: ['entry', 'register_stages', 'init', 'preflight_check', 'shutdown', 'stage_destroy', 'destroy'],
    dependent: 'runs',
  },
  {
    failure: 'nothing',
    fails: undefined,
    phase: undefined,
    code: undefined,
    ran: ['entry', 'register_stages', 'init', 'preflight_check', 'shutdown', 'stage_destroy', 'destroy'],
    dependent: 'runs',
  },
];

let passed = 0;
let cells = 0;
afterAll(() => console.log(`lifecycle x failure: ${passed} of ${cells}`));

/** Counts a cell of the table as passed unless it throws. */
async function cell(work: () => Promise<void>): Promise<void> {
  cells++;
  await work();
  passed++;
}

const calls = (lines: readonly string[]) => lines.map((line) => line.split(' ')[0]);

describeWithFixtures('lifecycle x failure', () => {
  for (const row of TABLE) {
    it(`[G12] compiled: a failure of ${row.failure} undoes exactly what was done`, () =>
      cell(async () => {
        const log = logCalls();
        const missing = row.phase === 'resolution' ? [{ name: 'not-here' }] : [];
        const subject = declared({ name: 'subject', dependencies: missing, ...(row.fails && { fails: row.fails }) });
        const dependent = declared({ name: 'dependent', dependencies: [{ name: 'subject' }] });
        const bystander = declared({ name: 'bystander' });
        const manager = await createManager({
          directories: [subject, dependent, bystander].map((path) => path.replace(/[^/\\]+$/, '')),
        });
        const { failed, loaded } = await manager.start();
        expect(loaded.map(({ name }) => name)).toContain('bystander');
        expect(failed.find(({ name }) => name === 'subject')?.error).toEqual(
          row.phase === undefined
            ? undefined
            : expect.objectContaining({ code: row.code, phase: row.phase, plugin: 'subject' }),
        );
        const runs = loaded.map(({ name }) => name).includes('dependent');
        expect(runs).toBe(row.dependent === 'runs');
        if (!runs) {
          const before = row.dependent === 'rolled back' ? ['entry', 'register_stages'] : ['entry'];
          expect(calls(log.of('dependent')).slice(0, before.length)).toEqual(before);
          expect(calls(log.of('dependent')).at(-1)).toBe('destroy');
          expect(failed.find(({ name }) => name === 'dependent')?.error).toMatchObject({ code: 'DependencyFailed' });
        }
        const stopped = await manager.stop();
        expect(stopped.failed.map(({ error }) => error.code)).toEqual(row.fails === 'SHUTDOWN' ? ['ShutdownFailed'] : []);
        expect(calls(log.of('subject'))).toEqual(row.ran);
        for (const path of [subject, dependent, bystander]) expect(outstanding(path)).toEqual({});
      }));
  }
});

describe('lifecycle x failure', () => {
  for (const row of TABLE) {
    it(`[G12] TypeScript: a failure of ${row.failure} undoes exactly what was done`, () =>
      cell(async () => {
        const ran: string[] = [];
        const step = (name: string, fails: boolean) => async () => {
          ran.push(name);
          if (fails) throw new Error(`${name} failed`);
        };
        const made = definePlugin({
          name: 'subject',
          version: '1.0.0',
          dependencies: row.phase === 'resolution' ? [{ name: 'not-here' }] : [],
          init: step('init', row.fails === 'INIT'),
          preflight: step('preflight_check', row.fails === 'PREFLIGHT'),
          shutdown: step('shutdown', row.fails === 'SHUTDOWN'),
        });
        const manager = await createManager();
        manager.register({
          ...made,
          registerStages: async () => {
            await step('register_stages', row.fails === 'REGISTER_STAGES')();
            return [];
          },
          destroy: step('destroy', false),
        });
        const { failed } = await manager.start();
        expect(failed.map(({ error }) => error.code)).toEqual(row.phase === undefined ? [] : [row.code]);
        const stopped = await manager.stop();
        expect(stopped.failed.map(({ error }) => error.code)).toEqual(row.fails === 'SHUTDOWN' ? ['ShutdownFailed'] : []);
        expect(ran).toEqual(row.ran.filter((call) => call !== 'entry' && call !== 'stage_destroy'));
      }));
  }
});
