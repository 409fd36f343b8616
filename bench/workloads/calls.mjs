// a. One guarded call of a hot slot.

import { join } from 'node:path';
import { makeCallable, openHostLibrary, prototypes } from '../../dist/ffi/index.js';
import { locateHostLibrary, NativeOpener } from '../../dist/native/index.js';
import { addon, cHost, distinctCopies, hostile, numbersFrom, peerLibrary, suffix } from '../environment.mjs';
import { interleave, row, timed } from '../measure.mjs';

const IS_CORE = 6; // word of the table

export default async function calls(quick) {
  const times = quick ? 2_000 : 20_000;
  const [ownCopy, bareCopy, addonCopy, plainCopy] = distinctCopies(join(hostile, `stage-noop${suffix}`), 4);

  const opener = new NativeOpener({ app: 'bench', apiVersion: '0.1.0', configDirectory: '/', cancelGraceMs: 1000 });
  const guarded = opener.open(ownCopy).registerStages()[0].plugin;

  const { koffi } = peerLibrary();
  const words = new BigUint64Array(22);
  const table = koffi.load(bareCopy).func('_plugin_init', 'uintptr_t', [])();
  openHostLibrary(locateHostLibrary()).memoryCopy(new Uint8Array(words.buffer), table, words.byteLength);
  const isCore = makeCallable(words[IS_CORE], prototypes().slots.is_core);
  const instance = words[0];

  const native = addon();
  native.open(addonCopy);

  const { ours, ...peers } = await interleave(quick ? 3 : 101, {
    ours: () => timed(() => guarded.poll('is_core'), times),
    Koffi: () => timed(() => isCore(instance), times),
    'Node-API': () => timed(() => native.isCore(), times),
    C: () => numbersFrom(cHost, ['call', String(times), plainCopy])[0],
  });
  const what = 'guarded call of a slot (`is_core`)';
  return [row({ id: 'a', what, unit: 'ns', ours, peers, target: { times: 1.3, of: 'Koffi' } })];
}
