import { PluginSystemError } from '../errors/index.js';
import { Library } from '../ffi/index.js';
import { checkLibraryFile, locateHostLibrary, NativeOpener, type NativePlugin } from '../native/index.js';
import type { PluginWarning, Stage } from '../plugin/index.js';
import { type FirstLookRequest, LOOK_STEPS, type LookStep, type StageSummary, type Verdict } from './first-look-protocol.js';
import { LookReporter, readRequest, unheardLogger } from './look-reporter.js';

/*
 * The program of a first look: opens one library and takes it through its life, announcing each step before it begins, so that whatever becomes of
 * this process, its parent knows where. Everything happens in one go on one thread; nothing here awaits.
 */

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

function look(request: FirstLookRequest, report: LookReporter): Verdict {
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
    attempt('init', () => plugin.init({ config, log: unheardLogger }));
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
const report = new LookReporter(request.nonce);
report.step('check');
endByItself(request.alarmSeconds);
const verdict = look(request, report);
report.step('exit');
report.verdict(verdict);
process.exit(0);
