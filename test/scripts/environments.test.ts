/** The environment `containers` of wrangler.toml: everything that the top level has, since environments inherit no bindings. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { environmentIn } from "../../scripts/deploy/readiness.ts";
import { leftovers } from "../../scripts/platform/containers.ts";

const TOML = readFileSync("wrangler.toml", "utf8");
const [TOP, CONTAINERS] = [environmentIn(TOML, null), environmentIn(TOML, "containers")];
/** Settings that environments inherit. */
const INHERITED = /^(name|main|keep_names|compatibility_\w+) |^\[(limits|triggers|observability|dependencies_instrumentation|\[rules)/;

/** Tables with their settings, in any order, without comments. */
const tables = (toml: string): string[] =>
  toml
    .split(/^(?=\[)/m)
    .map((table) => table.replaceAll(/^#.*\n/gm, "").trim())
    .filter((table) => table.startsWith("[") && !INHERITED.test(table));
const migrationsOf = (toml: string) => tables(toml).filter((table) => table.startsWith("[[migrations]]"));

describe("the environment `containers`", () => {
  it("[BOX-20] has every binding of the top level, and its own two objects beside them", () => {
    const own = tables(CONTAINERS);
    const missing = tables(TOP).filter((table) => !own.includes(table));
    expect(missing, "add these to wrangler.toml below `[[env.containers.…]]` as well").toEqual([]);
    expect(tables(TOP).length).toBeGreaterThan(20);
    const more = own.filter((table) => !tables(TOP).includes(table)).map((table) => table.split("\n").slice(0, 2).join(" "));
    expect(more).toEqual([
      '[] name = "bulkhead"',
      '[[containers]] class_name = "ToolSandbox"',
      '[[durable_objects.bindings]] name = "TOOL_SANDBOX"',
      '[[durable_objects.bindings]] name = "SANDBOX_POOL"',
      '[[migrations]] tag = "v3-containers"',
    ]);
  });

  it("[BOX-20] has the top level's migrations in the top level's order", () => {
    const shared = migrationsOf(CONTAINERS).filter((table) => !table.includes("-containers"));
    expect(shared).toEqual(migrationsOf(TOP));
  });

  it("[BOX-20] allows no SSH into an instance, and pins the base of its image by digest", () => {
    expect(CONTAINERS).toContain("ssh = { enabled = false }");
    expect(readFileSync("sandbox/Dockerfile", "utf8")).toMatch(/^ARG BASE=\S+@sha256:[0-9a-f]{64}$/m);
  });
});

describe("Docker's leftovers", () => {
  it("are instances that ended, and sidecars without an instance; one that is being started or paused is none", () => {
    const listed = [
      ...["running", "created", "paused", "exited", "dead"].map((state) => ({ name: `x-${state}`, state })),
      ...["running", "created", "paused", "exited", "gone"].map((state) => ({ name: `x-${state}-proxy`, state: "running" })),
    ];
    expect(leftovers(listed)).toEqual({ ended: ["x-exited", "x-dead"], alone: ["x-exited-proxy", "x-gone-proxy"] });
  });
});
