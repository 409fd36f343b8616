import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  identify,
  inspectBytes,
  inspectFile,
  inspectFileSync,
  MAX_LIBRARY_SIZE,
  sameIdentity,
} from '../../dist/binary/index.js';
import { elfImage } from './images.js';
import { refusal } from './refusal.js';

const folder = mkdtempSync(join(tmpdir(), 'mortise-binary-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string | Uint8Array) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const posix = process.platform !== 'win32';

describe('a file that is no library', () => {
  it.each<[string, string | Uint8Array]>([
    ['an empty file', ''],
    ['a script (#!/bin/sh)', '#!/bin/sh\nexit 0\n'],
    ['text ("hello")', '\n  hello\nworld\n'],
    ['a zip archive', 'PK\x03\x04rest'],
    ['a WebAssembly module', '\0asm\x01\0\0\0'],
    ['a static archive', '!<arch>\nrest'],
    ['a gzip archive', Buffer.from([0x1f, 0x8b, 8, 0])],
    ['LLVM bitcode', Buffer.from([0x42, 0x43, 0xc0, 0xde])],
    ['a Java class file', Buffer.from([0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 0x41])],
    ['a linker script', '/* GNU ld script\n*/ GROUP ( /lib/libc.so.6 )'],
    ['a linker script', 'INPUT(-ltext)'],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\n'],
    ['an HTML page', '<!DOCTYPE html><title>404</title>'],
    ['a COFF object file', Buffer.from([0x64, 0x86, 3, ...Buffer.alloc(30)])],
    ['16 bytes that begin with nothing but zeros', Buffer.alloc(16)],
    ['a DOS program', Buffer.from(`MZ${'\xff'.repeat(80)}`, 'latin1')],
    ['no known format (it begins with 01 02 ff)', Buffer.from([1, 2, 255])],
  ])('[G1] is called %s', (what, content) => {
    const error = refusal(() => inspectBytes(Buffer.from(content), '/plugins/text.so'));
    expect(error).toMatchObject({ code: 'NotALibrary', path: '/plugins/text.so' });
    expect(error.detail).toContain(`this is ${what}`);
    expect(error.remedy).toContain('compiled shared library');
  });
});

describe('inspectFile', () => {
  const cases: [string, string, string][] = [
    ['a missing file', join(folder, 'none.so'), 'FileNotFound'],
    ['a file below a file', join(file('plain', ''), 'x.so'), 'FileNotFound'],
    ['a directory', folder, 'NotALibrary'],
    ['a path with a NUL', 'a\0b', 'FileUnreadable'],
    ['a path that is too long', join(folder, 'x'.repeat(5000)), 'FileUnreadable'],
  ];
  it.each(cases)('[G1] refuses %s', async (_, path, code) => {
    expect(refusal(() => inspectFileSync(path))).toMatchObject({ code, path });
    await expect(inspectFile(path)).rejects.toMatchObject({ name: 'PluginSystemError', code, path });
  });

  it.skipIf(!posix)('[G1] does not wait for a FIFO, a device or a socket', async () => {
    const fifo = join(folder, 'fifo.so');
    execFileSync('mkfifo', [fifo]);
    const socket = join(folder, 'socket.so');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    for (const [path, what] of [
      [fifo, 'a FIFO (named pipe)'],
      ['/dev/zero', 'a device'],
      [socket, 'a socket'],
    ] as const) {
      expect(refusal(() => inspectFileSync(path))).toMatchObject({
        code: 'NotALibrary',
        detail: `this is ${what}, not a shared library`,
      });
      await expect(inspectFile(path)).rejects.toMatchObject({ code: 'NotALibrary' });
    }
    await new Promise((resolve) => server.close(resolve));
  });

  it('[G1] refuses a file above the limit without reading it', async () => {
    const path = file('large.so', elfImage());
    const descriptor = openSync(path, 'r+');
    ftruncateSync(descriptor, MAX_LIBRARY_SIZE + 1);
    closeSync(descriptor);
    const error = refusal(() => inspectFileSync(path));
    expect(error).toMatchObject({ code: 'FileUnreadable' });
    expect(error.detail).toContain('536870913 bytes; at most 536870912');
    await expect(inspectFile(path)).rejects.toMatchObject({ code: 'FileUnreadable' });
  });

  it('[G1] gives the hash, size and identity of the bytes that it inspected', async () => {
    const bytes = elfImage();
    const path = file('text.so', bytes);
    const found = inspectFileSync(path);
    expect(found.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(found.size).toBe(bytes.length);
    expect(sameIdentity(found.identity, identify(path))).toBe(true);
    const { info, ...rest } = await inspectFile(path);
    expect(rest).toEqual({ sha256: found.sha256, size: found.size, identity: found.identity });
    expect(info.exports()).toEqual(found.info.exports());
  });
});

describe('identify', () => {
  it('[W20] sees another file, other content and another time under one path', () => {
    const path = file('seen.so', 'one');
    const first = identify(path);
    expect(sameIdentity(first, identify(path))).toBe(true);
    utimesSync(path, 1, 1);
    const touched = identify(path);
    expect(sameIdentity(first, touched)).toBe(false);
    writeFileSync(path, 'other');
    expect(sameIdentity(touched, identify(path))).toBe(false);
    const other = identify(file('other.so', 'one'));
    expect(sameIdentity(first, other)).toBe(false);
  });

  it('[G1] says that a file is missing, and that a folder is in the way', () => {
    mkdirSync(join(folder, 'sub'));
    expect(refusal(() => identify(join(folder, 'sub', 'none.so')))).toMatchObject({ code: 'FileNotFound' });
  });
});
