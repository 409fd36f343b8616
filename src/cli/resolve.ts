import { resolve as absolute } from 'node:path';
import type { ConflictResolution } from '../resolution/index.js';
import { usageError } from './arguments.js';
import type { Command } from './command.js';
import { LOOK_OPTIONS, withPluginsIn } from './plugins-in.js';
import { columns, printable } from './text.js';

/** `mortise resolve CONFLICT-ID RESOLUTION DIR… --config DIR` */
export const resolve: Command = {
  name: 'resolve',
  operands: 'CONFLICT-ID refuse|prefer|allow|NAME DIR…',
  arity: { min: 2, max: Number.POSITIVE_INFINITY },
  summary: 'decides a conflict between plugins, for later starts of the application; NAME gives way',
  options: LOOK_OPTIONS,
  notes:
    'Writes plugins.json of the folder that --config names. `mortise graph DIR… --json` has the conflicts with their ids; those of namespaces are found with --start. Of two files with one name, give the path of the one that gives way.',
  async run(call) {
    const { operands, options, output } = call;
    const [id = '', decision = '', ...directories] = operands;
    if (!options.flag('config')) throw usageError('mortise resolve needs --config DIR', resolve);
    return withPluginsIn(call, directories, resolve, async (manager) => {
      await manager.resolveConflict(id, resolutionOf(decision));
      const conflict = manager.conflicts().find((each) => each.id === id);
      output.endProgress();
      output.result({ id, resolution: resolutionOf(decision), conflict: conflict ?? null }, () => [
        `${printable(id)} is decided from the next start on: ${printable(decision)}`,
        ...columns(
          [
            ['why', conflict?.detail ?? 'it is no conflict any more'],
            ['gives way', conflict?.refused.join(', ') || 'nobody'],
          ].map(([label = '', value = '']) => [label, printable(value)]),
          '  ',
        ),
      ]);
      return 0;
    });
  },
};

function resolutionOf(word: string): ConflictResolution {
  if (word === 'refuse' || word === 'prefer' || word === 'allow') return word;
  return { disable: /[\\/]/.test(word) ? absolute(word) : word };
}
