import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Phase, PluginSystemError } from '../errors/index.js';
import type { PluginGraph } from '../graph/index.js';
import type { PipelineRuns, StageTable } from '../pipelines/index.js';
import type { Logger, Plugin, PluginWarning } from '../plugin/index.js';
import type { ConflictResolution, PluginConflict } from '../resolution/index.js';
import { BringUp } from './bring-up.js';
import { ConflictBook } from './conflict-book.js';
import { discover } from './directories.js';
import type { Events } from './events.js';
import type { Hooks } from './hooks.js';
import type { ManagedPlugin, PluginSource, PluginSurroundings } from './managed-plugin.js';
import { PluginOpener } from './opener.js';
import type { ResolvedOptions } from './options.js';
import { isResolution, Preferences } from './preferences.js';
import type { BootReport, ChangeReport, FailedPlugin, StopReport } from './report.js';
import { Roster } from './roster.js';
import { Selection } from './selection.js';
import { ServiceTable } from './services.js';
import { TakeDown } from './take-down.js';

export interface LifecycleParts {
  readonly options: ResolvedOptions;
  readonly log: Logger;
  readonly stages: StageTable;
  readonly runs: PipelineRuns;
  readonly events: Events;
  readonly hooks: Hooks;
}

/** What was found, opened and selected, and waits to be started. */
interface Prepared {
  order: readonly ManagedPlugin[];
  readonly failed: FailedPlugin[];
  readonly warnings: readonly PluginWarning[];
  readonly milliseconds: Partial<Record<Phase, number>>;
  readonly began: number;
}

/** What happens to the plugins of one manager. One of these at a time: the manager sees to that. */
export class Lifecycle {
  readonly roster: Roster;
  readonly services: ServiceTable;
  readonly preferences: Preferences;
  readonly conflicts: ConflictBook;
  readonly #parts: LifecycleParts;
  readonly #surroundings: PluginSurroundings;
  readonly #opener: PluginOpener;
  readonly #bringUp: BringUp;
  readonly #selection: Selection;
  readonly #takeDown: TakeDown;
  #prepared: Prepared | undefined;

  /**
   * @throws `ContextValueInvalid`: a value for preflight checks that no context can carry
   */
  constructor(parts: LifecycleParts) {
    const { options, log, stages, events, hooks } = parts;
    this.#parts = parts;
    this.services = new ServiceTable(
      (plugin, other) => this.roster.dependsOn(plugin, other),
      (finder) => this.#tellDependents(finder),
    );
    this.roster = new Roster((entry) => [
      ...this.services.usedBy(entry.name),
      ...(entry.isOpen ? (entry.plugin.uses?.() ?? []) : []),
    ]);
    this.preferences = new Preferences(options.configDirectory);
    this.conflicts = new ConflictBook(events, this.preferences);
    this.#surroundings = { stages, services: this.services, events, hooks, deadlines: options.deadlines };
    this.#opener = new PluginOpener(options, log, this.#surroundings);
    const { roster, conflicts, preferences } = this;
    this.#bringUp = new BringUp({ ...this.#surroundings, options, log, roster, opener: this.#opener, conflicts });
    this.#selection = new Selection({ options, roster, conflicts, preferences, events, bringUp: this.#bringUp });
    this.#takeDown = new TakeDown(this.#surroundings, roster, parts.runs);
  }

  /** Whether plugins are loaded and wait for `start`. */
  get isPrepared(): boolean {
    return this.#prepared !== undefined;
  }

  /** Finds, opens and resolves all plugins; starts none. */
  async loadAll(registered: readonly Plugin[]): Promise<BootReport> {
    this.#prepared = await this.#prepare(registered);
    return this.#report(this.#prepared, this.#prepared.order);
  }

  async start(registered: readonly Plugin[]): Promise<BootReport> {
    const prepared = this.#prepared ?? (await this.#prepare(registered));
    this.#prepared = undefined;
    await this.#bringUp.run(prepared.order, prepared.failed);
    return this.#report(prepared, this.roster.running);
  }

