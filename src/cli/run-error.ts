import type { FailedPlugin } from '../core/index.js';
import { ERROR_TABLE, PluginSystemError } from '../errors/index.js';
import type { EmptyFolder } from './empty-folders.js';
import { nameOf } from './failures.js';

/** What is known about a run, beside its error. */
export interface RunCircumstances {
  readonly failed: readonly FailedPlugin[];
  readonly empty: readonly EmptyFolder[];
  /** Nobody gave the pipeline a name. */
  readonly unnamed: boolean;
}

/** The name that a pipeline has which was given as it is. */
const UNNAMED = 'inline';

/** The error of a run for somebody who typed `mortise run`: without a name that they did not give, and with a remedy that heeds what was found in the folders. */
export function explainRunError(error: PluginSystemError, circumstances: RunCircumstances): PluginSystemError {
  const { unnamed } = circumstances;
  const prefix = `pipeline ${JSON.stringify(UNNAMED)}: `;
  const { code, detail, plugin, path, phase, operation, ledger, cause } = error;
  return new PluginSystemError(code, unnamed && detail.startsWith(prefix) ? detail.slice(prefix.length) : detail, {
    plugin,
    path,
    phase,
    operation: unnamed && operation === UNNAMED ? undefined : operation,
    ledger,
    cause,
    remedy: code === 'StageNotFound' ? remedyForAbsence(error, circumstances) : error.remedy,
  });
}

/** A plugin that did not come to register its stages may be the one that has the stage. */
function remedyForAbsence({ remedy, code }: PluginSystemError, { failed, empty }: RunCircumstances): string {
  const isKnown = remedy !== ERROR_TABLE[code].remedy;
  // Somebody else has the stage, and does not run: that is the whole answer.
  if (isKnown && remedy.startsWith('manager.why(')) return remedy;
  const below = empty.flatMap((folder) => folder.below);
  const advice = [
    ...(isKnown ? [remedy] : []),
    ...(failed.length === 0
      ? []
      : [
          `${notRunning(failed)}: mend that first, since the stage may be of ${failed.length === 1 ? 'that one' : 'one of them'}.`,
        ]),
    ...(below.length === 0 ? [] : [`Give the folder that the plugins lie in: ${below.join(' ')}.`]),
  ];
  return advice.length === 0 ? remedy : advice.join(' ');
}

function notRunning(failed: readonly FailedPlugin[]): string {
  const names = failed.map(nameOf).join(', ');
  return failed.length === 1 ? `${names} does not run` : `${failed.length} plugins do not run (${names})`;
}
