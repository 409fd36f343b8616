import { formatExplanation } from '../graph/index.js';
import type { Command } from './command.js';
import { APPLICATION_OPTIONS, withPluginsIn } from './plugins-in.js';
import { printable } from './text.js';

/** `mortise why NAME DIR…` */
export const why: Command = {
  name: 'why',
  operands: 'NAME DIR…',
  arity: { min: 2, max: Number.POSITIVE_INFINITY },
  summary: 'says why a plugin runs or does not: what it needs, who needs it, and the chain of reasons',
  options: APPLICATION_OPTIONS,
  notes:
    'Libraries that were not seen before are tried in a child process; then all are opened and their metadata is read. Fails if the plugin would not run.',
  async run(call) {
    const { operands, output } = call;
    const [name = '', ...directories] = operands;
    return withPluginsIn(call, directories, async (manager, boot) => {
      if (!manager.has(name)) {
        // Of a file that could not be opened only the path is known: it may be the one that is meant.
        const unopened = boot.failed.filter((each) => each.name === undefined || each.name === name);
        for (const { error } of unopened) output.errorBlock(error);
      }
      const explanation = await manager.why(name);
      const text = await formatExplanation(explanation);
      output.endProgress();
      output.result(explanation, () => text.trimEnd().split('\n').map(printable));
      return explanation.plugin.error === undefined ? 0 : 1;
    });
  },
};
