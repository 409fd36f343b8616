import { definePlugin, PluginManager } from 'mortise';
import { describe, expect, it } from 'vitest';

const plugins = new URL('../../build/native/plugins', import.meta.url).pathname;

describe('lifecycle', () => {
  it('[Z1] starts compiled and TypeScript plugins together and runs a pipeline over both', async () => {
    const manager = await PluginManager.create({
      app: 'acme',
      apiVersion: '0.1.0',
      directories: [plugins],
      userDirectory: false,
      firstLook: false,
      pipelines: { survey: ['text:survey', 'checksum:crc32c', 'report:write'] },
    });
    let seen: unknown;
    manager.register(
      definePlugin({
        name: 'report',
        version: '1.0.0',
        stages: [
          {
            id: 'report:write',
            execute(context) {
              seen = context.get('text.lines');
              context.set('report', { lines: Number(seen) });
            },
          },
        ],
      }),
    );
    const boot = await manager.start();
    expect(boot.failed).toEqual([]);
    const run = await manager.run('survey', { data: { path: new URL('../../package.json', import.meta.url).pathname } });
    expect(run.error).toBeUndefined();
    expect(typeof seen).toBe('bigint');
    expect(run.data['checksum.crc32c']).toMatch(/^[0-9a-f]{8}$/);
    expect((await manager.stop()).failed).toEqual([]);
  });
});
