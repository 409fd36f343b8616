import { basename } from 'node:path';
import { discover } from '../core/directories.js';
import { type ErrorCode, PluginSystemError } from '../errors/index.js';
import type { ProbeReport } from '../isolation/index.js';
import { probe } from '../isolation/probe.js';
import { checkNoFile } from './application.js';
import { milliseconds } from './arguments.js';
import type { Command } from './command.js';
import { emptyFolders, warnOfEmpty } from './empty-folders.js';
import { printFailures } from './failures.js';
import { columns, printable } from './text.js';

/** `mortise list DIR…` */
export const list: Command = {
  name: 'list',
  operands: 'DIR…',
  arity: { min: 1, max: Number.POSITIVE_INFINITY },
  summary: 'lists the plugins in directories, each probed in a process of its own',
  options: {
    timeout: { type: 'string', value: 'MS', help: 'how long each probe may take; 10000 where not given' },
  },
  notes:
    'Nothing is started: a plugin says who it is, registers its stages and is destroyed. Fails if a directory cannot be read or a plugin fails.',
  async run({ operands, options, output, signal }) {
    const timeoutMs = milliseconds(options, 'timeout', list);
    for (const path of operands) checkNoFile(path, list);
    const { paths, warnings: unread } = discover(operands, new Set());
    const [unusable] = unread;
    if (unusable !== undefined)
      throw new PluginSystemError(unusable.code as ErrorCode, unusable.message, { operation: 'list' });
    const warnings = emptyFolders(operands).map(warnOfEmpty);
    let done = 0;
    const reports = await Promise.all(
      paths.map(async (path) => {
        const report = await probe(path, { signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
        output.progress(`probed ${++done} of ${paths.length}: ${printable(basename(path))}`);
        return report;
      }),
    );
    const plugins = reports.filter((report) => report.ok);
    const failed = reports.filter((report) => !report.ok);
    output.result(
      {
        plugins: plugins.map(({ metadata, path, sha256, stages, warnings: own }) => ({
          ...metadata,
          path,
          sha256,
          stages,
          warnings: own,
        })),
        failed: failed.map(({ metadata, path, error }) => ({ name: metadata?.name ?? null, path, error })),
        warnings,
      },
      () => table(plugins, output.paint),
    );
    if (!output.json) {
      for (const warning of warnings) output.warning(warning);
      for (const report of plugins) for (const warning of report.warnings) output.warning(warning, report.metadata?.name);
      printFailures(
        output,
        failed.flatMap(({ metadata, path, error }) => (error === undefined ? [] : [{ name: metadata?.name, path, error }])),
      );
    }
    return failed.length === 0 ? 0 : 1;
  },
};

function table(plugins: readonly ProbeReport[], paint: (style: 'bold', text: string) => string): string[] {
  if (plugins.length === 0) return ['no plugins'];
  const rows = plugins.map(({ metadata, stages, path }) => [
    printable(metadata?.name ?? ''),
    printable(metadata?.version ?? ''),
    metadata === undefined ? '' : printable(`${metadata.priority.category}:${metadata.priority.value}`),
    printable(basename(path)),
    stageIds(stages.map(({ id }) => id)),
  ]);
  const [head = '', ...lines] = columns([['NAME', 'VERSION', 'PRIORITY', 'FILE', 'STAGES'], ...rows]);
  return [paint('bold', head), ...lines];
}

const SHOWN = 6;

function stageIds(ids: readonly string[]): string {
  const more = ids.length > SHOWN ? ` and ${ids.length - SHOWN} more` : '';
  return printable(ids.slice(0, SHOWN).join(' ')) + more;
}
