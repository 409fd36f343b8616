import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeNewFolder } from '../../dist/scaffold/new-folder.js';
import { refusal } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary.js';

const FILES = [
  { path: 'README.md', text: 'read me' },
  { path: 'src/plugin.c', text: 'int x;' },
  { path: '.github/workflows/ci.yml', text: 'on: push' },
];
const ALL = ['.github', '.github/workflows', '.github/workflows/ci.yml', 'README.md', 'src', 'src/plugin.c'];

const everythingIn = (folder: string) => (readdirSync(folder, { recursive: true, encoding: 'utf8' }) as string[]).sort();

describe('a new folder', () => {
  it('[W27] is made with all files, with the permissions of any other, and nothing is left beside it', () => {
    const above = temporaryFolder();
    writeNewFolder(join(above, 'greeter'), FILES);
    expect(everythingIn(join(above, 'greeter'))).toEqual(ALL);
    expect(readFileSync(join(above, 'greeter/src/plugin.c'), 'utf8')).toBe('int x;');
    expect(readdirSync(above)).toEqual(['greeter']);
    mkdirSync(join(above, 'another'));
    expect(statSync(join(above, 'greeter')).mode).toBe(statSync(join(above, 'another')).mode);
  });

  it('[W27] may be there already if it is empty, or has a repository in it and nothing else', () => {
    const folder = temporaryFolder();
    const { ino } = statSync(folder);
    writeNewFolder(folder, FILES);
    expect(everythingIn(folder)).toEqual(ALL);
    expect(statSync(folder).ino).toBe(ino);
    const repository = temporaryFolder();
    mkdirSync(join(repository, '.git'));
    writeNewFolder(repository, FILES);
    expect(everythingIn(repository)).toEqual(['.git', ...ALL]);
  });

  it('[W27] may be behind a link', () => {
    const above = temporaryFolder();
    mkdirSync(join(above, 'real'));
    symlinkSync(join(above, 'real'), join(above, 'link'), 'junction');
    writeNewFolder(join(above, 'link'), FILES);
    expect(everythingIn(join(above, 'real'))).toEqual(ALL);
  });

  it('[W27] must be empty: what is in it is named, and stays as it is', async () => {
    const folder = temporaryFolder();
    for (const name of ['a.txt', 'b.txt', 'c.txt', 'd.txt', 'README.md']) writeFileSync(join(folder, name), 'mine');
    const error = await refusal(() => writeNewFolder(folder, FILES));
    expect(error).toMatchObject({ code: 'FolderTaken', path: folder, operation: 'create' });
    expect(error.detail).toBe('the folder is not empty: it has README.md, a.txt, b.txt and 2 more');
    expect(everythingIn(folder)).toEqual(['README.md', 'a.txt', 'b.txt', 'c.txt', 'd.txt']);
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe('mine');
  });

  it('[W27] is not made where a file or a link to nothing is in the way', async () => {
    const above = temporaryFolder();
    writeFileSync(join(above, 'file'), 'mine');
    symlinkSync(join(above, 'nothing'), join(above, 'link'));
    for (const [name, detail] of [
      ['file', 'a file is in the way'],
      ['link', 'a link to nothing is in the way'],
    ] as const) {
      expect(await refusal(() => writeNewFolder(join(above, name), FILES))).toMatchObject({ code: 'FolderTaken', detail });
    }
    const below = await refusal(() => writeNewFolder(join(above, 'file', 'greeter'), FILES));
    expect(below).toMatchObject({ code: 'FolderTaken', path: join(above, 'file') });
    expect(readdirSync(above).sort()).toEqual(['file', 'link']);
    expect(readFileSync(join(above, 'file'), 'utf8')).toBe('mine');
  });

  it('[W27] needs the folder above it', async () => {
    const above = join(temporaryFolder(), 'gone');
    const error = await refusal(() => writeNewFolder(join(above, 'greeter'), FILES));
    expect(error).toMatchObject({ code: 'FileNotFound', path: above, operation: 'create' });
    expect(existsSync(above)).toBe(false);
  });

  it.skipIf(process.platform === 'win32')('[W27] needs a folder above it that may be written to', async () => {
    // Root may write everywhere but to what the kernel keeps.
    const isRoot = process.getuid?.() === 0;
    if (isRoot && process.platform !== 'linux') return;
    const above = isRoot ? '/sys' : temporaryFolder();
    if (!isRoot) chmodSync(above, 0o555);
    const before = readdirSync(above);
    const error = await refusal(() => writeNewFolder(join(above, 'greeter'), FILES));
    expect(error).toMatchObject({ code: 'FolderUnwritable', path: join(above, 'greeter'), operation: 'create' });
    expect(error.detail).toMatch(/E(ACCES|PERM|ROFS)/);
    expect(readdirSync(above)).toEqual(before);
  });

  it('[W27] is whole or not there: a file that cannot be written leaves nothing behind', async () => {
    const impossible = { path: `src/${'x'.repeat(300)}.c`, text: '' };
    const above = temporaryFolder();
    const made = await refusal(() => writeNewFolder(join(above, 'greeter'), [...FILES, impossible]));
    expect(made.code).toBe('FolderUnwritable');
    expect(readdirSync(above)).toEqual([]);
    const there = temporaryFolder();
    expect((await refusal(() => writeNewFolder(there, [...FILES, impossible]))).code).toBe('FolderUnwritable');
    expect(readdirSync(there)).toEqual([]);
  });
});
