import { defineConfig } from 'vitest/config';

// Another build of the package, such as one with a defect put in on purpose (scripts/mutate-guards.mjs).
const dist = process.env['MORTISE_DIST'] ?? new URL('./dist', import.meta.url).pathname;

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
  resolve: {
    alias: [
      { find: /^mortise$/, replacement: `${dist}/index.js` },
      { find: /^mortise\/testing$/, replacement: `${dist}/testing/index.js` },
      { find: /^(?:\.\.\/)+dist\//, replacement: `${dist}/` },
    ],
  },
});
