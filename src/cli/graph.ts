import { nearest } from '../errors/index.js';
import { formatGraph, GRAPH_FORMATS, type GraphFormat } from '../graph/index.js';
import { usageError } from './arguments.js';
import type { Command } from './command.js';
import { LOOK_OPTIONS, unopened, withPluginsIn } from './plugins-in.js';

/** `mortise graph DIR…` */
export const graph: Command = {
  name: 'graph',
  operands: 'DIR…',
  arity: { min: 0, max: Number.POSITIVE_INFINITY },
  summary: 'shows which plugins need, wish for and exclude which, and in which order they start',
  options: {
    format: {
      type: 'string',
      value: GRAPH_FORMATS.join('|'),
      help: 'text, the language of Graphviz, or a picture; text where not given',
    },
    ...LOOK_OPTIONS,
  },
  notes:
    'Libraries that were not seen before are tried in a child process; then all are opened and their metadata is read. Fails if a plugin would not run.',
  async run(call) {
    const { operands, options, output } = call;
    const format = (options.text('format') ?? 'text') as GraphFormat;
    if (!GRAPH_FORMATS.includes(format)) {
      const near = nearest(format, GRAPH_FORMATS);
      throw usageError(
        `--format is ${JSON.stringify(format)}; ${GRAPH_FORMATS.join(', ')} are known`,
        graph,
        near === undefined ? undefined : `Did you mean ${near}?`,
      );
    }
    return withPluginsIn(call, operands, graph, async (manager, boot) => {
      const found = await manager.graph();
      const drawing = await formatGraph(found, format);
      output.endProgress();
      output.result({ ...found, conflicts: boot.conflicts, failed: boot.failed, warnings: boot.warnings }, () =>
        drawing.trimEnd().split('\n'),
      );
      if (!output.json) {
        for (const warning of boot.warnings) output.warning(warning);
        // Why the others would not run is in the drawing.
        for (const { error } of unopened(boot, found)) output.errorBlock(error);
      }
      return boot.failed.length === 0 ? 0 : 1;
    });
  },
};
