import { expect, it } from 'vitest';
import { logCalls } from '../support/calls.js';
import { refusal } from '../support/errors.js';
import { createManager } from '../support/managers.js';
import { describeWithFixtures, fixture, folderOf, shipped } from '../support/plugins.js';
import { plugin } from '../support/typescript-plugin.js';

describeWithFixtures('preflight checks', () => {
  it('[G13] see the values that the application gives, compiled and TypeScript alike, and may not change them', async () => {
    const seen: unknown[] = [];
    const manager = await createManager({
      directories: [folderOf(shipped('compat-check'))],
      config: { 'compat-check': { key: 'gpu.count', at_least: 2 } },
      preflight: { 'gpu.count': 2n, site: { name: 'north' } },
    });
    manager.register(
      plugin(
        'script',
        {},
        {
          async preflight(context) {
            seen.push(context.keys(), context.get('gpu.count'), context.get('site'), context.mode, context.stage);
            seen.push((await refusal(() => context.set('gpu.count', 3n))).code);
          },
        },
      ),
    );
    expect((await manager.start()).failed).toEqual([]);
    expect(seen).toEqual([['gpu.count', 'site'], 2n, { name: 'north' }, 'live', '', 'ContextReadOnly']);
  });

  it('[G13] that fail disable that plugin with its text, shut it down, and skip its dependents', async () => {
    const calls = logCalls();
    const manager = await createManager({
      directories: [folderOf(shipped('compat-check'), fixture('fail-preflight'), shipped('text'))],
      config: { 'compat-check': { key: 'gpu.count', at_least: 2 } },
      preflight: { 'gpu.count': 1n },
    });
    manager.register(plugin('dependent', {}, { dependencies: [{ name: 'compat-check' }] }));
    const { loaded, failed } = await manager.start();
    expect(loaded.map(({ name }) => name)).toEqual(['text']);
    const errors = new Map(failed.map(({ name, error }) => [name, error]));
    expect(errors.get('compat-check')).toMatchObject({ code: 'PreflightCheckFailed', phase: 'preflight' });
    expect(errors.get('compat-check')?.detail).toBe('gpu.count must be at least 2, but is 1');
    expect(errors.get('dependent')).toMatchObject({ code: 'DependencyFailed', cause: errors.get('compat-check') });
    expect(calls.of('fail-preflight').slice(-4)).toEqual(['init', 'preflight_check', 'shutdown', 'destroy']);
    expect(manager.get('compat-check').state).toBe('failed');
  });

  it('[G13] are given values that a context can carry', async () => {
    const error = await refusal(createManager({ preflight: { x: undefined as never } }));
    expect(error).toMatchObject({ code: 'ContextValueInvalid' });
  });
});
