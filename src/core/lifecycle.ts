import { resolve } from 'node:path';
import { type ErrorCode, type Phase, PluginSystemError, shown } from '../errors/index.js';
import type { PluginGraph } from '../graph/index.js';
import type { PipelineRuns, StageTable } from '../pipelines/index.js';
import type { Logger, Plugin, PluginWarning } from '../plugin/index.js';
import type { ConflictResolution, PluginConflict } from '../resolution/index.js';
import { BringUp } from './bring-up.js';
import { ConflictBook } from './conflict-book.js';
import { type Discovered, discoverAll } from './discovery.js';
import type { Events } from './events.js';
import type { Hooks, StopReason } from './hooks.js';
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

/** `idle`: nothing was found yet, though single plugins may have been loaded. */
type LifecycleState = 'idle' | 'loading' | 'loaded' | 'starting' | 'running' | 'stopping' | 'stopped';

/** Why a plugin did not run may lie in what others do: when these change, it is judged again. */
const DEPENDS_ON_OTHERS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'DependencyMissing',
  'DependencyVersion',
  'DependencyDisabled',
  'DependencyConflict',
  'DependencyCycle',
  'DependencyFailed',
  'StageRequirementMissing',
  'PluginConflict',
  'ResourceConflict',
  'PluginDuplicate',
  'NamespaceTaken',
  'TooManyPlugins',
]);

/** What happens to the plugins of one manager. One of these at a time: the manager sees to that. */
export class Lifecycle {
  readonly roster: Roster;
  readonly services: ServiceTable;
  readonly conflicts: ConflictBook;
  readonly #parts: LifecycleParts;
  readonly #surroundings: PluginSurroundings;
  readonly #preferences: Preferences;
  readonly #opener: PluginOpener;
  readonly #bringUp: BringUp;
  readonly #selection: Selection;
  readonly #takeDown: TakeDown;
  readonly #registered: PluginSource[] = [];
  #state: LifecycleState = 'idle';
  #discovered: Discovered | undefined;
  /** What was selected last. */
  #order: readonly ManagedPlugin[] = [];
  #resolutionMs = 0;

