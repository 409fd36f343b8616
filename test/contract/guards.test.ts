import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isVersion, LAYOUT } from '../../dist/abi/index.js';
import { addressOf, callOnce, Library, type Pointer } from '../../dist/ffi/index.js';
import { HostSession, NativeOpener } from '../../dist/native/index.js';
import {
  CallGate,
  type CheckedMemory,
  ErrorExtension,
  type ExtensionHost,
  type GuardedPlugin,
  Ledger,
  PluginImage,
} from '../../dist/safety/index.js';
import { type MetadataSource, readMetadata } from '../../dist/safety/metadata.js';
import { fixturePath, OWNED_SLOTS } from './fixtures.js';

/*
 * What no plugin of c-plugins/hostile can show by itself: the safety layer, one guard at a time, on real memory and real functions.
 * scripts/mutate-guards.mjs removes each guard and expects one of these tests, or of those of the fixtures, to fail.
 */

const opener = new NativeOpener({ app: 'contract', apiVersion: '1.0.0', configDirectory: '/nowhere', cancelGraceMs: 0 });
let memory: CheckedMemory;

beforeAll(() => {
  memory = HostSession.current().memory;
});

const code = (expected: string) => expect.objectContaining({ code: expected });

/** The plugin behind the safety layer, as its stages hold it. */
function openWithStage(name: string) {
  const plugin = opener.open(fixturePath(name));
  const [stage] = plugin.registerStages();
  return { plugin, guarded: (stage as unknown as { plugin: GuardedPlugin }).plugin };
}

describe('the gate before a plugin', () => {
  it('[G6] lets nothing through once it is closed', () => {
    const gate = new CallGate(true);
    gate.close();
    expect(() => gate.enter('execute', false)).toThrow(code('PluginClosed'));
    expect(gate.free).toBe(false);
  });

  it('[G6] lets nothing through once a call was abandoned, and closing does not hide that', () => {
    const gate = new CallGate(true);
    gate.abandon('the call of text:survey did not return');
    gate.close();
    expect(gate.state).toBe('abandoned');
    expect(() => gate.enter('execute', false)).toThrow(code('Abandoned'));
    expect(() => gate.enter('execute', false)).toThrow('text:survey did not return');
  });

  it('[G6] lets one call at a time into a plugin that is not thread-safe', () => {
    const gate = new CallGate(false);
    gate.enter('execute', false);
    expect(gate.active).toBe(1);
    expect(gate.free).toBe(false);
    expect(() => gate.enter('execute', false)).toThrow(code('Busy'));
    gate.leave();
    expect(gate.free).toBe(true);
    gate.enter('execute', false);
  });

  it('[G6] lets several stages at once into a thread-safe plugin, but no slot of the base table beside them', () => {
    const gate = new CallGate(true);
    gate.enter('execute', false);
    expect(gate.free).toBe(true);
    gate.enter('execute', false);
    expect(() => gate.enter('shutdown')).toThrow(code('Busy'));
    gate.leave();
    gate.leave();
    gate.enter('shutdown');
  });

  it('[G6] wakes those who wait when the call has returned', async () => {
    const gate = new CallGate(false);
    await gate.whenFree();
    gate.enter('execute', false);
    let woken = false;
    const waiting = gate.whenFree().then(() => {
      woken = true;
    });
    await Promise.resolve();
    expect(woken).toBe(false);
    gate.leave();
    await waiting;
  }, 1000);

  it.each<[string, (gate: CallGate) => void]>([
    ['closed', (gate) => gate.close()],
    ['abandoned', (gate) => gate.abandon('it hangs')],
  ])(
    '[G6] leaves nobody waiting once it is %s',
    async (_, end) => {
      const gate = new CallGate(false);
      gate.enter('execute', false);
      const waiting = gate.whenFree();
      end(gate);
      await waiting;
      await gate.whenFree();
    },
    1000,
  );
});

