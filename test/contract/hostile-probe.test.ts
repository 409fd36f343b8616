import { type ProbeReport, probe } from 'mortise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixturePath, withEnvironment } from './fixtures.js';
import { hostileTable } from './hostile-table.js';

const rows = Object.entries(hostileTable).map(([name, row]) => ({ name, ...row }));
const reports = new Map<string, ProbeReport>();
let held = 0;

// All at once; probe itself starts only as many processes as there are processors.
beforeAll(async () => {
  const look = async (name: string, timeoutMs: number) => {
    reports.set(name, await probe(fixturePath(name), { init: true, timeoutMs }));
  };
  await Promise.all(rows.map(({ name, code }) => look(name, code === 'FirstLookHung' ? 1500 : 20_000)));
}, 120_000);

afterAll(() => console.log(`hostile fixtures, probed: ${held} of ${rows.length}`));

describe('probe()', () => {
  for (const { name, ...row } of rows) {
    it(`[${row.feature}] reports ${name} as ${row.code === 'ok' ? 'good' : `${row.code} in phase ${row.phase}`}`, () => {
      const report = reports.get(name) as ProbeReport;
      expect(report.ok).toBe(row.code === 'ok');
      expect(report.path).toBe(fixturePath(name));
      if (row.code === 'ok') {
        expect(report.error).toBeUndefined();
        expect(report.metadata?.name).toBe(name);
      } else {
        expect(report.error).toMatchObject({
          code: row.code,
          phase: row.phase,
          operation: row.operation,
          path: fixturePath(name),
        });
        expect(report.error?.plugin).toBe(row.named ? name : undefined);
        expect(report.error?.remedy).toMatch(/\S+ \S+/);
        expect(report.error?.ledger).toEqual(row.difference ?? []);
        if (row.says !== undefined) expect(report.error?.detail).toContain(row.says);
      }
      expect(report.difference).toEqual(row.difference ?? []);
      expect(report.warnings.map(({ code }) => code)).toEqual(row.warnings ?? []);
      expect(report.exit).toEqual(expectedExit(row));
      held++;
    });
  }

  it('[G4] reports every value that a good plugin gave, and every one of its stages, as given back', () => {
    const taken = [
      'name',
      'version',
      'compatible_api_versions',
      'dependencies',
      'required_stages',
      'conflicts_with',
      'incompatible_with',
    ];
    const whats = ['instance', ...taken, 'stage full-metadata:run'];
    expect(reports.get('full-metadata')?.ledger).toEqual(whats.map((what) => ({ what, taken: 1, given: 1 })));
  });

  it.each([
    ['entry', 'loading', '_plugin_init'],
    ['name', 'metadata', 'metadata'],
    ['register', 'stages', 'register_stages'],
    ['init', 'init', 'init'],
    ['shutdown', 'shutdown', 'shutdown'],
  ])('[G7] contains a Rust panic that leaves %s', async (place, phase, operation) => {
    const path = fixturePath('rust-panic');
    const report = await withEnvironment('FIXTURE_PANIC', place, () => probe(path, { init: true }));
    expect(report.error).toMatchObject({ code: 'FirstLookCrashed', phase, operation, path });
    expect(report.error?.plugin).toBe(phase === 'loading' || phase === 'metadata' ? undefined : 'rust-panic');
    expect(report.exit).toEqual({ code: null, signal: 'SIGABRT' });
    expect(report.stderr).toContain('panicked');
  });
});

function expectedExit({ unopened, kills }: (typeof rows)[number]) {
  if (unopened) return { code: null, signal: null };
  if (kills === 'a signal') return { code: null, signal: expect.stringMatching(/^SIG(KILL|ABRT)$/) };
  if (typeof kills === 'string') return { code: null, signal: kills };
  return { code: 0, signal: null };
}
