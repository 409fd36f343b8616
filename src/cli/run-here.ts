import { type BootReport, PluginManager, type StopReport } from '../core/index.js';
import { isModulePath } from '../core/module-path.js';
import { nearest, PluginSystemError } from '../errors/index.js';
import type { RunReport } from '../pipelines/index.js';
import { applicationOf } from './application.js';
import { milliseconds, usageError } from './arguments.js';
import type { Command, CommandCall, ParsedOptions } from './command.js';
import { emptyFolders } from './empty-folders.js';
import { kindOf } from './files.js';
import { RunDeadline } from './run-deadline.js';
import { RunProgress, type RunStep } from './run-progress.js';
import { printOutcome } from './run-report.js';
import { LOG_LEVELS, readRequest } from './run-request.js';

type Level = (typeof LOG_LEVELS)[number];

/** How long what plugins left behind may keep this process from ending, after a stage that did not return. */
const EXIT_MS = 1000;

/** Runs what was asked for in this process. `parent` is told of each step before it begins; it then speaks of what takes long. Returns the exit code. */
export async function runHere(
  { operands, options, output, signal }: CommandCall,
  command: Command,
  parent?: (step: RunStep) => void,
): Promise<number> {
  const request = await readRequest(options, command);
  const timeoutMs = milliseconds(options, 'timeout', command);
  const logLevel = readLogLevel(options, command);
  // What is not there is missed as a file only where its name says that it is one.
  const files = operands.filter((path) => kindOf(path) === 'file' || (isModulePath(path) && kindOf(path) === undefined));
  const directories = operands.filter((path) => !files.includes(path));
  const manager = await PluginManager.create({
    ...applicationOf(options, directories, command, files),
    pipelines: request.pipelines,
    ...(logLevel === undefined ? {} : { logLevel }),
  });
  for (const path of files) manager.register(path);
  const progress = new RunProgress((line) => {
    if (parent === undefined && !output.json) output.note(line);
  });
  const announce = (step: RunStep) => {
    progress.follow(step);
    parent?.(step);
  };
  manager.hook('beforeCall', ({ stage, plugin }) => announce({ step: 'begun', stage, plugin, path: manager.get(plugin).path }));
  manager.hook('afterCall', ({ stage }) => announce({ step: 'ended', stage }));
  const deadline = new RunDeadline(timeoutMs, progress, announce);
  let boot: BootReport | undefined;
  let report: RunReport | undefined;
  let error: PluginSystemError | undefined;
  let stop: StopReport = { stopped: [], failed: [], unfinished: [], warnings: [] };
  try {
    output.progress('starting plugins');
    announce({ step: 'starting' });
    boot = await manager.start();
    if (signal.aborted) throw new PluginSystemError('Cancelled', 'interrupted before the run began', { operation: 'run' });
    output.progress('running');
    const run = manager.run(request.pipeline, { ...request.options, signal: deadline.begin(signal) });
    report = await Promise.race([run, deadline.overdue]);
  } catch (thrown) {
    error = PluginSystemError.from(thrown, 'Internal', { operation: 'run' });
  }
  deadline.end();
  // A stage in TypeScript that does not come back cannot be stopped, and nothing that it may still use is.
  if (!deadline.isOverdue) {
    announce({ step: 'stopping' });
    stop = await manager.stop();
  }
  announce({ step: 'done' });
  output.endProgress();
  if (report?.error?.code === 'Cancelled') error = deadline.error;
  printOutcome(output, {
    boot,
    report,
    error,
    stop,
    unnamed: typeof request.pipeline !== 'string',
    empty: emptyFolders(directories),
  });
  if (deadline.isOverdue || report?.error?.code === 'Abandoned') setTimeout(() => process.exit(), EXIT_MS).unref();
  return error === undefined && report?.ok === true && stop.failed.length === 0 ? 0 : 1;
}

function readLogLevel(options: ParsedOptions, command: Command): Level | undefined {
  const level = options.text('log-level');
  if (level === undefined || LOG_LEVELS.includes(level as Level)) return level as Level | undefined;
  const near = nearest(level, LOG_LEVELS);
  throw usageError(
    `--log-level is ${JSON.stringify(level)}`,
    command,
    near === undefined ? `Levels are: ${LOG_LEVELS.join(', ')}.` : `Did you mean ${near}?`,
  );
}