describe('a plugin behind the safety layer', () => {
  it('[G4] is balanced to the last value, stage and instance', () => {
    const { plugin } = openWithStage('full-metadata');
    const taken = [
      'name',
      'version',
      'compatible_api_versions',
      'dependencies',
      'required_stages',
      'conflicts_with',
      'incompatible_with',
    ];
    expect(plugin.ledger.slice(0, 2)).toEqual([
      { what: 'instance', taken: 1, given: 0 },
      { what: 'name', taken: 1, given: 1 },
    ]);
    plugin.destroy();
    const whats = ['instance', ...taken, 'stage full-metadata:run'];
    expect(plugin.ledger).toEqual(whats.map((what) => ({ what, taken: 1, given: 1 })));
  });

  it('[G4] reads its metadata once', () => {
    const { plugin, guarded } = openWithStage('full-metadata');
    expect(guarded.metadata).toBe(guarded.metadata);
    expect(guarded.metadata).toBe(plugin.metadata);
    expect(plugin.ledger.find(({ what }) => what === 'name')).toEqual({ what: 'name', taken: 1, given: 1 });
    plugin.destroy();
  });

  it('[G6] is never called again after destroy', () => {
    const { plugin, guarded } = openWithStage('stage-echo');
    expect(guarded.poll('is_core')).toBe(0);
    expect(guarded.poll('is_core')).toBe(0);
    expect(guarded.gate.active).toBe(0);
    plugin.destroy();
    guarded.destroy();
    plugin.destroy();
    expect(guarded.gate.state).toBe('closed');
    expect(() => guarded.poll('is_core')).toThrow(code('PluginClosed'));
    expect(() => guarded.callPhase('shutdown')).toThrow(code('PluginClosed'));
    expect(() => guarded.destroyStage('stage-echo:run', 0n as Pointer, 0n as Pointer)).toThrow(code('PluginClosed'));
    expect(guarded.gate.active).toBe(0);
  });

  it('[G6] is not called while another call is in progress', () => {
    const { plugin, guarded } = openWithStage('stage-echo');
    guarded.gate.enter('execute', false);
    expect(() => guarded.poll('is_core')).toThrow(code('Busy'));
    expect(() => guarded.callPhase('shutdown')).toThrow(code('Busy'));
    expect(() => guarded.destroy()).toThrow(code('Busy'));
    guarded.gate.leave();
    plugin.destroy();
    expect(guarded.gate.active).toBe(0);
  });

  it('[G2] may give functions of a library that it needs, with a warning, and NULL only where that is said', () => {
    const { plugin, guarded } = openWithStage('stage-echo');
    const ofLibc = Library.open(plugin.path).symbol('getenv');
    guarded.checkFunction(ofLibc, 'dry_run', true);
    expect(plugin.warnings.map((warning) => warning.code)).toEqual(['SlotInOtherLibrary']);
    guarded.checkFunction(0n as Pointer, 'dry_run', true);
    expect(() => guarded.checkFunction(0n as Pointer, 'execute', false)).toThrow(code('SlotInvalid'));
    expect(plugin.warnings).toHaveLength(1);
    plugin.destroy();
  });
});

describe('the image of a plugin', () => {
  const resolveNothing = () => undefined;
  const at = (name: string, needed: readonly string[] = []) => {
    const entry = Library.open(fixturePath(name)).symbol('_plugin_init');
    return { entry, image: PluginImage.at(HostSession.current().library, entry, needed, resolveNothing) };
  };

  it('[G1] is not found where no library is', () => {
    const address = addressOf(Buffer.alloc(64));
    expect(() => PluginImage.at(HostSession.current().library, address, [], resolveNothing)).toThrow(code('EntryPointMissing'));
  });

  it('[G2] holds functions, but neither what is before its code nor what is behind it', () => {
    const { entry, image } = at('static-vtable');
    expect(image.checkFunction(entry, 'entry')).toBeUndefined();
    expect(() => image.checkFunction(image.base as Pointer, 'header')).toThrow('in data of the library');
    expect(() => image.checkFunction((entry + 0x100000n) as Pointer, 'behind')).toThrow(code('SlotInvalid'));
  });

  it('[G2] takes a function of another plugin only if it needs that one', () => {
    const other = at('entry-provider').entry;
    const path = fixturePath('entry-provider');
    expect(() => at('static-vtable').image.checkFunction(other, 'slot')).toThrow('which the plugin does not need');
    expect(at('static-vtable', [path.slice(path.lastIndexOf('/') + 1)]).image.checkFunction(other, 'slot')).toBe(path);
    expect(() => at('static-vtable', ['entry-provider']).image.checkFunction(other, 'slot')).toThrow(code('SlotInvalid'));
  });

  it('[G2] goes by the name of a function where the program stands between, and by the library that offers it', () => {
    const name = (path: string) => path.slice(path.lastIndexOf('/') + 1);
    const between = at('entry-provider').entry;
    const offered = at('stage-echo');
    const seen: string[] = [];
    const image = (needed: readonly string[]) =>
      PluginImage.at(HostSession.current().library, at('static-vtable').entry, needed, (symbol) => {
        seen.push(symbol);
        return offered.entry;
      });
    expect(image([name(fixturePath('stage-echo'))]).checkFunction(between, 'slot')).toBe(fixturePath('stage-echo'));
    expect(seen).toEqual(['_plugin_init']);
    expect(() => image(['libother.so']).checkFunction(between, 'slot')).toThrow('which the plugin does not need');
  });

  it('[G6] is not asked about a slot that is NULL: the error says that it is', () => {
    expect(() => opener.open(fixturePath('null-slot-init'))).toThrow('slot init (18 of 22) is NULL; only instance may be');
  });

  it('[G2] takes data of a library that it needs for no function', () => {
    const path = fixturePath('entry-provider');
    const { image } = at('static-vtable', [path.slice(path.lastIndexOf('/') + 1)]);
    const data = at('entry-provider').image.base as Pointer;
    expect(() => image.checkFunction(data, 'slot')).toThrow(code('SlotInvalid'));
  });
});

