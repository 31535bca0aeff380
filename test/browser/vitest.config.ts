import { defineConfig } from 'vitest/config'

/** Apart from the other tests: these need a browser. */
export default defineConfig({
  test: {
    dir: import.meta.dirname,
    include: ['**/*.test.ts'],
    // One after the other: they build the package when it is stale.
    fileParallelism: false,
    testTimeout: 30_000,
    hookTimeout: 120_000,
  },
})
