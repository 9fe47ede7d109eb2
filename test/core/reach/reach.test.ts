/** What a version can touch: followed through tools, what those name, and child workflows. */
import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../../core/json.ts";
import type { ModelEntry } from "../../../core/model/entry.ts";
import { DEFAULT_ORG_SETTINGS } from "../../../core/org/settings.ts";
import { reachDifference, warningsOfReach } from "../../../core/reach/difference.ts";
import { classesOfSchema } from "../../../core/reach/input-classes.ts";
import { reachOf } from "../../../core/reach/reach-of.ts";
import type { World } from "../../../core/reach/world.ts";
import { checkTool } from "../../../core/tool/check.ts";
import type { ToolManifest } from "../../../core/tool/manifest.ts";
import { checkDefinition } from "../../../core/workflow/check.ts";
import type { Definition } from "../../../core/workflow/definition.ts";

const RULE = { allowPrivateHosts: true, containers: true, isolates: true };
function tool(name: string, more: JsonObject): [string, ToolManifest] {
  const own = "kind" in more ? {} : { kind: "http", http: { url: `https://${name}.example.com/x` } };
  const checked = checkTool(name, { description: "", input: {}, output: {}, ...own, ...more }, RULE);
  if (!checked.ok) throw new Error(JSON.stringify(checked.error));
  return [name, { ...checked.value, version: 3 }];
}
const TOOLS = new Map([
  tool("orders.get", { effect: "read", sensitivity: "confidential", accepts: "internal" }),
  tool("pay.refund", {
    effect: "write",
    compensate: { tool: "pay.cancel", input: {} },
    fallback: "pay.other",
    idempotency: { lookup: "pay.find" },
  }),
  tool("pay.cancel", { effect: "write", fallback: "pay.cancel2" }),
  tool("pay.cancel2", { effect: "write", fallback: "pay.cancel" }),
  tool("pay.other", { effect: "write", idempotency: "none", approval: "always" }),
  tool("pay.find", { effect: "read" }),
  tool("mail.send", { effect: "write", guarded: ["/to"], input: { type: "object", properties: { to: {} } } }),
  tool("code.own", {
    effect: "read",
    kind: "isolate",
    isolate: { code: "export default async () => 1" },
    egress: ["Api.Example.com", "in.test"],
  }),
  tool("mcp.find", { effect: "read", kind: "mcp", mcp: { url: "https://mcp.example.com/mcp", tool: "find" } }),
  tool("sub.flow", { effect: "write", kind: "workflow", workflow: { name: "child" } }),
]);
const entry = (id: string, more: Partial<ModelEntry> = {}): ModelEntry => ({
  ...{ id, base_url: null, secret: null, upstream_id: id, price: { input: 1, output: 1, cached_input: null }, context: 1000 },
  ...{ tasks: ["write"], pii: "redacted", latency_ms: null, quality: null, pinned: true },
  ...more,
});

function define(name: string, steps: Json, more: JsonObject = {}): Definition {
  const names = [...TOOLS.keys(), ...(name === "child" ? [] : ["workflow.child"]), "gone.tool"];
  const checked = checkDefinition({ name, input: {}, output: {}, tools: names, steps, ...more } as JsonObject, { tools: new Set(names) });
  if (!checked.ok) throw new Error(JSON.stringify(checked.error));
  return checked.value;
}
const call = (of: string): Json => ({ kind: "tool", tool: of, input: {} });
const agent = (...tools: string[]): Json => ({ kind: "agent", model: { task: "write" }, prompt: { template: "x" }, tools });

function world(more: Partial<World> = {}, workflows: readonly Definition[] = []): World {
  return {
    tool: (name) => TOOLS.get(name) ?? null,
    workflow: ({ name, version }) =>
      workflows.filter((one) => one.name === name && (version ?? 1) === 1).map((definition) => ({ version: 1, definition })),
    models: [],
    route: () => null,
    settings: DEFAULT_ORG_SETTINGS,
    parse: (url) => URL.parse(url),
    complete: true,
    ...more,
  };
}

