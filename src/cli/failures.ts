import { basename } from 'node:path';
import type { FailedPlugin } from '../core/index.js';
import type { Output } from './output.js';

/** Writes out why plugins failed; what several of them failed of is said once. */
export function printFailures(output: Output, failed: readonly FailedPlugin[]): void {
  const groups = new Map<string, FailedPlugin[]>();
  for (const failure of failed) {
    const { code, detail, phase, operation, remedy } = failure.error;
    const cause = JSON.stringify([code, detail, phase, operation, remedy]);
    groups.set(cause, [...(groups.get(cause) ?? []), failure]);
  }
  for (const [first, ...others] of groups.values()) {
    if (first === undefined) continue;
    if (others.length === 0) output.errorBlock(first.error);
    else output.errorBlock(first.error, [first, ...others].map(nameOf));
  }
}

/** The name of a plugin, or that of its file where it did not come to say its name. */
export function nameOf({ name, path, error }: FailedPlugin): string {
  return name ?? error.plugin ?? (path === undefined ? 'a plugin' : basename(path));
}
