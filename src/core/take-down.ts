import type { PluginSystemError } from '../errors/index.js';
import type { PipelineRuns } from '../pipelines/index.js';
import type { PluginWarning } from '../plugin/index.js';
import type { StopReason } from './hooks.js';
import type { ManagedPlugin, PluginSurroundings } from './managed-plugin.js';
import type { FailedPlugin } from './report.js';
import type { Roster } from './roster.js';

/** What became of a stop. */
export interface TakenDown {
  /** Those that are to be stopped, in that order: nothing of them runs, and nobody finds a service of theirs any more. */
  readonly order: readonly ManagedPlugin[];
  /** Names of the pipelines whose runs did not end for it. */
  readonly unfinished: readonly string[];
  /** What hooks had against it, where that does not count. */
  readonly warnings: readonly PluginWarning[];
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

  /**
   * Makes plugins ready to be stopped: asks the hooks, lets no run begin, waits for runs in progress, then cancels them. Until all that has happened others may have come to
   * depend on them, such as by finding a service, so `affected` is asked again until it names nobody new; it throws if it is not to be. `commit` is the last that may fail.
   * @throws `Vetoed`, and whatever `affected` or `commit` throws; then everything is as before
   */
  async prepare(
    affected: () => readonly ManagedPlugin[],
    reason: StopReason,
    commit: () => void = () => {},
  ): Promise<TakenDown> {
    const hidden = new Set<ManagedPlugin>();
    const unfinished = new Set<string>();
    const warnings: PluginWarning[] = [];
    try {
      for (;;) {
        const entries = affected();
        const more = entries.filter((entry) => !hidden.has(entry));
        if (more.length === 0) {
          commit();
          // Nothing happens between this look and the end of the offers: nobody can find one in between.
          for (const entry of entries) entry.closeOffers();
          return { order: entries, unfinished: [...unfinished], warnings };
        }
        for (const entry of more) {
          const veto = await this.#ask(entry, reason);
          if (veto !== undefined && reason !== 'stop') throw veto;
          if (veto !== undefined) warnings.push(this.#overruled(entry, veto));
        }
        for (const entry of more) {
          entry.hideStages();
          hidden.add(entry);
        }
        const left = await Promise.all(more.map((entry) => this.#runs.drain(entry.name)));
        for (const name of left.flat()) unfinished.add(name);
      }
    } catch (error) {
      for (const entry of hidden) entry.showStages();
      throw error;
    }
  }

  /** Stops what `prepare` made ready. Returns the names of those that were stopped. */
  async stop({ order }: TakenDown, reason: StopReason, failed: FailedPlugin[]): Promise<string[]> {
    const stopped: string[] = [];
    for (const entry of order) {
      // One that was abandoned while it was waited for has said so itself.
      const error = (await entry.stop(reason)) ?? (entry.state === 'abandoned' ? entry.error : undefined);
      this.#roster.stopped(entry);
      if (entry.state !== 'abandoned') stopped.push(entry.name);
      if (error !== undefined) failed.push({ name: entry.name, path: entry.path, error });
    }
    return stopped;
  }

  async #ask(entry: ManagedPlugin, reason: StopReason): Promise<PluginSystemError | undefined> {
    const { hooks } = this.#surroundings;
    const about = { plugin: entry.name, path: entry.path, metadata: entry.metadata, reason };
    const veto = (await hooks.before('beforeUnload', about)) ?? (await hooks.before('beforeShutdown', about));
    return veto?.within({ phase: 'shutdown' });
  }

  #overruled(entry: ManagedPlugin, veto: PluginSystemError): PluginWarning {
    const warning = { code: veto.code, message: `${veto.message}; it was stopped all the same, since the manager stops` };
    this.#surroundings.events.warn(warning, entry.name);
    return warning;
  }
}
