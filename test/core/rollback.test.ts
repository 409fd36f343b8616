import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { definePlugin, type Phase, type Plugin, type PluginDefinition, type PluginManager } from 'mortise';
import { afterAll, describe, expect, it } from 'vitest';
import { logCalls } from '../support/calls.js';
import { type Declaration, declared } from '../support/declared.js';
import { createManager } from '../support/managers.js';
import { describeWithFixtures, outstanding, suffix } from '../support/plugins.js';
import { temporaryFolder } from '../support/temporary.js';

/** A failure, and what is called in the plugin that fails: exactly what was done is undone. */
interface Row {
  readonly failure: string;
  /** Phase and code of the error in the report of `start`; undefined: it runs. */
  readonly phase?: Phase;
  readonly code?: string;
  /** Calls of the plugin from its entry to its end. */
  readonly ran: readonly string[];
  /** What becomes of one that needs it. */
  readonly dependent: 'runs' | 'refused before any call' | 'rolled back';
  readonly prepare?: (manager: PluginManager) => void;
}

interface CompiledRow extends Row {
  readonly declaration?: Partial<Declaration>;
  /** Content of the file, in the place of a library. */
  readonly file?: string;
}

interface ScriptRow extends Row {
  readonly definition?: Partial<PluginDefinition>;
  readonly plugin?: (made: Plugin) => Partial<Plugin>;
}

const veto = (name: 'beforeLoad' | 'beforeInit') => (manager: PluginManager) =>
  void manager.hook(name, (event) =>
    event.plugin === 'subject' || event.path?.includes('subject') ? { veto: 'no' } : undefined,
  );

const LIFE = ['entry', 'register_stages', 'init', 'preflight_check', 'shutdown', 'stage_destroy', 'destroy'];
const UNTIL_STAGES = ['entry', 'register_stages', 'stage_destroy', 'destroy'];
const UNTIL_INIT = ['entry', 'register_stages', 'init', 'stage_destroy', 'destroy'];

const COMPILED: readonly CompiledRow[] = [
  { failure: 'nothing', ran: LIFE, dependent: 'runs' },
  {
    failure: 'loading: no library',
    file: 'text',
    phase: 'loading',
    code: 'NotALibrary',
    ran: [],
    dependent: 'refused before any call',
  },
  {
    failure: 'loading: a veto',
    prepare: veto('beforeLoad'),
    phase: 'loading',
    code: 'Vetoed',
    ran: [],
    dependent: 'refused before any call',
  },
  {
    failure: 'metadata: a priority out of its band',
    declaration: { priority: { category: 'kernel', value: 200 } },
    phase: 'metadata',
    code: 'PriorityInvalid',
    ran: ['entry', 'destroy'],
    dependent: 'refused before any call',
  },
  {
    failure: 'resolution: another API version',
    declaration: { apiVersions: ['^9.0.0'] },
    phase: 'resolution',
    code: 'ApiIncompatible',
    ran: ['entry', 'destroy'],
    dependent: 'refused before any call',
  },
  {
    failure: 'resolution: a missing dependency',
    declaration: { dependencies: [{ name: 'not-here' }] },
    phase: 'resolution',
    code: 'DependencyMissing',
    ran: ['entry', 'destroy'],
    dependent: 'refused before any call',
  },
  {
    failure: 'stages: register_stages fails',
    declaration: { fails: 'REGISTER_STAGES' },
    phase: 'stages',
    code: 'StageRegistrationFailed',
    ran: UNTIL_STAGES,
    dependent: 'refused before any call',
  },
  {
    failure: 'stages: a namespace that is taken',
    declaration: { stages: ['bystander:mine'] },
    phase: 'stages',
    code: 'NamespaceTaken',
    ran: UNTIL_STAGES,
    dependent: 'refused before any call',
  },
  {
    failure: 'stages: a required stage is missing',
    declaration: { requiredStages: [{ stage: 'nobody:here', required: true, provided: false }] },
    phase: 'stages',
    code: 'StageRequirementMissing',
    ran: UNTIL_STAGES,
    dependent: 'rolled back',
  },
  {
    failure: 'init fails',
    declaration: { fails: 'INIT' },
    phase: 'init',
    code: 'InitFailed',
    ran: UNTIL_INIT,
    dependent: 'rolled back',
  },
  {
    failure: 'init: a veto',
    prepare: veto('beforeInit'),
    phase: 'init',
    code: 'Vetoed',
    ran: UNTIL_STAGES,
    dependent: 'rolled back',
  },
  {
    failure: 'preflight fails',
    declaration: { fails: 'PREFLIGHT' },
    phase: 'preflight',
    code: 'PreflightCheckFailed',
    ran: LIFE,
    dependent: 'rolled back',
  },
  { failure: 'shutdown fails', declaration: { fails: 'SHUTDOWN' }, code: 'ShutdownFailed', ran: LIFE, dependent: 'runs' },
];

