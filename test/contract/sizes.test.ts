import type { PluginManager, PluginSystemError } from 'mortise';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countersOf, createManager, fixturePath } from './fixtures.js';

/*
 * Structs that begin with their size may be shorter (older) or longer (newer) than this host's. Each fixture puts its struct right before a page
 * that cannot be read, so that a host which reads one byte further faults.
 */

let manager: PluginManager;
beforeEach(async () => {
  manager = await createManager();
});
afterEach(() => manager.stop());

describe('a stage struct of another size', () => {
  it('[G14] that ends after execute is taken, and what it does not have is as absent', async () => {
    const info = await manager.load(fixturePath('short-stage'));
    expect(info.stages).toEqual(['short-stage:run']);
    const run = await manager.run(['short-stage:run']);
    expect(run.ok).toBe(true);
    await manager.stop();
    const counter = countersOf(fixturePath('short-stage'));
    expect(counter('code')).toBe(0);
    expect(counter('executed')).toBe(1);
    expect(counter('stages_destroyed'), 'a destructor that the struct does not have').toBe(0);
  });

  it('[G14] that ends after execute is described in a dry run by what it has', async () => {
    await manager.load(fixturePath('short-stage'));
    const run = await manager.run(['short-stage:run'], { mode: 'dry_run' });
    expect(run.ok).toBe(true);
    expect(run.stages[0]?.descriptions).toHaveLength(1);
    expect(countersOf(fixturePath('short-stage'))('dry_runs')).toBe(0);
  });

  it('[G14] of a later version is taken, and what this host does not know is ignored', async () => {
    const info = await manager.load(fixturePath('long-stage'));
    expect(info.stages).toEqual(['long-stage:run']);
    expect((await manager.run(['long-stage:run'])).ok).toBe(true);
    await manager.stop();
    const counter = countersOf(fixturePath('long-stage'));
    expect(counter('executed')).toBe(1);
    expect(counter('stages_destroyed')).toBe(1);
  });
});

describe('a host struct of another size', () => {
  it('[G3] is recognised as older by a plugin of a later version, which finds all that this version has', async () => {
    await manager.load(fixturePath('newer-host'));
    const run = await manager.run(['newer-host:run']);
    expect(run.error).toBeUndefined();
    const codes = run.data['codes'] as Record<string, number>;
    expect(codes).toMatchObject({ extension: 1, later: 0, much_later: 0, unknown_extension: 0 });
    expect(codes['size']).toBeGreaterThan(0);
  });
});

describe('an extension table of another size', () => {
  it('[G17] that is too short for its one function is refused without reading a function from it', async () => {
    const path = fixturePath('short-error-ext');
    const error: PluginSystemError = await manager.load(path).then(
      () => expect.unreachable(),
      (thrown) => thrown,
    );
    expect(error).toMatchObject({ code: 'ExtensionInvalid', phase: 'loading', operation: 'mortise.error/1', path });
    expect(error.detail).toContain('says it has 4 bytes; 16 were wanted');
    const counter = countersOf(path);
    expect(counter('asked')).toBe(1);
    expect(counter('destroyed')).toBe(1);
    expect(counter('inits')).toBe(0);
  });
});
