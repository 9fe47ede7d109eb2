/** The shipped `table-figure` where the deployment runs no containers: it says so, and computes nothing. With containers: test/containers. */
import { beforeAll, expect, it } from "vitest";
import { call, eventually, status } from "../support/scenario/api.ts";
import { openWorld, type World } from "../support/scenario/world.ts";

let world: World;
beforeAll(async () => {
  world = await openWorld("table-figure");
});

it("[BOX-42] says that nothing was computed, and why, where there are no containers", async () => {
  const input = { ticket: "What did we spend in all?\n\nitem | euros\npaper | 12.50\nink | 30\n" };
  const { body } = await call("POST", "/v1/runs", world.keys.app, { workflow: "table-figure", input });
  const run = await eventually(`/v1/runs/${body["id"]}`, world.keys.app, status("completed", "failed", "dead_lettered"));
  expect(run, JSON.stringify(run)).toMatchObject({ status: "completed", output: { figure: null }, flags: ["degraded"] });
  expect((run["output"] as { text: string }).text).toContain("runs no containers");
});

it("[BOX-32] registers no container tool, and says why; `code.run` is nobody's to register", async () => {
  const manifest = { effect: "none", kind: "container", container: { language: "python", code: "pass" }, input: true, output: true };
  const refused = await call("PUT", "/v1/tools/summer", world.keys.developer, manifest);
  expect([refused.status, JSON.stringify(refused.body)]).toEqual([400, expect.stringContaining("runs no containers")]);
  const taken = await call("PUT", "/v1/tools/code.run", world.keys.developer, {
    ...manifest,
    kind: "http",
    http: { url: "http://shop.test/x" },
  });
  expect([taken.status, JSON.stringify(taken.body)]).toEqual([400, expect.stringContaining("built in")]);
});
