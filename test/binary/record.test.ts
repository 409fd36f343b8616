import { describe, expect, it } from 'vitest';
import { inspectBytes, readRecord } from '../../dist/binary/index.js';
import { elfImage, peImage, type RecordOptions, recordImage } from './images.js';
import { refusal } from './refusal.js';

const read = (options: RecordOptions) =>
  readRecord(inspectBytes(elfImage({ record: recordImage(options) }), '/plugins/text.so'));

describe('record', () => {
  it('[W3] gives every field of the header under its own name', () => {
    expect(
      read({
        abiMajor: 1,
        abiMinor: 7,
        language: 3,
        threads: 1,
        headerVersion: '1.7.12',
        sizes: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
      }),
    ).toEqual({
      format: 1,
      recordSize: 72,
      abiMajor: 1,
      abiMinor: 7,
      word: 8,
      language: 'rust',
      threads: 'safe',
      headerVersion: '1.7.12',
      sizes: {
        vtable: 1,
        slice: 2,
        dependency: 3,
        stageRequirement: 4,
        value: 5,
        error: 6,
        host: 7,
        context: 8,
        stage: 9,
        registry: 10,
      },
      manifestText: '{"name":"text","version":"1.0.0"}',
      manifest: { name: 'text', version: '1.0.0' },
    });
  });

  it('[W3] is absent in a library without the section', () => {
    expect(readRecord(inspectBytes(elfImage(), 'text.so'))).toBeUndefined();
    expect(readRecord(inspectBytes(peImage(), 'text.dll'))).toBeUndefined();
  });

  it('[W3] keeps the manifest as the author wrote it, whatever language it is in', () => {
    expect(read({ manifest: ' {"description":"Größe ✓"} ' })).toMatchObject({
      manifestText: ' {"description":"Größe ✓"} ',
      manifest: { description: 'Größe ✓' },
    });
  });

  it.each<[string, RecordOptions]>([
    ['does not begin with', { magic: '\x7fMORTICE' }],
    ['has format 0', { format: 0 }],
    ['has format 16777216', { format: 0x1000000 }],
    ['says that it has 71 bytes', { recordSize: 71 }],
    ['says that it has 4096 bytes', { recordSize: 4096 }],
    ['declares thread rule 2', { threads: 2 }],
    ['sets bytes that are reserved', { reserved: 1 }],
    ['has a header version that is not', { headerVersion: '1234567890123456' }],
    ['has a header version that is not', { headerVersion: '1.0\n' }],
    ['says that its manifest has 100 bytes', { manifestLength: 100 }],
    ['says that its manifest has 1048577 bytes; at most 1048576', { manifestLength: 1048577 }],
    ['is followed by something else', { manifestLength: 4 }],
    ['is followed by something else', { after: recordImage() }],
    ['has a manifest that is not UTF-8', { manifest: Buffer.from([0x7b, 0xff, 0x7d]) }],
    ['has a manifest that is not UTF-8', { manifest: Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]) }],
    ['has a manifest that is not JSON', { manifest: '{name: "text"}' }],
    ['has a manifest that is not JSON', { manifest: '' }],
    ['has a manifest that is not a JSON object', { manifest: '[]' }],
    ['has a manifest that is not a JSON object', { manifest: 'null' }],
  ])('[W3] is refused when it %s: %o', (detail, options) => {
    const error = refusal(() => read(options));
    expect(error).toMatchObject({ code: 'RecordMalformed', path: '/plugins/text.so' });
    expect(error.detail).toContain(`its record ${detail}`);
  });

  it('[W3] is refused when its section is too short', () => {
    const info = inspectBytes(elfImage({ record: Buffer.alloc(71) }), 'text.so');
    expect(refusal(() => readRecord(info)).detail).toBe('its record has 71 bytes, not 72 or more');
  });

  it('[W3] of a later format asks for a newer host', () => {
    const error = refusal(() => read({ format: 2 }));
    expect(error.code).toBe('AbiMismatch');
    expect(error.remedy).toMatch(/Upgrade the host/);
  });
});
