#!/usr/bin/env node
// Makes the C header that carries a plugin's manifest into its record:
//
//   node manifest-header.mjs manifest.json mortise_manifest.h
//
// It defines MORTISE_MANIFEST (the JSON, one literal), MORTISE_MANIFEST_NAME and MORTISE_MANIFEST_VERSION. The file is written only when it changes, so that
// nothing is compiled again without need. Needs Node and nothing else: CMake and gyp run it.

import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';

const NAME = /^[A-Za-z][A-Za-z0-9._-]{0,63}$/;
// https://semver.org, "Is there a suggested regular expression"
const VERSION =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*)(\.(0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*))*)?(\+[\dA-Za-z-]+(\.[\dA-Za-z-]+)*)?$/;
/** MORTISE_MAX_MANIFEST of record.h. */
const MAX_BYTES = 1_048_576;
/** MSVC takes pieces of a literal of up to 2 KiB (C2026), and joins them. */
const PIECE = 1000;

/** What is wrong with a manifest, as a sentence for its author. */
export class ManifestProblem extends Error {}

/**
 * Reads and checks a manifest: the rules for all who do so, `mortise build` and `mortise pack` among them.
 * @param {string} text one JSON object with `name` and `version`
 * @param {string} file named in problems
 * @returns {{ name: string, version: string, [key: string]: unknown }}
 * @throws {ManifestProblem}
 */
export function readManifest(text, file) {
  const manifest = parsed(text, file);
  check(file, 'name', manifest.name, NAME, 'a letter, then letters, digits, ".", "_" or "-", 64 at most');
  check(file, 'version', manifest.version, VERSION, 'a semantic version such as 1.0.0');
  const { length } = encoded(manifest);
  if (length > MAX_BYTES) throw new ManifestProblem(`${file}: ${length} bytes of JSON; ${MAX_BYTES} are the limit`);
  return manifest;
}

/**
 * The text of the header for a manifest.
 * @throws {ManifestProblem}
 */
export function manifestHeader(text, file) {
  const manifest = readManifest(text, file);
  return [
    '/* Made from the manifest by manifest-header.mjs: change the manifest, not this. */',
    `#define MORTISE_MANIFEST_NAME ${literal(Buffer.from(manifest.name))}`,
    `#define MORTISE_MANIFEST_VERSION ${literal(Buffer.from(manifest.version))}`,
    `#define MORTISE_MANIFEST ${literal(encoded(manifest))}`,
    '',
  ].join('\n');
}

function encoded(manifest) {
  return Buffer.from(JSON.stringify(manifest), 'utf8');
}

function parsed(text, file) {
  let manifest;
  try {
    manifest = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new ManifestProblem(`${file} is not JSON: ${error.message}`);
  }
  if (typeof manifest !== 'object' || manifest === null || Array.isArray(manifest)) {
    throw new ManifestProblem(`${file} must hold one JSON object, such as {"name": "greeter", "version": "1.0.0"}`);
  }
  return manifest;
}

function decoded(bytes, file) {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ManifestProblem(`${file} is not UTF-8`);
  }
}

function check(file, key, value, pattern, wanted) {
  if (typeof value === 'string' && pattern.test(value)) return;
  const found = value === undefined ? 'it is missing' : `it is ${JSON.stringify(value)}`;
  throw new ManifestProblem(`${file}: "${key}" must be ${wanted}; ${found}`);
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
  if (!existsSync(input)) throw new ManifestProblem(`${input} is not here: a plugin needs a manifest with "name" and "version"`);
  const header = manifestHeader(decoded(readFileSync(input), input), input);
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
