import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { PluginInfo, PluginManager, PluginSystemError, StopReport } from 'mortise';
import { afterAll, describe, expect, it } from 'vitest';
import {
  callsDuring,
  countersOf,
  createManager,
  fixturePath,
  fixtures,
  isMapped,
  mortiseEntry,
  OWNED_SLOTS,
  Scratch,
} from './fixtures.js';
import { type Expectation, hostileTable } from './hostile-table.js';

const rows = Object.entries(hostileTable).map(([name, row]) => ({ name, ...row }));
const inline = rows.filter((row) => row.kills === undefined && !row.noisy);
let held = 0;

afterAll(() => console.log(`hostile fixtures, opened in this process: ${held} of ${inline.length}`));

describe('the table of hostile fixtures', () => {
  it('[G6] has a row for every fixture, and a fixture for every row', () => {
    expect(Object.keys(hostileTable).sort()).toEqual(fixtures.map(({ name }) => name).sort());
  });

  it('[G6] opens in this process only what is said to survive that, and all of it', () => {
    // What faults in a stage is opened all the same: no stage is run here.
    const survives = ({ expect: { survives_inline, phase } }: (typeof fixtures)[number]) => survives_inline || phase === 'run';
    const surviving = fixtures.filter(survives).map(({ name }) => name);
    expect(rows.filter((row) => row.kills === undefined).map(({ name }) => name)).toEqual(surviving);
  });

  it('[G17] reports each failure in the phase that the fixture says, or in an earlier one', () => {
    // A table of mortise.error/1 that is too short is refused with the plugin, not when it is needed.
    const earlier: Record<string, string> = { 'short-error-ext': 'loading' };
    // `text` is loaded beside the thief only by start(); what fails in a run fails in no phase of loading.
    const never = new Set([
      'namespace-thief',
      ...fixtures.filter((each) => each.expect.phase === 'run').map(({ name }) => name),
    ]);
    const names: Record<string, string> = { inspect: 'loading', open: 'loading', entry: 'loading', register: 'stages' };
    const expected = fixtures.map(({ name, expect: { phase } }) => [
      name,
      earlier[name] ?? (never.has(name) ? 'none' : (names[phase] ?? phase)),
    ]);
    expect(rows.map(({ name, phase = 'none' }) => [name, phase])).toEqual(expected);
  });
});

interface Outcome {
  readonly info: PluginInfo | undefined;
  readonly error: PluginSystemError | undefined;
  readonly stopped: StopReport;
}

async function loadAndStop(manager: PluginManager, path: string): Promise<Outcome> {
  let info: PluginInfo | undefined;
  let error: PluginSystemError | undefined;
  try {
    info = await manager.load(path);
  } catch (thrown) {
    error = thrown as PluginSystemError;
  }
  return { info, error, stopped: await manager.stop() };
}

describe('manager.load()', () => {
  for (const { name, ...row } of inline) {
    it(`[${row.feature}] ${name} ${verdict(row)}`, async () => {
      const path = fixturePath(name);
      const manager = await createManager();
      let outcome!: Outcome;
      const calls = await callsDuring(async () => {
        outcome = await loadAndStop(manager, path);
      });

      expectVerdict(name, path, row, outcome);
      if (row.unopened) {
        expect(isMapped(path) ?? false, 'the file must not reach the loader').toBe(false);
      } else if (!row.silent) {
        expectBalance(path, row);
        expect(calls.filter((call) => !call.startsWith('forked '))).toEqual(expectedCalls(row));
        endChildOf(path);
      }
      held++;
    });
  }

  it('[G12] prints-garbage runs and stops in a process that keeps its own output apart', () => {
    const scratch = new Scratch();
    const script = `
      import { writeFileSync } from 'node:fs';
      const { PluginManager } = await import(${JSON.stringify(mortiseEntry)});
      const manager = await PluginManager.create({ app: 'contract', apiVersion: '1.0.0', userDirectory: false });
      const { name } = await manager.load(${JSON.stringify(fixturePath('prints-garbage'))});
      const { failed } = await manager.stop();
      writeFileSync(${JSON.stringify(scratch.join('report'))}, JSON.stringify({ name, failed }));`;
    const { status } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'ignore' });
    expect(status).toBe(0);
    expect(JSON.parse(readFileSync(scratch.join('report'), 'utf8'))).toEqual({ name: 'prints-garbage', failed: [] });
    scratch.remove();
  });

  it('[G6] every fixture is opened again in the same process with the same result', async () => {
    for (const { name, ...row } of inline) {
      const path = fixturePath(name);
      expectVerdict(name, path, row, await loadAndStop(await createManager(), path));
      if (!row.unopened && !row.silent) endChildOf(path);
    }
  });
});