describe('a checked read', () => {
  const text = Buffer.from('text\0');
  // Page 0 is never mapped, nor is what follows the highest address of a process.
  const nowhere = 8n as Pointer;

  it('[G6] tells NULL from memory that cannot be read', () => {
    expect(memory.read(addressOf(text), 4, 'it').toString()).toBe('text');
    expect(() => memory.read(0n as Pointer, 4, 'it')).toThrow(code('PointerNull'));
    expect(() => memory.read(nowhere, 4, 'it')).toThrow(code('PointerInvalid'));
    expect(memory.readString(addressOf(text), 'it')).toBe('text');
    expect(() => memory.readString(0n as Pointer, 'it')).toThrow(code('PointerNull'));
    expect(() => memory.readString(nowhere, 'it')).toThrow(code('PointerInvalid'));
  });

  it('[G6] stops at the longest string that is accepted', () => {
    const longest = Buffer.alloc(65_537, 'a');
    longest[65_536] = 0;
    expect(memory.readString(addressOf(longest), 'it')).toHaveLength(65_536);
    const longer = Buffer.alloc(65_538, 'a');
    longer[65_537] = 0;
    expect(() => memory.readString(addressOf(longer), 'it')).toThrow(code('StringInvalid'));
    expect(memory.isReadableString(addressOf(longer))).toBe(true);
  });

  it('[G6] follows a refused value for 1 MiB and no further', () => {
    const endless = Buffer.alloc((1 << 20) + 1, 'a');
    expect(memory.isReadableString(addressOf(endless))).toBe(false);
    expect(memory.isReadable(addressOf(endless), 1n << 20n)).toBe(true);
    expect(memory.isReadable(addressOf(endless), (1n << 20n) + 1n)).toBe(false);
    expect(memory.isReadable(nowhere, 1n)).toBe(false);
    expect(memory.isReadableString(0n as Pointer)).toBe(false);
  });

  it.each([
    ['a byte that never occurs', 'ff'],
    ['an encoded surrogate', 'eda080'],
    ['an overlong form', 'c0af'],
    ['a cut sequence', 'e282'],
  ])('[G6] refuses text that is not UTF-8: %s', (_, hex) => {
    const bytes = Buffer.from(`${hex}00`, 'hex');
    expect(() => memory.readString(addressOf(bytes), 'it')).toThrow(code('StringInvalid'));
  });
});

/** Metadata as a plugin would hand it over, from this test's own memory; what is given back is noted. */
class Metadata implements MetadataSource {
  readonly memory = memory;
  readonly ledger = new Ledger();
  readonly returned: string[] = [];
  /** Getters that fail, each with its text. */
  readonly failing = new Map<string, string>();
  #asked: string | undefined;
  readonly #values: Record<string, unknown>;
  readonly #kept: Buffer[] = [];

  constructor(values: Record<string, unknown>) {
    const none = { ptr: 0n, len: 0 };
    const slices = {
      compatible_api_versions: none,
      dependencies: none,
      required_stages: none,
      conflicts_with: none,
      incompatible_with: none,
    };
    this.#values = {
      name: this.text('good'),
      version: this.text('1.0.0'),
      is_core: 0,
      priority: 4 | (160 << 8),
      ...slices,
      ...values,
    };
  }

  text(text: string): Pointer {
    const bytes = Buffer.from(`${text}\0`);
    this.#kept.push(bytes);
    return addressOf(bytes);
  }

  set(slot: string, value: unknown): this {
    this.#values[slot] = value;
    return this;
  }

  /** A slice of pointers and of integers, 8 bytes each. */
  words(count: number, ...words: readonly bigint[]): { ptr: bigint; len: number } {
    const bytes = Buffer.alloc(words.length * 8);
    for (const [index, word] of words.entries()) bytes.writeBigUInt64LE(word, index * 8);
    this.#kept.push(bytes);
    return { ptr: addressOf(bytes), len: count };
  }

  resources() {
    return [];
  }

  get(slot: string): unknown {
    this.#asked = slot;
    return this.#values[slot];
  }

  /** Of the getter that was called just before; anything between, a free function too, has a plugin forget. */
  lastMessage(): string | undefined {
    return this.#asked === undefined ? undefined : this.failing.get(this.#asked);
  }

  free(slot: string): void {
    this.#asked = undefined;
    this.returned.push(slot);
  }
}

