import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ErrorCode, Phase, PluginSystemError } from 'mortise';
import { probe } from '../../dist/isolation/probe.js';
import { refusal } from '../support/errors.js';
import { createManager } from '../support/managers.js';
import { suffix } from '../support/plugins.js';

/** What a failure of one slot becomes. NAME stands for the plugin. */
export interface Slot {
  readonly code: ErrorCode;
  readonly phase: Phase;
  readonly operation: string;
  /** What the host puts before the text of the plugin. */
  readonly before: string;
  /** When it shows. */
  readonly shows: 'load' | 'live' | 'dry_run' | 'unload';
}

export const GETTERS = [
  'name',
  'version',
  'is_core',
  'priority',
  'compatible_api_versions',
  'dependencies',
  'required_stages',
  'conflicts_with',
  'incompatible_with',
] as const;

function slot(code: ErrorCode, phase: Phase, operation: string, shows: Slot['shows'] = 'load', before = ''): Slot {
  return { code, phase, operation, before, shows };
}

const getter = (name: string) => slot('MetadataFailed', 'metadata', name, 'load', `the getter ${name} failed: `);

/** Every slot in which code of an author's may run, and so fail. */
export const SLOTS: Readonly<Record<string, Slot>> = {
  _plugin_init: slot('EntryReturnedNull', 'loading', '_plugin_init', 'load', '_plugin_init returned NULL: '),
  ...Object.fromEntries(GETTERS.map((name) => [name, getter(name)])),
  register_stages: slot('StageRegistrationFailed', 'stages', 'register_stages'),
  init: slot('InitFailed', 'init', 'init'),
  preflight_check: slot('PreflightCheckFailed', 'preflight', 'preflight_check'),
  execute: slot('StageFailed', 'operation', 'NAME:echo', 'live'),
  dry_run: slot('StageFailed', 'operation', 'NAME:echo', 'dry_run'),
  shutdown: slot('ShutdownFailed', 'shutdown', 'shutdown', 'unload'),
  stage_destroy: slot('DestroyFailed', 'unloading', 'destroy', 'unload', 'destroy failed: stage NAME:echo: '),
  destroy: slot('DestroyFailed', 'unloading', 'destroy', 'unload', 'destroy failed: '),
};

/** A plugin of c-plugins/faulty. */
export const faulty = (name: string) => fileURLToPath(new URL(`../../build/native/faulty/${name}${suffix}`, import.meta.url));

export const isBuilt = (name: string) => existsSync(faulty(name));

/** The error that a failing slot ends in through a manager, in this process. The plugin is gone after that. */
export async function failureInline(path: string, name: string, shows: Slot['shows']): Promise<PluginSystemError> {
  const manager = await createManager({ apiVersion: '1.0.0' });
  if (shows === 'load') return refusal(manager.load(path));
  await manager.load(path);
  if (shows === 'unload') return refusal(manager.unload(name));
  const { error } = await manager.run([`${name}:echo`], { mode: shows, data: { value: 'x' } });
  await manager.unload(name);
  if (error === undefined) throw new Error('the stage did not fail');
  return error;
}

/** The same through a probe, in a child process, which runs no stages. */
export async function failureProbed(path: string, shows: Slot['shows']): Promise<PluginSystemError | undefined> {
  const { error, difference, ok } = await probe(path, { init: true });
  if (difference.length > 0) throw new Error(`not given back: ${JSON.stringify(difference)}`);
  if (ok !== (error === undefined)) throw new Error('the report contradicts itself');
  if (error === undefined && shows !== 'live' && shows !== 'dry_run') throw new Error('nothing failed');
  return error;
}

/** Loads, runs and unloads a plugin that does not fail, in a process in which it did before. */
export async function liveAgain(path: string, name: string): Promise<void> {
  const manager = await createManager({ apiVersion: '1.0.0' });
  const { warnings } = await manager.load(path);
  const run = await manager.run([`${name}:echo`], { data: { value: 'x' } });
  if (run.error !== undefined) throw run.error;
  await manager.unload(name);
  if (warnings.length > 0) throw new Error(JSON.stringify(warnings));
}
