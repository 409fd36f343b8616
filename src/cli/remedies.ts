import { ERROR_TABLE, type ErrorCode, type PluginSystemError } from '../errors/index.js';

/** What stands for the default remedy of a code, which speaks to the author of an application. */
const AT_A_TERMINAL: Partial<Record<ErrorCode, string>> = {
  PluginNotFound: 'Check the name; `mortise graph DIR…` shows those that are here.',
  ConflictNotFound: '`mortise graph DIR… --json` has those that are known, under conflicts.',
  PluginDisabled: 'Enable it: `mortise enable NAME --config DIR`.',
  PipelineNotFound:
    'Define it in the file of --pipelines, or in pipelines/NAME.toml of the folder of --config, or correct its name.',
  TooManyPlugins: 'Remove or disable plugins.',
};

const REWORDED: ReadonlyArray<readonly [RegExp, string]> = [
  [/^manager\.why\('([^']+)'\) says why.*$/, '`mortise why $1 DIR…` says why.'],
  [/^That is a stage: .*\["([^"]+)"\]\.$/, 'That is a stage: run it with --stage $1.'],
];

/** What to do about an error, for somebody at a terminal. */
export function remedyAtTerminal({ code, remedy }: PluginSystemError): string {
  if (remedy === ERROR_TABLE[code].remedy) return AT_A_TERMINAL[code] ?? remedy;
  for (const [pattern, text] of REWORDED) if (pattern.test(remedy)) return remedy.replace(pattern, text);
  return remedy;
}