const read = (metadata: Metadata, hasRecord = false, warnings: Array<{ code: string; message: string }> = []) =>
  readMetadata(metadata, { hasRecord, warnings });

describe('metadata', () => {
  it('[G5] of a plugin with a record must keep its priority inside the band, at both ends', () => {
    for (const value of [151, 200]) expect(read(new Metadata({ priority: 4 | (value << 8) }), true).priority.value).toBe(value);
    for (const value of [150, 201]) {
      expect(() => read(new Metadata({ priority: 4 | (value << 8) }), true)).toThrow(code('PriorityInvalid'));
    }
  });

  it('[G5] of a plugin without a record may leave the band, with a warning', () => {
    for (const value of [150, 201]) {
      const warnings: Array<{ code: string; message: string }> = [];
      expect(read(new Metadata({ priority: 4 | (value << 8) }), false, warnings).priority.value).toBe(value);
      expect(warnings.map((warning) => warning.code)).toEqual(['PriorityOutOfBand']);
    }
  });

  it.each([...OWNED_SLOTS, 'is_core', 'priority'])('[G7] refuses what %s returned if it failed, and gives it back', (slot) => {
    const metadata = new Metadata({});
    metadata.failing.set(slot, 'the disk is full');
    const failure = expect.objectContaining({
      code: 'MetadataFailed',
      detail: `the getter ${slot} failed: the disk is full`,
      operation: slot,
      plugin: slot === 'name' ? undefined : 'good',
    });
    expect(() => read(metadata)).toThrow(failure);
    if (slot !== 'is_core' && slot !== 'priority') expect(metadata.returned.at(-1)).toBe(`free_${slot}`);
    expect(metadata.ledger.difference()).toEqual([]);
  });

  it.each<[string, unknown, string[]]>([
    ['name', 0n, []],
    ['version', 8n, ['version']],
    ['is_core', 7, []],
    ['priority', 99, []],
    ['dependencies', { ptr: 0n, len: 0 }, []],
    ['conflicts_with', { ptr: 8n, len: 3 }, ['conflicts_with']],
  ])(
    '[G7] lets what %s says go before what is wrong with its value, which is kept only if no memory is there',
    (slot, value, kept) => {
      const metadata = new Metadata({ [slot]: value });
      metadata.failing.set(slot, 'the disk is full');
      expect(() => read(metadata)).toThrow(code('MetadataFailed'));
      expect(metadata.ledger.difference().map(({ what }) => what)).toEqual(kept);
    },
  );

  it('[G6] refuses an item that names no plugin, and gives the slice back', () => {
    const metadata = new Metadata({});
    metadata.set('conflicts_with', metadata.words(1, metadata.text('../evil')));
    expect(() => read(metadata)).toThrow(code('NameInvalid'));
    expect(metadata.returned.at(-1)).toBe('free_conflicts_with');
    expect(metadata.ledger.difference()).toEqual([]);
  });

  it('[G6] refuses a slice with more than 4096 items and gives it back', () => {
    const metadata = new Metadata({});
    const name = metadata.text('other');
    metadata.set('conflicts_with', metadata.words(4096, ...Array<bigint>(4096).fill(name)));
    expect(read(metadata).conflictsWith).toHaveLength(4096);
    metadata.set('conflicts_with', metadata.words(4097, ...Array<bigint>(4097).fill(name)));
    expect(() => read(metadata)).toThrow(code('SliceInvalid'));
    expect(metadata.returned.at(-1)).toBe('free_conflicts_with');
  });

  it('[G6] does not give back a refused slice if some other item of it cannot be read', () => {
    const metadata = new Metadata({});
    metadata.set('conflicts_with', metadata.words(2, metadata.text('../evil'), 8n));
    expect(() => read(metadata)).toThrow(code('NameInvalid'));
    expect(metadata.returned).not.toContain('free_conflicts_with');
    expect(metadata.ledger.difference()).toEqual([{ what: 'conflicts_with', taken: 1, given: 0 }]);
  });

  it('[G6] gives back a refused slice whose items leave out what they may', () => {
    const metadata = new Metadata({});
    metadata.set('dependencies', metadata.words(1, metadata.text('../evil'), 0n, 0n));
    expect(() => read(metadata)).toThrow(code('NameInvalid'));
    expect(metadata.returned.at(-1)).toBe('free_dependencies');
    metadata.set('dependencies', metadata.words(2, metadata.text('../evil'), 0n, 0n, 0n, 0n, 0n));
    expect(() => read(metadata)).toThrow(code('NameInvalid'));
    expect(metadata.ledger.difference()).toEqual([{ what: 'dependencies', taken: 2, given: 1 }]);
  });

  it('[G4] takes a version that is semantic and not absurdly long', () => {
    expect(isVersion('1.2.3-rc.1+build')).toBe(true);
    expect(isVersion('1.2')).toBe(false);
    expect(isVersion(`1.2.3-${'a'.repeat(250)}`)).toBe(true);
    expect(isVersion(`1.2.3-${'a'.repeat(251)}`)).toBe(false);
  });
});

