import { defineConfig } from 'vitest/config';

// Real clients against the simulator over HTTPS: processes and sockets, so files run one after the other.
export default defineConfig({
  test: {
    include: ['test/contract/**/*.test.ts'],
    globalSetup: ['test/support/built.ts', 'test/support/kubectl.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