  /**
   * @throws `ContextValueInvalid`: a value for preflight checks that no context can carry
   */
  constructor(parts: LifecycleParts) {
    const { options, log, stages, events, hooks } = parts;
    this.#parts = parts;
    this.services = new ServiceTable({
      isRunning: (plugin) => this.roster.find(plugin)?.isRunning === true,
      dependsOn: (plugin, other) => this.roster.dependsOn(plugin, other),
      onUse: (finder) => this.#tellDependents(finder),
    });
    this.roster = new Roster((entry) => [
      ...this.services.usedBy(entry.name),
      ...(entry.isOpen ? (entry.plugin.uses?.() ?? []) : []),
    ]);
    this.#preferences = new Preferences(options.configDirectory, (warning) => events.warn(warning));
    this.conflicts = new ConflictBook(events, this.#preferences);
    this.#surroundings = { stages, services: this.services, events, hooks, deadlines: options.deadlines };
    this.#opener = new PluginOpener(options, log, this.#surroundings);
    const preferences = this.#preferences;
    const { roster, conflicts } = this;
    this.#bringUp = new BringUp({ ...this.#surroundings, options, log, roster, opener: this.#opener, conflicts });
    this.#selection = new Selection({ options, roster, conflicts, preferences, events });
    this.#takeDown = new TakeDown(this.#surroundings, roster, parts.runs);
  }

  /** Whether stages can be run. */
  get isOperating(): boolean {
    return (
      this.#state === 'running' || ((this.#state === 'idle' || this.#state === 'stopped') && this.roster.running.length > 0)
    );
  }

  /**
   * Adds a plugin that the next start starts, and each one after it.
   * @throws `PluginDuplicate`, `InvalidState`
   */
  register(plugin: string | Plugin): void {
    const source = this.#sourceOf(plugin);
    const place = { plugin: source.plugin?.metadata.name, path: source.path, phase: 'registration' } as const;
    if (this.#state !== 'idle' && this.#state !== 'stopped') {
      const isRunning = this.#state === 'running' || this.#state === 'starting';
      throw new PluginSystemError('InvalidState', isRunning ? 'the manager runs already' : 'the plugins are found already', {
        ...place,
        remedy: isRunning ? 'Use `await manager.load(plugin)`.' : 'Register it before loadAll, or load it after start.',
      });
    }
    if (this.#registered.some((other) => other.path === source.path && other.plugin?.metadata.name === place.plugin)) {
      const what =
        source.path === undefined ? `the name ${place.plugin} is taken by a TypeScript plugin` : 'it is registered already';
      throw new PluginSystemError('PluginDuplicate', what, place);
    }
    this.#registered.push(source);
  }

  /**
   * Finds, opens and resolves all plugins; starts none.
   * @throws `InvalidState`
   */
  async loadAll(): Promise<BootReport> {
    if (this.#state === 'running') throw invalidState('loadAll', 'the manager runs already', 'Call stop first.');
    if (this.#state === 'loaded') throw invalidState('loadAll', 'the plugins are loaded already', 'Call start.');
    return this.#during('loading', 'loaded', async () => {
      const began = performance.now();
      this.#discovered = await this.#discover();
      const failed = [...this.#discovered.unopened];
      const order = await this.#select(this.#candidates(), failed);
      return this.#report(order, failed, this.#discovered, performance.now() - began);
    });
  }

  /**
   * @throws `InvalidState`
   */
  async start(): Promise<BootReport> {
    if (this.#state === 'running') throw invalidState('start', 'the manager runs already', 'Call stop first.');
    return this.#during('starting', 'running', async () => {
      const began = performance.now();
      const before = this.#discovered?.spent ?? 0;
      const discovered = this.#discovered ?? (await this.#discover());
      this.#discovered = undefined;
      const failed = [...discovered.unopened];
      // What was told by loadAll is told again: the report is of the whole start.
      for (const entry of this.roster.all) if (mayStart(entry) && entry.state === 'failed') entry.error = undefined;
      const order = await this.#select(this.#candidates(), failed);
      await this.#bringUp.run(order, failed);
      return this.#report(this.roster.running, failed, discovered, before + performance.now() - began);
    });
  }

  /**
   * Opens and starts one plugin, and those that waited for it.
   * @throws whatever kept it from running; it is rolled back
   */
  async load(plugin: string | Plugin): Promise<ManagedPlugin> {
    if (this.#state === 'loaded')
      throw invalidState('load', 'other plugins are loaded and wait for start', 'Call start first.');
    const source = this.#sourceOf(plugin);
    this.#readPreferences();
    await this.#refuseDisabled(source);
    this.#refuseOpen(source);
    const entry = await this.#opener.open(source);
    this.roster.replace(entry);
    const failed: FailedPlugin[] = [];
    await this.#bringUp.run(await this.#select([entry], failed), failed);
    if (entry.isRunning) {
      const others = this.#candidates();
      if (others.length > 0) await this.#bringUp.run(await this.#select(others, failed), failed);
      return entry;
    }
    const { error } = entry;
    if (error?.code === 'PluginDuplicate') this.roster.remove(entry);
    throw error ?? new PluginSystemError('Internal', 'the plugin does not run, and nothing says why', { plugin: entry.name });
  }

  /**
   * @throws `PluginNotFound`, `InvalidState` while others need it, `Vetoed`, `ShutdownFailed` (it is gone all the same)
   */
  async unload(name: string): Promise<void> {
    const entry = this.roster.get(name);
    const failed: FailedPlugin[] = [];
    const affected = () => {
      const dependents = this.roster.dependentsOf(entry).map((each) => each.name);
      if (dependents.length === 0) return [entry];
      const who = `${dependents.join(', ')} ${dependents.length === 1 ? 'needs' : 'need'} it`;
      throw new PluginSystemError('InvalidState', who, { plugin: name, phase: 'unloading', remedy: 'Unload those first.' });
    };
    if (entry.isOpen) await this.#takeDown.stop(await this.#takeDown.prepare(affected, 'unload'), 'unload', failed);
    this.roster.remove(entry);
    const { plugin, path } = entry.source;
    const registered = this.#registered.findIndex((source) => source.plugin === plugin && source.path === path);
    if (registered >= 0) this.#registered.splice(registered, 1);
    if (failed[0] !== undefined) throw failed[0].error;
  }

  /**
   * @throws `PluginNotFound`, `PluginIsCore`, `Vetoed`, `PreferencesUnwritable`
   */
  async disable(name: string): Promise<ChangeReport> {
    const entry = this.#isKnown(name) ? this.roster.find(name) : this.roster.get(name);
    const affected = (): ManagedPlugin[] => {
      if (entry?.isOpen !== true) return [];
      const dependents = this.roster.dependentsOf(entry);
      const core = [entry, ...dependents].find((each) => each.isCore);
      if (core === undefined) return [...dependents, entry];
      const detail = core === entry ? `${name} is a core plugin` : `the core plugin ${core.name} needs ${name}`;
      throw new PluginSystemError('PluginIsCore', detail, { plugin: name, path: entry.path, operation: 'disable' });
    };
    if (entry?.isCore === true) affected();
    return this.#change(affected, 'disable', () => this.#preferences.setDisabled(name, true), entry);
  }

  /**
   * @throws `PluginNotFound`, `PreferencesUnwritable`
   */
  async enable(name: string): Promise<ChangeReport> {
    const entry = this.#isKnown(name) ? this.roster.find(name) : this.roster.get(name);
    return this.#change(
      () => [],
      'disable',
      () => this.#preferences.setDisabled(name, false),
      entry,
    );
  }

  /**
   * @throws `ConflictNotFound`, `InvalidOption`, `PluginIsCore`, `Vetoed`, `PreferencesUnwritable`
   */
  async resolveConflict(id: string, resolution: ConflictResolution | undefined): Promise<ChangeReport> {
    if (resolution !== undefined && !isResolution(resolution)) {
      throw new PluginSystemError('InvalidOption', 'the resolution is none', {
        operation: 'resolveConflict',
        remedy: 'Give "refuse", "prefer", "allow" or { disable: NAME }; undefined forgets what was decided.',
      });
    }
    const conflict = this.conflicts.get(id);
    const decided = typeof resolution === 'object' ? this.#named(conflict, resolution.disable) : resolution;
    const core =
      conflict.kind === 'duplicate' ? undefined : this.roster.all.find((entry) => entry.isCore && givesWay(decided, entry));
    if (core !== undefined) {
      const place = { plugin: core.name, path: core.path, operation: 'resolveConflict' };
      throw new PluginSystemError('PluginIsCore', `${core.name} is a core plugin`, place);
    }
    const decisions = new Map(this.#preferences.resolutions);
    if (decided === undefined) decisions.delete(id);
    else decisions.set(id, decided);
    const members = conflict.plugins.flatMap((name, index) =>
      this.roster.all.filter((entry) => entry.name === name && entry.path === conflict.paths[index] && entry.isRunning),
    );
    const giving =
      conflict.kind === 'stage'
        ? members.filter((entry) => !entry.isCore && (decided === 'refuse' || givesWay(decided, entry)))
        : await this.#selection.preview(members, this.#candidates(), decisions);
    const affected = () => {
      const names = new Set(giving.flatMap((entry) => [entry, ...this.roster.dependentsOf(entry)]));
      return this.roster.stopOrder().filter((entry) => names.has(entry));
    };
    return this.#change(affected, 'conflict', () => this.#preferences.setResolution(id, decided));
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
    const order = (this.#state === 'loaded' ? this.#order : this.roster.running).map(({ name }) => name);
    return graphOf(entries, order, this.conflicts.list());
  }

  async stop(): Promise<StopReport> {
    return this.#during('stopping', 'stopped', async () => {
      const failed: FailedPlugin[] = [];
      const taken = await this.#takeDown.prepare(() => this.roster.stopOrder(), 'stop');
      const before = new Set(taken.order.filter((entry) => entry.isRunning).map(({ name }) => name));
      const stopped = await this.#takeDown.stop(taken, 'stop', failed);
      this.#discovered = undefined;
      for (const entry of this.roster.all)
        if (entry.state === 'stopped' || entry.state === 'abandoned') this.roster.remove(entry);
      const { unfinished, warnings } = taken;
      return { stopped: stopped.filter((name) => before.has(name)), failed, unfinished, warnings };
    });
  }

  #sourceOf(plugin: string | Plugin): PluginSource {
    return typeof plugin === 'string' ? this.#opener.sourceOf(resolve(plugin)) : { plugin, isTrusted: true };
  }

