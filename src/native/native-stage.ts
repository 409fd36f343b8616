import { STAGE_FLAGS } from '../abi/index.js';
import type { BatchedStage, StageContext, StageRunner } from '../plugin/index.js';
import type { GuardedPlugin } from '../safety/index.js';
import type { StageRecord } from './wire.js';

/** What runs native stages: in batches, and one alone over a context of TypeScript's. */
export interface NativeRunner extends StageRunner {
  runAlone(stage: NativeStage, context: StageContext): Promise<void>;
}

/** A stage that a compiled plugin registered. */
export class NativeStage implements BatchedStage {
  readonly id: string;
  readonly name: string | undefined;
  readonly description: string | undefined;
  readonly runner: NativeRunner;
  /** What the host library takes. */
  readonly handle: bigint;
  /** Declared to return at once: may run on the calling thread. */
  readonly quick: boolean;
  readonly plugin: GuardedPlugin;

  constructor(record: StageRecord, plugin: GuardedPlugin, runner: NativeRunner) {
    this.id = record.id;
    this.name = record.name;
    this.description = record.description;
    this.handle = record.handle;
    this.quick = (record.flags & STAGE_FLAGS.quick) !== 0;
    this.plugin = plugin;
    this.runner = runner;
  }

  /** Runs this stage alone over a context of TypeScript's: its values are carried over and back. */
  async execute(context: StageContext): Promise<void> {
    await this.runner.runAlone(this, context);
  }

  async dryRun(context: StageContext): Promise<void> {
    await this.execute(context);
  }
}
