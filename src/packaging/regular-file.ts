import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { otherThanFile } from '../binary/file-kind.js';

/** Why a path below `folder` (with `/`, without `..`) is no file that lies there itself; undefined: it is one. Links are not followed, wherever on the way they are. */
export function notRegular(folder: string, path: string): string | undefined {
  const names = path.split('/');
  for (let length = 1; length <= names.length; length += 1) {
    const way = names.slice(0, length).join('/');
    const stats = lstatSync(join(folder, way), { throwIfNoEntry: false });
    if (stats === undefined) return 'it is not there';
    if (stats.isSymbolicLink()) return length === names.length ? 'it is a link' : `${way} is a link`;
    if (length < names.length) {
      if (!stats.isDirectory()) return `${way} is no folder`;
      continue;
    }
    const kind = otherThanFile(stats);
    if (kind !== undefined) return `it is ${kind}`;
  }
  return undefined;
}