const failing = (call: string) => async () => {
  throw new Error(`${call} fails`);
};
const hanging = () => new Promise<never>(() => {});

const SCRIPTS: readonly ScriptRow[] = [
  { failure: 'nothing', ran: LIFE, dependent: 'runs' },
  {
    failure: 'loading: a veto',
    prepare: veto('beforeLoad'),
    phase: 'loading',
    code: 'Vetoed',
    ran: [],
    dependent: 'refused before any call',
  },
  {
    failure: 'resolution: another API version',
    definition: { apiVersions: ['^9.0.0'] },
    phase: 'resolution',
    code: 'ApiIncompatible',
    ran: ['destroy'],
    dependent: 'refused before any call',
  },
  {
    failure: 'stages: registerStages fails',
    plugin: () => ({ registerStages: failing('register_stages') }),
    phase: 'stages',
    code: 'StageRegistrationFailed',
    ran: UNTIL_STAGES,
    dependent: 'refused before any call',
  },
  {
    failure: 'stages: late',
    plugin: () => ({ registerStages: hanging }),
    phase: 'stages',
    code: 'TimedOut',
    ran: UNTIL_STAGES,
    dependent: 'refused before any call',
  },
  {
    failure: 'init fails',
    definition: { init: failing('init') },
    phase: 'init',
    code: 'InitFailed',
    ran: UNTIL_INIT,
    dependent: 'rolled back',
  },
  {
    failure: 'init: late',
    definition: { init: hanging },
    phase: 'init',
    code: 'TimedOut',
    ran: UNTIL_INIT,
    dependent: 'rolled back',
  },
  {
    failure: 'init: a veto',
    prepare: veto('beforeInit'),
    phase: 'init',
    code: 'Vetoed',
    ran: UNTIL_STAGES,
    dependent: 'rolled back',
  },
  {
    failure: 'init: a service without a version',
    definition: { services: () => [{ name: 'clock', version: '', service: {} }] },
    phase: 'init',
    code: 'ServiceInvalid',
    ran: ['register_stages', 'init', 'shutdown', 'destroy'],
    dependent: 'rolled back',
  },
  {
    failure: 'preflight fails',
    definition: { preflight: failing('preflight') },
    phase: 'preflight',
    code: 'PreflightCheckFailed',
    ran: LIFE,
    dependent: 'rolled back',
  },
  {
    failure: 'preflight: late',
    definition: { preflight: hanging },
    phase: 'preflight',
    code: 'TimedOut',
    ran: LIFE,
    dependent: 'rolled back',
  },
  {
    failure: 'shutdown fails',
    definition: { shutdown: failing('shutdown') },
    code: 'ShutdownFailed',
    ran: LIFE,
    dependent: 'runs',
  },
  { failure: 'shutdown: late', definition: { shutdown: hanging }, code: 'TimedOut', ran: LIFE, dependent: 'runs' },
];

let passed = 0;
afterAll(() => console.log(`lifecycle x failure: ${passed} of ${COMPILED.length + SCRIPTS.length}`));

const calls = (lines: readonly string[]) => lines.map((line) => line.split(' ')[0]);

