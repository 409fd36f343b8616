import { PluginSystemError } from '../errors/index.js';
import type { Capability } from '../manifest/index.js';

/** A limit that a host was asked for, and whether it holds. */
export interface HostLimit {
  readonly limit: 'memoryMb' | 'timeout' | 'capability';
  /** Megabytes, milliseconds, or the capability that is denied. */
  readonly wanted: number | string;
  readonly enforced: boolean;
  /** By what it is enforced, or what keeps it from that. */
  readonly why: string;
}

export interface WantedLimits {
  readonly memoryMb: number | undefined;
  readonly timeoutMs: number | undefined;
  readonly denied: ReadonlySet<Capability>;
}

/** What becomes of limits on plugins that run in this process, where the operating system knows of no plugin, only of the process. */
export function limitsOf({ memoryMb, timeoutMs, denied }: WantedLimits): HostLimit[] {
  const limits: HostLimit[] = [];
  if (timeoutMs !== undefined) {
    const why =
      'deadline of each stage, and of each phase of a TypeScript plugin; a phase of a compiled plugin cannot be interrupted';
    limits.push({ limit: 'timeout', wanted: timeoutMs, enforced: true, why });
  }
  if (memoryMb !== undefined) {
    const why = 'plugins share the memory of this process, and the system counts only all of it';
    limits.push({ limit: 'memoryMb', wanted: memoryMb, enforced: false, why });
  }
  for (const wanted of denied) {
    const why = 'plugins whose manifest requires it are refused; the code of others has the rights of this process';
    limits.push({ limit: 'capability', wanted, enforced: false, why });
  }
  return limits;
}

/**
 * @throws `LimitNotEnforced` naming each that is not
 */
export function requireEnforced(limits: readonly HostLimit[]): void {
  const open = limits.filter(({ enforced }) => !enforced);
  if (open.length === 0) return;
  const texts = open.map(({ limit, wanted, why }) => `${limit} ${wanted} (${why})`);
  const what = open.length === 1 ? 'a limit that is not enforced' : 'limits that are not enforced';
  throw new PluginSystemError('LimitNotEnforced', `strict() refuses ${what}: ${texts.join('; ')}`, {
    operation: 'start',
    remedy: 'Take the limit away, or strict(): without it the host only says that the limit is not enforced.',
  });
}