  /**
   * Opens and starts one plugin.
   * @throws whatever kept it from running; it is rolled back
   */
  async load(plugin: string | Plugin): Promise<ManagedPlugin> {
    const source = typeof plugin === 'string' ? this.#opener.sourceOf(resolve(plugin)) : { plugin, isTrusted: true };
    this.#readPreferences();
    const entry = await this.#opener.open(source);
    this.roster.replace(entry);
    const failed: FailedPlugin[] = [];
    const { order } = await this.#selection.select([entry], failed);
    await this.#bringUp.run(order, failed);
    if (entry.isRunning) return entry;
    const { error } = entry;
    if (error?.code === 'PluginDuplicate') this.roster.remove(entry);
    throw error ?? new PluginSystemError('Internal', 'the plugin does not run, and nothing says why', { plugin: entry.name });
  }

  /**
   * @throws `PluginNotFound`, `InvalidState` while others need it, `Vetoed`, `ShutdownFailed` (it is gone all the same)
   */
  async unload(name: string): Promise<void> {
    const entry = this.roster.get(name);
    const dependents = this.roster.dependentsOf(entry).map((each) => each.name);
    if (dependents.length > 0) {
      const who = `${dependents.join(', ')} ${dependents.length === 1 ? 'needs' : 'need'} it`;
      throw new PluginSystemError('InvalidState', who, { plugin: name, phase: 'unloading', remedy: 'Unload those first.' });
    }
    const failed: FailedPlugin[] = [];
    if (entry.isRunning) {
      const veto = await this.#takeDown.ask([entry], 'unload');
      if (veto !== undefined) throw veto;
      await this.#takeDown.stop([entry], 'unload', failed);
    } else {
      await entry.stop('unload');
    }
    this.roster.remove(entry);
    if (failed[0] !== undefined) throw failed[0].error;
  }

  /**
   * @throws `PluginNotFound`, `PluginIsCore`, `Vetoed`, `PreferencesUnwritable`
   */
  async disable(name: string): Promise<ChangeReport> {
    const entry = this.roster.get(name);
    const dependents = entry.isRunning ? this.roster.dependentsOf(entry) : [];
    const core = [entry, ...dependents].find((each) => each.isCore);
    if (core !== undefined) {
      const detail = core === entry ? `${name} is a core plugin` : `the core plugin ${core.name} needs ${name}`;
      throw new PluginSystemError('PluginIsCore', detail, { plugin: name, path: entry.path, operation: 'disable' });
    }
    const affected = entry.isRunning ? [...dependents, entry] : [];
    const veto = await this.#takeDown.ask(affected, 'disable');
    if (veto !== undefined) throw veto;
    this.preferences.setDisabled(name, true);
    return this.#change(affected, 'disable');
  }

  /**
   * @throws `PluginNotFound`, `PreferencesUnwritable`
   */
  async enable(name: string): Promise<ChangeReport> {
    this.roster.get(name);
    this.preferences.setDisabled(name, false);
    return this.#change([], 'disable');
  }

  /**
   * @throws `ConflictNotFound`, `InvalidOption`, `PluginIsCore`, `Vetoed`, `PreferencesUnwritable`
   */
  async resolveConflict(id: string, resolution: ConflictResolution): Promise<ChangeReport> {
    if (!isResolution(resolution)) {
      throw new PluginSystemError('InvalidOption', `the resolution is ${JSON.stringify(resolution)}`, {
        operation: 'resolveConflict',
        remedy: 'Give "refuse", "prefer", "allow" or { disable: NAME }.',
      });
    }
    const conflict = this.conflicts.get(id);
    const giving = this.#givingWay(conflict, resolution);
    const core = giving.find((entry) => entry.isCore);
    if (core !== undefined && typeof resolution === 'object')
      throw new PluginSystemError('PluginIsCore', `${core.name} is a core plugin`, {
        plugin: core.name,
        operation: 'resolveConflict',
      });
    const running = new Set(giving.filter((entry) => entry.isRunning && !entry.isCore));
    for (const entry of [...running]) for (const dependent of this.roster.dependentsOf(entry)) running.add(dependent);
    const affected = this.roster.stopOrder().filter((entry) => running.has(entry));
    const veto = await this.#takeDown.ask(affected, 'conflict');
    if (veto !== undefined) throw veto;
    this.preferences.setResolution(id, resolution);
    this.conflicts.delete(id);
    return this.#change(affected, 'conflict');
  }