describe("[REACH-1] every tool that may be called is on the map", () => {
  it("with what undoes it, takes its place and looks it up, once each, whatever circle they make", () => {
    const { systems, hosts, unknown } = reachOf(define("w", { pay: call("pay.refund") }), world());
    expect(systems.written.map((one) => [one.tool, one.roles])).toEqual([
      ["pay.cancel", ["compensate", "fallback"]],
      ["pay.cancel2", ["fallback"]],
      ["pay.other", ["fallback"]],
      ["pay.refund", ["call"]],
    ]);
    expect(systems.read).toMatchObject([{ tool: "pay.find", roles: ["lookup"], steps: ["w/pay"], version: 3 }]);
    expect(hosts.map(({ host }) => host)).toContain("pay.cancel2.example.com");
    expect(unknown).toEqual([]);
  });

  it("that an agent or an item of a map may call, and none that no step names", () => {
    const { systems } = reachOf(define("w", { a: agent("mcp.find"), m: { kind: "map", over: [1], step: call("orders.get") } }), world());
    expect(systems.read.map((one) => one.tool)).toEqual(["mcp.find", "orders.get"]);
    expect(systems.written).toEqual([]);
    expect(systems.read[0]).toMatchObject({ server: "https://mcp.example.com/mcp", hosts: ["mcp.example.com"] });
  });

  it("and what is not registered is named as unknown", () => {
    const steps = { a: call("gone.tool"), b: { kind: "run", workflow: "nobody", input: {} }, c: agent() };
    const { unknown } = reachOf(define("w", steps), world());
    expect(unknown.map(({ kind, name }) => `${kind} ${name}`)).toEqual(["task write", "tool gone.tool", "workflow nobody"]);
  });
});

describe("[REACH-2] child workflows are followed", () => {
  const child = define("child", { s: call("mail.send"), again: { kind: "run", workflow: "root", input: {} } });
  it.each([
    ["a step starts", { kind: "run", workflow: "child", input: {} }],
    ["an agent may call", agent("workflow.child")],
    ["a tool is", call("sub.flow")],
  ] as [string, Json][])("that %s, in a circle too", (_name, step) => {
    const root = define("root", { go: step });
    const { workflows, systems } = reachOf(root, world({}, [child, root]));
    expect(workflows).toEqual([
      { workflow: "child", version: 1, steps: ["root/go"] },
      { workflow: "root", version: 1, steps: ["child/again"] },
    ]);
    expect(systems.written.map(({ tool: name, steps }) => [name, steps])).toEqual([["mail.send", ["child/s"]]]);
  });
});

it("[REACH-3] hosts are those of addresses and of what a tool's own code may call, with whose they are", () => {
  const settings = {
    ...DEFAULT_ORG_SETTINGS,
    accepts: { hosts: { "api.example.com": "internal", "llm.example.com:8443": "public", "llm.example.com": "internal" } },
  } as const;
  const models = [entry("acme/m", { base_url: "https://llm.example.com:8443/v1" })];
  const { hosts } = reachOf(define("w", { a: call("code.own"), b: call("orders.get"), c: agent() }), world({ settings, models }));
  expect(hosts).toEqual([
    { host: "api.example.com", own: false, accepts: "internal", tools: ["code.own"], models: [] },
    { host: "in.test", own: true, accepts: null, tools: ["code.own"], models: [] },
    { host: "llm.example.com:8443", own: false, accepts: "public", tools: [], models: ["acme/m"] },
    { host: "orders.get.example.com", own: false, accepts: null, tools: ["orders.get"], models: [] },
  ]);
});

it("[REACH-4] data classes are those of input fields, through references and lists, and of tools' answers", () => {
  const input = {
    type: "object",
    $defs: { node: { type: "object", sensitivity: "confidential", properties: { next: { $ref: "#/$defs/node" } } } },
    properties: {
      list: { type: "array", items: { $ref: "#/$defs/node" } },
      "a/b": { sensitivity: "restricted" },
      open: { sensitivity: "public" },
    },
  };
  const { data_classes, systems } = reachOf(define("w", { a: call("orders.get") }, { input }), world());
  expect(data_classes.map((one) => [one.source, one.name, one.at, one.class])).toEqual([
    ["input", "w", "", "internal"],
    ["input", "w", "/list/*", "confidential"],
    ["input", "w", "/a~1b", "restricted"],
    ["input", "w", "/open", "public"],
    ["tool", "orders.get", "", "confidential"],
  ]);
  expect(systems.read[0]).toMatchObject({ accepts: "internal", sensitivity: "confidential" });
});

it("[REACH-4] a schema too wide to walk has its highest class as a whole, and a place that refers elsewhere has it there", () => {
  const twice = (to: string): JsonObject => ({ properties: { a: { $ref: to }, b: { $ref: to } } });
  const $defs = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`n${at}`, twice(`#/$defs/n${at + 1}`)]));
  const wide = { $ref: "#/$defs/n0", $defs: { ...$defs, n30: { sensitivity: "restricted" } } };
  expect(classesOfSchema(wide)[0]).toEqual({ at: "", class: "restricted" });
  const elsewhere = { properties: { x: { $ref: "https://example.com/s" }, y: { sensitivity: "confidential" } } };
  expect(classesOfSchema(elsewhere)).toContainEqual({ at: "/x", class: "confidential" });
  expect(classesOfSchema(true)).toEqual([{ at: "", class: "internal" }]);
});

