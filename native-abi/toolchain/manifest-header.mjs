#!/usr/bin/env node
// Makes the C header that carries a plugin's manifest into its record:
//
//   node manifest-header.mjs manifest.json mortise_manifest.h
//
// It defines MORTISE_MANIFEST (the JSON, one literal), MORTISE_MANIFEST_NAME and MORTISE_MANIFEST_VERSION. The file is written only when it changes, so that
// nothing is compiled again without need. Needs Node and the rules beside it, and nothing else: CMake and gyp run it.

import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ManifestProblem, readManifest } from './manifest-rules.mjs';

/** MSVC takes pieces of a literal of up to 2 KiB (C2026), and joins them. */
const PIECE = 1000;

/**
 * The text of the header for a manifest.
 * @param {Uint8Array} bytes
 * @param {string} file named in problems
 * @throws {ManifestProblem}
 */
function manifestHeader(bytes, file) {
  const { manifest, json } = readManifest(bytes, file);
  return [
    '/* Made from the manifest by manifest-header.mjs: change the manifest, not this. */',
    `#define MORTISE_MANIFEST_NAME ${literal(Buffer.from(manifest.name))}`,
    `#define MORTISE_MANIFEST_VERSION ${literal(Buffer.from(manifest.version))}`,
    `#define MORTISE_MANIFEST ${literal(Buffer.from(json))}`,
    '',
  ].join('\n');
}

/** A C string literal of ASCII, in pieces; what is no printable ASCII as octal escapes of three digits, which end where they end. */
function literal(bytes) {
  const pieces = [];
  for (let start = 0; start < bytes.length; start += PIECE) pieces.push(bytes.subarray(start, start + PIECE));
  return pieces.map((piece) => `"${[...piece].map(escaped).join('')}"`).join(' \\\n  ');
}

function escaped(byte) {
  const character = String.fromCharCode(byte);
  // `?` too: no trigraphs.
  if (character === '"' || character === '\\' || character === '?') return `\\${character}`;
  return byte >= 0x20 && byte < 0x7f ? character : `\\${byte.toString(8).padStart(3, '0')}`;
}

function main([input, output, ...rest]) {
  if (input === undefined || output === undefined || rest.length > 0) {
    throw new ManifestProblem('usage: node manifest-header.mjs MANIFEST.json HEADER.h');
  }
  if (!existsSync(input))
    throw new ManifestProblem(`${input} is not here: a plugin needs a manifest with "name" and "version"`);
  const header = manifestHeader(readFileSync(input), input);
  if (existsSync(output) && readFileSync(output, 'utf8') === header) return;
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, header);
}

// node_modules/mortise may be a link, which Node has followed in the one and not in the other.
if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  try {
    main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof ManifestProblem)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
