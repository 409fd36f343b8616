import type { Stage } from '../plugin/index.js';
import type { RegisteredStage, StageNeed } from './stage-table.js';

/** A stage of a plan, and what has to have ended before it. Written while the plan is made. */
export interface PlannedStage {
  readonly stage: Stage;
  readonly plugin: string;
  /** What its plugin requires. */
  readonly requires: readonly StageNeed[];
  after: readonly PlannedStage[];
  needs: readonly Need[];
  readonly timeoutMs: number | undefined;
  /** The plugin for whose sake it is in the plan, where the pipeline does not name it. */
  readonly requiredBy: string | undefined;
}

/** A stage without whose success another one is not run. */
export interface Need {
  readonly stage: PlannedStage;
  /** `after`: the pipeline says so; `required`: the plugin of the other stage does. */
  readonly because: 'after' | 'required';
}

export function plannedStage(
  entry: RegisteredStage,
  more: Partial<Pick<PlannedStage, 'after' | 'needs' | 'timeoutMs' | 'requiredBy'>>,
): PlannedStage {
  const { after = [], needs = [], timeoutMs, requiredBy } = more;
  const { stage, plugin, requires } = entry;
  return { stage, plugin, requires, after, needs, timeoutMs, requiredBy };
}
