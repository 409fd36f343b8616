import { type BootReport, PluginManager } from '../core/index.js';
import { isModulePath } from '../core/module-path.js';
import { nearest, PluginSystemError } from '../errors/index.js';
import type { RunReport } from '../pipelines/index.js';
import { APPLICATION_OPTIONS, applicationOf } from './application.js';
import { usageError } from './arguments.js';
import type { Command, ParsedOptions } from './command.js';
import { kindOf } from './files.js';
import { printOutcome } from './run-report.js';
import { RUN_OPTIONS, readRequest } from './run-request.js';
import { TYPE_RULE } from './values.js';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
type Level = (typeof LOG_LEVELS)[number];

/** `mortise run (DIR|FILE)…` */
export const run: Command = {
  name: 'run',
  operands: '(DIR|FILE)…',
  arity: { min: 0, max: Number.POSITIVE_INFINITY },
  summary: 'starts plugins, of directories or by file, and runs stages of theirs',
  options: {
    ...RUN_OPTIONS,
    ...APPLICATION_OPTIONS,
    'log-level': {
      type: 'string',
      value: 'LEVEL',
      help: `lowest level of log lines on stderr: ${LOG_LEVELS.join(', ')}; none where not given`,
    },
  },
  notes: `A file is a compiled plugin, or a module in JavaScript whose default export is a plugin; in directories only compiled ones are looked for.\n\n${TYPE_RULE}\n\nThe data that the stages leave in the context is printed. Ctrl-C cancels the run; a second Ctrl-C ends the program at once.`,
  async run({ operands, options, output, signal }) {
    const request = await readRequest(options, run);
    const logLevel = readLogLevel(options);
    // What is not there is missed as a file only where its name says that it is one.
    const files = operands.filter((path) => kindOf(path) === 'file' || (isModulePath(path) && kindOf(path) === undefined));
    const directories = operands.filter((path) => !files.includes(path));
    const manager = await PluginManager.create({
      ...applicationOf(options, directories, run, files),
      pipelines: request.pipelines,
      ...(logLevel === undefined ? {} : { logLevel }),
    });
    for (const path of files) manager.register(path);
    output.progress('starting plugins');
    let boot: BootReport | undefined;
    let report: RunReport | undefined;
    let error: PluginSystemError | undefined;
    try {
      boot = await manager.start();
      output.progress('running');
      if (signal.aborted) throw new PluginSystemError('Cancelled', 'interrupted before the run began', { operation: 'run' });
      report = await manager.run(request.pipeline, { ...request.options, signal });
    } catch (thrown) {
      error = PluginSystemError.from(thrown, 'Internal', { operation: 'run' });
    }
    const stop = await manager.stop();
    output.endProgress();
    printOutcome(output, { boot, report, error, stop });
    return error === undefined && report?.ok === true && stop.failed.length === 0 ? 0 : 1;
  },
};

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
