/** A stage that is about to be called. */
export interface StageInProgress {
  readonly stage: string;
  readonly plugin: string;
  readonly path?: string | undefined;
}

/**
 * How far a run has come. `starting`, `stopping`: the plugins; `running`: the run as a whole, with its deadline; `begun`, `ended`: one stage; `late`: the deadline has passed and
 * the run was cancelled; `done`: all is stopped, and what is left is to print the outcome.
 */
export type RunStep =
  | { readonly step: 'starting' | 'late' | 'stopping' | 'done' }
  | { readonly step: 'running'; readonly timeoutMs?: number | undefined }
  | ({ readonly step: 'begun' } & StageInProgress)
  | { readonly step: 'ended'; readonly stage: string };

/** How long a stage may run before somebody at a terminal is told that it still does. */
const SILENCE_MS = 5000;

/** The stages in progress, in the order in which they began. */
export class RunProgress {
  readonly stages = new Map<string, StageInProgress>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #say: (line: string) => void;
  /** The last step that was not about a single stage; undefined before the first. */
  at: 'starting' | 'running' | 'late' | 'stopping' | 'done' | undefined;

  /** `say` is told of a stage that takes long. */
  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  follow(step: RunStep): void {
    if (step.step === 'begun') this.#begin(step);
    else if (step.step === 'ended') this.#end(step.stage);
    else this.at = step.step;
    if (step.step === 'late') this.hush();
    if (step.step === 'stopping' || step.step === 'done') this.end();
  }

  /** Says nothing of what is in progress: it was cancelled, and more is said when it has ended. */
  hush(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Nothing is in progress any more. */
  end(): void {
    for (const stage of [...this.stages.keys()]) this.#end(stage);
  }

  /** The stages in progress, as the subject of a sentence. */
  get subject(): string {
    return [...this.stages.keys()].join(' and ') || 'the run';
  }

  /** The place for an error, where one stage alone can have caused it. */
  get place(): { plugin?: string; path?: string | undefined; operation?: string } {
    const [only, ...others] = this.stages.values();
    if (only === undefined || others.length > 0) return {};
    return { plugin: only.plugin, path: only.path, operation: only.stage };
  }

  #begin({ stage, plugin, path }: StageInProgress): void {
    this.stages.set(stage, { stage, plugin, path });
    const timer = setTimeout(() => this.#say(`${stage} is still running; Ctrl-C cancels`), SILENCE_MS);
    this.#timers.set(stage, timer.unref());
  }

  #end(stage: string): void {
    clearTimeout(this.#timers.get(stage));
    this.#timers.delete(stage);
    this.stages.delete(stage);
  }
}
