// Creates and starts a manager once; prints milliseconds.
//
//   node bench/hosts/boot.mjs none|trusted|cached|unseen CACHE-FOLDER

import { plugins } from '../environment.mjs';

const [mode, cacheDirectory] = process.argv.slice(2);
const { PluginManager } = await import('../../dist/index.js');
const began = performance.now();
const manager = await PluginManager.create({
  app: 'bench',
  apiVersion: '0.1.0',
  userDirectory: false,
  directories: mode === 'none' ? [] : [plugins],
  cacheDirectory,
  ...(mode === 'trusted' ? { firstLook: false } : {}),
});
const report = await manager.start();
const milliseconds = performance.now() - began;
if (report.failed.length > 0) throw report.failed[0].error;
await manager.stop();
process.stdout.write(`${milliseconds}\n`);
