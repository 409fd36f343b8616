import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PluginSystemError } from '../errors/index.js';
import type { LibraryTool } from './tools/build-tool.js';
import { cargoTool } from './tools/cargo.js';
import { cmakeTool } from './tools/cmake.js';
import { nodeGypTool } from './tools/node-gyp.js';
import { TSC } from './tools/tsc.js';

const LIBRARY_TOOLS = { cargo: cargoTool, cmake: cmakeTool, 'node-gyp': nodeGypTool } as const satisfies Record<
  string,
  LibraryTool
>;

export type ToolName = keyof typeof LIBRARY_TOOLS | 'tsc';

/** In the order in which they are looked for. */
const MARKERS: ReadonlyArray<readonly [ToolName, string]> = [
  ...Object.values(LIBRARY_TOOLS).map(({ name, marker }) => [name as ToolName, marker] as const),
  [TSC.name, TSC.marker],
];

export const TOOL_NAMES: readonly ToolName[] = MARKERS.map(([name]) => name);

/**
 * The tool that builds the plugin in `directory`: the one that was asked for, or the first whose file is there.
 * @throws `BuildFailed`
 */
export function toolFor(directory: string, asked?: ToolName): ToolName {
  const present = MARKERS.filter(([, marker]) => existsSync(join(directory, marker)));
  const chosen = present.find(([name]) => asked === undefined || name === asked);
  if (chosen !== undefined) return chosen[0];
  const wanted = MARKERS.filter(([name]) => asked === undefined || name === asked).map(([, marker]) => marker);
  const what =
    asked === undefined ? `there is nothing to build: no ${listed(wanted)}` : `${asked} needs ${wanted[0]}, which is not here`;
  throw new PluginSystemError('BuildFailed', what, {
    path: directory,
    operation: 'build',
    remedy: asked === undefined ? 'Add the project file of one tool.' : 'Name another tool, or leave out --tool.',
  });
}

/** undefined: it makes JavaScript. */
export function libraryTool(name: ToolName): LibraryTool | undefined {
  return name === 'tsc' ? undefined : LIBRARY_TOOLS[name];
}

function listed(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
