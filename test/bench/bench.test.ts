import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('../../bench/run.mjs', import.meta.url));

interface Row {
  readonly id: string;
  readonly what: string;
  readonly ours: number;
  readonly peers: Readonly<Record<string, number>>;
  readonly ratio?: number;
}

describe.skipIf(process.platform === 'win32')('benchmarks', () => {
  it('measure every row, Mortise and all that is beside it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mortise-bench-test-'));
    try {
      const run = spawnSync(process.execPath, [script, '--quick', '--output', folder], { encoding: 'utf8' });
      expect(run.stderr).not.toMatch(/Error/);
      expect(run.status).toBe(0);
      const kept = readdirSync(folder);
      expect(kept).toContain('README.md');
      const [name] = kept.filter((entry) => entry.endsWith('.json'));
      const { rows } = JSON.parse(readFileSync(join(folder, name as string), 'utf8')) as { rows: Row[] };
      expect([...new Set(rows.map((row) => row.id))]).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k']);
      for (const { what, ours, peers, ratio = 0 } of rows) {
        for (const number of [ours, ratio, ...Object.values(peers)]) expect(number, what).toSatisfy(Number.isFinite);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
