/** What a version can touch, over the composed platform. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../core/json.ts";
import { call, makeKey } from "../support/scenario/api.ts";
import { openWorld, type World } from "../support/scenario/world.ts";

const ORG = "reachers";
let world: World;
beforeAll(async () => {
  world = await openWorld(ORG);
  for (const [name, more] of [
    ["desk.get", { effect: "read", sensitivity: "confidential", http: { url: "http://desk.test/get" } }],
    ["desk.put", { effect: "write", accepts: "internal", http: { url: "http://out.example.com/put" } }],
  ] as const) {
    const put = await call("PUT", `/v1/tools/${name}`, world.keys.developer, {
      description: "",
      kind: "http",
      input: {},
      output: {},
      ...more,
    });
    expect(put.status, JSON.stringify(put.body)).toBe(200);
  }
});

const step = (tool: string): Json => ({ kind: "tool", tool, input: {} });
const register = (name: string, steps: JsonObject, query = "") =>
  call("POST", `/v1/workflows${query}`, world.keys.developer, {
    name,
    input: { type: "object", properties: { iban: { type: "string", sensitivity: "restricted" } } },
    output: {},
    tools: ["desk.get", "desk.put"],
    steps,
  });
const reach = (of: string, key = world.keys.developer) => call("GET", `/v1/workflows/${of}`, key);
const names = (changes: unknown) => (changes as JsonObject[]).map(({ what, name }) => `${what} ${name}`);

describe("[REACH-8] reach", () => {
  it("is shown for a version, against another, and where one is registered", async () => {
    const first = await register("child-of-reach", { get: step("desk.get") });
    expect(first.body, JSON.stringify(first.body)).toMatchObject({ reach: { against: null }, warnings: [] });
    expect(names((first.body["reach"] as JsonObject)["added"])).toContain("system.read desk.get");
    await register("parent-of-reach", { go: { kind: "run", workflow: "child-of-reach", input: {} } });
    const { status, body } = await reach("parent-of-reach/versions/1/reach");
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body).toMatchObject({
      workflow: "parent-of-reach",
      version: 1,
      systems: { read: [{ tool: "desk.get", steps: ["child-of-reach/get"], sensitivity: "confidential" }], written: [] },
      hosts: [{ host: "desk.test", own: true }],
      workflows: [{ workflow: "child-of-reach", version: 1, steps: ["parent-of-reach/go"] }],
      complete: true,
    });
    expect(body["data_classes"]).toContainEqual({ source: "input", name: "parent-of-reach", at: "/iban", class: "restricted" });
    expect(body).not.toHaveProperty("added");

    const steps = { get: step("desk.get"), put: step("desk.put") };
    const dry = await register("child-of-reach", steps, "?dry_run=true");
    const second = await register("child-of-reach", steps);
    for (const answer of [dry, second]) {
      const { reach: news, warnings } = answer.body as { reach: JsonObject; warnings: JsonObject[] };
      expect(news, JSON.stringify(answer.body)).toMatchObject({ against: 1, removed: [], changed: [] });
      expect(names(news["added"])).toEqual([
        "system.written desk.put",
        "host out.example.com",
        "data_class tool:desk.put",
        "approval child-of-reach/put desk.put",
      ]);
      expect(warnings.map(({ message }) => String(message)).join("\n")).toMatch(/writes with `desk.put`[\s\S]*host `out.example.com`/);
    }
    // Registered again, a version tells what its first registration told: it is not compared with itself.
    expect((await register("child-of-reach", steps)).body["reach"]).toEqual(second.body["reach"]);
    expect((await register("parent-of-reach", { go: { kind: "run", workflow: "child-of-reach", input: {} } })).body["reach"]).toMatchObject(
      {
        against: null,
      },
    );
    const against = await reach("child-of-reach/versions/2/reach?against=1");
    expect(against.body).toMatchObject({
      against: 1,
      added: [{ what: "system.written", name: "desk.put", after: { accepts: "internal" } }, {}, {}, {}],
      removed: [],
    });
    const back = await reach("child-of-reach/versions/1/reach?against=2");
    expect(names(back.body["removed"])).toEqual(names(against.body["added"]));
    // The child's new version takes all traffic, so the parent now reaches what it does.
    expect((await reach("parent-of-reach/versions/1/reach")).body).toMatchObject({ systems: { written: [{ tool: "desk.put" }] } });
  });

  it("is a clear refusal where there is nothing, and nobody else's", async () => {
    expect((await reach("child-of-reach/versions/99/reach")).body).toMatchObject({ status: 404, code: "not_found" });
    expect((await reach("child-of-reach/versions/1/reach?against=99")).status).toBe(404);
    expect((await reach("child-of-reach/versions/1/reach?against=x")).status).toBe(400);
    expect((await reach("nobody/versions/1/reach")).status).toBe(404);
    const stranger = await makeKey("reachers-other", "eve", ["developer"]);
    expect((await reach("child-of-reach/versions/1/reach", stranger)).status).toBe(404);
    expect((await reach("child-of-reach/versions/1/reach", world.keys.app)).status).toBe(403);
  });
});
