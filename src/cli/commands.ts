import type { Command } from './command.js';

/** The commands in the order of the help. */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  inspect: async () => (await import('./inspect.js')).inspect,
  probe: async () => (await import('./probe.js')).probeCommand,
  list: async () => (await import('./list.js')).list,
  run: async () => (await import('./run.js')).run,
  why: async () => (await import('./why.js')).why,
  graph: async () => (await import('./graph.js')).graph,
  disable: async () => (await import('./switch.js')).disable,
  enable: async () => (await import('./switch.js')).enable,
  resolve: async () => (await import('./resolve.js')).resolve,
  create: async () => (await import('./create.js')).create,
  build: async () => (await import('./build.js')).buildCommand,
  pack: async () => (await import('./pack.js')).packCommand,
  include: async () => (await import('./include.js')).include,
  setup: async () => (await import('./setup.js')).setup,
};
