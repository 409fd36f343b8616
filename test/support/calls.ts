import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './temporary.js';

/** Slots that only read metadata, in the order in which nobody cares. */
const METADATA =
  / (?:(?:free_)?(?:name|version|compatible_api_versions|dependencies|required_stages|conflicts_with|incompatible_with)|is_core|priority|last_message)$/;

export interface CallLog {
  /** Writes a line as a compiled fixture would: `plugin call`. */
  note(plugin: string, call: string): void;
  /** All lines so far, metadata left out. */
  lines(): string[];
  /** Lines of one plugin, without its name. */
  of(plugin: string): string[];
}

/** Collects, in one list, the calls that compiled fixtures and TypeScript plugins get, until the test ends. */
export function logCalls(): CallLog {
  const path = join(temporaryFolder(), 'calls');
  setEnvironment({ FIXTURE_LOG: path, FIXTURE_LOG_NAMES: '1' });
  const lines = () =>
    existsSync(path)
      ? readFileSync(path, 'utf8')
          .split('\n')
          .filter((line) => line !== '' && !METADATA.test(line))
      : [];
  return {
    note: (plugin, call) => appendFileSync(path, `${plugin} ${call}\n`),
    lines,
    of: (plugin) =>
      lines()
        .filter((line) => line.startsWith(`${plugin} `))
        .map((line) => line.slice(plugin.length + 1)),
  };
}

/** Sets environment variables until the test ends. Compiled plugins see them. */
export function setEnvironment(variables: Record<string, string>): void {
  for (const [name, value] of Object.entries(variables)) {
    const before = process.env[name];
    process.env[name] = value;
    onTestFinished(() => {
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    });
  }
}
