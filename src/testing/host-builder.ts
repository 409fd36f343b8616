import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkPlugin } from '../core/define-plugin.js';
import { isModulePath } from '../core/module-path.js';
import { checkOptionNames, PluginSystemError, wrongOption } from '../errors/index.js';
import type { Capability } from '../manifest/index.js';
import type { ContextInput, JsonValue, Plugin } from '../plugin/index.js';
import { checkCapability } from './capabilities.js';
import { expectedManifest } from './expected-manifest.js';
import { type PlannedPlugin, startHost } from './start-host.js';
import type { TestHost } from './test-host.js';

type Values = Readonly<Record<string, JsonValue>>;

/** Begins a host for tests: `await testHost().plugin(path).start()`. */
export function testHost(): TestHostBuilder {
  return new TestHostBuilder();
}

/** What a host for tests is to be. Each call says one thing more and gives the same builder back; `start` makes a host of its own each time. */
export class TestHostBuilder {
  readonly #plugins: PlannedPlugin[] = [];
  readonly #directories: string[] = [];
  readonly #configs = new Map<string, Values>();
  readonly #denied = new Set<Capability>();
  #preflight: Readonly<Record<string, ContextInput>> = {};
  #app = 'test';
  #apiVersion = '0.1.0';
  #isStrict = false;
  #memoryMb: number | undefined;
  #timeoutMs: number | undefined;

  /**
   * A plugin that is to run: the path of a compiled library or of a module whose default export is a plugin, or a plugin made with `definePlugin`. May be called for several, in
   * any order: their dependencies decide who starts first.
   * @throws `InvalidOption`
   */
  plugin(plugin: string | URL | Plugin): this {
    if (typeof plugin === 'string' || plugin instanceof URL) this.#plugins.push({ path: pathOf(plugin, 'plugin') });
    else {
      checkPlugin(plugin, 'plugin() takes a path or a plugin');
      this.#plugins.push({ plugin });
    }
    return this;
  }

  /**
   * A folder of compiled plugins, all of which are to run.
   * @throws `InvalidOption`
   */
  directory(path: string | URL): this {
    this.#directories.push(pathOf(path, 'directory'));
    return this;
  }

  /**
   * What the manifest in the record of the compiled plugin named last must be, field by field: an object, or the path of a JSON file. `start` fails with `ManifestMismatch`
   * where it is another, with `RecordMissing` where there is none.
   * @throws `InvalidOption`, `InvalidState` before a compiled plugin was named, `FileNotFound`, `FileUnreadable`, `ManifestInvalid`
   */
  manifest(manifest: string | URL | Readonly<Record<string, unknown>>): this {
    const last = this.#last('manifest');
    if (last.path === undefined || isModulePath(last.path)) {
      throw new PluginSystemError('InvalidState', 'the plugin named last is in JavaScript, and has no manifest', {
        operation: 'manifest',
        remedy: 'Call manifest(…) right after plugin(…) of a compiled plugin.',
      });
    }
    last.manifest = expectedManifest(manifest);
    return this;
  }

  /**
   * Options of the plugin named last, or of the one with that name, as they reach its `init`.
   * @throws `InvalidOption`, `InvalidState` if no plugin was named
   */
  config(options: Values, plugin?: string): this {
    checkObject(options, 'config');
    if (plugin === undefined) this.#last('config').config = options;
    else if (typeof plugin === 'string') this.#configs.set(plugin, options);
    else throw wrongOption('config', plugin, 'the name of a plugin');
    return this;
  }

  /**
   * Values that preflight checks find in their context.
   * @throws `InvalidOption`
   */
  preflight(values: Readonly<Record<string, ContextInput>>): this {
    checkObject(values, 'preflight');
    this.#preflight = values;
    return this;
  }

  /** What the plugins are told of the application. Default `test`, `0.1.0`. Checked by `start`. */
  app(name: string, apiVersion: string): this {
    this.#app = name;
    this.#apiVersion = apiVersion;
    return this;
  }

  /** Warnings are failures, of `start` and of `close`; and `start` refuses limits that cannot be enforced (`LimitNotEnforced`). */
  strict(): this {
    this.#isStrict = true;
    return this;
  }

  /**
   * Plugins whose manifest requires this capability are refused before anything of them runs (`CapabilityDenied`). Other plugins are not kept from using it: see `limits`
   * of the host.
   * @throws `InvalidOption`, with what was probably meant
   */
  denyCapability(name: Capability): this {
    checkCapability(name, 'denyCapability');
    this.#denied.add(name);
    return this;
  }

  /**
   * `memoryMb`: what plugins may use, in megabytes. Cannot be enforced on plugins in this process: `limits` of the host says so, and a strict one is not started.
   * @throws `InvalidOption`
   */
  limits(limits: { readonly memoryMb?: number | undefined }): this {
    checkOptionNames(limits, ['memoryMb'], 'limits');
    const { memoryMb } = limits;
    if (memoryMb !== undefined && !(Number.isFinite(memoryMb) && memoryMb > 0))
      throw wrongOption('limits: memoryMb', memoryMb, 'a number of megabytes above 0');
    this.#memoryMb = memoryMb;
    return this;
  }

  /**
   * How long each stage may take, in milliseconds, and each phase of a TypeScript plugin. A compiled stage that does not return within another second is abandoned with its
   * plugin; a phase of a compiled plugin cannot be interrupted. No limit where this is not called.
   * @throws `InvalidOption`
   */
  timeout(milliseconds: number): this {
    if (typeof milliseconds !== 'number' || !(milliseconds >= 1 && milliseconds <= 2 ** 31 - 1))
      throw wrongOption('timeout', milliseconds, 'milliseconds, 1 to 2147483647');
    this.#timeoutMs = milliseconds;
    return this;
  }

  /**
   * Starts the plugins.
   * @throws the error of the first plugin that does not run: nothing runs then, and nothing is left behind; `CapabilityDenied`, `ManifestMismatch`, `ManifestInvalid`,
   * `RecordMissing`, `LimitNotEnforced`, `WarningRefused`, `InvalidOption`
   */
  start(): Promise<TestHost> {
    return startHost({
      plugins: [...this.#plugins],
      directories: [...this.#directories],
      configs: new Map(this.#configs),
      preflight: this.#preflight,
      app: this.#app,
      apiVersion: this.#apiVersion,
      isStrict: this.#isStrict,
      limits: { memoryMb: this.#memoryMb, timeoutMs: this.#timeoutMs, denied: new Set(this.#denied) },
    });
  }

  #last(method: string): PlannedPlugin {
    const last = this.#plugins.at(-1);
    if (last !== undefined) return last;
    throw new PluginSystemError('InvalidState', `${method}() follows the plugin that it is for`, {
      operation: method,
      remedy: `Call plugin(…) before ${method}(…).`,
    });
  }
}

function pathOf(path: unknown, method: string): string {
  if (path instanceof URL && path.protocol === 'file:') return fileURLToPath(path);
  if (typeof path === 'string' && path !== '') return resolve(path);
  throw wrongOption(method, path, 'a path');
}

function checkObject(value: unknown, method: string): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongOption(method, value, 'an object');
}
