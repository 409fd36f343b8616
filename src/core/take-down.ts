import type { PluginSystemError } from '../errors/index.js';
import type { PipelineRuns } from '../pipelines/index.js';
import type { PluginWarning } from '../plugin/index.js';
import type { StopReason } from './hooks.js';
import type { ManagedPlugin, PluginSurroundings } from './managed-plugin.js';
import type { FailedPlugin } from './report.js';
import type { Roster } from './roster.js';

/** What became of a stop. */
export interface TakenDown {
  /** Names of the plugins that were stopped. */
  readonly stopped: string[];
  /** Names of the pipelines whose runs did not end for it. */
  readonly unfinished: string[];
}

/** Stops plugins that run: dependents first, whatever fails on the way. */
export class TakeDown {
  readonly #surroundings: PluginSurroundings;
  readonly #roster: Roster;
  readonly #runs: PipelineRuns;

  constructor(surroundings: PluginSurroundings, roster: Roster, runs: PipelineRuns) {
    this.#surroundings = surroundings;
    this.#roster = roster;
    this.#runs = runs;
  }

  /** Asks the hooks whether these plugins may be stopped, before anything is undone: the first veto. */
  async ask(entries: readonly ManagedPlugin[], reason: StopReason): Promise<PluginSystemError | undefined> {
    const { hooks } = this.#surroundings;
    for (const entry of entries) {
      const about = { plugin: entry.name, path: entry.path, metadata: entry.metadata, reason };
      const veto = (await hooks.before('beforeUnload', about)) ?? (await hooks.before('beforeShutdown', about));
      if (veto !== undefined) return veto.within({ phase: 'shutdown' });
    }
    return undefined;
  }

  /** The same where nobody can forbid it: what was said against it becomes warnings. */
  async announce(entries: readonly ManagedPlugin[], reason: StopReason): Promise<PluginWarning[]> {
    const warnings: PluginWarning[] = [];
    for (const entry of entries) {
      const veto = await this.ask([entry], reason);
      if (veto === undefined) continue;
      const warning = { code: veto.code, message: `${veto.message}; it was stopped all the same, since the manager stops` };
      this.#surroundings.events.warn(warning, entry.name);
      warnings.push(warning);
    }
    return warnings;
  }

  /** Stops these plugins in the order given; runs that use one of them are waited for, then cancelled. */
  async stop(entries: readonly ManagedPlugin[], reason: StopReason, failed: FailedPlugin[]): Promise<TakenDown> {
    // A run that begins now finds none of their stages.
    for (const entry of entries) this.#surroundings.stages.remove(entry.name);
    const left = reason === 'stop' ? [this.#runs.drain()] : entries.map((entry) => this.#runs.drain(entry.name));
    const unfinished = [...new Set((await Promise.all(left)).flat())];
    const stopped: string[] = [];
    for (const entry of entries) {
      const error = await entry.stop(reason);
      this.#roster.stopped(entry);
      if (entry.state !== 'abandoned') stopped.push(entry.name);
      if (error !== undefined) failed.push({ name: entry.name, path: entry.path, error });
    }
    return { stopped, unfinished };
  }
}
