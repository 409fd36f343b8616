import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // One process for each file: compiled plugins stay mapped for the life of theirs.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The tests drive what is published: the built package, by its own name.
    server: { deps: { external: [/\/dist\//] } },
  },
  resolve: { alias: { mortise: new URL('./dist/index.js', import.meta.url).pathname } },
});
