import type { PluginRecord } from '../binary/index.js';
import { PluginSystemError } from '../errors/index.js';
import type { PluginWarning } from '../plugin/index.js';
import { LOOK_STEPS, type StepLine } from './first-look-protocol.js';
import type { LookOutcome } from './look-process.js';
import type { ProbeReport, ProbeStep, RecordSummary } from './probe-report.js';
import { causeOfDeath } from './process-group.js';

/** A file that was checked, and is to be looked at. */
export interface LookedAtFile {
  readonly path: string;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Absent in a module, and in a library of the base layout. */
  readonly record?: PluginRecord | undefined;
}

/**
 * Makes a report of how the process of a look ended.
 * @throws `Internal` if it ended before its first step: then it is not the plugin that failed
 */
export function concludeLook(file: LookedAtFile, outcome: LookOutcome, timeoutMs: number): ProbeReport {
  const { verdict, exit, stdout, stderr } = outcome;
  const last = outcome.steps.at(-1);
  if (last === undefined) throw neverBegan(outcome);
  const error = verdict === undefined ? unfinished(file, outcome, last, timeoutMs) : given(verdict);
  const ledger = verdict?.ledger ?? [];
  return {
    path: file.path,
    ok: error === undefined,
    sha256: file.sha256,
    metadata: verdict?.metadata,
    stages: verdict?.stages ?? [],
    record: recordSummary(file),
    warnings: verdict === undefined ? [] : [...verdict.warnings, ...endedBadly(outcome, timeoutMs)],
    ledger,
    difference: ledger.filter((entry) => entry.taken !== entry.given),
    steps: timed(outcome),
    error,
    exit,
    stdout,
    stderr,
  };
}

function given({ error, ledger }: NonNullable<LookOutcome['verdict']>): PluginSystemError | undefined {
  if (error === undefined) return undefined;
  const difference = ledger.filter((entry) => entry.taken !== entry.given);
  return PluginSystemError.fromJSON(error).within({ ledger: difference });
}

function unfinished(file: LookedAtFile, outcome: LookOutcome, last: StepLine, timeoutMs: number): PluginSystemError {
  const { phase, spoken } = LOOK_STEPS[last.step];
  const place = { plugin: last.plugin, path: file.path, phase, operation: last.step === 'entry' ? spoken : last.step };
  if (outcome.ending === 'deadline') {
    const what =
      last.step === 'check'
        ? `after ${timeoutMs} ms nothing of the plugin had run yet`
        : `the plugin did not return from ${spoken} within ${timeoutMs} ms`;
    return new PluginSystemError('FirstLookHung', `${what}; its process was killed`, place);
  }
  if (outcome.doubt !== undefined) {
    const what = `what the process of the plugin reported cannot be believed from ${spoken} on: ${outcome.doubt}`;
    return new PluginSystemError('FirstLookCrashed', what, place);
  }
  const said = lastWords(outcome.stderr);
  return new PluginSystemError(
    'FirstLookCrashed',
    `${end(outcome, spoken)}${said === undefined ? '' : `; it said: ${said}`}`,
    place,
  );
}

function end({ ending, exit }: LookOutcome, spoken: string): string {
  if (ending === 'report closed')
    return `the plugin closed descriptors of its process during ${spoken}, the one of the report among them; it was killed`;
  const death = causeOfDeath(exit.code, exit.signal);
  if (death !== undefined) return `the plugin died of ${death} during ${spoken}`;
  return `the process of the plugin ended with exit code ${exit.code} during ${spoken}, without returning`;
}

/** The last line on stderr: what a Rust panic or a failed assertion has to say. Control characters are left out. */
function lastWords(stderr: string): string | undefined {
  const line = stderr
    .split(/[\r\n]+/)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    .map((text) => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '').trim())
    .filter((text) => text !== '')
    .at(-1);
  return line === undefined || line.length <= 200 ? line : `${line.slice(0, 200)}…`;
}

function endedBadly({ ending, exit, steps }: LookOutcome, timeoutMs: number): PluginWarning[] {
  if (ending === 'deadline') {
    return [
      {
        code: 'HungAtExit',
        message: `the process of the plugin did not exit within ${timeoutMs} ms, after all else was done; it was killed`,
      },
    ];
  }
  if (exit.code === 0) return [];
  const death = causeOfDeath(exit.code, exit.signal);
  const how = death === undefined ? `ended with exit code ${exit.code}` : `died of ${death}`;
  const isModule = steps.some(({ step }) => step === 'import');
  const cause = isModule ? "a listener of the process's exit event" : 'a static destructor';
  return [
    {
      code: 'CrashAtExit',
      message: `the process of the plugin ${how} at exit, after all else was done; ${cause} may be the cause`,
    },
  ];
}

function timed({ steps, lastStepMs }: LookOutcome): ProbeStep[] {
  return steps.map(({ step, at }, index) => {
    const next = steps[index + 1];
    return { step, phase: LOOK_STEPS[step].phase, milliseconds: next === undefined ? lastStepMs : next.at - at };
  });
}

function recordSummary({ record }: LookedAtFile): RecordSummary | undefined {
  if (record === undefined) return undefined;
  const { abiMajor, abiMinor, language, threads, headerVersion, manifest } = record;
  return { abi: `${abiMajor}.${abiMinor}`, language, threads, headerVersion, manifest };
}

function neverBegan({ exit, stderr, ending }: LookOutcome): PluginSystemError {
  const how =
    ending === 'deadline'
      ? 'did not begin'
      : `ended with ${causeOfDeath(exit.code, exit.signal) ?? `exit code ${exit.code}`} before it began`;
  return new PluginSystemError(
    'Internal',
    `the process of the first look ${how}: ${stderr.trim() === '' ? 'it printed nothing' : stderr.trim()}`,
    {
      operation: 'first look',
    },
  );
}
