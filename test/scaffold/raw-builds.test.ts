import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { suffix } from '../support/plugins.js';
import { createdProject, isHere, probed, ran, succeed } from './installed-project.js';

/** Where Node's headers are; node-gyp would download them otherwise. */
const nodeHeaders = [join(dirname(process.execPath), '..'), '/usr'].find((folder) =>
  existsSync(join(folder, 'include/node/node.h')),
);

/** What the commands in a created README.md build, without `mortise build`. Each returns the path of the plugin. */
const WAYS = {
  cmake: (project: string) => {
    succeed(project, 'cmake', '-S', '.', '-B', 'build');
    succeed(project, 'cmake', '--build', 'build', '--config', 'Release');
    return join('build', basename(project) + suffix);
  },
  'node-gyp': (project: string) => {
    succeed(project, 'npx', 'node-gyp', 'rebuild', ...(nodeHeaders === undefined ? [] : [`--nodedir=${nodeHeaders}`]));
    return join('build', 'Release', basename(project) + suffix);
  },
  cargo: (project: string) => {
    succeed(project, 'cargo', 'build', '--release', '--offline');
    return join('target', 'release', `lib${basename(project).replaceAll('-', '_')}${suffix}`);
  },
} as const;

describe.each([
  ['c', 'cmake', 'switch', ['cmake', 'cc']],
  ['cpp', 'cmake', 'class', ['cmake', 'c++']],
  ['c', 'node-gyp', 'my-greeter', ['python3', 'cc']],
  ['cpp', 'node-gyp', 'x_1', ['python3', 'c++']],
  ['rust', 'cargo', 'string', ['cargo']],
] as const)('a plugin created in %s and built with %s alone', (language, way, name, programs) => {
  const test = it.skipIf(process.platform === 'win32' || !programs.every(isHere));

  test(`[W27] lives and runs, also when it is named ${name}, and gives back all that was taken from it`, () => {
    const project = createdProject(language, name);
    const plugin = WAYS[way](project);
    expect(probed(project, plugin)).toEqual([`${name}:greet`]);
    expect(ran(project, plugin, `${name}:greet`, 'who=World')).toMatchObject({ greeting: 'Hello, World' });
    expect(visibleSymbols(join(project, plugin))).toEqual(['_plugin_init', 'mortise_plugin_extension']);
  }, 300_000);
});

function visibleSymbols(library: string): string[] {
  const args = process.platform === 'darwin' ? ['-gjU'] : ['-D', '--defined-only', '--format=just-symbols'];
  const { status, stdout } = spawnSync('nm', [...args, library], { encoding: 'utf8' });
  expect(status).toBe(0);
  const names = stdout.split('\n').filter(Boolean);
  return names.map((name) => (process.platform === 'darwin' ? name.replace(/^_/, '') : name)).sort();
}

describe('a plugin created in TypeScript and compiled with tsc alone', () => {
  it('[W27] lives and runs', () => {
    const project = createdProject('ts');
    const name = basename(project);
    succeed(project, 'npx', 'tsc');
    expect(probed(project, join('dist', 'plugin.js'))).toEqual([`${name}:greet`]);
    expect(ran(project, join('dist', 'plugin.js'), `${name}:greet`, 'who=World')).toMatchObject({ greeting: 'Hello, World' });
  });
});
