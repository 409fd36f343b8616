import { describeResult, type FunctionSlot, MORTISE_OK, resultName } from '../abi/index.js';
import { type ErrorCode, type Phase, PluginSystemError } from '../errors/index.js';
import { callOnce, makeCallable, NULL, type Pointer, type Prototype, prototypes, toPointer } from '../ffi/index.js';
import type { PluginMetadata, PluginWarning } from '../plugin/index.js';
import { ErrorExtension } from './error-extension.js';
import type { ExtensionHost } from './extension.js';
import { CallGate } from './gate.js';
import type { PluginImage } from './image.js';
import { Ledger } from './ledger.js';
import type { CheckedMemory } from './memory.js';
import { readMetadata } from './metadata.js';
import { readResources } from './resources.js';
import { type NativeService, ServicesExtension } from './services.js';
import { readVTable, type VTable } from './vtable.js';

export interface GuardedPluginParts {
  readonly path: string;
  /** Address of `_plugin_init`, which the file itself exports. */
  readonly entry: Pointer;
  readonly memory: CheckedMemory;
  readonly image: PluginImage;
  /** Address of `mortise_plugin_extension`; undefined if the file itself does not export it. */
  readonly query: Pointer | undefined;
  /** By the plugin's record. */
  readonly threadSafe: boolean;
  /** Whether the plugin carries a record: stricter rules. */
  readonly hasRecord: boolean;
}

/** Slots whose result is an FfiResult: what a failure is called. */
const PHASES = {
  register_stages: { phase: 'stages', code: 'StageRegistrationFailed' },
  init: { phase: 'init', code: 'InitFailed' },
  preflight_check: { phase: 'preflight', code: 'PreflightCheckFailed' },
  shutdown: { phase: 'shutdown', code: 'ShutdownFailed' },
} as const satisfies Partial<Record<FunctionSlot, { phase: Phase; code: ErrorCode }>>;

export type PhaseSlot = keyof typeof PHASES;

type Callable = ReturnType<typeof makeCallable>;

/**
 * One instance of a compiled plugin behind the safety layer. Every call into the base table goes through `#callFunction`: gate, call; then result, error detail.
 * All of it runs on the thread that opened the plugin.
 */
export class GuardedPlugin {
  readonly path: string;
  readonly gate: CallGate;
  readonly ledger = new Ledger();
  readonly warnings: PluginWarning[] = [];
  readonly #parts: GuardedPluginParts;
  readonly #vtable: VTable;
  /** Fields of an object, not of a map: the look-up is part of a call of some 60 ns. */
  readonly #callables: { is_core?: Callable; priority?: Callable } = {};
  #metadata: PluginMetadata | undefined;
  #errors: ErrorExtension | undefined;
  #services: ServicesExtension | undefined;

  private constructor(parts: GuardedPluginParts, vtable: VTable, warnings: PluginWarning[]) {
    this.path = parts.path;
    this.gate = new CallGate(parts.threadSafe);
    this.#parts = parts;
    this.#vtable = vtable;
    this.warnings = warnings;
    this.ledger.take('instance');
  }

  /**
   * Calls the entry point and proves the table that it returns. When something else is wrong by then, the instance is destroyed.
   * @throws `EntryReturnedNull`, `VTableInvalid`, `SlotInvalid`, `ExtensionInvalid`
   */
  static enter(parts: GuardedPluginParts): GuardedPlugin {
    const table = toPointer(callOnce(parts.entry, prototypes().entry) as number | bigint);
    if (table === NULL) {
      const said = ErrorExtension.find(ungated(parts))?.lastMessage(NULL);
      throw new PluginSystemError('EntryReturnedNull', `_plugin_init returned NULL${said === undefined ? '' : `: ${said}`}`, {
        operation: '_plugin_init',
      });
    }
    const warnings: PluginWarning[] = [];
    const plugin = new GuardedPlugin(parts, readVTable(table, parts.memory, parts.image, warnings), warnings);
    try {
      plugin.#errors = ErrorExtension.find(plugin.#extensions);
    } catch (error) {
      // It has no error extension that could be asked whether that failed.
      plugin.destroy();
      throw error;
    }
    return plugin;
  }

