import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { type ErrorCode, nearest, PluginSystemError } from '../errors/index.js';
import { type PipelineDefinition, type PipelineStep, readPipeline } from './pipeline.js';

/** Bytes that a file may have. */
const MAX_FILE = 1024 * 1024;
const SUFFIX = '.toml';
const NAME = /^[a-z0-9._-]+$/;
const TABLE = ['description', 'on_failure', 'concurrency', 'stage'];
const STAGE = ['id', 'after', 'timeout_ms'];

export interface PipelineFiles {
  /** By name: that of the file without `.toml`. */
  readonly pipelines: Readonly<Record<string, PipelineDefinition>>;
  /** Why the other files were not read. */
  readonly problems: readonly PluginSystemError[];
}

/** Reads the pipelines of a folder: its `*.toml`, sorted by name; one whose suffix is written otherwise is a problem. A folder that is not there holds none. Never throws because of what it finds. */
export function readPipelineFiles(directory: string): PipelineFiles {
  const pipelines: Array<[string, PipelineDefinition]> = [];
  const problems: PluginSystemError[] = [];
  for (const file of listFiles(directory, problems)) {
    const path = join(directory, file);
    try {
      pipelines.push(readPipelineFile(path));
    } catch (error) {
      problems.push(PluginSystemError.from(error, 'FileUnreadable', { path, operation: 'pipelines' }));
    }
  }
  return { pipelines: Object.fromEntries(pipelines), problems };
}

function listFiles(directory: string, problems: PluginSystemError[]): string[] {
  try {
    const names = readdirSync(directory);
    return names.filter((name) => name.toLowerCase().endsWith(SUFFIX)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      problems.push(PluginSystemError.from(error, 'FileUnreadable', { path: directory, operation: 'pipelines' }));
    return [];
  }
}

/**
 * Reads the pipeline of one file: its name and its definition.
 * @throws `PipelineInvalid`, `FileUnreadable`; what the file system says
 */
export function readPipelineFile(path: string): [name: string, definition: PipelineDefinition] {
  const name = basename(path).slice(0, -SUFFIX.length);
  if (!path.endsWith(SUFFIX))
    throw invalid(path, `the name of the file ends with ${path.slice(-SUFFIX.length)}; ${SUFFIX} was wanted`);
  if (!NAME.test(name))
    throw invalid(path, `the name of the file is to be that of the pipeline: ${NAME.source.slice(1, -1)}, then ${SUFFIX}`);
  const stat = statSync(path);
  if (!stat.isFile()) throw problem('FileUnreadable', path, 'it is no file');
  if (stat.size > MAX_FILE) throw invalid(path, `it has ${stat.size} bytes; at most ${MAX_FILE} are read`);
  const definition = readTable(path, parse(path, readFileSync(path)));
  try {
    readPipeline(name, definition);
  } catch (error) {
    throw PluginSystemError.from(error, 'PipelineInvalid', { path });
  }
  return [name, definition];
}

function parse(path: string, bytes: Uint8Array): Record<string, unknown> {
  // Required when there is a file, so that importing the package costs little.
  const toml = createRequire(import.meta.url)('smol-toml') as typeof import('smol-toml');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalid(path, 'it is not UTF-8');
  }
  try {
    return toml.parse(text);
  } catch (error) {
    if (!(error instanceof toml.TomlError)) throw error;
    const [what = ''] = error.message.replace(/^Invalid TOML document: /, '').split('\n');
    throw invalid(path, `line ${error.line}, column ${error.column}: ${what}`);
  }
}

function readTable(path: string, table: Record<string, unknown>): PipelineDefinition {
  checkKeys(path, 'the pipeline', table, TABLE);
  const { description, on_failure: onFailure, concurrency, stage = [] } = table;
  if (description !== undefined && typeof description !== 'string') throw invalid(path, 'description is no text');
  if (onFailure !== undefined && onFailure !== 'stop' && onFailure !== 'continue')
    throw invalid(path, `on_failure is ${JSON.stringify(onFailure)}; "stop" or "continue" was wanted`);
  if (concurrency !== undefined && typeof concurrency !== 'number') throw invalid(path, 'concurrency is no number');
  if (!Array.isArray(stage)) throw invalid(path, 'stage is no list of tables: [[stage]] was wanted');
  return {
    steps: stage.map((step, index) => readStage(path, step, index + 1)),
    ...(description === undefined ? {} : { description }),
    ...(onFailure === undefined ? {} : { onFailure }),
    ...(concurrency === undefined ? {} : { concurrency }),
  };
}

/** `number`: which [[stage]] of the file. */
function readStage(path: string, step: unknown, number: number): PipelineStep {
  const which = `stage ${number}`;
  if (typeof step !== 'object' || step === null || Array.isArray(step)) throw invalid(path, `${which} is no table`);
  checkKeys(path, which, step, STAGE);
  const { id, after, timeout_ms: timeoutMs } = step as Record<string, unknown>;
  if (typeof id !== 'string') throw invalid(path, `${which} has no id`);
  if (after !== undefined && !(Array.isArray(after) && after.every((other) => typeof other === 'string')))
    throw invalid(path, `after of ${which} is no list of stage ids`);
  if (timeoutMs !== undefined && typeof timeoutMs !== 'number') throw invalid(path, `timeout_ms of ${which} is no number`);
  if (after === undefined && timeoutMs === undefined) return id;
  return { stage: id, after: after ?? 'previous', ...(timeoutMs === undefined ? {} : { timeoutMs }) };
}

function checkKeys(path: string, what: string, table: object, known: readonly string[]): void {
  for (const key of Object.keys(table)) {
    if (known.includes(key)) continue;
    const near = nearest(key, known);
    // In the detail, since it becomes a warning, which has no remedy.
    const meant = near === undefined ? `there are ${known.join(', ')}` : `did you mean ${JSON.stringify(near)}?`;
    throw invalid(path, `unknown field ${JSON.stringify(key)} in ${what}; ${meant}`);
  }
}

function invalid(path: string, what: string): PluginSystemError {
  return problem('PipelineInvalid', path, what);
}

function problem(code: ErrorCode, path: string, what: string): PluginSystemError {
  return new PluginSystemError(code, what, { path, operation: 'pipelines' });
}
