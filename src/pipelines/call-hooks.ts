import type { PluginSystemError } from '../errors/index.js';
import type { RunMode } from '../plugin/index.js';
import type { StageReport } from './report.js';

/** One stage that is about to be called, or was. */
export interface StageCall {
  /** Name of the pipeline; `inline` for one that was given as it is. */
  readonly pipeline: string;
  readonly stage: string;
  readonly plugin: string;
  readonly mode: RunMode;
}

/** What is told of each stage of a run, and may forbid it. */
export interface CallHooks {
  /** Looked at once, when a run begins: where it is false then, the run goes on as if there were no hooks. */
  readonly active: boolean;
  /** Before the stage is called. An error (code `Vetoed`) fails the stage with it: nothing of the stage is called. */
  before(call: StageCall): Promise<PluginSystemError | undefined>;
  /** After each stage that `before` was told of, also after one that it forbade, unless the run ended in between. */
  after(call: StageCall, report: StageReport): Promise<void>;
}
