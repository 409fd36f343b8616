import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type BootReport, PluginManager, type StopReport } from '../core/index.js';
import { nearest, PluginSystemError } from '../errors/index.js';
import type { Pipeline, RunReport } from '../pipelines/index.js';
import type { ContextValue } from '../plugin/index.js';
import { usageError } from './arguments.js';
import type { Command, CommandCall, ParsedOptions } from './command.js';
import type { Output } from './output.js';
import { columns, ms, printable } from './text.js';
import { parseSetting, TYPE_RULE } from './values.js';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
type Level = (typeof LOG_LEVELS)[number];

/** `mortise run DIR…` */
export const run: Command = {
  name: 'run',
  operands: 'DIR…',
  arity: { min: 1, max: Number.POSITIVE_INFINITY },
  summary: 'starts the plugins in directories and runs stages of theirs',
  options: {
    stage: { type: 'string', multiple: true, value: 'ID', help: 'stage to run; several run in the order given' },
    pipeline: { type: 'string', value: 'NAME', help: 'pipeline to run, of those in --pipelines' },
    pipelines: {
      type: 'string',
      value: 'FILE.json',
      help: 'pipelines by name: {"name": ["a:b", {"stage": "c:d", "after": ["a:b"]}]}',
    },
    input: { type: 'string', value: 'FILE', help: 'sets `path` in the context to the absolute path of FILE' },
    set: { type: 'string', multiple: true, value: 'KEY=VALUE', help: 'sets KEY in the context' },
    'dry-run': { type: 'boolean', help: 'only say what would be done' },
    'api-version': { type: 'string', value: 'VERSION', help: 'host API version that plugins are told; 0.1.0 where not given' },
    'log-level': {
      type: 'string',
      value: 'LEVEL',
      help: `lowest level of log lines on stderr: ${LOG_LEVELS.join(', ')}; none where not given`,
    },
  },
  notes: `${TYPE_RULE}\n\nThe data that the stages leave in the context is printed. Ctrl-C cancels the run; a second Ctrl-C ends the program at once.`,
  async run(call) {
    const { operands, options, output, signal } = call;
    const what = readWhat(options);
    const data = readData(options);
    const logLevel = readLogLevel(options);
    const manager = await PluginManager.create({
      app: 'mortise',
      apiVersion: options.text('api-version') ?? '0.1.0',
      directories: operands.map((path) => resolve(path)),
      userDirectory: false,
      ...(what.pipelines === undefined ? {} : { pipelines: what.pipelines }),
      ...(logLevel === undefined ? {} : { logLevel }),
    });
    output.progress('starting plugins');
    let boot: BootReport | undefined;
    let report: RunReport | undefined;
    let error: PluginSystemError | undefined;
    try {
      boot = await manager.start();
      output.progress('running');
      if (signal.aborted) throw new PluginSystemError('Cancelled', 'interrupted before the run began', { operation: 'run' });
      report = await manager.run(what.pipeline, { mode: options.flag('dry-run') ? 'dry_run' : 'live', data, signal });
    } catch (thrown) {
      error = PluginSystemError.from(thrown, 'Internal', { operation: 'run' });
    }
    const stop = await manager.stop();
    output.endProgress();
    print(call, { boot, report, error, stop });
    return error === undefined && report?.ok === true && stop.failed.length === 0 ? 0 : 1;
  },
};

interface Outcome {
  readonly boot: BootReport | undefined;
  readonly report: RunReport | undefined;
  /** The run did not come about. */
  readonly error: PluginSystemError | undefined;
  readonly stop: StopReport;
}

function print({ output }: CommandCall, { boot, report, error, stop }: Outcome): void {
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
    output.document(error === undefined ? { ...(report?.toJSON() as object), plugins } : { error, plugins });
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

interface What {
  readonly pipeline: string | Pipeline;
  readonly pipelines: Readonly<Record<string, Pipeline>> | undefined;
}

function readWhat(options: ParsedOptions): What {
  const name = options.text('pipeline');
  const stages = options.all('stage');
  const file = options.text('pipelines');
  if ((name === undefined) === (stages.length === 0))
    throw usageError('mortise run needs either --pipeline NAME or --stage ID', run);
  if (name === undefined) return { pipeline: stages, pipelines: undefined };
  if (file === undefined) throw usageError('--pipeline needs --pipelines FILE.json, where the pipeline is defined', run);
  const pipelines = readPipelines(resolve(file));
  if (Object.hasOwn(pipelines, name)) return { pipeline: name, pipelines };
  const near = nearest(name, Object.keys(pipelines));
  throw new PluginSystemError('PipelineNotFound', `there is no pipeline ${JSON.stringify(name)} in it`, {
    path: resolve(file),
    remedy: near === undefined ? `It defines: ${Object.keys(pipelines).join(', ') || 'none'}.` : `Did you mean ${near}?`,
  });
}

function readPipelines(path: string): Record<string, Pipeline> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw PluginSystemError.from(error, isMissing ? 'FileNotFound' : 'FileUnreadable', { path, operation: '--pipelines' });
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw PluginSystemError.from(error, 'PipelineInvalid', { path, operation: '--pipelines' });
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Record<string, Pipeline>;
  throw new PluginSystemError('PipelineInvalid', 'an object of pipelines by name was wanted', {
    path,
    operation: '--pipelines',
  });
}

function readData(options: ParsedOptions): Record<string, ContextValue> {
  const input = options.text('input');
  const entries = options.all('set').map(parseSetting);
  return Object.fromEntries(input === undefined ? entries : [['path', resolve(input)], ...entries]);
}

function readLogLevel(options: ParsedOptions): Level | undefined {
  const level = options.text('log-level');
  if (level === undefined || LOG_LEVELS.includes(level as Level)) return level as Level | undefined;
  const near = nearest(level, LOG_LEVELS);
  throw usageError(
    `--log-level is ${JSON.stringify(level)}`,
    run,
    near === undefined ? `Levels are: ${LOG_LEVELS.join(', ')}.` : `Did you mean ${near}?`,
  );
}