describe('the error detail of a plugin', () => {
  const koffi = createRequire(import.meta.url)('koffi');
  const callbacks: unknown[] = [];
  afterAll(() => {
    for (const callback of callbacks) koffi.unregister(callback);
  });

  const native = (prototype: string, implementation: (...args: never[]) => unknown): Pointer => {
    const callback = koffi.register(implementation, koffi.pointer(koffi.proto(prototype)));
    callbacks.push(callback);
    return BigInt(koffi.address(callback)) as Pointer;
  };

  /** A library that offers extensions by `query`; its functions may lie anywhere. */
  const host = (query: Pointer): ExtensionHost => ({
    memory,
    query,
    checkFunction: () => undefined,
    call: (_, address, prototype, ...args) => callOnce(address, prototype, ...args),
  });

  /** The extension of a plugin whose `last_message` writes `message`, in a table that says it has `size` bytes. */
  const detail = (message: Uint8Array, length = message.length, size = 16): ErrorExtension | undefined => {
    const lastMessage = native('void (uintptr_t, uintptr_t)', ((_: number, text: number) => {
      const fields = koffi.view(BigInt(text), LAYOUT.MortiseText.size) as ArrayBuffer;
      const view = new DataView(fields);
      const { data, length: at } = LAYOUT.MortiseText.offsets;
      new Uint8Array(koffi.view(view.getBigUint64(data, true), Math.max(1, message.length))).set(message);
      view.setBigUint64(at, BigInt(length), true);
    }) as never);
    const table = Buffer.alloc(16);
    table.writeUInt32LE(size, 0);
    table.writeBigUInt64LE(lastMessage, 8);
    const query = native('uintptr_t (const char*)', () => addressOf(table));
    return ErrorExtension.find(host(query));
  };

  it('[G17] is quoted as it is', () => {
    expect(detail(Buffer.from('kein Gerät'))?.lastMessage(0n as Pointer)).toBe('kein Gerät');
  });

  it('[G17] may be absent', () => {
    expect(detail(new Uint8Array())?.lastMessage(0n as Pointer)).toBeUndefined();
  });

  it('[G17] is said to be too long if it claims more than was offered', () => {
    expect(detail(new Uint8Array(1), 16_385)?.lastMessage(0n as Pointer)).toBe(
      '(the plugin says that its message has 16385 bytes; 16384 were offered)',
    );
  });

  it('[G17] is said to be too long if only its length is of another size', () => {
    expect(detail(new Uint8Array(1), 2 ** 32)?.lastMessage(0n as Pointer)).toBe(
      '(the plugin says that its message has 4294967296 bytes; 16384 were offered)',
    );
  });

  it('[G17] may take all that was offered', () => {
    expect(detail(Buffer.alloc(16_384, 'a'))?.lastMessage(0n as Pointer)).toBe('a'.repeat(16_384));
  });

  it('[G17] is said to be no text if it is not UTF-8', () => {
    expect(detail(Uint8Array.of(0xff))?.lastMessage(0n as Pointer)).toBe('(the message of the plugin is not valid UTF-8)');
  });

  it('[G17] comes from a table of a later version too, of which only the known part is read', () => {
    expect(detail(Buffer.from('later'), 5, 0xffff_ffff)?.lastMessage(0n as Pointer)).toBe('later');
  });
});
