import { defineConfig } from "vitest/config";

/** Not among the projects of `npm test`: these need Docker, take minutes, and start one platform after the other. */
export default defineConfig({
  root: import.meta.dirname,
  test: { include: ["**/*.test.ts"], environment: "node", fileParallelism: false, testTimeout: 60_000, hookTimeout: 240_000, retry: 0 },
});
