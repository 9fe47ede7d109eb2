/** A project with every fault of an area in its sources, and the runner that plants them. */
import { appendFileSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { resolve } from "node:path";
import { defineConfig } from "vitest/config";
import { inNode } from "../../../test/support/in-node.ts";
import { inWorkerd } from "../../../test/support/in-workerd.ts";
import { ROOT } from "../../platform/places.ts";
import { type Line, ORDERS, type Orders, type RunnerOrders } from "./orders.ts";
import { switched } from "./switched.ts";

const { project, mutants, plant, files, out } = JSON.parse(readFileSync(process.env[ORDERS] ?? "", "utf8")) as Orders;
const faultsIn = Map.groupBy(
  mutants.map((mutant, index) => ({ mutant, index })),
  ({ mutant }) => resolve(ROOT, mutant.file),
);

const planter = {
  name: "bulkhead-mutants",
  enforce: "pre" as const,
  transform(this: { parse(source: string): unknown }, code: string, id: string) {
    const faults = faultsIn.get(id.split("?")[0] ?? "");
    if (faults === undefined) return;
    const source = stripTypeScriptTypes(code);
    const made = switched(source, this.parse(source) as never, faults, resolve(import.meta.dirname, "switch.ts"));
    if (made.apart.length > 0) appendFileSync(out, `${JSON.stringify({ kind: "apart", indexes: made.apart } satisfies Line)}\n`);
    return { code: made.code, map: null };
  },
};

/** Under a fault a test waits this long, in milliseconds, for what may never come; one that fails so passes without the fault, or takes no part. */
const PATIENCE_MS = 5_000;
const impatience = {
  name: "bulkhead-impatience",
  enforce: "pre" as const,
  transform(code: string, id: string) {
    if (!id.endsWith("test/support/patience.ts")) return;
    return {
      code: code.replace("Date.now() + PATIENCE_MS", `Date.now() + (globalThis.bulkheadFaults?.isPlanting ? ${PATIENCE_MS} : PATIENCE_MS)`),
      map: null,
    };
  },
};

const test = {
  name: "mutants",
  isolate: false,
  maxWorkers: 1,
  fileParallelism: false,
  testTimeout: 600_000,
  provide: { isDeep: false, mutantOrders: { plant, files, out } satisfies RunnerOrders },
  runner: resolve(import.meta.dirname, project === "core" ? "runner-node.ts" : "runner-workerd.ts"),
};

const lines = async (request: Request): Promise<Response> => {
  appendFileSync(out, await request.text());
  return new Response(null, { status: 204 });
};
const inRooms = inWorkerd("rooms", "./test/support/main.ts", { MUTANT_LINES: lines });

export default defineConfig({
  root: ROOT,
  cacheDir: ".vite-cache",
  ...(project === "core"
    ? { plugins: [planter], resolve: { alias: inNode }, test: { ...test, environment: "node" } }
    : { plugins: [planter, impatience, ...inRooms.plugins], test: { ...inRooms.test, ...test } }),
});
