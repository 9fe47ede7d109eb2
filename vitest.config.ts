import { fileURLToPath } from "node:url";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { mutantPlugin } from "./scripts/mutants/plugin.ts";
import { PATIENCE_MS } from "./test/support/patience.ts";

const fault = mutantPlugin(import.meta.dirname);
const faults = fault === null ? [] : [fault];
const migrations = await readD1Migrations("./migrations");
/**
 * `rooms`: one Durable Object or Worker room with a scripted world. `scenario`: the whole platform, model and shop doubles outside.
 *
 * All files of a project share two runtimes (`isolate: false`): a runtime for each file took four times as long, nearly all of it
 * start-up. So storage is shared as well: a test uses names of its own for orgs, runs and objects, and counts nothing that it did not make.
 */
const inWorkerd = (name: string, main: string) => ({
  plugins: [
    ...faults,
    cloudflareTest({
      main,
      remoteBindings: false,
      wrangler: { configPath: "./wrangler.toml" },
      miniflare: { bindings: { TEST_MIGRATIONS: migrations, ALLOW_PRIVATE_HOSTS: "1", ADMIN_API_KEY: "test-admin-key-of-enough-length" } },
    }),
  ],
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    setupFiles: ["./test/support/main-module.ts", "./test/support/d1.ts"],
    isolate: false,
    testTimeout: 4 * PATIENCE_MS,
    hookTimeout: 4 * PATIENCE_MS,
    expect: { poll: { timeout: PATIENCE_MS } },
  },
});

export default defineConfig({
  cacheDir: ".vite-cache",
  test: {
    maxWorkers: 2, // the machines that run this have two cores
    provide: { isDeep: process.env["BULKHEAD_DEEP_TESTS"] === "1" }, // test/support/depth.ts
    projects: [
      {
        plugins: faults,
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
        // The real engine in a simulated world (docs/simulation.md), in Node: the runtime's own module is a shim there.
        resolve: { alias: { "cloudflare:workers": fileURLToPath(new URL("./simulation/platform-shim.ts", import.meta.url)) } },
        test: { name: "simulation", include: ["test/simulation/**/*.test.ts"], environment: "node", testTimeout: 120_000 },
      },
      inWorkerd("rooms", "./test/support/main.ts"),
      inWorkerd("scenario", "./test/support/platform.ts"),
    ],
  },
});
