import { channel } from 'node:diagnostics_channel';
import type { Phase, PluginSystemError } from '../errors/index.js';
import type { RunReport } from '../pipelines/index.js';
import type { Logger, PluginWarning } from '../plugin/index.js';
import type { PluginConflict } from '../resolution/index.js';
import type { PluginState } from './report.js';
import { checkSubscription } from './subscription.js';

/** A phase of one plugin has ended; of all together where `plugin` and `path` are undefined (discovery, resolution). */
export interface PhaseEvent {
  readonly plugin: string | undefined;
  readonly path: string | undefined;
  readonly phase: Phase;
  readonly milliseconds: number;
  readonly error: PluginSystemError | undefined;
}

/** A plugin has come to another state. */
export interface StateEvent {
  readonly plugin: string;
  readonly path: string | undefined;
  readonly from: PluginState;
  readonly to: PluginState;
  readonly error: PluginSystemError | undefined;
}

/** Events of a manager, by name. */
export interface ManagerEvents {
  readonly phase: PhaseEvent;
  readonly state: StateEvent;
  /** A conflict was found, and this was done about it. */
  readonly conflict: PluginConflict;
  /** A run has ended, however. */
  readonly run: RunReport;
  /** A remark; `plugin` is undefined where it belongs to none. */
  readonly warning: PluginWarning & { readonly plugin?: string | undefined };
}

export type EventName = keyof ManagerEvents;
export type EventListener<Name extends EventName> = (event: ManagerEvents[Name]) => void;

/** Names of all events, for refusing others. */
const EVENT_NAMES: readonly EventName[] = ['phase', 'state', 'conflict', 'run', 'warning'];

/** Phases of all managers of the process. */
const phases = channel('mortise:phase');

/** Tells listeners, in the order in which they came. One that throws is logged and keeps nobody from anything. */
export class Events {
  readonly #listeners = new Map<EventName, Set<(event: never) => void>>();
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  /**
   * @throws `InvalidOption`
   */
  on<Name extends EventName>(name: Name, listener: EventListener<Name>): () => void {
    checkSubscription(name, EVENT_NAMES, listener, 'event');
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    // A wrapper of its own: one function may listen twice, and stops once for each.
    const own = (event: ManagerEvents[Name]) => listener(event);
    listeners.add(own as (event: never) => void);
    return () => void listeners.delete(own as (event: never) => void);
  }

  emit<Name extends EventName>(name: Name, event: ManagerEvents[Name]): void {
    if (name === 'phase' && phases.hasSubscribers) phases.publish(event);
    const listeners = this.#listeners.get(name);
    if (listeners === undefined || listeners.size === 0) return;
    for (const listener of [...listeners]) {
      const failed = (error: unknown) =>
        contained(() => this.#log.error({ err: error, event: name }, 'a listener of the application failed'));
      try {
        const result: unknown = (listener as (event: ManagerEvents[Name]) => unknown)(event);
        // An async function is a listener, too; its failure must not end the process.
        if (typeof (result as PromiseLike<unknown> | undefined)?.then === 'function') Promise.resolve(result).catch(failed);
      } catch (error) {
        failed(error);
      }
    }
  }

  /** A remark: for listeners, and for the log. */
  warn(warning: PluginWarning, plugin?: string): void {
    contained(() => this.#log.warn({ ...(plugin === undefined ? {} : { plugin }), code: warning.code }, warning.message));
    this.emit('warning', { ...warning, plugin });
  }
}

/** A logger of the application that fails must not keep plugins from starting: reports say the same. */
function contained(log: () => void): void {
  try {
    log();
  } catch {
    // There is nobody left to tell.
  }
}
