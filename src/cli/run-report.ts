import type { BootReport, StopReport } from '../core/index.js';
import type { PluginSystemError } from '../errors/index.js';
import type { RunReport } from '../pipelines/index.js';
import type { Output } from './output.js';
import { columns, ms, printable } from './text.js';

/** How `mortise run` ended. */
export interface Outcome {
  readonly boot: BootReport | undefined;
  readonly report: RunReport | undefined;
  /** The run did not come about. */
  readonly error: PluginSystemError | undefined;
  readonly stop: StopReport;
}

/** Writes it out: data to stdout, what went wrong to stderr. */
export function printOutcome(output: Output, { boot, report, error, stop }: Outcome): void {
  const plugins = {
    loaded: boot?.loaded.map(({ name, version, path }) => ({ name, version, path: path ?? null })) ?? [],
    failed: [...(boot?.failed ?? []), ...stop.failed].map(({ name, path, error: reason }) => ({
      name: name ?? null,
      path: path ?? null,
      error: reason,
    })),
    warnings: boot?.warnings ?? [],
  };
  if (output.json) {
    if (error === undefined) output.document({ ...(report?.toJSON() as object), plugins });
    else output.failure(error, { plugins });
    return;
  }
  for (const warning of plugins.warnings) output.warning(warning);
  for (const failed of plugins.failed) output.errorBlock(failed.error);
  if (report !== undefined) output.text(describe(report, output));
  const reason = error ?? report?.error;
  if (reason !== undefined) output.errorBlock(reason);
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
