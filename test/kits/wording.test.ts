import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ContextValue, JsonValue } from 'mortise';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { setEnvironment } from '../support/calls.js';
import { refusal } from '../support/errors.js';
import { createManager, managerWith } from '../support/managers.js';
import { compilePlugin, describeWithFixtures, suffix } from '../support/plugins.js';

/* One plugin, written with each kit: what fails alike is said alike. */

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mortise-wording-'));
const hasCargo = spawnSync('cargo', ['--version']).status === 0;
if (!hasCargo) console.log('skipped: the wording of the Rust kit needs cargo, which is not on this machine');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** wording.rs in a crate of its own; compiled beside the other crates of the tests, which share the kit. */
function compileRust(): string {
  const crate = [
    '[package]\nname = "wording-rust"\nversion = "1.0.0"\nedition = "2021"\n[workspace]',
    '[lib]\ncrate-type = ["cdylib"]\npath = "wording.rs"',
    `[dependencies]\nmortise = { path = ${JSON.stringify(join(root, 'native-abi/rust'))} }\n`,
  ];
  writeFileSync(join(folder, 'Cargo.toml'), crate.join('\n'));
  copyFileSync(join(root, 'test/support/plugins/wording.rs'), join(folder, 'wording.rs'));
  const target = join(root, 'build/rust-kit');
  const { status, stderr } = spawnSync('cargo', ['build', '--release', '--offline', '--quiet', '--target-dir', target], {
    cwd: folder,
  });
  if (status !== 0) throw new Error(`wording.rs does not compile: ${stderr}`);
  const built = join(target, 'release', `${process.platform === 'win32' ? '' : 'lib'}wording_rust${suffix}`);
  const path = join(folder, `wording-rust${suffix}`);
  copyFileSync(built, path);
  return path;
}

const KITS: ReadonlyArray<readonly [name: string, compile: () => string]> = [
  ['wording-c', () => compilePlugin('wording', 'wording-c')],
  ['wording-cpp', () => compilePlugin('wording.cpp', 'wording-cpp')],
  ...(hasCargo ? ([['wording-rust', compileRust]] as const) : []),
];

/** What a stage does, with what in `value`, and the text that it fails with; none: it succeeds. */
const STAGE: ReadonlyArray<readonly [does: string, value: ContextValue | undefined, text?: string]> = [
  ['int64', undefined, 'the context has no `value`, which must be an int64'],
  ['json', undefined, 'the context has no `value`, which must be JSON'],
  ['any', undefined, 'the context has no `value`'],
  ['bool', 1, 'the context value `value` must be a bool, but is a double'],
  ['bool', null, 'the context value `value` must be a bool, but is null'],
  ['string', 5n, 'the context value `value` must be a string, but is an int64'],
  ['string', true, 'the context value `value` must be a string, but is a bool'],
  ['bytes', 'text', 'the context value `value` must be bytes, but is a string'],
  ['string', { a: 1 }, 'the context value `value` must be a string, but is JSON'],
  ['json', new Uint8Array(1), 'the context value `value` must be JSON, but is bytes'],
  ['double', 'x', 'the context value `value` must be a double, but is a string'],
  ['double', 2n ** 53n, undefined],
  ['double', 2n ** 53n + 1n, 'the context value `value` must be a double, but is an int64 beyond 2^53'],
  ['int64', -(2 ** 53), undefined],
  ['find', null, undefined],
  ['find', undefined, undefined],
  ['find', 'x', 'the context value `value` must be an int64, but is a string'],
  ...[
    [0.1, '0.1'],
    [-1.5, '-1.5'],
    [0.1 + 0.2, '0.30000000000000004'],
    [1234.5678, '1234.5678'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [5e-324, '5e-324'],
    [2 ** 53 + 2, '9007199254740994'],
    [2 ** 60, '1.152921504606847e+18'],
    [1e300, '1e+300'],
    [Number.MAX_VALUE, '1.7976931348623157e+308'],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
  ].map(
    ([value, digits]) =>
      ['int64', value as number, `the context value \`value\` must be an int64, but is the double ${digits}`] as const,
  ),
  ['set', undefined, 'the host would not set the context value `k`: an argument was out of its domain (MORTISE_INVALID_DATA)'],
  [
    'describe',
    undefined,
    'the host would not take the description: not allowed in this state of the plugin or the call (MORTISE_WRONG_STATE)',
  ],
];

/** Options, and the text that init or preflight fails with; none: the plugin runs. */
const OPTIONS: ReadonlyArray<readonly [options: Record<string, JsonValue>, text?: string]> = [
  [{ do: 'option' }, undefined],
  [{ do: 'option', value: null }, undefined],
  [{ do: 'option', value: 'x' }, 'the option `value` must be an int64, but is a string'],
  [{ do: 'option', value: 1.5 }, 'the option `value` must be an int64, but is the double 1.5'],
  [{ do: 'option', value: ['x'] }, 'the option `value` must be an int64, but is JSON'],
  [{ do: 'publish' }, 'the host would not publish under `a..b`: this host or plugin does not offer that (MORTISE_UNSUPPORTED)'],
  [{ do: 'call' }, 'the host would not call `nothing`: the application defines no function "nothing" (MORTISE_NOT_FOUND)'],
  [
    { do: 'service' },
    'the host would not find the service `com.example.none` ^1.0.0: nothing goes by that name here (MORTISE_NOT_FOUND)',
  ],
  [
    { preflight: 'set' },
    'the host would not set the context value `k`: this context may be read, not written (MORTISE_READ_ONLY)',
  ],
  [
    { preflight: 'remove' },
    'the host would not remove the context value `k`: this context may be read, not written (MORTISE_READ_ONLY)',
  ],
  // 4096 bytes would end within a character.
  [{ do: 'long' }, `x${'ö'.repeat(2047)}`],
];

describeWithFixtures.each(KITS)('%s', (name, compile) => {
  let path: string;
  beforeAll(() => {
    path = compile();
  }, 300_000);

  it.each(STAGE)('[C5] [G7] %s of %o', async (does, value, text) => {
    const manager = await managerWith(path);
    const run = await manager.run([`${name}:do`], { data: { do: does, ...(value === undefined ? {} : { value }) } });
    expect(run.ok ? undefined : run.error?.detail).toBe(text);
    if (does === 'find' && text === undefined) expect(run.data['found']).toBe(false);
  });

  it.each(OPTIONS)('[C5] [G7] %o', async (options, text) => {
    const manager = await createManager({ config: { [name]: options } });
    if (text === undefined) await manager.load(path);
    else expect((await refusal(manager.load(path))).detail).toBe(text);
  });

  it('[C5] [G7] a stage that the host refuses', async () => {
    setEnvironment({ WORDING_STAGE: '1' });
    const error = await refusal((await createManager()).load(path));
    expect(error.detail).toContain(`the host would not take the stage \`${name}:do\`: `);
    expect(error.detail).toContain('(MORTISE_EXISTS)');
  });
});
