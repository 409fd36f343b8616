import type { ProbeOptions, ProbeReport } from '../isolation/index.js';
import { isModulePath } from './module-path.js';

/**
 * Takes the library, or the module in JavaScript, at `path` through its life in a child process and reports how it went. Whatever the plugin does (crash, hang, exit, fork,
 * close what is not its own), this process lives on. Never rejects because of the plugin.
 * @throws `InvalidOption`; `Cancelled` when `signal` gives up; `Internal` if no child can be started
 */
export async function probe(path: string, options?: ProbeOptions): Promise<ProbeReport> {
  const isolation = await import('../isolation/probe.js');
  if (typeof path !== 'string' || !isModulePath(path)) return isolation.probe(path, options);
  const { MODULES } = await import('./module-look.js');
  return isolation.probe(path, options, MODULES);
}
