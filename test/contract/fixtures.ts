import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PluginManager, type PluginManagerOptions } from 'mortise';

const hostile = new URL('../../build/native/hostile', import.meta.url).pathname;
const extension = process.platform === 'darwin' ? '.dylib' : '.so';

interface Fixture {
  readonly name: string;
  readonly sentence: string;
  readonly expect: {
    readonly phase: string;
    readonly survives_inline: boolean;
    readonly warns?: boolean;
    readonly beside?: string;
  };
}

/** All that c-plugins/hostile says there is. */
export const fixtures: readonly Fixture[] = JSON.parse(
  readFileSync(new URL('../../c-plugins/hostile/fixtures.json', import.meta.url), 'utf8'),
).fixtures;

export function fixturePath(name: string): string {
  return join(hostile, `${name}${extension}`);
}

/** A folder that is removed when `remove` is called. */
export class Scratch {
  readonly path = mkdtempSync(join(tmpdir(), 'mortise-contract-'));

  join(name: string): string {
    return join(this.path, name);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A manager that sees nothing of this user, and opens without a first look where the test does not say otherwise. */
export function createManager(options: Partial<PluginManagerOptions> = {}): Promise<PluginManager> {
  return PluginManager.create({ app: 'contract', apiVersion: '1.0.0', userDirectory: false, firstLook: false, ...options });
}

/** Slots whose values are counted when they are given and when they come back. */
export const OWNED_SLOTS = [
  'name',
  'version',
  'compatible_api_versions',
  'dependencies',
  'required_stages',
  'conflicts_with',
  'incompatible_with',
] as const;

type Load = (path: string) => { func(declaration: string): (...args: unknown[]) => unknown };

/**
 * Calls into a library that the manager has opened; the loader gives the same mapping. Not before the manager's first load: the FFI engine can be
 * configured only until somebody opens a library.
 */
export function exportsOf(path: string): (declaration: string) => (...args: unknown[]) => unknown {
  const { load } = createRequire(import.meta.url)('koffi') as { load: Load };
  const library = load(path);
  return (declaration) => library.func(declaration);
}

/** The fixture's own counts. */
export function countersOf(path: string): (name: string) => number {
  return exportsOf(path)('int64_t fixture_counter(const char*)') as (name: string) => number;
}

/** Whether the loader has the file mapped; undefined where the system does not say. */
export function isMapped(path: string): boolean | undefined {
  return existsSync('/proc/self/maps') ? readFileSync('/proc/self/maps', 'utf8').includes(path) : undefined;
}

/** Lines that fixtures wrote to FIXTURE_LOG while `work` was running. */
export async function callsDuring(work: () => Promise<unknown>): Promise<string[]> {
  const scratch = new Scratch();
  const log = scratch.join('calls');
  process.env['FIXTURE_LOG'] = log;
  try {
    await work();
    return existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : [];
  } finally {
    delete process.env['FIXTURE_LOG'];
    scratch.remove();
  }
}

/** Runs `work` with an environment variable that C code sees too. */
export async function withEnvironment<Result>(name: string, value: string, work: () => Promise<Result>): Promise<Result> {
  process.env[name] = value;
  try {
    return await work();
  } finally {
    delete process.env[name];
  }
}

/** The package that is tested, for scripts that run in a process of their own. */
export const mortiseEntry = process.env['MORTISE_DIST']
  ? join(process.env['MORTISE_DIST'], 'index.js')
  : join(dirname(new URL(import.meta.url).pathname), '../../dist/index.js');
