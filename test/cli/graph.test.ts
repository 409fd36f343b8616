import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { declared } from '../support/declared.js';
import { describeWithFixtures, folderOf, shipped, suffix } from '../support/plugins.js';
import { temporaryFolder } from '../support/temporary.js';
import { json, mortise } from './mortise.js';

/** `app` needs `store` ^2, of which 1.0.0 is here; `view` needs `app`; `tool` needs nobody; `old` and `tool` exclude each other. */
const folder = () =>
  folderOf(
    declared({ name: 'app', dependencies: [{ name: 'store', range: '^2' }] }),
    declared({ name: 'view', dependencies: [{ name: 'app' }, { name: 'tool', required: false }] }),
    declared({ name: 'store' }),
    declared({ name: 'tool' }),
  );

describeWithFixtures('mortise graph', () => {
  it('[G9] shows who needs whom, in the order of starting, and fails if a plugin would not run', async () => {
    const { code, stdout, stderr } = await mortise('graph', folder());
    expect(code).toBe(1);
    expect(stdout.split('\n')).toEqual([
      '1. store 1.0.0  loaded',
      '2. tool 1.0.0  loaded',
      expect.stringMatching(/^ - app 1\.0\.0 {2}failed$/),
      expect.stringMatching(/^ {5}DependencyVersion: .*store.*\^2.*1\.0\.0/),
      '     requires store ^2: wrong version',
      ' - view 1.0.0  failed',
      expect.stringMatching(/^ {5}DependencyFailed: /),
      '     requires app: refused',
      '     wants tool: met',
      '',
    ]);
    expect(stderr).toBe('');
  });

  it('[G9] is JSON, Graphviz, or a picture that stands for itself', async () => {
    const { code, document } = await json('graph', folder());
    expect(code).toBe(1);
    expect(document['edges']).toContainEqual({
      from: 'app',
      to: 'store',
      kind: 'requires',
      range: '^2',
      state: 'wrong_version',
    });
    const dot = await mortise('graph', folder(), '--format', 'dot');
    expect(dot.stdout).toMatch(/^digraph plugins \{\n[\s\S]*app 1\.0\.0[\s\S]*\}\n$/);
    const svg = await mortise('graph', folder(), '--format', 'svg');
    expect(svg.stdout).toMatch(/^<svg [\s\S]*>view[\s\S]*<\/svg>\n$/);
    expect(svg.stdout).not.toMatch(/href=|<script|<image/);
  });

  it('[G10] heeds what the application is and has decided', async () => {
    const config = temporaryFolder();
    mkdirSync(join(config, 'pipelines'));
    writeFileSync(join(config, 'plugins.json'), JSON.stringify({ format: 1, disabled: ['tool'] }));
    const plugins = folderOf(declared({ name: 'tool' }), declared({ name: 'core-tool', isCore: true, apiVersions: ['^3'] }));
    const { code, document } = await json('graph', '--core', plugins, plugins, '--config', config, '--api-version', '3.1.0');
    expect(code).toBe(0);
    expect(document['plugins']).toMatchObject([
      { name: 'core-tool', isCore: true, position: 0 },
      { name: 'tool', state: 'disabled' },
    ]);
  });

  it('[G12] starts them where that is asked for', async () => {
    const plugins = folderOf(declared({ name: 'tool' }), declared({ name: 'bad', fails: 'INIT' }));
    expect((await mortise('graph', plugins)).code).toBe(0);
    const { code, document } = await json('graph', plugins, '--start');
    expect(code).toBe(1);
    expect(document['plugins']).toMatchObject([
      { name: 'tool', state: 'running' },
      { name: 'bad', state: 'failed', error: { code: 'InitFailed' } },
    ]);
  });

  it('[G9] has an error of what is not in the drawing: a file that could not be opened', async () => {
    const plugins = folderOf(declared({ name: 'tool' }), declared({ name: 'app', dependencies: [{ name: 'nobody' }] }));
    writeFileSync(join(plugins, `broken${suffix}`), 'no library');
    const { code, stderr } = await mortise('graph', plugins);
    expect(code).toBe(1);
    expect(stderr.match(/^error \w+/gm)).toEqual(['error NotALibrary']);
  });

  it('[G10] is content with core folders alone', async () => {
    const core = folderOf(declared({ name: 'core-tool', isCore: true }));
    const { code, document } = await json('graph', '--core', core);
    expect(code).toBe(0);
    expect(document['plugins']).toMatchObject([{ name: 'core-tool', isCore: true }]);
    expect((await mortise('why', 'core-tool', '--core', core)).code).toBe(0);
  });

  it('[G13] gives preflight checks the values that it is given, and plugins their options', async () => {
    const plugins = folderOf(shipped('compat-check'));
    const options = join(temporaryFolder(), 'options.toml');
    writeFileSync(options, '[compat-check]\nkey = "memory"\nat_least = 8\n');
    const args = ['graph', plugins, '--start', '--options', options];
    expect((await mortise(...args, '--preflight', 'memory=16')).code).toBe(0);
    const { code, stdout } = await mortise(...args, '--preflight', 'memory=4');
    expect(code).toBe(1);
    expect(stdout).toMatch(/PreflightCheckFailed: .*memory/);
  });

  it('refuses formats that are none, with the nearest', async () => {
    const { code, stderr } = await mortise('graph', folder(), '--format', 'svgg');
    expect(code).toBe(2);
    expect(stderr).toContain('Did you mean svg?');
  });
});

