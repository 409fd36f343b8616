import { basename } from 'node:path';
import type { BootReport, FailedPlugin, PluginManager } from '../core/index.js';
import { type Explanation, formatExplanation } from '../graph/index.js';
import type { Command } from './command.js';
import type { Output } from './output.js';
import { LOOK_OPTIONS, unopened, withPluginsIn } from './plugins-in.js';
import { printable } from './text.js';

/** `mortise why NAME DIR…` */
export const why: Command = {
  name: 'why',
  operands: 'NAME DIR…',
  arity: { min: 1, max: Number.POSITIVE_INFINITY },
  summary: 'says why a plugin runs or does not: what it needs, who needs it, and the chain of reasons',
  options: LOOK_OPTIONS,
  notes:
    'Libraries that were not seen before are tried in a child process; then all are opened and their metadata is read. Fails if the plugin would not run.',
  async run(call) {
    const { operands, output } = call;
    const [name = '', ...directories] = operands;
    return withPluginsIn(call, directories, why, async (manager, boot) => {
      if (!manager.has(name)) await tellOfFiles([name], manager, boot, output);
      const explanation = await manager.why(name);
      const text = await formatExplanation(explanation);
      output.endProgress();
      output.result(explanation, () => text.trimEnd().split('\n').map(printable));
      await tellOfFiles(missing(explanation), manager, boot, output);
      return explanation.plugin.error === undefined ? 0 : 1;
    });
  },
};

/** Names of plugins that are not here, as far as they are the reason. */
function missing({ plugin, needs, reasons }: Explanation): string[] {
  if (plugin.error === undefined) return [];
  const names = needs.filter(({ edge }) => edge.state === 'missing' && edge.kind === 'requires').map(({ edge }) => edge.to);
  // At the end of the chain is the one that lacks something.
  const last = reasons.at(-1);
  return last?.code === 'DependencyMissing'
    ? [...names, ...(/ needs plugin ([\w.-]+)/.exec(last.message)?.slice(1) ?? [])]
    : names;
}

/** Of a file that could not be opened only the path is known, as a rule: it may be one that is missed. */
async function tellOfFiles(names: readonly string[], manager: PluginManager, boot: BootReport, output: Output): Promise<void> {
  if (names.length === 0 || output.json) return;
  const files = unopened(boot, await manager.graph());
  const meant = files.filter((file) => names.some((name) => mayBe(file, name)));
  for (const { error } of meant) output.errorBlock(error);
  const others = files.length - meant.length;
  if (meant.length > 0 || others === 0) return;
  const shown = files.map(({ path = '' }) => printable(basename(path))).slice(0, 5);
  const more = others > shown.length ? ` and ${others - shown.length} more` : '';
  output.note(`not opened: ${shown.join(', ')}${more}; \`mortise graph\` says why`);
}

function mayBe({ name, path = '' }: FailedPlugin, wanted: string): boolean {
  if (name !== undefined) return name === wanted;
  const [stem, looked] = [basename(path).replace(/\.\w+$/, ''), wanted].map((text) =>
    text.toLowerCase().replaceAll(/[._-]/g, ''),
  );
  return stem !== undefined && looked !== undefined && (stem.includes(looked) || looked.includes(stem));
}
