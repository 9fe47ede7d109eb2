import { defineConfig } from "vitest/config";
import { mutantPlugin } from "./scripts/mutants/plugin.ts";
import { inNode } from "./test/support/in-node.ts";
import { inWorkerd } from "./test/support/in-workerd.ts";

const fault = mutantPlugin(import.meta.dirname);
const faults = fault === null ? [] : [fault];

/**
 * `rooms`: one Durable Object or Worker room with a scripted world. `scenario`: the whole platform, model and shop doubles outside.
 */
const inRuntime = (name: string, main: string) => {
  const { plugins, test } = inWorkerd(name, main);
  return { plugins: [...faults, ...plugins], test };
};

export default defineConfig({
  cacheDir: ".vite-cache",
  test: {
    maxWorkers: 2, // the machines that run this have two cores
    provide: { isDeep: process.env["BULKHEAD_DEEP_TESTS"] === "1" }, // test/support/depth.ts
    projects: [
      {
        plugins: faults,
        resolve: { alias: inNode },
        test: {
          name: "core",
          include: [
            "test/architecture.test.ts",
            ...["core", "workers", "durable-objects", "policies", "scripts", "bench"].map((part) => `test/${part}/**/*.test.ts`),
          ],
          environment: "node",
          isolate: false, // a file costs a fresh load of everything it imports otherwise: a minute in all
          testTimeout: 30_000, // properties take seconds, and many times that on a machine that is busy
        },
      },
      {
        // The real engine in a simulated world (docs/simulation.md), in Node.
        resolve: { alias: inNode },
        test: { name: "simulation", include: ["test/simulation/**/*.test.ts"], environment: "node", testTimeout: 120_000 },
      },
      inRuntime("rooms", "./test/support/main.ts"),
      inRuntime("scenario", "./test/support/platform.ts"),
    ],
  },
});
