// A process that opens plugins: `load` prints nanoseconds for each file, first opened and then again; `checked` the same, after the files were checked; `memory` the
// growth of the resident set for one plugin that stays open, in bytes.
//
//   node --expose-gc bench/hosts/mortise.mjs load|checked|memory FILE…

import { checkLibraryFile, NativeOpener } from '../../dist/native/index.js';
import { report, residentGrowth, timeEach } from './host.mjs';

const [mode, ...paths] = process.argv.slice(2);
const opener = new NativeOpener({ app: 'bench', apiVersion: '0.1.0', configDirectory: '/', cancelGraceMs: 1000 });
const openAndDestroy = (path) => opener.open(path).destroy();

if (mode === 'memory') report([residentGrowth(paths, (path) => opener.open(path))]);
else {
  if (mode === 'checked') paths.forEach(checkLibraryFile);
  report([...timeEach(paths, openAndDestroy), ...timeEach(paths, openAndDestroy)]);
}
