import { checkOptionNames, isOurs, nearest, PluginSystemError, shown, thrownText } from '../errors/index.js';
import type { ContextInput, RunMode } from '../plugin/index.js';
import { type FailurePolicy, isConcurrency, isFailurePolicy } from './pipeline.js';
import type { PipelinePlan } from './plan.js';

/** Options of `run`. */
export interface RunOptions {
  /** Default `live`. */
  readonly mode?: RunMode | undefined;
  /** First values of the context. */
  readonly data?: Readonly<Record<string, ContextInput>> | undefined;
  /** Cancels the run. */
  readonly signal?: AbortSignal | undefined;
  /** Instead of what the definition of the pipeline says. */
  readonly onFailure?: FailurePolicy | undefined;
  /** Instead of what the definition of the pipeline says. */
  readonly concurrency?: number | undefined;
  /** Stages that are not to be run, with the reason, which the report gives again. Those after them run. */
  readonly skip?: Readonly<Record<string, string>> | undefined;
}

const KNOWN = ['mode', 'data', 'signal', 'onFailure', 'concurrency', 'skip'];

/**
 * @throws `InvalidOption` naming the option, its value and what was wanted
 */
export function checkRunOptions(options: RunOptions): void {
  try {
    check(options);
  } catch (thrown) {
    throw isOurs(thrown) ? thrown : wrong(`its options cannot be read: ${thrownText(thrown)}`);
  }
}

function check(options: RunOptions): void {
  checkOptionNames(options, KNOWN, 'run');
  const { mode, data, signal, onFailure, concurrency, skip } = options;
  if (mode !== undefined && mode !== 'live' && mode !== 'dry_run')
    throw wrong(`the mode is ${shown(mode)}; "live" or "dry_run" was wanted`);
  if (data !== undefined && (typeof data !== 'object' || data === null))
    throw wrong(`option data is ${data === null ? 'null' : `a ${typeof data}`}; an object was wanted`);
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw wrong('option signal is no AbortSignal');
  if (onFailure !== undefined && !isFailurePolicy(onFailure))
    throw wrong(`option onFailure is ${shown(onFailure)}; "stop" or "continue" was wanted`);
  if (concurrency !== undefined && !isConcurrency(concurrency))
    throw wrong(`option concurrency is ${shown(concurrency)}; a whole number from 1 was wanted`);
  if (skip === undefined) return;
  if (typeof skip !== 'object' || skip === null || Array.isArray(skip))
    throw wrong('option skip is no object; reasons by stage id were wanted');
  for (const [stage, reason] of Object.entries(skip)) {
    if (typeof reason !== 'string')
      throw wrong(`option skip gives ${shown(reason)} as the reason for ${stage}; a text was wanted`);
  }
}

/**
 * The reasons of option skip by stage id; undefined where nothing is to be skipped.
 * @throws `InvalidOption` if a stage is not in the plan, with the nearest that is
 */
export function skippedStages(skip: RunOptions['skip'], plan: PipelinePlan): ReadonlyMap<string, string> | undefined {
  if (skip === undefined) return undefined;
  const reasons = new Map(Object.entries(skip));
  if (reasons.size === 0) return undefined;
  const ids = new Set(plan.stages.map((planned) => planned.stage.id));
  for (const id of reasons.keys()) {
    if (ids.has(id)) continue;
    const near = nearest(id, [...ids]);
    throw new PluginSystemError('InvalidOption', `option skip names ${shown(id)}, which is no stage of the pipeline`, {
      operation: 'run',
      ...(near === undefined ? {} : { remedy: `Did you mean ${JSON.stringify(near)}?` }),
    });
  }
  return reasons;
}

function wrong(what: string): PluginSystemError {
  return new PluginSystemError('InvalidOption', what, { operation: 'run' });
}
