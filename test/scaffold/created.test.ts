import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { suffix } from '../support/plugins.js';
import { createdProject, createdWithSteps, isHere, probed, ran, run, succeed } from './installed-project.js';

const NATIVE = join('dist', `${process.platform}-${process.arch}`);

describe.each([
  ['c', ['cmake', 'cc']],
  ['cpp', ['cmake', 'c++']],
  ['rust', ['cargo']],
  ['ts', []],
] as const)('a plugin created in %s from the packed package', (language, programs) => {
  it.skipIf(process.platform === 'win32' || !programs.every(isHere))(
    '[W27] builds, passes its own test, lives with a balanced ledger, and is packed, as it is',
    () => {
      const project = createdProject(language);
      const name = basename(project);
      succeed(project, 'npm', 'run', 'build');
      expect(succeed(project, 'npm', 'test')).toMatch(/^# pass [34]$/m);
      const plugin = language === 'ts' ? join('dist', 'plugin.js') : join(NATIVE, name + suffix);
      expect(probed(project, plugin)).toEqual([`${name}:greet`]);
      expect(ran(project, plugin, `${name}:greet`, 'who=World')).toMatchObject({ greeting: 'Hello, World' });
      succeed(project, 'npm', 'run', 'pack');
      expect(readdirSync(project).filter((file) => file.endsWith('.tgz'))).toEqual([`${name}-0.1.0.tgz`]);
    },
    300_000,
  );
});

describe('the steps that mortise create prints', () => {
  it.skipIf(process.platform === 'win32' || !['cmake', 'cc'].every(isHere))(
    '[W27] lead from nothing to a packed plugin, and npm compiles nothing on the way',
    () => {
      const { folder, next } = createdWithSteps('c', 'greeter');
      expect(next[0]).toBe('cd greeter');
      expect(next[1]).toBe('npm install');
      succeed(folder, 'sh', '-c', next.slice(0, 2).join(' && '));
      expect(existsSync(join(folder, 'greeter', 'build'))).toBe(false);
      succeed(folder, 'sh', '-c', ['cd greeter', ...next.slice(2)].join(' && '));
      expect(existsSync(join(folder, 'greeter', 'greeter-0.1.0.tgz'))).toBe(true);
    },
    300_000,
  );
});

describe('the test of a created plugin', () => {
  it('[W27] fails when the plugin does something else', () => {
    const project = createdProject('ts');
    succeed(project, 'npx', 'tsc');
    const built = join(project, 'dist', 'plugin.js');
    const [before, after] = readFileSync(built, 'utf8').split('Hello, ');
    expect(after).toBeDefined();
    writeFileSync(built, `${before}Go away, ${after}`);
    const { status, stdout } = run(project, 'npm', 'test');
    expect(status).not.toBe(0);
    expect(stdout).toMatch(/Go away, World/);
  });
});