  /** Who needs, uses and excludes whom, as it is now. */
  async graph(): Promise<PluginGraph> {
    const { graphOf } = await import('../graph/graph.js');
    const entries = this.roster.all.map((entry) => ({
      candidate: entry,
      state: entry.state,
      error: entry.error,
      uses: entry.isRunning ? this.roster.usesOf(entry) : [],
    }));
    const order = (this.#prepared?.order ?? this.roster.running).map(({ name }) => name);
    return graphOf(entries, order, this.conflicts.list());
  }

  async stop(): Promise<StopReport> {
    const failed: FailedPlugin[] = [];
    const order = this.roster.stopOrder();
    const warnings = await this.#takeDown.announce(order, 'stop');
    const { stopped, unfinished } = await this.#takeDown.stop(order, 'stop', failed);
    for (const entry of this.roster.all.filter(({ state }) => state === 'loaded')) {
      const error = await entry.stop('stop');
      if (error !== undefined) failed.push({ name: entry.name, path: entry.path, error });
    }
    this.#prepared = undefined;
    for (const entry of this.roster.all.filter(({ state }) => state === 'stopped' || state === 'abandoned'))
      this.roster.remove(entry);
    return { stopped, failed, unfinished, warnings };
  }

  /** Stops what has to give way, then starts what can run now. */
  async #change(stopping: readonly ManagedPlugin[], reason: 'disable' | 'conflict'): Promise<ChangeReport> {
    const failed: FailedPlugin[] = [];
    const before = new Set(this.conflicts.list().map(({ id }) => id));
    const { stopped } = await this.#takeDown.stop(stopping, reason, failed);
    const candidates = this.roster.all.filter((entry) => mayStart(entry) || stopping.includes(entry));
    const { order } = await this.#selection.select(candidates, failed);
    if (this.#prepared !== undefined) this.#prepared.order = order;
    else await this.#bringUp.run(order, failed);
    const running = new Set(this.roster.running);
    return {
      started: order.filter((entry) => running.has(entry)).map((entry) => entry.info()),
      stopped: stopped.filter((name) => this.roster.find(name)?.isRunning !== true),
      failed,
      conflicts: this.conflicts.list().filter(({ id }) => !before.has(id)),
    };
  }

  /** A plugin depends on more than before: those that depend on it are told, since compiled ones look up services where nobody else can see it. */
  #tellDependents(finder: string): void {
    for (const entry of this.roster.running) {
      if (entry.plugin.dependsOn === undefined || !(entry.name === finder || this.roster.dependsOn(entry.name, finder)))
        continue;
      entry.plugin.dependsOn(this.roster.dependenciesOf(entry).map(({ plugin }) => plugin));
    }
  }

