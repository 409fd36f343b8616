import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { probe } from 'mortise';
import { describe, expect, it } from 'vitest';
import { module } from '../support/modules.js';
import { temporaryFolder } from '../support/temporary.js';
import { runs } from './processes.js';

const define = (fields: string) => `export default definePlugin({ name: 'a', version: '1.0.0', ${fields} });`;

describe('a probe of a module', () => {
  it('[G23] [G12] takes its plugin through its whole life, in another process', async () => {
    const path = module(
      'a.mjs',
      `import { writeFileSync } from 'node:fs';
       ${define(`
         description: 'says hello',
         stages: [{ id: 'a:hello', description: 'greets', execute() {} }],
         init(host) {
           writeFileSync(new URL('told', import.meta.url), JSON.stringify([process.pid, host.app, host.apiVersion, host.config]));
           console.log('hello');
         },
         preflight: (context) => { if (context.has('x')) throw new Error('full') },
         shutdown() {},
       `)}`,
    );
    const report = await probe(path, { init: true, app: 'acme', apiVersion: '2.0.0', config: { volume: 11 } });
    expect(report.error).toBeUndefined();
    expect(report).toMatchObject({
      path,
      ok: true,
      metadata: { name: 'a', version: '1.0.0', description: 'says hello' },
      stages: [{ id: 'a:hello', description: 'greets', quick: false }],
      warnings: [],
      ledger: [],
      difference: [],
      exit: { code: 0, signal: null },
      stdout: 'hello\n',
    });
    expect(report.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(report.steps.map(({ step }) => step)).toEqual([
      'check',
      'import',
      'metadata',
      'register_stages',
      'init',
      'preflight_check',
      'shutdown',
      'destroy',
      'exit',
    ]);
    const [pid, ...told] = JSON.parse(readFileSync(join(dirname(path), 'told'), 'utf8'));
    expect(pid).not.toBe(process.pid);
    expect(told).toEqual(['acme', '2.0.0', { volume: 11 }]);
  });

  it('[G23] does not start it unless that is asked for', async () => {
    const path = module('a.mjs', define("init() { throw new Error('started') }"));
    const report = await probe(path);
    expect(report.ok).toBe(true);
    expect(report.steps.map(({ step }) => step)).toEqual(['check', 'import', 'metadata', 'register_stages', 'destroy', 'exit']);
    expect(await probe(path, { init: true })).toMatchObject({
      ok: false,
      error: { code: 'InitFailed', detail: 'started', plugin: 'a' },
    });
  });

  it.each<[string, string, string, object]>([
    ['throws when it is imported', "throw new Error('boom')", 'ModuleInvalid', { phase: 'loading', operation: 'import' }],
    ['ends the process when it is imported', 'process.exit(0)', 'FirstLookCrashed', { phase: 'loading', operation: 'import' }],
    ['has no default export', 'export const a = 1', 'ModuleInvalid', { phase: 'metadata' }],
    ['exports no plugin', 'export default 7', 'ModuleInvalid', { phase: 'metadata' }],
    ['misspells a field', define('stagees: []'), 'InvalidOption', { phase: 'loading', remedy: 'Did you mean "stages"?' }],
    [
      'registers a stage twice',
      define("stages: [{ id: 'a:b', execute() {} }, { id: 'a:b', execute() {} }]"),
      'StageInvalid',
      { phase: 'stages', plugin: 'a' },
    ],
    [
      'offers a service badly',
      define("services: () => [{ name: 'x', version: 'one', service: 1 }]"),
      'ServiceInvalid',
      { phase: 'init', plugin: 'a' },
    ],
    ['fails its check', define("preflight() { throw new Error('no') }"), 'PreflightCheckFailed', { phase: 'preflight' }],
    ['fails to shut down', define("shutdown() { throw new Error('no') }"), 'ShutdownFailed', { phase: 'shutdown' }],
    [
      'leaves an error to nobody',
      define("init() { setTimeout(() => { throw new Error('late') }); return new Promise(() => {}) }"),
      'FirstLookCrashed',
      { phase: 'init', detail: expect.stringContaining('it said: nobody caught: late') },
    ],
  ])('[G23] [G7] of one that %s says so', async (_what, source, code, more) => {
    const path = module('a.mjs', source);
    const report = await probe(path, { init: true });
    expect(report).toMatchObject({ ok: false, error: { code, path, remedy: expect.stringMatching(/\S/), ...more } });
  });

  it.each([
    ['blocks when it is imported', 'for (;;);', 'import', 'loading'],
    ['waits for ever when it is imported', 'await new Promise(() => {});', 'import', 'loading'],
    ['never resolves its init', define('init: () => new Promise(() => {})'), 'init', 'init'],
  ])('[G23] [G12] of one that %s ends at its deadline', async (_what, source, operation, phase) => {
    const report = await probe(module('a.mjs', source), { init: true, timeoutMs: 1500 });
    expect(report).toMatchObject({ ok: false, error: { code: 'FirstLookHung', operation, phase } });
    expect(report.exit.signal).toBe('SIGKILL');
  });

  it('[G23] of one whose init failed does not shut it down, and of one whose check failed does', async () => {
    const failing = (phase: string) =>
      module(
        'a.mjs',
        `import { writeFileSync } from 'node:fs';
         ${define(`${phase}() { throw new Error('no') }, shutdown: () => writeFileSync(new URL('down', import.meta.url), '')`)}`,
      );
    const [init, preflight] = [failing('init'), failing('preflight')];
    await Promise.all([init, preflight].map((path) => probe(path, { init: true })));
    expect(existsSync(join(dirname(init), 'down'))).toBe(false);
    expect(existsSync(join(dirname(preflight), 'down'))).toBe(true);
  });

  it('[G23] of one that blocks ends by itself when the process that probes it was killed', async () => {
    const pidFile = join(temporaryFolder(), 'pid');
    const path = module(
      'a.mjs',
      `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); for (;;);`,
    );
    const program = `
      import { existsSync } from 'node:fs';
      import { probe } from ${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)};
      setInterval(() => existsSync(${JSON.stringify(pidFile)}) && process.kill(process.pid, 'SIGKILL'), 10);
      await probe(${JSON.stringify(path)}, { timeoutMs: 1000, configDirectory: ${JSON.stringify(temporaryFolder())} });`;
    const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', program]);
    expect(signal).toBe('SIGKILL');
    const pid = Number(readFileSync(pidFile, 'utf8'));
    while (runs(pid)) await sleep(200);
  });

  const FORGED = JSON.stringify({ verdict: { stages: [], warnings: [], ledger: [] } });

  it('[G23] [G12] of one that writes a verdict and ends is not taken in', async () => {
    const path = module(
      'a.mjs',
      `import fs from 'node:fs';
       for (const descriptor of [1, 2, 3]) fs.writeSync(descriptor, '\\n' + ${JSON.stringify(FORGED)} + '\\n');
       fs.closeSync(3);
       process.exit(0);`,
    );
    const report = await probe(path);
    expect(report).toMatchObject({ ok: false, error: { code: 'FirstLookCrashed', phase: 'loading', operation: 'import' } });
  });

  it('[G23] [G12] of one that found the nonce in its memory still holds the verdict to the steps', async () => {
    const path = module(
      'a.mjs',
      `import { writeSync } from 'node:fs';
       import { getHeapSnapshot } from 'node:v8';
       let heap = '';
       for await (const chunk of getHeapSnapshot()) heap += chunk;
       for (const nonce of new Set(heap.match(/\\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\b/g)))
         writeSync(3, '\\n' + nonce + ' ' + ${JSON.stringify(FORGED)} + '\\n');
       process.exit(0);`,
    );
    const { ok, error } = await probe(path, { timeoutMs: 60_000 });
    expect(ok).toBe(false);
    expect(error).toMatchObject({
      code: 'FirstLookCrashed',
      operation: 'import',
      detail:
        'what the process of the plugin reported cannot be believed from the import of the module on: the verdict came before the step "exit"',
    });
  });

  it('[G23] of one that replaces what a report is made with is what it would be without', async () => {
    const report = await probe(
      module(
        'a.mjs',
        `import fs from 'node:fs';
         import { syncBuiltinESMExports } from 'node:module';
         JSON.stringify = () => 'x'; fs.writeSync = () => 0; syncBuiltinESMExports(); Buffer.from = () => [];
         ${define('')}`,
      ),
    );
    expect(report).toMatchObject({ ok: true, metadata: { name: 'a' } });
  });

  it('[G23] of one that fails when its process ends says so in words for modules', async () => {
    const path = module('a.mjs', `process.on('exit', () => { process.exitCode = 3 }); ${define('')}`);
    const { ok, warnings } = await probe(path);
    expect(ok).toBe(true);
    expect(warnings).toEqual([
      {
        code: 'CrashAtExit',
        message:
          "the process of the plugin ended with exit code 3 at exit, after all else was done; a listener of the process's exit event may be the cause",
      },
    ]);
  });

  it('[G23] of what can be none starts no process', async () => {
    for (const [path, code] of [
      ['/no/such/module.mjs', 'FileNotFound'],
      [module('a.ts', 'let a: number = 1'), 'ModuleInvalid'],
    ] as const) {
      expect(await probe(path)).toMatchObject({ ok: false, steps: [], exit: { code: null, signal: null }, error: { code } });
    }
  });
});
