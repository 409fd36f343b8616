import type { PluginDependency, Priority, StageRequirement } from 'mortise';
import { compilePlugin } from './plugins.js';

const CATEGORIES = ['kernel', 'core_critical', 'core', 'third_party_high', 'third_party', 'third_party_low'];

export interface Declaration {
  /** File and plugin name; `run` is its one stage where `stages` says nothing. */
  readonly name: string;
  readonly version?: string;
  readonly isCore?: boolean;
  readonly priority?: Priority;
  readonly apiVersions?: readonly string[];
  readonly dependencies?: ReadonlyArray<Partial<PluginDependency> & { name: string }>;
  readonly conflictsWith?: readonly string[];
  readonly incompatibleWith?: ReadonlyArray<{ name: string; range?: string }>;
  readonly requiredStages?: readonly StageRequirement[];
  /** Ids. */
  readonly stages?: readonly string[];
  /** Which phase returns MORTISE_ERR. */
  readonly fails?: 'REGISTER_STAGES' | 'INIT' | 'PREFLIGHT' | 'SHUTDOWN';
  /** Whether it carries a record, and so writes npm ranges; otherwise Cargo's. Default true. */
  readonly hasRecord?: boolean;
  /** Fields of the manifest in the record, beside name and version. */
  readonly manifest?: Readonly<Record<string, unknown>>;
}

/** Compiles a plugin that declares this; the path of the library. */
export function declared(declaration: Declaration): string {
  const { name, version, priority, fails, stages, manifest } = declaration;
  const dependency = ({ name, range, required = true }: { name: string; range?: string | undefined; required?: boolean }) =>
    `{${text(name)}, ${range === undefined ? 'NULL' : text(range)}, ${required}}`;
  const defines: Array<[string, string | undefined]> = [
    ['RECORD', declaration.hasRecord === false ? undefined : '1'],
    ['MANIFEST', manifest && text(`,${JSON.stringify(manifest).slice(1, -1)}`)],
    ['VERSION', version && text(version)],
    ['CORE', declaration.isCore ? '1' : undefined],
    ['PRIORITY', priority && `{${CATEGORIES.indexOf(priority.category)}, ${priority.value}}`],
    ['API', list(declaration.apiVersions, (range) => `{${text(range)}}`)],
    ['DEPENDENCIES', list(declaration.dependencies, dependency)],
    ['INCOMPATIBLE', list(declaration.incompatibleWith, dependency)],
    ['CONFLICTS', list(declaration.conflictsWith, text)],
    ['REQUIRED', list(declaration.requiredStages, (each) => `{${text(each.stage)}, ${each.required}, ${each.provided}}`)],
    ['STAGES', stages?.map((id) => `{.id = ${text(id)}},`).join(' ')],
    ['FAILS', fails],
  ];
  const given = defines.flatMap(([define, value]) => (value === undefined ? [] : [`-DDECLARES_${define}=${value}`]));
  return compilePlugin('declares', name, { defines: given });
}

function list<Item>(items: readonly Item[] | undefined, write: (item: Item) => string): string | undefined {
  return items === undefined || items.length === 0 ? undefined : items.map(write).join(', ');
}

function text(value: string): string {
  return JSON.stringify(value);
}
