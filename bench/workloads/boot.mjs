// How long a manager takes to be there: `create` and `start` in a fresh process.

import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { numbersFromNode, plugins, suffix, temporaryFolder } from '../environment.mjs';
import { interleave, row } from '../measure.mjs';

const script = fileURLToPath(new URL('../hosts/boot.mjs', import.meta.url));

export default async function boot(quick) {
  const cache = temporaryFolder();
  const start = (mode, folder = cache) => numbersFromNode(script, [mode, folder])[0];
  const rounds = quick ? 1 : 9;
  const medians = await interleave(rounds, {
    none: () => start('none'),
    trusted: () => start('trusted'),
    // The round that is thrown away fills the folder.
    cached: () => start('cached'),
    unseen: () => start('unseen', temporaryFolder()),
  });
  const count = readdirSync(plugins).filter((name) => name.endsWith(suffix)).length;
  const reported = (what, ours) => row({ id: 'h', what: `\`create\` + \`start\`, ${what}`, unit: 'ms', ours });
  return [
    reported('no native plugin', medians.none),
    reported(`${count} shipped plugins, no first look`, medians.trusted),
    reported(`${count} shipped plugins, first look remembered`, medians.cached),
    reported(`${count} shipped plugins, first look in child processes`, medians.unseen),
  ];
}
