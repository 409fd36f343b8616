import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { pack, privateEnvironment, unpackAsInstalled } from '../project/installed.js';

const folder = mkdtempSync(join(tmpdir(), 'mortise-created-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const archive = pack(folder);
const application = join(folder, 'application');
unpackAsInstalled(archive, application);

const env = privateEnvironment(folder);
delete env['npm_config_nodedir'];

/** A new folder in which the packed package is installed, and nothing of this checkout. */
export function installedFolder(): string {
  const made = mkdtempSync(join(folder, 'project-'));
  unpackAsInstalled(archive, made);
  return made;
}

/** Creates a project with the packed package, and installs that into it. Returns its folder. */
export function createdProject(language: string, name = `my-${language}-greeter`): string {
  const project = join(mkdtempSync(join(folder, 'created-')), name);
  mortise(application, 'create', name, '--lang', language, '--dir', project);
  unpackAsInstalled(archive, project);
  return project;
}

/** Creates a project that gets the packed package by `npm install`, in a new folder. Returns that folder, and what create says is to be done next there. */
export function createdWithSteps(language: string, name: string): { folder: string; next: string[] } {
  const made = mkdtempSync(join(folder, 'steps-'));
  const program = join(application, 'node_modules', 'mortise', 'dist', 'cli', 'main.js');
  const printed = succeed(made, process.execPath, program, 'create', name, '--lang', language, '--mortise', archive, '--json');
  return { folder: made, next: JSON.parse(printed).next };
}

/** Runs a program in `cwd` to its end. */
export function run(cwd: string, program: string, ...args: string[]): SpawnSyncReturns<string> {
  return spawnSync(program, args, { cwd, env, encoding: 'utf8' });
}

/** The same; it must succeed. Returns what it printed on stdout. */
export function succeed(cwd: string, program: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = run(cwd, program, ...args);
  const output = status === 0 ? '' : `${error ?? ''}${stdout}${stderr}`.slice(-4000);
  expect({ program, args, status, output }).toEqual({ program, args, status: 0, output: '' });
  return stdout;
}

/** Runs the command that is installed in `cwd`. */
export function mortise(cwd: string, ...args: string[]): string {
  return succeed(cwd, process.execPath, join(cwd, 'node_modules', 'mortise', 'dist', 'cli', 'main.js'), ...args);
}

/** Takes a plugin through its whole life in a process of its own; all that was taken from it must be given back. Returns the ids of its stages. */
export function probed(cwd: string, plugin: string): string[] {
  const report = JSON.parse(mortise(cwd, 'probe', plugin, '--init', '--json'));
  expect(report).toMatchObject({ ok: true, difference: [], warnings: [] });
  return report.stages.map(({ id }: { id: string }) => id);
}

/** Runs the one stage `id` of the plugins in `plugins`, and returns the values that it leaves. */
export function ran(cwd: string, plugins: string, id: string, ...set: string[]): Record<string, unknown> {
  const pairs = set.flatMap((pair) => ['--set', pair]);
  return JSON.parse(mortise(cwd, 'run', plugins, '--stage', id, ...pairs, '--json')).data;
}

/** Whether a program is on this machine; says so if not. */
export function isHere(program: string): boolean {
  const found = spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
  if (!found) console.log(`skipped: ${program} is not on this machine`);
  return found;
}
