import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { json, mortise } from './mortise.js';

describe('mortise include', () => {
  it('[W27] prints one path: the headers, or what CMake, gyp or cargo is told', async () => {
    for (const [option, contained] of [
      [[], 'mortise.h'],
      [['--cmake'], 'mortise-config.cmake'],
      [['--rust'], 'Cargo.toml'],
    ] as const) {
      const { code, stdout, stderr } = await mortise('include', ...option);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^[^\n\\]+\n$/);
      expect(isAbsolute(stdout)).toBe(true);
      expect(existsSync(join(stdout.trimEnd(), contained)), stdout).toBe(true);
    }
    const gyp = (await mortise('include', '--gyp')).stdout.trimEnd();
    expect(gyp).toMatch(/\/plugin\.gypi$/);
    expect(existsSync(gyp)).toBe(true);
  });

  it('[W27] has all of them with --json', async () => {
    const { code, document } = await json('include');
    expect(code).toBe(0);
    const line = async (...option: string[]) => (await mortise('include', ...option)).stdout.trimEnd();
    expect(document).toEqual({
      headers: await line(),
      cmake: await line('--cmake'),
      gyp: await line('--gyp'),
      rust: await line('--rust'),
    });
  });
});
