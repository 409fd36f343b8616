import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** The script of a command that a package in the node_modules of the project brings. Run it with Node: no shell, no PATH. */
export function projectScript(directory: string, name: string, command: string): string | undefined {
  for (let folder = directory; ; folder = dirname(folder)) {
    const found = scriptIn(join(folder, 'node_modules', name), command);
    if (found !== undefined || folder === dirname(folder)) return found;
  }
}

function scriptIn(folder: string, command: string): string | undefined {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return undefined;
  const { bin } = JSON.parse(readFileSync(file, 'utf8')) as { bin?: string | Record<string, string> };
  const script = typeof bin === 'string' ? bin : bin?.[command];
  return script === undefined ? undefined : join(folder, script);
}

/** The same for a command that npm has put on PATH of Windows: what is there is a .cmd, which needs a shell, and the script lies beside it. */
export function scriptOnPath(name: string, command: string): string | undefined {
  if (process.platform !== 'win32') return undefined;
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => scriptIn(join(folder, 'node_modules', name), command)).find((path) => path !== undefined);
}
