import { APPLICATION_OPTIONS } from './application.js';
import type { Command } from './command.js';
import { LOG_LEVELS, RUN_OPTIONS } from './run-request.js';
import { TYPE_RULE } from './values.js';

/** `mortise run (DIR|FILE)…` */
export const run: Command = {
  name: 'run',
  operands: '(DIR|FILE)…',
  arity: { min: 0, max: Number.POSITIVE_INFINITY },
  summary: 'starts plugins, of directories or by file, and runs stages of theirs',
  options: {
    ...RUN_OPTIONS,
    ...APPLICATION_OPTIONS,
    'log-level': {
      type: 'string',
      value: 'LEVEL',
      help: `lowest level of log lines on stderr: ${LOG_LEVELS.join(', ')}; none where not given`,
    },
    'in-process': {
      type: 'boolean',
      help: 'run plugins in the process that was started, for a debugger, which follows no child; nothing then survives a crash or a quick stage that hangs',
    },
  },
  notes: `A file is a compiled plugin, or a module in JavaScript whose default export is a plugin; in directories only compiled ones are looked for.\n\n${TYPE_RULE}\n\nThe data that the stages leave in the context is printed. Plugins run in a child process. Ctrl-C cancels the run; a second Ctrl-C ends the program at once, and all that plugins started with it.`,
  async run(call) {
    if (call.options.flag('in-process') || (await isInspected())) {
      const { parentOfRun } = await import('./run-child.js');
      const { runHere } = await import('./run-here.js');
      return runHere(call, run, parentOfRun());
    }
    const { runInChild } = await import('./run-parent.js');
    return runInChild(call);
  },
};

/** Whoever debugs this process with Node's inspector wants the plugins in it. */
async function isInspected(): Promise<boolean> {
  const { url } = await import('node:inspector');
  return url() !== undefined;
}
