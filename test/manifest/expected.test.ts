import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { testHost } from 'mortise/testing';
import { describe, expect, it } from 'vitest';
import { declared } from '../support/declared.js';
import { refusal } from '../support/errors.js';
import { startHost } from '../support/hosts.js';
import { describeWithFixtures } from '../support/plugins.js';
import { temporaryFolder } from '../support/temporary.js';

describe('a manifest file that is named', () => {
  const named = (given: unknown) =>
    refusal(() =>
      testHost()
        .plugin('greeter.so')
        .manifest(given as string),
    );

  it('[G23] is missing, or no file, with its absolute path', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'manifest.json');
    expect(await named(path)).toMatchObject({ code: 'FileNotFound', path });
    expect(await named(join(path, 'manifest.json'))).toMatchObject({ code: 'FileNotFound' });
    expect(await named(folder)).toMatchObject({ code: 'FileUnreadable', path: folder });
    expect(await named(pathToFileURL(path))).toMatchObject({ code: 'FileNotFound', path });
  });

  it('[G23] is a path, a file URL or an object', async () => {
    const detail = expect.stringContaining('an object, or the path of a file was wanted');
    for (const given of ['', 7, null, [], undefined, new URL('https://localhost/manifest.json')])
      expect(await named(given)).toMatchObject({ code: 'InvalidOption', detail });
  });
});

describeWithFixtures('the manifest of a library', () => {
  it('[G23] is that of a file, whatever the order of its fields and with a byte order mark', async () => {
    const path = declared({ name: 'ordered', manifest: { tags: ['a'], more: { x: 1, y: null } } });
    const file = join(temporaryFolder(), 'wanted.json');
    writeFileSync(file, '\ufeff{ "more": {"y": null, "x": 1}, "version": "1.0.0", "tags": ["a"], "name": "ordered" }');
    await startHost(testHost().plugin(path).manifest(pathToFileURL(file)));
  });

  it('[G23] is another where only a field says nothing, or a list has another order', async () => {
    const path = declared({ name: 'nothing-said', manifest: { tags: ['a', 'b'], extra: null } });
    const wanted = { name: 'nothing-said', version: '1.0.0', tags: ['b', 'a'] };
    const error = await refusal(testHost().plugin(path).manifest(wanted).start());
    expect(error).toMatchObject({ code: 'ManifestMismatch', plugin: 'nothing-said', path });
    expect(error.detail).toContain('field tags: ["b", "a"] was wanted, ["a", "b"] was found');
    expect(error.detail).toContain('field extra: nothing was wanted, null was found');
  });
});
