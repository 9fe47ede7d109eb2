/** What all vitest projects have in common whose tests run in workerd. */
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { PATIENCE_MS } from "./patience.ts";

const migrations = await readD1Migrations("./migrations");

/**
 * All files of a project share two runtimes (`isolate: false`): a runtime for each file took four times as long, nearly all of it
 * start-up. So storage is shared as well: a test uses names of its own for orgs, runs and objects, and counts nothing that it did not make.
 *
 * `services`: further bindings, which the test's own process answers.
 */
export const inWorkerd = (name: string, main: string, services: Record<string, (request: Request) => Promise<Response>> = {}) => ({
  plugins: [
    cloudflareTest({
      main,
      remoteBindings: false,
      wrangler: { configPath: "./wrangler.toml" },
      miniflare: {
        bindings: { TEST_MIGRATIONS: migrations, ALLOW_PRIVATE_HOSTS: "1", ADMIN_API_KEY: "test-admin-key-of-enough-length" },
        serviceBindings: services as never,
      },
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
