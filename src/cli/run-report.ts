import type { BootReport, StopReport } from '../core/index.js';
import type { PluginSystemError } from '../errors/index.js';
import type { RunReport } from '../pipelines/index.js';
import { type EmptyFolder, warnOfEmpty } from './empty-folders.js';
import { printFailures } from './failures.js';
import type { Output } from './output.js';
import { explainRunError } from './run-error.js';
import { columns, ms, printable } from './text.js';

/** How `mortise run` ended. */
export interface Outcome {
  readonly boot: BootReport | undefined;
  readonly report: RunReport | undefined;
  /** The run did not come about. */
  readonly error: PluginSystemError | undefined;
  readonly stop: StopReport;
  /** The pipeline was made of --stage, and has no name that anybody gave it. */
  readonly unnamed: boolean;
  /** Folders that were given and have no plugin in them. */
  readonly empty: readonly EmptyFolder[];
}

/** Writes it out: data to stdout, what went wrong to stderr. */
export function printOutcome(output: Output, outcome: Outcome): void {
  const { boot, report, stop, empty } = outcome;
  const failures = [...(boot?.failed ?? []), ...stop.failed];
  const found = outcome.error ?? report?.error;
  const error = found === undefined ? undefined : explainRunError(found, { ...outcome, failed: failures });
  const plugins = {
    loaded: boot?.loaded.map(({ name, version, path }) => ({ name, version, path: path ?? null })) ?? [],
    failed: failures.map(({ name, path, error: reason }) => ({ name: name ?? null, path: path ?? null, error: reason })),
    warnings: [...(boot?.warnings ?? []), ...empty.map(warnOfEmpty)],
  };
  if (output.json) {
    if (report !== undefined) output.document({ ...report.toJSON(), ...(error && { error: error.toJSON() }), plugins });
    else if (error !== undefined) output.failure(error, { plugins });
    return;
  }
  for (const warning of plugins.warnings) output.warning(warning);
  printFailures(output, failures);
  if (report !== undefined) output.text(describe(report, output));
  if (error !== undefined) output.errorBlock(error);
}

function describe(report: RunReport, output: Output): string[] {
  const color = { ok: 'green', failed: 'red', cancelled: 'yellow', skipped: 'yellow', not_run: 'dim' } as const;
  const stages = report.stages.map(({ stage, status, milliseconds, descriptions = [], reason, requiredBy }) => ({
    cells: [
      output.paint(color[status], status.replace('_', ' ')),
      stage,
      status === 'not_run' || status === 'skipped' ? '' : ms(milliseconds),
    ],
    descriptions: [
      ...(requiredBy === undefined ? [] : [`required by ${requiredBy}`]),
      ...(reason === undefined ? [] : [reason]),
      ...descriptions,
    ],
  }));
  const lines = columns(stages.map(({ cells }) => cells));
  const data = Object.entries((report.toJSON() as { data: Record<string, unknown> }).data);
  return [
    ...stages.flatMap(({ descriptions }, index) => [
      lines[index] as string,
      ...descriptions.map((text) => `          ${printable(text)}`),
    ]),
    ...(data.length === 0 ? [] : ['']),
    ...columns(data.map(([key, value]) => [printable(key), printable(JSON.stringify(value))])),
  ];
}