  /** Whether a name means something although no plugin of it was found: it is remembered, or nothing was looked for yet. */
  #isKnown(name: string): boolean {
    if (this.#preferences.disabled.size === 0) this.#readPreferences();
    return this.#state === 'idle' || this.#state === 'stopped' || this.#preferences.disabled.has(name);
  }

  /** Stops what has to give way, remembers why, then starts what can run now. `named`: a plugin that is judged again, whatever it failed for. */
  async #change(
    affected: () => readonly ManagedPlugin[],
    reason: StopReason,
    remember: () => void,
    named?: ManagedPlugin,
  ): Promise<ChangeReport> {
    const failed: FailedPlugin[] = [];
    const isUp = this.isOperating;
    const known = new Map(this.conflicts.list().map((conflict) => [conflict.id, JSON.stringify(conflict)]));
    const taken = await this.#takeDown.prepare(affected, reason, remember);
    const running = new Set(taken.order.filter((entry) => entry.isRunning).map(({ name }) => name));
    const stopped = await this.#takeDown.stop(taken, reason, failed);
    const candidates = new Set([...this.#candidates(), ...taken.order]);
    if (named !== undefined && !named.isRunning && named.state !== 'abandoned') candidates.add(named);
    const order = await this.#select([...candidates], failed);
    if (isUp) await this.#bringUp.run(order, failed);
    return {
      started: order.filter((entry) => entry.isRunning).map((entry) => entry.info()),
      stopped: stopped.filter((name) => running.has(name)),
      failed,
      conflicts: this.conflicts.list().filter((conflict) => known.get(conflict.id) !== JSON.stringify(conflict)),
    };
  }

  /** Those that may come to run with what changes now. */
  #candidates(): ManagedPlugin[] {
    return this.roster.all.filter(mayStart);
  }

  /**
   * Decides who is to run. What is only known by its file is opened before: what it declares of itself is not all.
   * @returns those that are to be started, in order
   */
  async #select(candidates: readonly ManagedPlugin[], failed: FailedPlugin[]): Promise<readonly ManagedPlugin[]> {
    try {
      const judged: ManagedPlugin[] = [];
      for (const entry of candidates) {
        if (!entry.isDeclared || this.#preferences.disabled.has(entry.name)) judged.push(entry);
        else if (await this.#opens(entry, failed)) judged.push(entry);
      }
      const selected = await this.#selection.select(judged);
      this.#resolutionMs += selected.milliseconds;
      const began = performance.now();
      for (const { entry, error } of selected.refused) {
        if (error.code !== 'PluginDisabled') {
          await this.#bringUp.refuse(entry, error, failed);
          continue;
        }
        await entry.stop('disable');
        entry.disable(error.within({ path: entry.path }));
      }
      const each = (performance.now() - began) / selected.order.length;
      for (const entry of selected.order) entry.note('registration', each);
      this.#order = selected.order;
      return selected.order;
    } catch (error) {
      for (const entry of candidates)
        await entry.refuse(PluginSystemError.fromThrown(error, 'Internal', { plugin: entry.name }));
      throw PluginSystemError.fromThrown(error, 'Internal', { phase: 'resolution' });
    }
  }

  async #opens(entry: ManagedPlugin, failed: FailedPlugin[]): Promise<boolean> {
    // What is only to be remembered needs no look at it.
    if ((this.#state === 'idle' || this.#state === 'stopped') && !this.isOperating) return true;
    try {
      await this.#opener.reopen(entry);
      return true;
    } catch (error) {
      await this.#bringUp.refuse(entry, PluginSystemError.from(error, 'Internal'), failed);
      return false;
    }
  }

  /** What a decision to let one of a conflict give way names: a plugin, or the file of one where several have its name. */
  #named(conflict: PluginConflict, disable: string): ConflictResolution {
    const index = conflict.paths.indexOf(disable);
    const isTwin = conflict.kind === 'duplicate';
    if (isTwin && index >= 0) return { disable };
    if (!isTwin && index >= 0) return { disable: conflict.plugins[index] as string };
    if (!isTwin && conflict.plugins.includes(disable)) return { disable };
    const those = [...(isTwin ? [] : conflict.plugins), ...conflict.paths.filter((path) => path !== undefined)];
    throw new PluginSystemError('InvalidOption', `${shown(disable)} is no part of conflict ${conflict.id}`, {
      operation: 'resolveConflict',
      remedy: `Give one of ${those.join(', ')}.`,
    });
  }

  /** A plugin depends on more than before: those that depend on it are told, since compiled ones look up services where nobody else can see it. */
  #tellDependents(finder: string): void {
    for (const entry of this.roster.all) {
      if (!entry.isOpen || !(entry.name === finder || this.roster.dependsOn(entry.name, finder))) continue;
      entry.plugin.dependsOn?.(this.roster.dependenciesOf(entry).map(({ plugin }) => plugin));
    }
  }

  /** An explicit path is trusted, but not over what the operator decided. */
  async #refuseDisabled({ plugin, path, isTrusted }: PluginSource): Promise<void> {
    if (path === undefined || isTrusted) return;
    const name = plugin?.metadata.name ?? (await this.#opener.declared(path))?.metadata.name;
    if (name === undefined || !this.#preferences.disabled.has(name)) return;
    throw new PluginSystemError('PluginDisabled', `${name} is disabled`, { plugin: name, path, phase: 'loading' });
  }

  #refuseOpen({ path }: PluginSource): void {
    const open = path === undefined ? undefined : this.roster.all.find((entry) => entry.path === path && entry.isOpen);
    if (open === undefined) return;
    const place = { plugin: open.name, path, phase: 'registration', remedy: 'Unload it first to load it again.' } as const;
    throw new PluginSystemError('PluginDuplicate', `${open.name} is loaded already, from this file`, place);
  }

  #discover(): Promise<Discovered> {
    this.roster.clear();
    this.conflicts.clear();
    this.#resolutionMs = 0;
    const { options, runs, events } = this.#parts;
    const warning = this.#readPreferences();
    const { roster } = this;
    const parts = { options, runs, events, roster, opener: this.#opener, disabled: this.#preferences.disabled };
    return discoverAll(parts, this.#registered, warning === undefined ? [] : [warning]);
  }

  #readPreferences(): PluginWarning | undefined {
    const warning = this.#preferences.read();
    if (warning !== undefined) this.#parts.events.warn(warning);
    return warning;
  }

  /** In a state of its own while it lasts; back to the one before if it fails. */
  async #during<Result>(during: LifecycleState, then: LifecycleState, work: () => Promise<Result>): Promise<Result> {
    const before = this.#state;
    this.#state = during;
    try {
      const result = await work();
      this.#state = then;
      return result;
    } catch (error) {
      this.#state = before === 'loaded' ? 'idle' : before;
      throw error;
    }
  }

  #report(
    loaded: readonly ManagedPlugin[],
    failed: readonly FailedPlugin[],
    discovered: Discovered,
    spent: number,
  ): BootReport {
    const milliseconds: Partial<Record<Phase, number>> = { ...discovered.milliseconds, resolution: this.#resolutionMs };
    for (const entry of this.roster.all) {
      for (const [phase, each] of Object.entries(entry.milliseconds) as Array<[Phase, number]>) {
        milliseconds[phase] = (milliseconds[phase] ?? 0) + each;
      }
    }
    return {
      loaded: loaded.map((entry) => entry.info()),
      failed,
      disabled: this.roster.all.filter(({ state }) => state === 'disabled').map((entry) => entry.info()),
      conflicts: this.conflicts.list(),
      warnings: discovered.warnings,
      milliseconds,
      totalMilliseconds: spent,
    };
  }
}

/** Whether what keeps a plugin from running may have changed with what others do. */
function mayStart({ state, error }: ManagedPlugin): boolean {
  if (state === 'loaded' || state === 'disabled') return true;
  return state === 'failed' && (error === undefined || DEPENDS_ON_OTHERS.has(error.code));
}

function givesWay(resolution: ConflictResolution | undefined, { name }: ManagedPlugin): boolean {
  return typeof resolution === 'object' && resolution.disable === name;
}

function invalidState(operation: string, detail: string, remedy: string): PluginSystemError {
  return new PluginSystemError('InvalidState', detail, { operation, remedy });
}