describeWithFixtures('mortise why', () => {
  it('[G9] says why a plugin does not run, down to the root', async () => {
    const { code, stdout } = await mortise('why', 'view', folder());
    expect(code).toBe(1);
    expect(stdout).toMatch(/^view 1\.0\.0: failed$/m);
    expect(stdout).toMatch(/^why it does not run:\n {2}view: DependencyFailed: .*\n {2}app: DependencyVersion: /m);
    expect(stdout).toMatch(/^ {2}wants tool: met \(1\.0\.0 is here\)$/m);
  });

  it('[G9] says of one that runs who needs it', async () => {
    const { code, stdout } = await mortise('why', 'tool', folder());
    expect(code).toBe(0);
    expect(stdout).toMatch(/^needed by:\n {2}view, which wants tool: met$/m);
    const { document } = await json('why', 'tool', folder());
    expect(document).toMatchObject({ plugin: { name: 'tool', state: 'loaded' }, neededBy: [{ from: 'view', kind: 'wants' }] });
  });

  it('[G9] has a suggestion for a name that is not here, and names the files that could not be opened', async () => {
    const plugins = folderOf(declared({ name: 'tool' }));
    writeFileSync(join(plugins, 'broken.so'), 'no library');
    const { code, stderr } = await mortise('why', 'tol', plugins);
    expect(code).toBe(1);
    expect(stderr).toContain('Did you mean "tool"?');
    expect(stderr).toContain('not opened: broken.so;');
    expect(stderr.match(/^error \w+/gm)).toEqual(['error PluginNotFound']);
  });

  it('[G9] has the error of a file that may be the one that is missed, and of no other', async () => {
    const plugins = folderOf(declared({ name: 'app', dependencies: [{ name: 'data-store' }] }));
    for (const name of ['libdata_store', 'other']) writeFileSync(join(plugins, name + suffix), 'no library');
    const { code, stdout, stderr } = await mortise('why', 'app', plugins);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ {2}app: DependencyMissing: /m);
    expect(stderr.match(/^error \w+/gm)).toEqual(['error NotALibrary']);
    expect(stderr).toContain('libdata_store');
  });

  it('says at a terminal what is to be done there', async () => {
    const { stderr } = await mortise('why', 'nothing-like-it', folderOf(declared({ name: 'tool' })));
    expect(stderr).toContain('Check the name; `mortise graph DIR…` shows those that are here.');
  });
});
