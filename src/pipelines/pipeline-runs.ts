import { basename, extname, join } from 'node:path';
import { nearest, PluginSystemError } from '../errors/index.js';
import type { Logger } from '../plugin/index.js';
import type { CallHooks } from './call-hooks.js';
import { CancellationSource } from './cancellation.js';
import type { Pipeline } from './pipeline.js';
import { type PipelinePlan, planPipeline } from './plan.js';
import type { RunReport } from './report.js';
import { checkRunOptions, type RunOptions, skippedStages } from './run-options.js';
import { runPipeline } from './run-pipeline.js';
import type { StageTable } from './stage-table.js';

/** Milliseconds that a timer can wait for. Asked for more, it does not wait at all. */
const MAX_TIMER = 2 ** 31 - 1;

/** What the runs of one manager have in common. */
export interface RunSettings {
  readonly pipelines: Readonly<Record<string, Pipeline>>;
  readonly configDirectory: string;
  readonly cancelGraceMs: number;
  readonly drainMs: number;
}

interface ActiveRun {
  readonly name: string;
  readonly plan: PipelinePlan;
  readonly cancellation: CancellationSource;
  readonly ended: Promise<void>;
}

/** The pipelines of one manager: their plans, and the runs in progress. */
export class PipelineRuns {
  readonly #options: RunSettings;
  readonly #stages: StageTable;
  readonly #log: Logger;
  readonly #hooks: CallHooks | undefined;
  #found: Readonly<Record<string, Pipeline>> = {};
  /** Why a file was refused, by the name that its pipeline would have. */
  #refused: ReadonlyMap<string, PluginSystemError> = new Map();
  readonly #active = new Set<ActiveRun>();
  readonly #plans = new Map<string, { version: number; plan: PipelinePlan }>();

  constructor(options: RunSettings, stages: StageTable, log: Logger, hooks?: CallHooks) {
    this.#options = options;
    this.#stages = stages;
    this.#log = log;
    this.#hooks = hooks;
  }

  /** Names of all pipelines, sorted. */
  get names(): string[] {
    return Object.keys(this.#pipelines).sort();
  }

  /**
   * Takes pipelines that were found in files, in the place of those found before. The options of the manager win over them. `problems`: why other files were
   * refused, each with the path of its file.
   */
  found(pipelines: Readonly<Record<string, Pipeline>>, problems: readonly PluginSystemError[] = []): void {
    this.#found = pipelines;
    this.#refused = new Map(problems.map((problem) => [nameOf(problem.path ?? ''), problem]));
    this.#plans.clear();
  }

  get #pipelines(): Readonly<Record<string, Pipeline>> {
    return { ...this.#found, ...this.#options.pipelines };
  }

  /**
   * @throws `PipelineNotFound`, `PipelineInvalid`, `StageNotFound`, `StageRequirementMissing`, `ContextValueInvalid`, `InvalidOption`
   */
  async run(pipeline: string | Pipeline, options: RunOptions): Promise<RunReport> {
    checkRunOptions(options);
    const name = typeof pipeline === 'string' ? pipeline : 'inline';
    const plan = typeof pipeline === 'string' ? this.#plan(pipeline) : planPipeline(name, pipeline, this.#stages);
    const { mode = 'live', signal, data, onFailure = plan.onFailure, concurrency = plan.concurrency } = options;
    const hooks = this.#hooks?.active ? this.#hooks : undefined;
    const skip = skippedStages(options.skip, plan);
    // In a chain a conflict is found when the stages behind it have run. Where these are to run all the same, it has to be found before.
    const single = hooks !== undefined || (onFailure === 'continue' && !plan.chained.isLinear);
    const course = skip !== undefined ? plan.without(skip, single) : single ? plan.single : plan.chained;
    const cancellation = new CancellationSource();
    const unfollow = cancellation.follow(signal);
    let end = () => {};
    const ended = new Promise<void>((done) => {
      end = done;
    });
    const run = { name, plan, cancellation, ended };
    this.#active.add(run);
    try {
      const { configDirectory } = this.#options;
      const log = (plugin: string, stage: string) => this.#log.child({ plugin, stage });
      return await runPipeline({
        name,
        course,
        mode,
        onFailure,
        concurrency,
        data,
        configDirectory,
        cancellation,
        hooks,
        log,
      });
    } finally {
      unfollow();
      this.#active.delete(run);
      end();
    }
  }

  /** Waits for the runs that use `plugin` (all, where absent); cancels those that do not end within `drainMs`, and gives them the grace of native calls to obey. Returns the names of those that go on all the same. */
  async drain(plugin?: string): Promise<string[]> {
    const runs = [...this.#active].filter((run) => plugin === undefined || run.plan.plugins.has(plugin));
    if (runs.length === 0) return [];
    const ended = Promise.all(runs.map((run) => run.ended));
    if (await within(this.#options.drainMs, ended)) return [];
    for (const run of runs) run.cancellation.cancel(new PluginSystemError('Cancelled', 'the plugin is being stopped'));
    await within(Math.min(this.#options.cancelGraceMs + 1000, MAX_TIMER), ended);
    return runs.filter((run) => this.#active.has(run)).map((run) => run.name);
  }

  #plan(name: string): PipelinePlan {
    const known = this.#plans.get(name);
    if (known?.version === this.#stages.version) return known.plan;
    const pipelines = this.#pipelines;
    if (!Object.hasOwn(pipelines, name)) {
      const refused = this.#refused.get(name);
      if (refused !== undefined) throw fileRefused(name, refused);
      const near = nearest(name, Object.keys(pipelines));
      throw new PluginSystemError('PipelineNotFound', `there is no pipeline ${JSON.stringify(name)}`, {
        phase: 'operation',
        operation: name,
        ...(this.#stages.has(name)
          ? { remedy: `That is a stage: to run it alone, give a list: [${JSON.stringify(name)}].` }
          : near === undefined
            ? {}
            : { remedy: `Did you mean ${JSON.stringify(near)}?` }),
      });
    }
    const path = Object.hasOwn(this.#options.pipelines, name) ? undefined : this.#pathOf(name);
    const plan = planPipeline(name, pipelines[name] as Pipeline, this.#stages, path);
    this.#plans.set(name, { version: this.#stages.version, plan });
    return plan;
  }

  #pathOf(found: string): string {
    return join(this.#options.configDirectory, 'pipelines', `${found}.toml`);
  }
}

function nameOf(path: string): string {
  return basename(path, extname(path));
}

function fileRefused(name: string, { detail, path, remedy }: PluginSystemError): PluginSystemError {
  return new PluginSystemError(
    'PipelineNotFound',
    `there is no pipeline ${JSON.stringify(name)}: its file was refused: ${detail}`,
    {
      path,
      phase: 'operation',
      operation: name,
      remedy,
    },
  );
}

/** Whether `work` ended within the time. */
async function within(milliseconds: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
