// The same through the Node-API addon.
//
//   node bench/hosts/addon.mjs load FILE…

import { addon } from '../environment.mjs';
import { report, timeEach } from './host.mjs';

const paths = process.argv.slice(3);
const native = addon();
const openAndDestroy = (path) => {
  native.open(path);
  native.destroy();
};
report([...timeEach(paths, openAndDestroy), ...timeEach(paths, openAndDestroy)]);
