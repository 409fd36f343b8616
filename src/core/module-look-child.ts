import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { PluginSystemError, thrownText } from '../errors/index.js';
import { type FirstLookRequest, LOOK_STEPS, type LookStep, type Verdict } from '../isolation/first-look-protocol.js';
import { LookReporter, readRequest, unheardLogger } from '../isolation/look-reporter.js';
import { CancellationSource, StageContextView, StageTable } from '../pipelines/index.js';
import type { Plugin } from '../plugin/index.js';
import { Events } from './events.js';
import { Hooks } from './hooks.js';
import { ManagedPlugin } from './managed-plugin.js';
import { importPlugin } from './plugin-module.js';
import { ServiceTable } from './services.js';

/*
 * The program of a look at a plugin in JavaScript: imports one module and takes its plugin through the life that a manager gives it, alone, announcing each step before it
 * begins.
 */

/** A parent that was killed stops nobody, and a module may block its thread: so another thread ends this process some time after its deadline. */
function endByItself(seconds: number): void {
  const source = `setTimeout(() => process.kill(process.pid, 'SIGKILL'), ${seconds * 1000});`;
  new Worker(source, { eval: true }).unref();
}

/** What nobody caught would end a host: it ends this process, with its text as the last words. */
function dieOfWhatNobodyCaught(): void {
  process.on('uncaughtException', (thrown) => {
    writeSync(2, `nobody caught: ${thrownText(thrown)}\n`);
    process.exit(1);
  });
}

/** No deadlines: the parent has one for all. */
const FOREVER = Number.POSITIVE_INFINITY;
const DEADLINES = { stages: FOREVER, init: FOREVER, preflight: FOREVER, shutdown: FOREVER, hook: FOREVER };

class ModuleLook {
  readonly #request: FirstLookRequest;
  readonly #report: LookReporter;
  readonly #stages = new StageTable();
  readonly #services = new ServiceTable({ isRunning: () => false, dependsOn: () => false, onUse: () => {} });
  #failure: PluginSystemError | undefined;

  constructor(request: FirstLookRequest, report: LookReporter) {
    this.#request = request;
    this.#report = report;
  }

  async run(): Promise<Verdict> {
    const { path, sha256, init } = this.#request;
    const plugin = await this.#attempt('check', () => importPlugin(path, (step) => this.#report.step(step), sha256));
    if (plugin === undefined) return { stages: [], warnings: [], ledger: [], error: this.#failure?.toJSON() };
    const { metadata } = plugin;
    this.#report.plugin = metadata.name;
    const entry = this.#manage(plugin);
    await this.#attempt('register_stages', () => entry.registerStages([], () => false));
    this.#stages.publish(metadata.name);
    const stages = this.#stages.list().map(({ stage: { id, name, description } }) => ({ id, name, description, quick: false }));
    if (init) {
      await this.#attempt('init', () => entry.init(this.#host(metadata.name)));
      await this.#attempt('preflight_check', () => entry.preflight(this.#preflightContext()));
    }
    await this.#end(entry);
    const { warnings } = entry.info();
    const error = this.#failure?.within({ plugin: metadata.name, path }).toJSON();
    return { metadata, stages, warnings, ledger: [], error };
  }

  /** After a failure nothing more is begun; what was begun is still undone. */
  async #attempt<Result>(step: LookStep, action: () => Result | Promise<Result>): Promise<Result | undefined> {
    if (this.#failure !== undefined) return undefined;
    this.#report.step(step);
    try {
      return await action();
    } catch (error) {
      const { path } = this.#request;
      this.#failure = PluginSystemError.from(error, 'Internal', { path, phase: LOOK_STEPS[step].phase, operation: step });
      return undefined;
    }
  }

  #manage(plugin: Plugin): ManagedPlugin {
    const events = new Events(unheardLogger);
    const surroundings = {
      stages: this.#stages,
      services: this.#services,
      events,
      hooks: new Hooks(events, FOREVER),
      deadlines: DEADLINES,
    };
    events.on('phase', ({ phase }) => {
      if (phase === 'shutdown') this.#report.step('destroy');
    });
    return new ManagedPlugin({ plugin, path: this.#request.path, isTrusted: true }, plugin, surroundings);
  }

  async #end(entry: ManagedPlugin): Promise<void> {
    this.#report.step(entry.state === 'initialised' ? 'shutdown' : 'destroy');
    const late = await entry.stop('unload');
    this.#failure ??= late;
  }

  #host(name: string) {
    const { app, apiVersion, configDirectory, config, configs } = this.#request;
    return {
      app,
      apiVersion,
      configDirectory,
      config: config ?? (Object.hasOwn(configs, name) ? configs[name] : undefined) ?? {},
      log: unheardLogger,
      services: this.#services.finderFor(name),
    };
  }

  #preflightContext(): StageContextView {
    const { configDirectory } = this.#request;
    return new StageContextView({
      stage: '',
      mode: 'live',
      configDirectory,
      cancellation: new CancellationSource(),
      values: new Map(),
      readOnly: true,
      log: () => unheardLogger,
    });
  }
}

const request = readRequest();
const report = new LookReporter(request.nonce);
report.step('check');
endByItself(request.alarmSeconds);
dieOfWhatNobodyCaught();
// A promise that nobody resolves leaves the loop empty: the process is to hang then, as a host would, and not to end.
const waits = setInterval(() => {}, 2 ** 30);
const verdict = await new ModuleLook(request, report).run();
clearInterval(waits);
report.step('exit');
report.verdict(verdict);
process.exit(0);
