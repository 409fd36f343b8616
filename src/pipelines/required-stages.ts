import { PluginSystemError } from '../errors/index.js';
import { inOrder } from './order.js';
import { invalidPipeline } from './pipeline.js';
import { type PlannedStage, plannedStage } from './planned-stage.js';
import type { StageTable, Wanting } from './stage-table.js';

/**
 * Lets what the plugins of `stages` require run before their stages. A required stage that is missing is put right before the first stage that needs it, as if it
 * were written there; an optional one is only ordered where it is. `stages` are in order, and so is the result.
 * @throws `PipelineInvalid` if the pipeline has a required stage run after one that needs it, `StageRequirementMissing`
 */
export function withRequiredStages(
  wanting: Wanting,
  stages: readonly PlannedStage[],
  table: StageTable,
): readonly PlannedStage[] {
  if (stages.every((planned) => planned.requires.length === 0)) return stages;
  const complete = insertMissing(wanting, stages, table);
  orderRequired(wanting.pipeline, complete);
  return inOrder(complete);
}

function insertMissing(wanting: Wanting, stages: readonly PlannedStage[], table: StageTable): PlannedStage[] {
  const here = new Set(stages.map((planned) => planned.stage.id));
  const complete: PlannedStage[] = [];
  const place = (planned: PlannedStage) => {
    for (const { stage, required } of planned.requires) {
      if (!required || here.has(stage)) continue;
      here.add(stage);
      const { after, needs, plugin } = planned;
      const inserted = plannedStage(requiredStage(wanting, stage, plugin, table), { after, needs, requiredBy: plugin });
      place(inserted);
      planned.after = [inserted];
    }
    complete.push(planned);
  };
  for (const planned of stages) place(planned);
  return complete;
}

function requiredStage({ pipeline, path }: Wanting, id: string, plugin: string, table: StageTable) {
  if (table.has(id)) return table.get(id);
  const { absence, remedy } = table.absenceOf(id);
  throw new PluginSystemError(
    'StageRequirementMissing',
    `pipeline ${JSON.stringify(pipeline)}: ${plugin} requires stage ${id}, which no running plugin provides${absence}`,
    { plugin, path, phase: 'operation', operation: id, remedy },
  );
}

/** Adds what the order as written does not say already: chains of stages are to stay chains. */
function orderRequired(name: string, stages: readonly PlannedStage[]): void {
  const followers = new Map<PlannedStage, PlannedStage[]>(stages.map((planned) => [planned, []]));
  for (const planned of stages) for (const before of planned.after) followers.get(before)?.push(planned);
  const earlier = (planned: PlannedStage) => planned.after;
  const later = (planned: PlannedStage) => followers.get(planned) ?? [];
  for (const [required, dependents] of dependentsOf(stages)) {
    const before = new Set<PlannedStage>();
    collect(required, earlier, before);
    const behind = new Set<PlannedStage>();
    collect(required, later, behind);
    for (const { planned, isRequired } of dependents) {
      if (before.has(planned)) throw contradiction(name, planned, required, isRequired);
      if (isRequired) planned.needs = [...planned.needs, { stage: required, because: 'required' }];
      if (behind.has(planned)) continue;
      planned.after = [...planned.after.filter((other) => !before.has(other)), required];
      followers.get(required)?.push(planned);
      collect(planned, later, behind);
    }
  }
}

interface Dependent {
  readonly planned: PlannedStage;
  readonly isRequired: boolean;
}

/** Stages that others of the plan require, with those that do. */
function dependentsOf(stages: readonly PlannedStage[]): Map<PlannedStage, Dependent[]> {
  const byId = new Map(stages.map((planned) => [planned.stage.id, planned]));
  const dependents = new Map<PlannedStage, Dependent[]>();
  for (const planned of stages) {
    for (const { stage, required: isRequired } of planned.requires) {
      const required = byId.get(stage);
      if (required === undefined || required === planned) continue;
      const known = dependents.get(required);
      if (known === undefined) dependents.set(required, [{ planned, isRequired }]);
      else known.push({ planned, isRequired });
    }
  }
  return dependents;
}

/** Adds `from`, and all that can be reached from it, to `reached`. */
function collect(from: PlannedStage, next: (planned: PlannedStage) => readonly PlannedStage[], reached: Set<PlannedStage>) {
  const open = [from];
  for (let planned = open.pop(); planned !== undefined; planned = open.pop()) {
    if (reached.has(planned)) continue;
    reached.add(planned);
    open.push(...next(planned));
  }
}

function contradiction(name: string, planned: PlannedStage, required: PlannedStage, isRequired: boolean): PluginSystemError {
  const { plugin, stage } = planned;
  const how = isRequired ? 'requires' : 'optionally requires';
  return invalidPipeline(
    name,
    `plugin ${plugin} ${how} stage ${required.stage.id}, which therefore runs before ${stage.id}, but is to run after it`,
  ).within({ plugin });
}
