import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../project/installed.js';
import { temporaryFolder } from '../support/temporary.js';

const SCRIPT = join(root, 'native-abi/toolchain/manifest-header.mjs');
const compilers = ['gcc', 'g++', 'clang', 'clang++'].filter(
  (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
);

/** Runs the script as CMake and gyp do. */
function make(manifest: string | Uint8Array, folder = temporaryFolder()) {
  const input = join(folder, 'manifest.json');
  const output = join(folder, 'made', 'mortise_manifest.h');
  writeFileSync(input, manifest);
  const { status, stderr } = spawnSync(process.execPath, [SCRIPT, input, output], { encoding: 'utf8' });
  return { status, stderr: stderr.replaceAll(folder, '.'), folder, output };
}

const manifest = (more: object = {}) => JSON.stringify({ name: 'greeter', version: '1.0.0', ...more });

/** What a C or C++ compiler makes of the header: name, version and manifest, as they are in memory. */
function compiled(compiler: string, { folder, output }: { folder: string; output: string }): string[] {
  const isCxx = compiler.endsWith('++');
  const source = join(folder, isCxx ? 'show.cpp' : 'show.c');
  writeFileSync(
    source,
    [
      '#include <stdio.h>',
      `#include "${output}"`,
      '#define SHOW(text) fwrite(text, 1, sizeof(text), stdout)',
      'static const char manifest[] = MORTISE_MANIFEST;',
      'int main(void) { SHOW(MORTISE_MANIFEST_NAME); SHOW(MORTISE_MANIFEST_VERSION); SHOW(manifest); return 0; }',
      '',
    ].join('\n'),
  );
  const warnings = ['-Wall', '-Wextra', '-Wpedantic', '-Wtrigraphs', '-Werror', '-Wno-overlength-strings'];
  const program = join(folder, `show-${compiler.replaceAll('+', 'x')}`);
  execFileSync(compiler, [isCxx ? '-std=c++17' : '-std=c11', ...warnings, source, '-o', program]);
  return execFileSync(program, { encoding: 'utf8', maxBuffer: 4e6 }).split('\0').slice(0, -1);
}

describe('mortise_manifest.h', () => {
  it.each([
    ['an ordinary manifest', { description: 'Greets.', tags: ['a', 'b'] }],
    ['quotes and backslashes', { description: 'say "hello" in C:\\temp\\new' }],
    ['text that is not ASCII', { description: 'größer 💥 Привет' }],
    ['digits behind what is not ASCII', { description: 'é0123é7' }],
    ['trigraphs', { description: "what??/ what??! what??' ??=" }],
    ['control characters', { description: 'a\u0000b\tc\nd\u001b\u007f' }],
    ['comments and line ends of C', { description: '/* // \\\n */ #define' }],
    ['half of a character', { description: '\ud83d' }],
    ['more than one piece of a literal may have', { description: 'x'.repeat(20_000) }],
    ['escapes where pieces end', { description: 'é"?'.repeat(3000) }],
  ])('[W27] carries %s', (_, more) => {
    const made = make(manifest(more));
    expect(made).toMatchObject({ status: 0, stderr: '' });
    const wanted = { name: 'greeter', version: '1.0.0', ...more };
    expect(compilers.length).toBeGreaterThan(0);
    for (const compiler of compilers) {
      const [name, version, text = ''] = compiled(compiler, made);
      expect([name, version]).toEqual(['greeter', '1.0.0']);
      expect(text).toBe(JSON.stringify(wanted));
    }
  });

  it('[W27] is ASCII, in pieces that every compiler takes', () => {
    const { output } = make(manifest({ description: 'größer 💥 ?'.repeat(5000) }));
    const text = readFileSync(output, 'latin1');
    expect(text).toMatch(/^[\n -~]*$/);
    // MSVC: 2048 bytes in each piece, as compiled.
    const pieces = [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(
      ([, piece = '']) => piece.replace(/\\(\d{3}|.)/g, '.').length,
    );
    expect(Math.max(...pieces)).toBeLessThanOrEqual(2048);
  });

  it('[W27] is made of a manifest with a byte order mark, and of one with blanks and lines', () => {
    const plain = readFileSync(make(manifest()).output, 'utf8');
    expect(readFileSync(make(`\ufeff${manifest()}`).output, 'utf8')).toBe(plain);
    expect(readFileSync(make(JSON.stringify(JSON.parse(manifest()), null, 4).replaceAll('\n', '\r\n')).output, 'utf8')).toBe(
      plain,
    );
  });

  it('[W27] is not written again when nothing has changed, so that nothing is compiled again', () => {
    const { folder, output } = make(manifest());
    utimesSync(output, 1000, 1000);
    expect(make(JSON.stringify(JSON.parse(manifest()), null, 2), folder).status).toBe(0);
    expect(statSync(output).mtimeMs).toBe(1_000_000);
    expect(make(manifest({ description: 'another' }), folder).status).toBe(0);
    expect(statSync(output).mtimeMs).toBeGreaterThan(1_000_000);
  });

  it('[W27] is made through a link to the package, too', () => {
    const folder = temporaryFolder();
    symlinkSync(join(root, 'native-abi'), join(folder, 'native-abi'), 'junction');
    writeFileSync(join(folder, 'manifest.json'), manifest());
    const script = join(folder, 'native-abi/toolchain/manifest-header.mjs');
    execFileSync(process.execPath, [script, join(folder, 'manifest.json'), join(folder, 'made.h')]);
    expect(existsSync(join(folder, 'made.h'))).toBe(true);
  });

  it.each<[what: string, text: string | Uint8Array, message: RegExp]>([
    ['half of an object', '{"name": "greeter", "version": ', /^\.\/manifest\.json is not JSON: /],
    ['an empty file', '', /is not JSON: /],
    ['a list', '[]', /must hold one JSON object, such as \{"name": "greeter", "version": "1\.0\.0"\}/],
    ['null', 'null', /must hold one JSON object/],
    ['one without a name', '{"version": "1.0.0"}', /"name" must be a letter, then .*; it is missing/],
    ['one with a name that no plugin can have', '{"name": "7up", "version": "1.0.0"}', /"name" must be .*; it is "7up"/],
    ['one with a number as name', '{"name": 7, "version": "1.0.0"}', /"name" must be .*; it is 7/],
    ['one without a version', '{"name": "greeter"}', /"version" must be a semantic version such as 1\.0\.0; it is missing/],
    ['one with half a version', '{"name": "greeter", "version": "1.0"}', /"version" must be .*; it is "1\.0"/],
    ['one with a zero too many', '{"name": "greeter", "version": "01.0.0"}', /"version" must be .*; it is "01\.0\.0"/],
    ['more than a record may carry', manifest({ description: 'x'.repeat(1_048_576) }), /bytes of JSON; 1048576 are the limit/],
    [
      'bytes that are no UTF-8',
      Buffer.concat([Buffer.from(manifest().slice(0, -1)), Buffer.from([0x2c, 0x22, 0xff, 0x22, 0x7d])]),
      /is not UTF-8/,
    ],
  ])('[W27] is not made of %s', (_, text, message) => {
    const { status, stderr, output } = make(text);
    expect(status).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain('\n');
    expect(existsSync(output)).toBe(false);
  });

  it('[W27] says what is missing when there is no manifest, and how the script is used', () => {
    const folder = temporaryFolder();
    const without = spawnSync(process.execPath, [SCRIPT, join(folder, 'manifest.json'), join(folder, 'made.h')], {
      encoding: 'utf8',
    });
    expect(without).toMatchObject({ status: 1, stderr: expect.stringContaining('is not here: a plugin needs a manifest') });
    const empty = spawnSync(process.execPath, [SCRIPT], { encoding: 'utf8' });
    expect(empty).toMatchObject({ status: 1, stderr: expect.stringContaining('usage: node manifest-header.mjs') });
  });
});
