import { defineConfig } from 'vitest/config';

// The real workbench in a real browser. One VS Code host serves the whole run; each file has a page of its own.
export default defineConfig({
  test: {
    include: ['test/ui/**/*.test.ts'],
    globalSetup: ['test/support/built.ts', 'test/support/workbench-host.ts'],
    testTimeout: 90_000,
    hookTimeout: 120_000,
    // What the workbench shows comes after it has been to the extension host and back.
    expect: { poll: { timeout: 20_000, interval: 100 } },
    fileParallelism: false,
  },
});
