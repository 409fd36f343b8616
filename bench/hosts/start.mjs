// Creates and starts a manager with the plugins of one folder; prints milliseconds: of everything, then of each phase.
//
//   node bench/hosts/start.mjs trusted|seen FOLDER CACHE-FOLDER

import { report } from './host.mjs';

const [mode, folder, cacheDirectory] = process.argv.slice(2);
const { PluginManager } = await import('../../dist/index.js');
const began = performance.now();
const manager = await PluginManager.create({
  app: 'bench',
  apiVersion: '0.1.0',
  userDirectory: false,
  directories: [folder],
  maxPlugins: 400,
  configDirectory: cacheDirectory,
  cacheDirectory,
  ...(mode === 'trusted' ? { firstLook: false } : {}),
});
const { failed, milliseconds } = await manager.start();
const total = performance.now() - began;
if (failed.length > 0) throw failed[0].error;
await manager.stop();
const phases = ['discovery', 'loading', 'metadata', 'resolution', 'registration', 'stages', 'init', 'preflight'];
report([total, ...phases.map((phase) => milliseconds[phase])]);
