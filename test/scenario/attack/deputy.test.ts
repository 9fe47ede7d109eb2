/** Attempts to make an agent a deputy for what its caller, its workflow or its tools' schemas do not allow. */
import { beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../../core/json.ts";
import { type Attempt, type Field, openField, refused } from "../../support/attack/field.ts";
import { call, makeKey } from "../../support/scenario/api.ts";

let field: Field;
const CLOSED = {
  type: "object",
  properties: { order: { type: "string" }, amount: { type: "number" } },
  required: ["order"],
  additionalProperties: false,
};
beforeAll(async () => {
  field = await openField("attack-deputy");
  await field.tool("look");
  await field.tool("note", { input: CLOSED });
  await field.tool("vault");
  await field.tool("ops-only", { allow: { roles: ["operator"] } });
});
const none = (path: string): void => expect(field.reached(path), `${path} was called`).toEqual([]);
const step = (tool: string, input: JsonObject = {}, more: JsonObject = {}): JsonObject => ({ kind: "tool", tool, input, ...more });

/** The model asks for a tool by this name, and lists no other than `look`. */
const asksFor = (title: string, workflow: string, tool: string): Attempt => ({
  title,
  layer: "allowlist",
  play: async () => {
    await field.agent(workflow, [[{ tool, input: {} }]], ["look"]);
    const { id, run } = await field.run(workflow);
    expect(run).toMatchObject({ status: "completed", usage: { tool_calls: 0 } });
    expect(field.reached(encodeURIComponent(tool))).toEqual([]);
    return { run: id };
  },
});

const DEPUTY: readonly Attempt[] = [
  asksFor("a model asks for a tool of the org that its workflow does not list", "unlisted", "vault"),
  {
    title: "a model asks for a tool of its workflow that its step does not list",
    layer: "allowlist",
    play: async () => {
      await field.tool("secrets-read");
      await field.agent("not-offered", [[{ tool: "secrets-read", input: {} }]], ["look", "secrets-read"], {}, { tools: ["look"] });
      const { id } = await field.run("not-offered");
      none("secrets-read");
      return { run: id };
    },
  },
  {
    title: "a step calls a tool for operators in a caller's run",
    layer: "policy",
    play: async () => {
      await field.flow("for-operators", { a: step("ops-only") }, { tools: ["ops-only"] });
      const { id, run } = await field.run("for-operators");
      expect(run).toMatchObject({ status: "failed", error: { code: "policy_denied" } });
      none("ops-only");
      return { run: id };
    },
  },
  {
    title: "a model asks for a tool for operators in a caller's run",
    layer: "allowlist",
    play: async () => {
      await field.agent("model-for-operators", [[{ tool: "ops-only", input: {} }]], ["look", "ops-only"]);
      const { id } = await field.run("model-for-operators");
      none("ops-only");
      return { run: id };
    },
  },
  {
    title: "a child run calls a tool that its parent does not list",
    layer: "allowlist",
    play: async () => {
      await field.tool("deep");
      await field.flow("deep-child", { a: step("deep") }, { tools: ["deep"] });
      await field.flow("deep-parent", { c: { kind: "run", workflow: "deep-child", input: {} } }, { tools: ["look"] });
      const { id, run } = await field.run("deep-parent");
      expect(run).toMatchObject({ status: "failed", error: { code: "policy_denied" } });
      none("deep");
      return { run: id };
    },
  },
  {
    title: "a run starts a workflow of another org",
    layer: "registry",
    play: async () => {
      const theirs = await makeKey("attack-theirs", "dev", ["developer"]);
      const flow = { name: "their-flow", input: true, output: "theirs", steps: { a: { kind: "transform", value: 1 } } };
      expect((await call("POST", "/v1/workflows", theirs, flow)).status).toBe(201);
      await field.flow("reaches-over", { c: { kind: "run", workflow: "their-flow", input: {} } });
      const { id, run } = await field.run("reaches-over");
      expect(run).toMatchObject({ status: "failed", error: { code: "not_found" } });
      return { run: id };
    },
  },
  {
    title: "somebody without the right to start runs starts one",
    layer: "policy",
    play: async () => {
      const tried = await call("POST", "/v1/runs", field.who.anna, { workflow: "for-auditors", input: {} });
      expect(tried).toMatchObject({ status: 403, body: { code: "forbidden" } });
      return { resource: "run" };
    },
  },
  {
    title: "a caller starts a run about another person",
    layer: "identity",
    play: async () => {
      await field.flow("about-others", { a: step("look") }, { tools: ["look"] });
      const tried = await call("POST", "/v1/runs", field.who.eve, { workflow: "about-others", input: {}, subject: "app" });
      expect(tried).toMatchObject({ status: 403, body: { code: "forbidden" } });
      return { resource: "workflow/about-others" };
    },
  },
];

/** The model sends this as the input of a tool with a closed schema. */
const sends = (title: string, workflow: string, raw: string): Attempt => ({
  title,
  layer: "schema",
  play: async () => {
    await field.tool(`closed-${workflow}`, { input: CLOSED });
    await field.agent(workflow, [[{ tool: `closed-${workflow}`, input: { raw } }]], [`closed-${workflow}`]);
    const { id } = await field.run(workflow);
    none(`closed-${workflow}`);
    return { run: id };
  },
});
const SMUGGLING: readonly Attempt[] = [
  sends("a field that the schema does not have", "extra-field", '{"order":"A-1","as_admin":true}'),
  sends("a prototype instead of a field", "prototype", '{"order":"A-1","__proto__":{"as_admin":true}}'),
  sends("a list where the schema wants an object", "a-list", '[{"order":"A-1"}]'),
  sends("an object where the schema wants a text", "an-operator", '{"order":{"$ne":null}}'),
  {
    title: "a parent hands its child a field that the child's schema does not have",
    layer: "schema",
    play: async () => {
      await field.flow("strict-child", { a: step("look") }, { tools: ["look"], input: CLOSED });
      const input = { order: "A-1", as_admin: true };
      await field.flow("loose-parent", { c: { kind: "run", workflow: "strict-child", input } }, { tools: ["look"] });
      const { id, run } = await field.run("loose-parent");
      expect(run).toMatchObject({ status: "failed", error: { code: "invalid_request" }, usage: { tool_calls: 0 } });
      return { run: id };
    },
  },
  {
    title: "a model calls a workflow with a field that its schema does not have",
    layer: "schema",
    play: async () => {
      await field.flow("strict-tool", { a: step("look") }, { tools: ["look"], input: CLOSED });
      const asks = [[{ tool: "workflow.strict-tool", input: { order: "A-1", as_admin: true } }]];
      await field.agent("calls-strict", asks, ["workflow.strict-tool", "look"]);
      const { id, run } = await field.run("calls-strict");
      expect(run).toMatchObject({ usage: { tool_calls: 0 } });
      return { run: id };
    },
  },
  {
    title: "a tool's answer that holds more than its schema allows",
    layer: "schema",
    play: async () => {
      await field.tool("too-much", { output: { type: "object", properties: { id: { type: "string" } }, additionalProperties: false } });
      field.answers.set("/too-much", () => Response.json({ id: "1", role: "admin" }));
      await field.flow("takes-too-much", { a: step("too-much", {}, { retry: { attempts: 1 } }) }, { tools: ["too-much"] });
      const { id, run } = await field.run("takes-too-much");
      expect(run).toMatchObject({ status: "failed", error: { code: "output_invalid" } });
      return { run: id };
    },
  },
];

const NAMES: readonly Attempt[] = [
  asksFor("a name in other letters", "other-case", "LOOK"),
  asksFor("a name with a letter of another script", "homoglyph", "l\u043e\u043ek"),
  asksFor("a name that every object has", "constructor-name", "constructor"),
  asksFor("the name of a prototype", "proto-name", "__proto__"),
  asksFor("a workflow that the definition does not list as a tool", "workflow-name", "workflow.deep-child"),
  asksFor("the built-in tool that runs code", "code-name", "code.run"),
];

describe.each([
  ["[ATTACK-1] a confused deputy", DEPUTY],
  ["[ATTACK-2] smuggled parameters", SMUGGLING],
  ["[ATTACK-3] tricks with names", NAMES],
])("%s", (_group, attempts) => {
  it.concurrent.for(attempts)("$title", (attempt) => refused(field, attempt));
});