  /**
   * What the plugin says of itself: read once, then cached. Its table of services is proved on the way, since it is asked for extensions only while it is opened.
   * @throws those of `readMetadata` and `ServicesExtension.find`
   */
  get metadata(): PluginMetadata {
    if (this.#metadata === undefined) {
      const source = {
        memory: this.#parts.memory,
        ledger: this.ledger,
        get: (slot: FunctionSlot) => this.#call(slot, this.#vtable.instance),
        lastMessage: () => this.#errors?.lastMessage(this.#vtable.instance),
        free: (slot: FunctionSlot, value: unknown) => void this.#call(slot, value),
        resources: () => readResources(this.#extensions, this.#vtable.instance),
      };
      const metadata = readMetadata(source, { hasRecord: this.#parts.hasRecord, warnings: this.warnings });
      try {
        this.#services = ServicesExtension.find(this.#extensions);
      } catch (error) {
        throw PluginSystemError.from(error, 'Internal', { plugin: metadata.name });
      }
      this.#metadata = metadata;
    }
    return this.#metadata;
  }

  /** Name of the plugin, once its metadata was read. */
  get name(): string | undefined {
    return this.#metadata?.name;
  }

  /**
   * Calls one of the slots that return an FfiResult with the instance and, except shutdown, a pointer that the host library made.
   * `explain` is asked where the plugin gave no message.
   * @throws `StageRegistrationFailed`, `InitFailed`, `PreflightCheckFailed`, `ShutdownFailed` with the plugin's own message; `ResultInvalid`;
   * `PluginClosed`, `Abandoned`, `Busy`
   */
  callPhase(slot: PhaseSlot, argument?: number, explain?: () => string | undefined): void {
    const { phase, code } = PHASES[slot];
    const place = { phase, operation: slot, plugin: this.#metadata?.name, path: this.path };
    try {
      const result = (
        slot === 'shutdown' ? this.#call(slot, this.#vtable.instance) : this.#call(slot, this.#vtable.instance, argument)
      ) as number;
      if (result !== MORTISE_OK) throw this.#failure(slot, code, result, explain);
    } catch (error) {
      throw PluginSystemError.from(error, 'Internal', place);
    }
  }

  /**
   * What the plugin offers to others; to be asked once, after init.
   * @throws those of `ServicesExtension.read`; `PluginClosed`, `Abandoned`, `Busy`
   */
  services(): readonly NativeService[] {
    try {
      return this.#services?.read(this.#vtable.instance) ?? [];
    } catch (error) {
      throw PluginSystemError.from(error, 'Internal', { phase: 'init', plugin: this.#metadata?.name, path: this.path });
    }
  }

  /** Calls a getter that hands over no memory, as often as one likes; the second call and those after it cost no more than a bare one. */
  poll(slot: 'is_core' | 'priority'): number {
    this.#callables[slot] ??= makeCallable(this.#vtable.slots[slot], prototypes().slots[slot]);
    const callable = this.#callables[slot];
    this.gate.enter(slot);
    try {
      return callable(this.#vtable.instance) as number;
    } finally {
      this.gate.leave();
    }
  }

  /** Holds a function pointer that the plugin gave outside the base table to the rules of slots. NULL passes if it may. */
  checkFunction(address: Pointer, what: string, mayBeNull: boolean): void {
    if (address === NULL && mayBeNull) return;
    const elsewhere = this.#parts.image.checkFunction(address, what);
    if (elsewhere !== undefined)
      this.warnings.push({ code: 'SlotInOtherLibrary', message: `${what} is a function of ${elsewhere}` });
  }

  /** Calls the destructor of a stage. That it failed, the plugin says after `destroy`. */
  destroyStage(stageId: string, destroy: Pointer, state: Pointer): void {
    this.#callFunction(`destroy of ${stageId}`, destroy, prototypes().destroyStage, state);
    this.ledger.give(`stage ${stageId}`);
  }

  /**
   * Destroys the instance and closes the gate for good. The second call does nothing.
   * @returns `DestroyFailed` if the plugin says that this, or the destructor of a stage before it, failed: it is gone all the same
   */
  destroy(): PluginSystemError | undefined {
    if (this.gate.state !== 'open') return undefined;
    this.#call('destroy', this.#vtable.instance);
    this.ledger.give('instance');
    const said = this.#errors?.lastMessage(NULL);
    this.gate.close();
    if (said === undefined) return undefined;
    const place = { phase: 'unloading', operation: 'destroy', plugin: this.#metadata?.name, path: this.path } as const;
    return new PluginSystemError('DestroyFailed', `destroy failed: ${said}`, place);
  }

  #call(slot: FunctionSlot, ...args: unknown[]): unknown {
    return this.#callFunction(slot, this.#vtable.slots[slot], prototypes().slots[slot], ...args);
  }

  #callFunction(operation: string, address: Pointer, prototype: Prototype, ...args: unknown[]): unknown {
    this.gate.enter(operation);
    try {
      return callOnce(address, prototype, ...args);
    } finally {
      this.gate.leave();
    }
  }

  get #extensions(): ExtensionHost {
    const { memory, query } = this.#parts;
    return {
      memory,
      query,
      checkFunction: (address, what) => this.checkFunction(address, what, false),
      call: (...call) => this.#callFunction(...call),
    };
  }

  #failure(slot: PhaseSlot, code: ErrorCode, result: number, explain?: () => string | undefined): PluginSystemError {
    const message = this.#errors?.lastMessage(this.#vtable.instance);
    if (resultName(result) === undefined) {
      const saying = message === undefined ? '' : `, saying: ${message}`;
      return new PluginSystemError('ResultInvalid', `${slot} returned ${describeResult(result)}${saying}`);
    }
    const said = message ?? explain?.();
    return new PluginSystemError(code, said ?? `${slot} returned ${describeResult(result)} and gave no message`);
  }
}

/** Of a library without an instance: there is no plugin yet whose gate could be entered. */
function ungated({ memory, query, image }: GuardedPluginParts): ExtensionHost {
  return {
    memory,
    query,
    checkFunction: (address, what) => void image.checkFunction(address, what),
    call: (_, address, prototype, ...args) => callOnce(address, prototype, ...args),
  };
}