it("[REACH-5] models are those of the route or the task and the fallbacks, with what they are given", () => {
  const models = [
    entry("acme/a", { region: "eu", retention: "none", trains: false }),
    entry("acme/b", { accepts: "internal" }),
    entry("acme/c", { tasks: ["other"] }),
  ];
  const settings = { ...DEFAULT_ORG_SETTINGS, models: { confidential: { trains: false } } } as const;
  const step: Json = { kind: "model", model: { task: "write", fallback: ["acme/c", "acme/gone"] }, prompt: { template: "x" } };
  const found = reachOf(define("w", { m: step }), world({ models, settings }));
  expect(found.models).toMatchObject([
    {
      asked: "task:write",
      steps: ["w/m"],
      candidates: [
        { id: "acme/a", fallback: false, region: "eu", retention: "none", trains: false, given: "restricted" },
        { id: "acme/b", fallback: false, region: null, accepts: "internal", given: "internal" },
        { id: "acme/c", fallback: true, given: "internal" },
      ],
    },
  ]);
  expect(found.unknown).toEqual([{ kind: "model", name: "acme/gone", steps: ["w/m"] }]);
  const routed = world({ models, route: () => ({ task: "write", models: [{ id: "acme/c" }], strategy: "fallback" }) });
  expect(reachOf(define("w", { a: agent() }), routed).models[0]?.candidates.map(({ id }) => id)).toEqual(["acme/c"]);
});

describe("[REACH-6] who is asked", () => {
  const asked = (steps: Json, more: JsonObject = {}) =>
    reachOf(define("w", steps, more), world()).approvals.map(({ step, tool: of, when }) => `${when} ${step} ${of ?? "-"}`);
  it.each([
    ["always, at a review", { r: { kind: "review", severity: "high", proposal: {} } }, {}, ["always w/r -"]],
    [
      "maybe, at a review with a condition",
      { r: { kind: "review", severity: "high", proposal: {}, when: { cel: "true" } } },
      {},
      ["maybe w/r -"],
    ],
    ["always, where a model chooses a write", { a: agent("mail.send") }, {}, ["always w/a mail.send"]],
    ["maybe, where a definition fixed it", { a: call("mail.send") }, {}, ["maybe w/a mail.send"]],
    ["always, where the tool says so", { a: call("pay.other") }, {}, ["always w/a pay.other"]],
    ["maybe, where a model sends a read outside", { a: agent("orders.get") }, {}, ["maybe w/a orders.get"]],
    ["nobody, about a read that a definition fixed", { a: call("orders.get") }, {}, []],
    ["maybe, by the estimated cost", { t: { kind: "transform", value: 1 } }, { limits: { confirm_over_usd: 1 } }, ["maybe w -"]],
  ] as [string, Json, JsonObject, string[]][])("%s", (_name, steps, more, expected) => expect(asked(steps, more)).toEqual(expected));
});

describe("[REACH-7] a difference", () => {
  const before = reachOf(define("w", { a: call("orders.get") }), world());
  it("names what is new, gone and changed, and warns of new writes and hosts", () => {
    const after = reachOf(define("w", { b: call("orders.get"), c: call("mail.send") }), world());
    const difference = reachDifference(before, after);
    const names = (changes: typeof difference.added) => changes.map(({ what, name }) => `${what} ${name}`);
    expect(names(difference.added)).toEqual([
      "system.written mail.send",
      "host mail.send.example.com",
      "data_class tool:mail.send",
      "approval w/c mail.send",
    ]);
    expect(names(difference.changed)).toEqual(["system.read orders.get"]);
    expect(difference.changed[0]).toMatchObject({ before: { steps: ["w/a"] }, after: { steps: ["w/b"] } });
    expect(names(reachDifference(after, before).removed)).toEqual(names(difference.added));
    expect(warningsOfReach(difference, 4).map(({ message }) => message)).toEqual([
      "this version writes with `mail.send`, which version 4 does not",
      "this version reaches the host `mail.send.example.com`, which version 4 does not",
    ]);
  });

  it("of the same version is empty", () => expect(reachDifference(before, before)).toEqual({ added: [], removed: [], changed: [] }));
});
