import { PipelineRuns, StageRegistry, StageTable } from '../pipelines/index.js';
import { Events } from './events.js';
import { Hooks } from './hooks.js';
import { Lifecycle } from './lifecycle.js';
import { makeLogger } from './logging.js';
import { type PluginManagerOptions, resolveOptions } from './options.js';
import { ServiceRegistry } from './service-registry.js';
import { Turns } from './turns.js';

/** What a manager is made of. */
export interface ManagerParts {
  readonly events: Events;
  readonly hooks: Hooks;
  readonly registry: StageRegistry;
  readonly services: ServiceRegistry;
  readonly runs: PipelineRuns;
  readonly lifecycle: Lifecycle;
  readonly turns: Turns;
}

/**
 * Puts a manager together.
 * @throws `InvalidOption`, `ContextValueInvalid` (option preflight)
 */
export async function assemble(options: PluginManagerOptions): Promise<ManagerParts> {
  const resolved = resolveOptions(options);
  const log = await makeLogger(resolved.app, resolved.logger, resolved.logLevel);
  const stages = new StageTable();
  const events = new Events(log);
  const hooks = new Hooks(events, resolved.deadlines.hook);
  const runs = new PipelineRuns(resolved, stages, log, hooks.calls);
  const lifecycle = new Lifecycle({ options: resolved, log, stages, runs, events, hooks });
  const registry = new StageRegistry(stages);
  return { events, hooks, registry, services: new ServiceRegistry(lifecycle.services), runs, lifecycle, turns: new Turns() };
}