/** Starts and stops; what the report says must be what the row says. */
async function live(row: Row, manager: PluginManager): Promise<void> {
  row.prepare?.(manager);
  const { failed, loaded } = await manager.start();
  const names = loaded.map(({ name }) => name);
  expect(names).toContain('bystander');
  const subject = failed.find(({ name, path }) => name === 'subject' || path?.includes('subject'));
  expect([subject?.error.code, subject?.error.phase]).toEqual(
    row.phase === undefined ? [undefined, undefined] : [row.code, row.phase],
  );
  expect(names.includes('dependent')).toBe(row.dependent === 'runs');
  if (row.dependent !== 'runs') {
    const code = failed.find(({ name }) => name === 'dependent')?.error.code;
    // Of a file that could not be opened, nobody knows what plugin it would have been.
    expect(code).toBe(row.phase === 'loading' && subject?.name === undefined ? 'DependencyMissing' : 'DependencyFailed');
  }
  const late = await manager.stop();
  expect(late.failed.map(({ name, error }) => [name, error.code])).toEqual(
    row.phase === undefined && row.code !== undefined ? [['subject', row.code]] : [],
  );
}

function expectDependent(row: Row, ran: readonly (string | undefined)[]): void {
  const first = ran.filter((call) => call !== 'entry' && call !== 'destroy')[0];
  expect(first).toBe(row.dependent === 'refused before any call' ? undefined : 'register_stages');
  expect(ran.at(-1)).toBe('destroy');
}

describeWithFixtures('lifecycle x failure, compiled', () => {
  it.each(COMPILED)(
    '[G12] $failure: exactly what was done is undone, its dependent $dependent, the others run',
    async (row) => {
      const log = logCalls();
      const folder = temporaryFolder();
      const dependent = declared({ name: 'dependent', dependencies: [{ name: 'subject' }] });
      const bystander = declared({ name: 'bystander', priority: { category: 'kernel', value: 0 } });
      const directories = [dirname(dependent), dirname(bystander)];
      const paths = [dependent, bystander];
      if (row.file === undefined) {
        const subject = declared({ name: 'subject', ...row.declaration });
        directories.push(dirname(subject));
        if (row.ran.length > 0) paths.push(subject);
      } else {
        mkdirSync(join(folder, 'subject'));
        writeFileSync(join(folder, 'subject', `subject${suffix}`), row.file);
        directories.push(join(folder, 'subject'));
      }
      await live(row, await createManager({ directories: directories.filter((path) => path !== folder), apiVersion: '1.0.0' }));
      expect(calls(log.of('subject'))).toEqual(row.ran);
      expectDependent(row, calls(log.of('dependent')));
      for (const path of paths) expect(outstanding(path)).toEqual({});
      passed++;
    },
  );
});

describe('lifecycle x failure, TypeScript', () => {
  it.each(SCRIPTS)('[G12] $failure: exactly what was done is undone, its dependent $dependent, the others run', async (row) => {
    const ran = new Map<string, string[]>();
    const make = (name: string, definition: Partial<PluginDefinition> = {}, more: ScriptRow['plugin'] = () => ({})): Plugin => {
      const list: string[] = [];
      ran.set(name, list);
      const made = definePlugin({ name, version: '1.0.0', ...definition });
      const wrapped = { ...made, ...more(made) };
      const noted =
        <Arguments extends unknown[], Result>(call: string, work: ((...args: Arguments) => Result) | undefined) =>
        (...args: Arguments) => {
          list.push(call);
          return work?.(...args) as Result;
        };
      return {
        ...wrapped,
        registerStages: noted('register_stages', wrapped.registerStages),
        init: noted('init', wrapped.init),
        preflight: noted('preflight_check', wrapped.preflight),
        shutdown: noted('shutdown', wrapped.shutdown),
        destroy: noted('destroy', () => undefined),
      };
    };
    const deadlines = { stages: 20, init: 20, preflight: 20, shutdown: 20 };
    const manager = await createManager({ apiVersion: '1.0.0', deadlines });
    manager.register(make('bystander'));
    manager.register(make('dependent', { dependencies: [{ name: 'subject' }] }));
    manager.register(make('subject', row.definition, row.plugin));
    await live(row, manager);
    expect(ran.get('subject')).toEqual(row.ran.filter((call) => call !== 'entry' && call !== 'stage_destroy'));
    expectDependent(row, ran.get('dependent') ?? []);
    passed++;
  });
});
