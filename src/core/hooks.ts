import { PluginSystemError } from '../errors/index.js';
import type { CallHooks, StageCall, StageReport } from '../pipelines/index.js';
import type { PluginMetadata } from '../plugin/index.js';
import { within } from './deadline.js';
import type { Events } from './events.js';
import { checkSubscription } from './subscription.js';

/** Why a plugin is stopped. `rollback`: a later phase of it, or of what it needs, failed. */
export type StopReason = 'stop' | 'unload' | 'disable' | 'conflict' | 'rollback';

/** Which plugin a hook is about. */
export interface HookSubject {
  /** Name; undefined before the metadata of a compiled plugin was read. */
  readonly plugin: string | undefined;
  /** Absent for a TypeScript plugin. */
  readonly path: string | undefined;
}

/** The same, once its metadata is known. */
export interface LoadedSubject extends HookSubject {
  readonly plugin: string;
  readonly metadata: PluginMetadata;
}

/** How what a hook is told of has ended. */
export interface HookOutcome {
  /** Undefined: it succeeded. */
  readonly error: PluginSystemError | undefined;
}

/** Which plugin is stopped, and why. */
export interface StopSubject extends LoadedSubject {
  readonly reason: StopReason;
}

/** What hooks are told, by name. */
export interface HookEvents {
  /** Before a library is opened, or a TypeScript plugin taken. */
  readonly beforeLoad: HookSubject;
  readonly afterLoad: HookSubject & HookOutcome & { readonly metadata: PluginMetadata | undefined };
  readonly beforeInit: LoadedSubject;
  readonly afterInit: LoadedSubject & HookOutcome;
  /** Before a stage is executed, or described in a dry run. */
  readonly beforeCall: StageCall;
  readonly afterCall: StageCall & { readonly report: StageReport };
  /** Asked before anything is undone; a veto keeps `unload`, `disable` and `resolveConflict` from it; `stop` it cannot, and a rollback does not ask. */
  readonly beforeShutdown: StopSubject;
  readonly afterShutdown: StopSubject & HookOutcome;
  readonly beforeUnload: StopSubject;
  readonly afterUnload: StopSubject & HookOutcome;
}

export type HookName = keyof HookEvents;

/** A hook whose name begins with `before` may forbid what is about to happen, and says why. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function without a return statement is a hook, too
export type HookAnswer = void | undefined | { readonly veto: string };

export type Hook<Name extends HookName> = (event: HookEvents[Name]) => HookAnswer | Promise<HookAnswer>;

type AnyHook = (event: unknown) => HookAnswer | Promise<HookAnswer>;

const HOOK_NAMES: readonly HookName[] = [
  'beforeLoad',
  'afterLoad',
  'beforeInit',
  'afterInit',
  'beforeCall',
  'afterCall',
  'beforeShutdown',
  'afterShutdown',
  'beforeUnload',
  'afterUnload',
];

/** What an application wants to be asked and told around phases and calls. Hooks of one name are called in the order in which they were added. */
export class Hooks {
  readonly #hooks = new Map<HookName, Set<AnyHook>>();
  readonly #events: Events;
  readonly #deadlineMs: number;

  constructor(events: Events, deadlineMs: number) {
    this.#events = events;
    this.#deadlineMs = deadlineMs;
    const isActive = () => this.has('beforeCall') || this.has('afterCall');
    this.calls = {
      get active() {
        return isActive();
      },
      before: (call) => this.before('beforeCall', call),
      after: (call, report) => this.after('afterCall', { ...call, report }),
    };
  }

  /**
   * @throws `InvalidOption`
   */
  add<Name extends HookName>(name: Name, hook: Hook<Name>): () => void {
    checkSubscription(name, HOOK_NAMES, hook, 'hook');
    const hooks = this.#hooks.get(name) ?? new Set();
    this.#hooks.set(name, hooks);
    const own: AnyHook = (event) => hook(event as HookEvents[Name]);
    hooks.add(own);
    return () => void hooks.delete(own);
  }

  has(name: HookName): boolean {
    return (this.#hooks.get(name)?.size ?? 0) > 0;
  }

  /** Those around calls, as runs of pipelines want them. */
  readonly calls: CallHooks;

  /** Asks all hooks of a name until one forbids: that one's error. A hook that fails, is late or answers nonsense forbids nothing; it is warned of. */
  async before<Name extends HookName>(name: Name, event: HookEvents[Name]): Promise<PluginSystemError | undefined> {
    for (const hook of [...(this.#hooks.get(name) ?? [])]) {
      const answer = await this.#call(name, hook, event);
      if (answer === undefined) continue;
      const { plugin, path } = event as { plugin?: string | undefined; path?: string | undefined };
      const veto = vetoOf(answer);
      if (veto !== undefined)
        return new PluginSystemError('Vetoed', `the ${name} hook of the application forbade it: ${veto}`, { plugin, path });
      this.#warn(name, 'answered neither nothing nor { veto: REASON }', plugin);
    }
    return undefined;
  }

  async after<Name extends HookName>(name: Name, event: HookEvents[Name]): Promise<void> {
    for (const hook of [...(this.#hooks.get(name) ?? [])]) await this.#call(name, hook, event);
  }

  async #call(name: HookName, hook: AnyHook, event: unknown): Promise<unknown> {
    try {
      return await within(this.#deadlineMs, `the ${name} hook`, () => hook(event));
    } catch (error) {
      const { message } = PluginSystemError.fromThrown(error, 'Internal');
      this.#warn(name, `failed: ${message}`, (event as { plugin?: string }).plugin);
      return undefined;
    }
  }

  #warn(name: HookName, what: string, plugin: string | undefined): void {
    this.#events.warn(
      { code: 'HookFailed', message: `the ${name} hook of the application ${what}; it forbade nothing` },
      plugin,
    );
  }
}

function vetoOf(answer: unknown): string | undefined {
  try {
    const veto = (answer as { veto?: unknown } | null)?.veto;
    return typeof veto === 'string' ? veto : undefined;
  } catch {
    return undefined;
  }
}
