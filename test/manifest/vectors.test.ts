import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testHost } from 'mortise/testing';
import { describe, expect, it } from 'vitest';
import { readManifest } from '../../native-abi/toolchain/manifest-rules.mjs';
import { refusal } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary.js';
import { vectors } from './vectors.js';

/** Has it read as a file, as an author of tests does. Nothing is started. */
function read(content: string | Uint8Array) {
  const path = join(temporaryFolder(), 'manifest.json');
  writeFileSync(path, content);
  return { path, read: () => testHost().plugin('greeter.so').manifest(path) };
}

const [good, bad] = [vectors.filter(({ why }) => why === undefined), vectors.filter(({ why }) => why !== undefined)];

// The third who reads them is native-abi/rust/tests/vectors.rs.
describe('a manifest, to builds and to the package alike', () => {
  it.each(good)('[W3] may have $what', ({ text }) => {
    const { manifest, json } = readManifest(text, 'manifest.json');
    expect(manifest).toEqual(JSON.parse(text.replace(/^\ufeff/, '')));
    expect(JSON.parse(json)).toEqual(manifest);
    expect(read(text).read).not.toThrow();
  });

  it.each(bad)('[W3] may not be or have $what', async ({ text, why = '' }) => {
    expect(() => readManifest(text, 'manifest.json')).toThrow(why);
    const { path, read: refused } = read(text);
    const error = await refusal(refused);
    expect(error).toMatchObject({ code: 'ManifestInvalid', path, operation: 'manifest' });
    expect(error.detail).toMatch(/^manifest\.json/);
    expect(error.detail).toContain(why);
    expect(error.detail.length).toBeLessThan(400);
  });

  it('[W3] must be UTF-8', async () => {
    const { path, read: refused } = read(Buffer.from('{"name":"a","version":"1.0.0","x":"\xff"}', 'latin1'));
    expect(await refusal(refused)).toMatchObject({ code: 'ManifestInvalid', path, detail: 'manifest.json is not UTF-8' });
  });

  it('[W3] is refused, not run into, where it is nested without an end in sight', async () => {
    for (const text of [`${'['.repeat(200_000)}${']'.repeat(200_000)}`, `{"x":${'['.repeat(200_000)}${']'.repeat(200_000)}}`])
      expect((await refusal(read(text).read)).code).toBe('ManifestInvalid');
  });
});
