/** The project `core` with every fault of an area in its sources, and the runner that plants them. */
import { appendFileSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { resolve } from "node:path";
import { defineConfig } from "vitest/config";
import { ROOT } from "../../platform/places.ts";
import { type Line, ORDERS, type Orders } from "./orders.ts";
import { switched } from "./switched.ts";

const orders = JSON.parse(readFileSync(process.env[ORDERS] ?? "", "utf8")) as Orders;
const faultsIn = Map.groupBy(
  orders.mutants.map((mutant, index) => ({ mutant, index })),
  ({ mutant }) => resolve(ROOT, mutant.file),
);

export default defineConfig({
  root: ROOT,
  cacheDir: ".vite-cache",
  plugins: [
    {
      name: "bulkhead-mutants",
      enforce: "pre",
      transform(code, id) {
        const faults = faultsIn.get(id.split("?")[0] ?? "");
        if (faults === undefined) return;
        const source = stripTypeScriptTypes(code);
        const made = switched(source, this.parse(source) as never, faults, resolve(import.meta.dirname, "switch.ts"));
        if (made.apart.length > 0) appendFileSync(orders.out, `${JSON.stringify({ kind: "apart", indexes: made.apart } satisfies Line)}\n`);
        return { code: made.code, map: null };
      },
    },
  ],
  test: {
    name: "mutants",
    environment: "node",
    isolate: false,
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 600_000,
    provide: { isDeep: false },
    runner: resolve(import.meta.dirname, "runner.ts"),
  },
});
