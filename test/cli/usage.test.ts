import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { json, mortise, start } from './mortise.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
const COMMANDS = [
  'inspect',
  'probe',
  'list',
  'run',
  'why',
  'graph',
  'disable',
  'enable',
  'resolve',
  'create',
  'build',
  'pack',
  'include',
  'setup',
];

describe('the command line', () => {
  it('prints its version', async () => {
    expect(await mortise('--version')).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
    expect((await json('--version')).document).toEqual({ version });
  });

  it('names every command in its help, and has help for each', async () => {
    const { code, stdout } = await mortise('--help');
    expect(code).toBe(0);
    for (const command of COMMANDS) {
      expect(stdout).toContain(`\n  ${command} `);
      const help = await mortise(command, '--help');
      expect(help).toMatchObject({ code: 0, stderr: '' });
      expect(help.stdout).toContain(`usage: mortise ${command}`);
      expect((await mortise('help', command)).stdout).toBe(help.stdout);
    }
  });

  it('prints its help to stderr and ends with 2 when nothing was asked', async () => {
    expect(await mortise()).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('usage: mortise COMMAND') });
  });

  it.each([
    [['isnpect', 'x'], 'there is no command isnpect', 'Did you mean `mortise inspect`?'],
    [['--versoin'], 'there is no option --versoin', 'Did you mean `mortise --version`?'],
    [['probe', 'x', '--tiemout', '5'], 'mortise probe has no option --tiemout', 'Did you mean --timeout?'],
    [['probe'], 'mortise probe needs FILE', 'See `mortise probe --help`.'],
    [['probe', 'a', 'b'], 'takes FILE only, not b', 'See `mortise probe --help`.'],
    [['probe', 'a', '--timeout', 'soon'], '--timeout is "soon"; milliseconds', 'See `mortise probe --help`.'],
    [['probe', 'a', '--timeout', '--init'], '--timeout needs a value', 'Write --timeout=--init'],
    [['probe', 'a', '--timeout'], '--timeout needs a value: --timeout MS', 'See `mortise probe --help`.'],
    [['probe', 'a', '--init=yes'], '--init takes no value', 'See `mortise probe --help`.'],
    [['run', '.'], 'needs either --pipeline NAME or --stage ID', 'See `mortise run --help`.'],
    [
      ['run', '.', '--stage', 'a:b', '--pipeline', 'x'],
      'needs either --pipeline NAME or --stage ID',
      'See `mortise run --help`.',
    ],
    [['run', '.', '--pipeline', 'x'], '--pipeline needs --pipelines FILE or --config DIR', 'See `mortise run --help`.'],
    [['run', '.', '--stage', 'a:b', '--set', 'key'], '--set is "key"; KEY=VALUE was wanted', ''],
    [['run', '.', '--stage', 'a:b', '--set', 'n=9223372036854775808'], 'is beyond int64', '9223372036854775808.0 for a double'],
    [['run', '.', '--stage', 'a:b', '--pipelines', 'x.json'], '--pipelines is for --pipeline NAME', ''],
    [['run', '.', '--stage', 'a:b', '--skip', 'a:b'], '--skip is "a:b"; ID=REASON was wanted', "Write --skip a:b='not today'."],
    [['run', '.', '--stage', 'a:b', '--concurrency', '0'], '--concurrency is "0"; a whole number from 1', ''],
    [['run', '--stage', 'a:b'], 'mortise run needs a folder of plugins: DIR… or --core DIR', ''],
    [['graph'], 'mortise graph needs a folder of plugins: DIR… or --core DIR', ''],
    [['graph', '.', '--preflight', 'a=1'], '--preflight is for preflight checks, which are made with --start', ''],
    [['graph', 'package.json'], 'mortise graph takes folders, and package.json is a file', 'mortise probe package.json'],
    [['list', 'package.json'], 'mortise list takes folders, and package.json is a file', 'mortise probe package.json'],
    [['disable', 'text'], 'mortise disable needs --config DIR', 'See `mortise disable --help`.'],
    [['enable', '7up', '--config', '.'], '"7up" is no name of a plugin', ''],
    [['resolve', 'a', 'prefer', '.'], 'mortise resolve needs --config DIR', ''],
    [['create', 'greeter'], 'mortise create needs --lang', 'Write --lang c, --lang cpp, --lang rust or --lang ts.'],
    [['create', 'greeter', '--lang', 'c++'], '--lang is "c++"; one of c, cpp, rust, ts was wanted', ''],
    [['create', '--lang', 'c'], 'mortise create needs NAME', ''],
    [['create', 'greeter', '--lang', 'c', '--dir', ''], '--dir is empty', ''],
    [['create', 'greeter', '--lang', 'c', '--mortise', ''], '--mortise is empty', ''],
    [['include', '--cmake', '--gyp'], '--cmake and --gyp', 'mortise include --json'],
    [['run', '.', '--stage', 'a:b', '--log-level', 'wran'], '--log-level is "wran"', 'Did you mean warn?'],
  ])('[W28] says what is wrong with %j, and what was meant', async (args, message, remedy) => {
    const { code, stdout, stderr } = await mortise(...args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('error InvalidOption:');
    expect(stderr).toContain(message);
    expect(stderr).toContain(remedy);
  });

  it('[W28] writes mistakes as one JSON document on stdout with --json', async () => {
    const { code, document, stderr } = await json('prboe');
    expect(code).toBe(2);
    expect(stderr).toBe('');
    expect(document).toEqual({
      error: {
        code: 'InvalidOption',
        plugin: null,
        path: null,
        phase: null,
        operation: null,
        message: 'there is no command prboe',
        remedy: 'Did you mean `mortise probe`?',
      },
    });
  });

  it('[W28] writes characters that a terminal would obey as escapes, also in JSON', async () => {
    const command = 'pr\u009b2J\u007f\u200e\u202eobe\u2066\u2069';
    const { stdout } = await mortise(command, '--json');
    expect(stdout).toMatch(/^[\n -~]*$/);
    expect(stdout).toContain('pr\\u009b2J\\u007f\\u200e\\u202eobe\\u2066\\u2069');
    expect(JSON.parse(stdout).error.message).toBe(`there is no command ${command}`);
    expect((await mortise(command)).stderr).toContain('pr\\u009b2J\\u007f\\u200e\\u202eobe\\u2066\\u2069');
  });

  it('ends quietly when its reader has gone', async () => {
    const { child, ended } = start(['--help']);
    child.stdout?.destroy();
    const { signal, stderr } = await ended;
    expect(signal).toBeNull();
    expect(stderr).toBe('');
  });
});
