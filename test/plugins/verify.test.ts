import { existsSync } from 'node:fs';
import type { ContextValue } from 'mortise';
import { describe, expect, it } from 'vitest';
import { declared } from '../support/declared.js';
import { refusal } from '../support/errors.js';
import { createManager, managerWith } from '../support/managers.js';
import { describeWithFixtures, shipped } from '../support/plugins.js';

const BOTH = [shipped('checksum'), shipped('verify')];
const built = existsSync(shipped('verify'));
if (!built) console.log('skipped: the plugin verify was not built; it needs cargo');

/** Of the nine digits 123456789: the check value of CRC-32C. */
const CONTENT = new TextEncoder().encode('123456789');
const SUM = 'e3069283';

/** For runs that are given what checksum:crc32c would set. */
const skip = { 'checksum:crc32c': 'given' };

const DIGITS = 'must be 8 lower-case hexadecimal digits, as checksum:crc32c writes them';

describe.skipIf(!built)('verify:crc32c', () => {
  it('[G22] passes where the sum is the expected one', async () => {
    const manager = await managerWith(BOTH);
    const data = { content: CONTENT, 'verify.expected': SUM };
    const run = await manager.run(['checksum:crc32c', 'verify:crc32c'], { data });
    expect(run).toMatchObject({ ok: true, data: { 'checksum.crc32c': SUM } });
  });

  it('[G22] [G12] alone has checksum:crc32c run before it, for verify', async () => {
    const manager = await managerWith(BOTH);
    const run = await manager.run(['verify:crc32c'], { data: { content: CONTENT, 'verify.expected': SUM } });
    expect(run.ok).toBe(true);
    expect(run.stages).toMatchObject([{ stage: 'checksum:crc32c', requiredBy: 'verify' }, { stage: 'verify:crc32c' }]);
  });

  it('[G22] fails with both sums where they differ', async () => {
    const manager = await managerWith(BOTH);
    const data = { content: CONTENT, 'verify.expected': '00000000' };
    const run = await manager.run(['checksum:crc32c', 'verify:crc32c'], { data });
    expect(run).toMatchObject({
      ok: false,
      error: {
        code: 'StageFailed',
        plugin: 'verify',
        detail: `checksum.crc32c is ${SUM}, but verify.expected is 00000000`,
      },
    });
  });

  it.each<[string, Record<string, ContextValue>, string]>([
    [
      'nothing is expected',
      { 'checksum.crc32c': SUM },
      'the context has no `verify.expected`: set it to the sum that the content must have',
    ],
    ['there is no sum', { 'verify.expected': SUM }, 'the context has no `checksum.crc32c`: run checksum:crc32c before'],
    ['the expected sum is a number', { 'verify.expected': 3 }, `the context value \`verify.expected\` ${DIGITS}`],
    [
      'it is in capitals',
      { 'verify.expected': 'E3069283' },
      `the context value \`verify.expected\` ${DIGITS}, but is "E3069283"`,
    ],
    ['it is too short', { 'verify.expected': 'e306928' }, `the context value \`verify.expected\` ${DIGITS}, but is "e306928"`],
    [
      'it is a long text',
      { 'verify.expected': '🔩'.repeat(40) },
      `the context value \`verify.expected\` ${DIGITS}, but is "${'🔩'.repeat(32)}..."`,
    ],
    [
      'the sum is none',
      { 'verify.expected': SUM, 'checksum.crc32c': 'x' },
      `the context value \`checksum.crc32c\` ${DIGITS}, but is "x"`,
    ],
  ])('[G22] fails with a text that says so where %s', async (_what, data, detail) => {
    const manager = await managerWith(BOTH);
    const run = await manager.run(['verify:crc32c'], { data, skip });
    expect(run).toMatchObject({ ok: false, error: { code: 'StageFailed', plugin: 'verify', detail } });
  });

  it('[G22] in a dry run says what it would compare', async () => {
    const manager = await managerWith(BOTH);
    const describe = async (data: Record<string, ContextValue>) =>
      (await manager.run(['verify:crc32c'], { mode: 'dry_run', data })).stages.at(-1)?.descriptions;
    expect(await describe({ 'verify.expected': SUM })).toEqual([`Compare checksum.crc32c with ${SUM}.`]);
    expect(await describe({})).toEqual(['Compare checksum.crc32c with the sum that an earlier stage sets in verify.expected.']);
  });
});

describe.skipIf(!built)('what verify depends on', () => {
  it('[G22] is the plugin checksum: without it, it is refused, by name', async () => {
    const manager = await createManager();
    const error = await refusal(manager.load(shipped('verify')));
    expect(error).toMatchObject({ code: 'DependencyMissing', plugin: 'verify' });
    expect(error.detail).toContain('checksum');
  });
});

describeWithFixtures('what verify requires', () => {
  it.skipIf(!built)(
    '[G22] [G12] includes the stage checksum:crc32c: beside a `checksum` that does not provide it, it is refused before init',
    async () => {
      const manager = await managerWith(declared({ name: 'checksum', stages: ['checksum:other'] }));
      const phases: string[] = [];
      manager.on('phase', ({ phase, plugin }) => void (plugin === 'verify' && phases.push(phase)));
      const error = await refusal(manager.load(shipped('verify')));
      expect(error).toMatchObject({ code: 'StageRequirementMissing', plugin: 'verify' });
      expect(error.detail).toContain('checksum:crc32c');
      expect(phases).toContain('stages');
      expect(phases).not.toContain('init');
    },
  );
});
