import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Phase, PluginSystemError } from '../errors/index.js';
import type { PipelineRuns } from '../pipelines/index.js';
import type { PluginWarning } from '../plugin/index.js';
import { discover } from './directories.js';
import type { Events } from './events.js';
import type { PluginSource } from './managed-plugin.js';
import { isModulePath } from './module-path.js';
import type { PluginOpener } from './opener.js';
import type { ResolvedOptions } from './options.js';
import type { FailedPlugin } from './report.js';
import type { Roster } from './roster.js';

export interface DiscoveryParts {
  readonly options: ResolvedOptions;
  readonly runs: PipelineRuns;
  readonly events: Events;
  readonly roster: Roster;
  readonly opener: PluginOpener;
  /** Names of plugins that are switched off. */
  readonly disabled: ReadonlySet<string>;
}

/** What a discovery came to, besides the plugins that are in the roster now. */
export interface Discovered {
  /** Files and plugins that could not be opened. */
  readonly unopened: readonly FailedPlugin[];
  readonly warnings: readonly PluginWarning[];
  readonly milliseconds: Partial<Record<Phase, number>>;
  readonly spent: number;
}

/** Finds the files of plugins and pipelines, looks at the libraries, and opens them and what the application handed in; everything comes to the roster. */
export async function discoverAll(
  parts: DiscoveryParts,
  registered: readonly PluginSource[],
  before: readonly PluginWarning[],
): Promise<Discovered> {
  const { options, events, opener, roster, disabled } = parts;
  const began = performance.now();
  const found = discover(options.directories, options.optionalDirectories);
  const discovery = performance.now() - began;
  events.emit('phase', { plugin: undefined, path: undefined, phase: 'discovery', milliseconds: discovery, error: undefined });
  const looked = performance.now();
  const isLibrary = ({ path }: PluginSource) => path !== undefined && !isModulePath(path);
  const libraries = registered.filter(isLibrary).map(({ path }) => path as string);
  const looks = await opener.lookAtAll([...new Set([...libraries, ...found.paths])], disabled);
  const loading = performance.now() - looked;
  const failed: FailedPlugin[] = [];
  for (const entry of looks.disabled) roster.add(entry);
  for (const { path, error, entry } of looks.failed) {
    if (entry !== undefined) {
      await entry.refuse(error);
      roster.add(entry);
    } else if (error.plugin !== undefined) roster.unopened.set(error.plugin, error);
    failed.push({ name: error.plugin, path, error });
  }
  const asked = new Set(looks.sources);
  for (const source of [...registered.filter((each) => !isLibrary(each)), ...looks.sources]) {
    try {
      roster.add(await (asked.has(source) ? opener.openAsked(source) : opener.open(source)));
    } catch (error) {
      const typed = PluginSystemError.from(error, 'Internal');
      if (typed.plugin !== undefined) roster.unopened.set(typed.plugin, typed);
      failed.push({ name: typed.plugin, path: source.path, error: typed });
    }
  }
  const warnings = [...found.warnings, ...(await findPipelines(parts))];
  for (const warning of warnings) events.warn(warning);
  return {
    unopened: failed,
    warnings: [...before, ...warnings],
    milliseconds: { discovery, loading },
    spent: performance.now() - began,
  };
}

/** Reads `pipelines/*.toml` of the configuration folder. */
async function findPipelines({ options, runs }: DiscoveryParts): Promise<PluginWarning[]> {
  const folder = join(options.configDirectory, 'pipelines');
  if (!existsSync(folder)) {
    runs.found({});
    return [];
  }
  // Imported here: it takes as long as the rest of core, and few have such files.
  const { readPipelineFiles } = await import('../pipelines/pipeline-files.js');
  const { pipelines, problems } = readPipelineFiles(folder);
  runs.found(pipelines, problems);
  const warnings = problems.map((error): PluginWarning => ({ code: error.code, message: error.message }));
  for (const name of Object.keys(pipelines).filter((each) => Object.hasOwn(options.pipelines, each))) {
    const message = `${join(folder, `${name}.toml`)} is not used: the options of the application define pipeline ${name}`;
    warnings.push({ code: 'PipelineInvalid', message });
  }
  return warnings;
}
