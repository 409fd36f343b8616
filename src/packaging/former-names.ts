import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { PluginWarning } from '../plugin/index.js';
import type { PluginDocument } from './document.js';
import { notRegular } from './regular-file.js';

const LIBRARY = /\.(so|dll|dylib)$/;

/**
 * Removes libraries of another name that a build has made, as the document says that it left: the plugin was renamed since. Others are left, with a warning.
 * Returns the absolute paths of those that are gone.
 */
export async function removeFormer(
  dist: string,
  strangers: readonly string[],
  former: PluginDocument | undefined,
): Promise<{ removed: string[]; warnings: PluginWarning[] }> {
  const removed: string[] = [];
  const warnings: PluginWarning[] = [];
  for (const file of strangers.filter((path) => LIBRARY.test(path))) {
    if (isOf(former, dist, file)) {
      await rm(file, { force: true });
      removed.push(file);
    } else {
      const message = `${file} is of another name than the plugin, and of no build of it that is known here: \`mortise pack\` leaves it out`;
      warnings.push({ code: 'NotPacked', message });
    }
  }
  return { removed, warnings };
}

/** Whether it is still, byte for byte, what the document lists. */
function isOf(document: PluginDocument | undefined, dist: string, file: string): boolean {
  const path = relative(dist, file).replaceAll('\\', '/');
  const listed = document?.files.find((each) => each.path === path);
  if (listed === undefined || notRegular(dist, path) !== undefined) return false;
  return hash('sha256', readFileSync(join(dist, path)), 'hex') === listed.sha256;
}
