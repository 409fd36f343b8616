import { createRequire } from 'node:module';

type Koffi = typeof import('koffi');

const require = createRequire(import.meta.url);
let engine: Koffi | undefined;

/**
 * The FFI engine, loaded at first use: importing it costs tens of milliseconds that an application without native plugins need not pay.
 * Its pools are sized before the first library is opened, since they cannot be changed later: with the default of 256 asynchronous calls,
 * the 257th foreign thread inside a callback ends the process.
 */
export function koffi(): Koffi {
  if (engine === undefined) {
    engine = require('koffi') as Koffi;
    try {
      engine.config({
        sync_stack_size: 8 * 1024 * 1024,
        async_stack_size: 1024 * 1024,
        resident_async_pools: 32,
        max_async_calls: 4096,
      });
    } catch {
      // The application opened a library of its own before, and its sizes stand. Only the stack of a call differs then: 2 MiB.
    }
  }
  return engine;
}
