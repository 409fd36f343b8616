import { readSync, writeSync } from 'node:fs';
import { PluginSystemError } from '../errors/index.js';
import { Library } from '../ffi/index.js';
import { checkLibraryFile, locateHostLibrary, NativeOpener, type NativePlugin } from '../native/index.js';
import type { Logger, PluginWarning, Stage } from '../plugin/index.js';
import {
  type FirstLookRequest,
  LOOK_STEPS,
  type LookStep,
  REPORT_DESCRIPTOR,
  type StageSummary,
  type Verdict,
} from './first-look-protocol.js';

/*
 * The program of a first look: opens one library and takes it through its life, announcing each step before it begins, so that whatever becomes of
 * this process, its parent knows where. Everything happens in one go on one thread; nothing here awaits.
 */

const NEWLINE = 10;

function readRequest(): FirstLookRequest {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.alloc(65_536);
    const length = readSync(0, chunk);
    chunks.push(chunk.subarray(0, length));
    if (length === 0 || chunk[length - 1] === NEWLINE) return JSON.parse(Buffer.concat(chunks).toString());
  }
}

/**
 * A parent that was killed stops nobody: so the system ends this process some time after its deadline, whatever it does by then. (On Windows it ends
 * children with their parent.) `alarm` is found through the host library, which needs libc. Without a host library nothing of a plugin runs.
 */
function endByItself(seconds: number): void {
  if (process.platform === 'win32') return;
  try {
    Library.open(locateHostLibrary()).function('alarm', 'unsigned int', ['unsigned int'])(seconds);
  } catch {
    // The opening of the plugin will say what is wrong with the host library.
  }
}

class Reporter {
  plugin: string | undefined;
  #last: LookStep | undefined;

  step(step: LookStep): void {
    if (step === this.#last) return;
    this.#last = step;
    this.#write({ step, at: performance.now(), plugin: this.plugin });
  }

  verdict(verdict: Verdict): void {
    this.#write({ verdict });
  }

  #write(line: object): void {
    const bytes = Buffer.from(`\n${JSON.stringify(line)}\n`);
    for (let at = 0; at < bytes.length; ) {
      try {
        at += writeSync(REPORT_DESCRIPTOR, bytes, at);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') pause(1);
        else waitForTheEnd();
      }
    }
  }
}

/** The plugin closed the pipe. The parent sees its end, and ends this process; that it does so within five seconds is not left to chance. */
function waitForTheEnd(): never {
  pause(5000);
  process.kill(process.pid, 'SIGKILL');
  for (;;) pause(1000);
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

const drop = () => {};
// Of an ordinary level, so that the plugin logs as it will later.
const log: Logger = {
  level: 'info',
  trace: drop,
  debug: drop,
  info: drop,
  warn: drop,
  error: drop,
  fatal: drop,
  child: () => log,
};

function look(request: FirstLookRequest, report: Reporter): Verdict {
  const { path, app, apiVersion, configDirectory, configs } = request;
  let failure: PluginSystemError | undefined;
  const late: PluginWarning[] = [];
  const attempt = <Result>(step: LookStep, action: () => Result): Result | undefined => {
    report.step(step);
    try {
      return action();
    } catch (error) {
      const thrown = PluginSystemError.from(error, 'Internal', { path, phase: LOOK_STEPS[step].phase, operation: step });
      if (failure !== undefined) late.push({ code: thrown.code, message: `after it had failed: ${thrown.detail}` });
      failure ??= thrown;
      return undefined;
    }
  };
  const plugin = attempt('check', (): NativePlugin => {
    if (checkLibraryFile(path).sha256 !== request.sha256)
      throw new PluginSystemError('LibraryChanged', 'the file was replaced between its check and its opening');
    return new NativeOpener({ app, apiVersion, configDirectory, cancelGraceMs: 0 }).open(path, (step) => report.step(step));
  });
  if (plugin === undefined) return { stages: [], warnings: [], ledger: failure?.ledger ?? [], error: failure?.toJSON() };

  report.plugin = plugin.metadata.name;
  const stages = attempt('register_stages', () => plugin.registerStages()) ?? [];
  if (request.init && failure === undefined) {
    const { name } = plugin.metadata;
    const config = request.config ?? (Object.hasOwn(configs, name) ? configs[name] : undefined) ?? {};
    attempt('init', () => plugin.init({ config, log }));
    if (failure === undefined) {
      attempt('init', () => plugin.services());
      if (failure === undefined) attempt('preflight_check', () => plugin.preflight());
      attempt('shutdown', () => plugin.shutdown());
    }
  }
  attempt('destroy', () => plugin.destroy());
  const { metadata, warnings, ledger } = plugin;
  return {
    metadata,
    stages: stages.map(summary),
    warnings: [...warnings, ...late],
    ledger,
    error: failure?.within({ plugin: metadata.name }).toJSON(),
  };
}

function summary({ id, name, description, ...rest }: Stage & { readonly quick?: boolean }): StageSummary {
  return { id, name, description, quick: rest.quick ?? false };
}

const request = readRequest();
const report = new Reporter();
report.step('check');
endByItself(request.alarmSeconds);
const verdict = look(request, report);
report.step('exit');
report.verdict(verdict);
process.exit(0);
