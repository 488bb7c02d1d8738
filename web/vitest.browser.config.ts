import { defineConfig } from 'vitest/config';

/** The browser tests: the built app in Chromium against a stack of its own (`tests/kit/stack.ts`). */
export default defineConfig({
  test: {
    include: ['tests/**/*.browser.ts'],
    environment: 'node',
    globalSetup: 'tests/kit/stack.ts',
    // One Chromium at a time: machines of two cores are what this must run on.
    fileParallelism: false,
    maxWorkers: 1,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
