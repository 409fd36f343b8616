import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './temporary.js';

const PACKAGE = new URL('../../dist/index.js', import.meta.url);

/** Writes a module into a folder of its own, removed after the test; `definePlugin` is imported for it, unless it is `bare`. The path. */
export function module(name: string, source: string, { bare = !name.endsWith('.mjs') }: { bare?: boolean } = {}): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, bare ? source : `import { definePlugin } from '${PACKAGE}';\n${source}\n`);
  return path;
}
