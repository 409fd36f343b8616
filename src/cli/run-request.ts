import { resolve } from 'node:path';
import { nearest, PluginSystemError } from '../errors/index.js';
import type { Pipeline, RunOptions } from '../pipelines/index.js';
import { usageError } from './arguments.js';
import type { Command, OptionSpec, ParsedOptions } from './command.js';
import { readObject } from './files.js';
import { parseSetting } from './values.js';

/** Levels of log lines, lowest first. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Options that say what is to be run, and how. */
export const RUN_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  stage: { type: 'string', multiple: true, value: 'ID', help: 'stage to run; several run in the order given' },
  pipeline: { type: 'string', value: 'NAME', help: 'pipeline to run, of those in --pipelines and --config' },
  pipelines: {
    type: 'string',
    multiple: true,
    value: 'FILE',
    help: 'pipelines: a .toml is one by the name of its file; a .json has many: {"name": ["a:b", {"stage": "c:d", "after": ["a:b"]}]}',
  },
  input: { type: 'string', value: 'FILE', help: 'sets `path` in the context to the absolute path of FILE' },
  set: { type: 'string', multiple: true, value: 'KEY=VALUE', help: 'sets KEY in the context' },
  skip: { type: 'string', multiple: true, value: 'ID=REASON', help: 'stage that is not to be run; those after it run' },
  continue: { type: 'boolean', help: 'run what does not need a stage that failed, whatever the pipeline says' },
  concurrency: { type: 'string', value: 'N', help: 'how many stages are in progress at most' },
  timeout: {
    type: 'string',
    value: 'MS',
    help: 'how long the run may take; it is then cancelled, and a stage that does not obey is given up; no limit where not given',
  },
  'dry-run': { type: 'boolean', help: 'only say what would be done' },
};

/** What is to be run. */
export interface RunRequest {
  readonly pipeline: string | Pipeline;
  /** Those of --pipelines. */
  readonly pipelines: Readonly<Record<string, Pipeline>>;
  readonly options: RunOptions;
}

/**
 * Reads what is to be run, and how.
 * @throws `InvalidOption`, `FileNotFound`, `PipelineNotFound`, `PipelineInvalid`
 */
export async function readRequest(options: ParsedOptions, command: Command): Promise<RunRequest> {
  const name = options.text('pipeline');
  const stages = options.all('stage');
  const files = options.all('pipelines').map((path) => resolve(path));
  if ((name === undefined) === (stages.length === 0))
    throw usageError('mortise run needs either --pipeline NAME or --stage ID', command);
  if (name === undefined && files.length > 0) throw usageError('--pipelines is for --pipeline NAME, which is missing', command);
  if (name !== undefined && files.length === 0 && !options.flag('config'))
    throw usageError('--pipeline needs --pipelines FILE or --config DIR, where the pipeline is defined', command);
  const pipelines = await readPipelines(files);
  // What is not there may be in a file of the configuration folder: the manager knows.
  if (name !== undefined && !Object.hasOwn(pipelines, name) && !options.flag('config')) throw unknown(name, pipelines, files);
  return { pipeline: name ?? stages, pipelines, options: readRunOptions(options, command) };
}

function readRunOptions(options: ParsedOptions, command: Command): RunOptions {
  const input = options.text('input');
  const set = options.all('set').map((setting) => parseSetting(setting));
  return {
    mode: options.flag('dry-run') ? 'dry_run' : 'live',
    data: Object.fromEntries(input === undefined ? set : [['path', resolve(input)], ...set]),
    onFailure: options.flag('continue') ? 'continue' : undefined,
    concurrency: readConcurrency(options.text('concurrency'), command),
    skip: Object.fromEntries(options.all('skip').map((text) => readSkip(text, command))),
  };
}

function readConcurrency(text: string | undefined, command: Command): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw usageError(`--concurrency is ${JSON.stringify(text)}; a whole number from 1 was wanted`, command);
}

function readSkip(text: string, command: Command): [stage: string, reason: string] {
  const at = text.indexOf('=');
  if (at > 0 && at < text.length - 1) return [text.slice(0, at), text.slice(at + 1)];
  throw usageError(
    `--skip is ${JSON.stringify(text)}; ID=REASON was wanted`,
    command,
    `Write --skip ${text.replace(/=$/, '')}='not today'.`,
  );
}

async function readPipelines(files: readonly string[]): Promise<Record<string, Pipeline>> {
  const { readPipelineFile } = await import('../pipelines/pipeline-files.js');
  return Object.fromEntries(
    files.flatMap((path) =>
      path.toLowerCase().endsWith('.toml')
        ? [orMissing(path, () => readPipelineFile(path))]
        : Object.entries(readObject(path, '--pipelines', 'PipelineInvalid') as Record<string, Pipeline>),
    ),
  );
}

function orMissing<Result>(path: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw PluginSystemError.from(error, isMissing ? 'FileNotFound' : 'FileUnreadable', { path, operation: '--pipelines' });
  }
}

function unknown(name: string, pipelines: Readonly<Record<string, Pipeline>>, files: readonly string[]): PluginSystemError {
  const near = nearest(name, Object.keys(pipelines));
  const where = files.length === 1 ? 'in it' : 'in any of the files';
  return new PluginSystemError('PipelineNotFound', `there is no pipeline ${JSON.stringify(name)} ${where}`, {
    path: files.length === 1 ? files[0] : undefined,
    remedy: near === undefined ? `What is there: ${Object.keys(pipelines).join(', ') || 'nothing'}.` : `Did you mean ${near}?`,
  });
}