function verdict({ code, phase, difference, unopened }: Expectation): string {
  if (unopened) return `is refused unopened with ${code}`;
  const given = difference === undefined ? 'gets back all that it gave' : 'gets back what can be read';
  if (code === 'ok') return `runs, stops and ${given}`;
  return phase === 'shutdown'
    ? `runs, fails to stop with ${code} and ${given}`
    : `is refused in phase ${phase} with ${code} and ${given}`;
}

function expectVerdict(name: string, path: string, row: Expectation, { info, error, stopped }: Outcome): void {
  const failure = row.phase === 'shutdown' ? stopped.failed[0]?.error : error;
  if (row.phase !== 'shutdown') expect(stopped.failed).toEqual([]);
  if (row.code === 'ok') {
    expect(failure).toBeUndefined();
    expect(info).toMatchObject({ name, path, state: 'running' });
    expect(info?.warnings.map(({ code }) => code)).toEqual(row.warnings ?? []);
    return;
  }
  expect(failure).toMatchObject({ code: row.code, phase: row.phase, operation: row.operation, path });
  expect(failure?.plugin).toBe(row.named ? name : undefined);
  expect(failure?.remedy).toMatch(/\S+ \S+/);
  expect(failure?.ledger).toEqual(row.difference ?? []);
  if (row.says !== undefined) expect(failure?.detail).toContain(row.says);
}

/** The plugin's own books agree with the table. */
function expectBalance(path: string, row: Expectation): void {
  const counter = countersOf(path);
  const kept = OWNED_SLOTS.filter((slot) => counter(`given:${slot}`) !== counter(`freed:${slot}`));
  expect(kept).toEqual([...(row.difference ?? []).map(({ what }) => what), ...(row.freedElsewhere ?? [])]);
  for (const slot of OWNED_SLOTS) expect(counter(`given:${slot}`), slot).toBeLessThanOrEqual(1);
  expect(counter('stages_destroyed')).toBe(row.stages?.length ?? 0);
  expect(counter('messages_asked')).toBe(expectedCalls(row).filter((call) => call === 'last_message').length);
}

const SLICES = OWNED_SLOTS.slice(2);
const GETTERS = ['name', 'version', 'is_core', 'priority', ...SLICES];
const OWNED = new Set<string>(OWNED_SLOTS);

/** Every call that the plugin sees, in order. One that offers messages is asked for one after each getter, what failed, and destroy. */
function expectedCalls(row: Expectation): string[] {
  const calls = ['entry'];
  const message = row.says === undefined ? [] : ['last_message'];
  if (row.phase === 'loading') return [...calls, ...message, ...(row.proved ? ['destroy'] : [])];

  // What is wrong with the whole of the metadata shows when all of it was read.
  const refused = row.phase === 'metadata' ? GETTERS.indexOf(row.operation as string) : -1;
  const lastGetter = refused >= 0 ? refused : GETTERS.length - 1;
  for (const getter of GETTERS.slice(0, lastGetter + 1)) {
    const isRefused = row.phase === 'metadata' && getter === row.operation;
    const comesBack =
      OWNED.has(getter) && !row.freedElsewhere?.includes(getter) && !(isRefused && (row.nothing || row.difference));
    calls.push(getter, ...message, ...(comesBack ? [`free_${getter}`] : []));
  }
  if (row.phase === 'metadata') return [...calls, 'destroy'];

  const steps = ['register_stages', 'init', 'preflight_check', 'shutdown'];
  const phases = ['stages', 'init', 'preflight', 'shutdown'];
  const failing = row.phase === undefined ? -1 : phases.indexOf(row.phase);
  for (const [index, step] of steps.entries()) {
    // A failed preflight is followed by shutdown; a failed init is not, unless it is what follows init that failed.
    const isBegun = row.phase === 'preflight' || row.initialised;
    const isReached = failing === -1 || index <= failing || (step === 'shutdown' && isBegun);
    if (isReached) calls.push(step, ...(index === failing ? message : []));
  }
  return [...calls, ...(row.stages ?? []).toReversed().map((id) => `stage_destroy ${id}`), 'destroy', ...message];
}

/** The fixture `forks` leaves a sleeping child. */
function endChildOf(path: string): void {
  const child = countersOf(path)('child_pid');
  if (child > 0) process.kill(child, 'SIGKILL');
}