  /** Those of a conflict that a decision wants to give way. */
  #givingWay(conflict: PluginConflict, resolution: ConflictResolution): ManagedPlugin[] {
    const entries = conflict.plugins.map((name, index) =>
      this.roster.all.find((entry) => entry.name === name && entry.path === conflict.paths[index]),
    );
    if (resolution === 'allow') return [];
    if (resolution === 'prefer') return entries.slice(1).filter((entry) => entry !== undefined);
    if (resolution === 'refuse') return entries.filter((entry) => entry !== undefined);
    const named = entries.filter((_, index) => [conflict.plugins[index], conflict.paths[index]].includes(resolution.disable));
    if (named.length > 0) return named.filter((entry) => entry !== undefined);
    const those = [...conflict.plugins, ...conflict.paths.filter((path) => path !== undefined)];
    throw new PluginSystemError(
      'InvalidOption',
      `${JSON.stringify(resolution.disable)} is no part of conflict ${conflict.id}`,
      {
        operation: 'resolveConflict',
        remedy: `Give one of ${those.join(', ')}.`,
      },
    );
  }

  async #prepare(registered: readonly Plugin[]): Promise<Prepared> {
    const { options, events } = this.#parts;
    this.roster.clear();
    this.conflicts.clear();
    const began = performance.now();
    const failed: FailedPlugin[] = [];
    const warning = this.#readPreferences();
    const found = discover(options.directories, options.optionalDirectories);
    const discovery = performance.now() - began;
    events.emit('phase', { plugin: undefined, path: undefined, phase: 'discovery', milliseconds: discovery, error: undefined });
    const looked = performance.now();
    const { sources, disabled } = await this.#opener.lookAtAll(found.paths, this.preferences.disabled, failed);
    const loading = performance.now() - looked;
    const entries = [...disabled];
    const handedIn = registered.map((plugin): PluginSource => ({ plugin, isTrusted: true }));
    for (const source of [...handedIn, ...sources]) {
      try {
        entries.push(await this.#opener.open(source));
      } catch (error) {
        const typed = PluginSystemError.from(error, 'Internal');
        failed.push({ name: typed.plugin, path: source.path, error: typed });
      }
    }
    const unopened = new Map(failed.flatMap(({ name, error }) => (name === undefined ? [] : [[name, error] as const])));
    const { order, milliseconds: resolution } = await this.#selection.select(entries, failed, unopened);
    const warnings = [...found.warnings, ...(warning === undefined ? [] : [warning])];
    warnings.push(...(await this.#findPipelines()));
    for (const each of found.warnings) events.warn(each);
    return { order, failed, warnings, milliseconds: { discovery, loading, resolution }, began };
  }

  /** Reads `pipelines/*.toml` of the configuration folder. */
  async #findPipelines(): Promise<PluginWarning[]> {
    const { options, runs, events } = this.#parts;
    const folder = join(options.configDirectory, 'pipelines');
    if (!existsSync(folder)) {
      runs.found({});
      return [];
    }
    // Imported here: it takes as long as the rest of core, and few have such files.
    const { readPipelineFiles } = await import('../pipelines/pipeline-files.js');
    const { pipelines, problems } = readPipelineFiles(folder);
    runs.found(pipelines);
    const warnings = problems.map((error): PluginWarning => ({ code: error.code, message: error.message }));
    for (const name of Object.keys(pipelines).filter((each) => Object.hasOwn(options.pipelines, each))) {
      const message = `${join(folder, `${name}.toml`)} is not used: the options of the application define pipeline ${name}`;
      warnings.push({ code: 'PipelineInvalid', message });
    }
    for (const warning of warnings) events.warn(warning);
    return warnings;
  }

  #readPreferences(): PluginWarning | undefined {
    const warning = this.preferences.read();
    if (warning !== undefined) this.#parts.events.warn(warning);
    return warning;
  }

  #report(prepared: Prepared, loaded: readonly ManagedPlugin[]): BootReport {
    const milliseconds = { ...prepared.milliseconds };
    for (const entry of this.roster.all) {
      for (const [phase, spent] of Object.entries(entry.milliseconds) as Array<[Phase, number]>) {
        milliseconds[phase] = (milliseconds[phase] ?? 0) + spent;
      }
    }
    return {
      loaded: loaded.map((entry) => entry.info()),
      failed: prepared.failed,
      disabled: this.roster.all.filter(({ state }) => state === 'disabled').map((entry) => entry.info()),
      conflicts: this.conflicts.list(),
      warnings: prepared.warnings,
      milliseconds,
      totalMilliseconds: performance.now() - prepared.began,
    };
  }
}

/** Whether what keeps a plugin from running may have changed with what others do. */
function mayStart({ state, error }: ManagedPlugin): boolean {
  if (state === 'loaded' || state === 'disabled') return true;
  return state === 'failed' && (error?.category === 'dependency' || error?.category === 'conflict');
}
