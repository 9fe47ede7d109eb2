/** Attempts to do without a second person, or to get an approval for something else. */
import { beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../../core/json.ts";
import { type Attempt, type Field, openField, refused } from "../../support/attack/field.ts";
import { until } from "../../support/patience.ts";
import { call, makeKey } from "../../support/scenario/api.ts";

let field: Field;
let boss: string;
let puppet: string;
const SECOND = { status: 403, body: { code: "second_person_required" } };
const step = (tool: string, input: JsonObject = {}, more: JsonObject = {}): JsonObject => ({ kind: "tool", tool, input, ...more });
const none = (path: string): void => expect(field.reached(path), `${path} was called`).toEqual([]);
const decide = (review: string, key: string, action = "approve") =>
  call("POST", `/v1/reviews/${review}/decision`, key, { action, reason: "fine" });

beforeAll(async () => {
  field = await openField("attack-people");
  boss = await makeKey(field.org, "boss", ["admin", "caller", "developer", "reviewer"]);
  puppet = String((await field.must("POST", "/v1/api-keys", boss, { user: "puppet", roles: ["reviewer", "admin"] }, 201))["key"]);
  await field.tool("look");
  await field.flow("asks", { approve: { kind: "review", proposal: { a: 1 } } });
});

/** A write waits for a person instead of happening. */
const waits = (title: string, name: string, set: () => Promise<unknown>, writes = `w-${name}`): Attempt => ({
  title,
  layer: "policy",
  play: async () => {
    await field.tool(`w-${name}`, { effect: "write" });
    await set();
    const { id, run } = await field.run(name);
    expect(run).toMatchObject({ status: "waiting" });
    none(writes);
    return { run: id };
  },
});
const LAUNDERING: Attempt[] = [
  waits("a model chooses a write", "by-agent", () => field.agent("by-agent", [[{ tool: "w-by-agent", input: {} }]], ["w-by-agent"])),
  waits("a model chooses a workflow that writes", "by-workflow", async () => {
    await field.flow("writes", { a: step("w-by-workflow") }, { tools: ["w-by-workflow"] });
    await field.agent("by-workflow", [[{ tool: "workflow.writes", input: {} }]], ["workflow.writes", "w-by-workflow"]);
  }),
  waits("a tool says that the workflow behind it only reads", "by-claim", async () => {
    await field.flow("claims", { a: step("look") }, { tools: ["look"] });
    const claim = { effect: "read", kind: "workflow", workflow: { name: "claims" }, approval: "never" };
    await field.tool("claimed", claim);
    await field.flow("claims", { a: step("w-by-claim") }, { tools: ["w-by-claim"] });
    await field.tool("claimed", { ...claim, effect: "write", approval: "policy" });
    await field.agent("by-claim", [[{ tool: "claimed", input: {} }]], ["claimed", "w-by-claim"]);
  }),
  waits("what a tool said reaches a guarded field", "by-guarded", async () => {
    await field.tool("w-by-guarded", { effect: "write", approval: "never", guarded: ["/to"] });
    const steps = { read: step("look"), pay: step("w-by-guarded", { to: { cel: "string(steps.read.output.ok)" } }, { needs: ["read"] }) };
    await field.flow("by-guarded", steps, { tools: ["look", "w-by-guarded"] });
  }),
  {
    title: "a child run carries it to the guarded field",
    layer: "policy",
    play: async () => {
      await field.tool("w-by-child", { effect: "write", approval: "never", guarded: ["/to"] });
      await field.flow("pays", { pay: step("w-by-child", { to: { cel: "input.to" } }) }, { tools: ["w-by-child"] });
      const child = { kind: "run", workflow: "pays", needs: ["read"], input: { to: { cel: "string(steps.read.output.ok)" } } };
      await field.flow("by-child", { read: step("look"), c: child }, { tools: ["look", "w-by-child"] });
      return { run: await childOf(await field.start("by-child")) };
    },
  },
  waits("an `on_error` gives it to the guarded field as a spare value", "by-spare", async () => {
    await field.tool("w-by-spare", { effect: "write", approval: "never", guarded: ["/to"] });
    const spare = {
      kind: "transform",
      needs: ["read"],
      value: { cel: "input.no.such" },
      on_error: { value: { cel: "steps.read.output.ok" } },
    };
    const pay = step("w-by-spare", { to: { cel: "string(steps.t.output)" } }, { needs: ["t"] });
    await field.flow("by-spare", { read: step("look"), t: spare, pay }, { tools: ["look", "w-by-spare"] });
  }),
  waits("the fallback of a write asks, although the first tool never does", "by-fallback", async () => {
    await field.tool("w-by-fallback", { effect: "write", approval: "always" });
    await field.tool("first", { effect: "write", approval: "never", fallback: "w-by-fallback", breaker: { failures: 1 } });
    field.answers.set("/first", () => new Response(null, { status: 429 }));
    await field.flow("by-fallback", { a: step("first", {}, { retry: { attempts: 1 } }) }, { tools: ["first"] });
  }),
];

/**
 * A person approves a step's proposal, or refuses it; an operator redrives with another input of the write. What was approved is not what would
 * be done: the write is proposed with the input that it has, and is not made until then.
 */
const redriven = (title: string, name: string, more: JsonObject): Attempt => ({
  title,
  layer: "policy",
  play: async () => {
    await field.tool(`w-${name}`, { effect: "write", approval: "never" });
    const approve = { kind: "review", proposal: { refund: 7 } };
    await field.flow(name, { approve, pay: step(`w-${name}`, { amount: 7 }, { needs: ["approve"] }) }, { tools: [`w-${name}`], ...more });
    if (more["on_failure"] === "park") field.answers.set(`/w-${name}`, () => new Response(null, { status: 400 }));
    const first = await field.start(name);
    const action = more["on_failure"] === "park" ? "approve" : "reject";
    expect((await decide(await field.review(first), field.who.rita, action)).status).toBe(200);
    const { id: letter } = (await field.still(first))["dead_letter"] as JsonObject;
    const before = field.reached(`w-${name}`).length;
    const changes = { pay: { amount: 99_999 } };
    const heir = await field.must("POST", `/v1/dead-letters/${letter}/redrive`, field.who.otto, { changes }, 202);
    const run = String(heir["id"]);
    if (action === "reject") {
      const again = await field.review(run);
      const { body } = await call("GET", `/v1/reviews/${again}`, field.who.rita);
      expect(body).toMatchObject({ proposal: { refund: 7 }, context: { changes: [{ step: "pay", input: { value: changes.pay } }] } });
      expect((await decide(again, field.who.rita)).status).toBe(200);
      // Attempts play side by side, where `expect.poll` knows no test of its own.
      await until(async () => (await field.review(run)) !== again);
    }
    const asked = await call("GET", `/v1/reviews/${await field.review(run)}`, field.who.rita);
    expect(asked.body["proposal"]).toEqual({ tool: `w-${name}`, input: changes.pay });
    expect(await decide(String(asked.body["id"]), await makeKey(field.org, "otto", ["reviewer"]))).toMatchObject(SECOND);
    expect(field.reached(`w-${name}`)).toHaveLength(before);
    return { run };
  },
});
LAUNDERING.push(
  redriven("an operator redrives a refused refund with another input", "by-redrive", {}),
  redriven("an operator redrives an approved write with another input", "by-kept-redrive", { on_failure: "park" }),
);

/** The child that waits for a person; its guarded write has not happened. */
async function childOf(parent: string): Promise<string> {
  for (let tries = 0; tries < 100; tries++) {
    const { body } = await call("GET", "/v1/reviews?status=pending&limit=200", field.who.rita);
    const found = (body["data"] as JsonObject[]).find(({ proposal }) => JSON.stringify(proposal).includes("w-by-child"));
    if (found !== undefined) {
      none("w-by-child");
      expect(found["run"]).not.toBe(parent);
      return String(found["run"]);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("nobody was asked");
}

/** This key does not decide the review of a run that `boss` started. */
const ownReview = (title: string, key: () => string): Attempt => ({
  title,
  layer: "people",
  play: async () => {
    const run = await field.start("asks", {}, boss);
    const review = await field.review(run);
    expect(await decide(review, key())).toMatchObject(SECOND);
    expect((await call("GET", `/v1/reviews/${review}`, field.who.rita)).body).toMatchObject({ status: "pending" });
    return { resource: `review/${review}` };
  },
});
const CEDAR = 'permit (principal, action == Action::"tool.call", resource);';
const activation = async (): Promise<string> => {
  const made = await call("POST", "/v1/policies", boss, { cedar: CEDAR });
  expect([200, 201], JSON.stringify(made.body)).toContain(made.status);
  const version = encodeURIComponent(String(made.body["version"]));
  return String((await field.must("POST", `/v1/policies/${version}/activate`, boss, { reason: "mine" }, 202))["id"]);
};
const ownActivation = (title: string, key: () => string, ask: () => Promise<string>): Attempt => ({
  title,
  layer: "people",
  play: async () => {
    const id = await ask();
    expect(await call("POST", `/v1/policies/activations/${id}/approve`, key(), {})).toMatchObject(SECOND);
    return { resource: `policy-activation/${id}` };
  },
});
const imported = async (name: string): Promise<void> => {
  const document = {
    ...{ openapi: "3.1.0", info: { title: "t", version: "1" }, servers: [{ url: "https://tools.field.example" }] },
    paths: { [`/${name}`]: { post: { operationId: name, summary: "Adds a note", responses: { 200: { description: "ok" } } } } },
  };
  const made = await field.must("POST", "/v1/tools/import", boss, { openapi: { document } });
  expect(made["tools"]).toMatchObject([{ name, status: "proposed" }]);
};
const PERSONS: readonly Attempt[] = [
  ownReview("who started a run approves its review", () => boss),
  ownReview("a key that the starter made approves it", () => puppet),
  ownActivation("who wrote a policy puts it in force", () => boss, activation),
  ownActivation("a key that its writer made puts it in force", () => puppet, activation),
  ownActivation(
    "who asks for wider permissions approves them",
    () => boss,
    async () => {
      const rules = [{ role: "*", tool: "*", resource: "*", effect: "allow" }];
      return String((await field.must("PUT", "/v1/permissions", boss, { rules, reason: "mine" }, 202))["id"]);
    },
  ),
  {
    title: "who imported a tool approves it, themself or with a key that they made",
    layer: "people",
    play: async () => {
      await imported("add_note");
      for (const key of [boss, puppet]) {
        expect(await call("POST", "/v1/tools/add_note/approve", key, { version: 1 })).toMatchObject(SECOND);
      }
      expect((await call("POST", "/v1/tools/add_note/test", boss, { input: {} })).status).toBe(404);
      return { resource: "tool/add_note@1" };
    },
  },
  {
    title: "a person says no, and the write is not made",
    layer: "people",
    play: async () => {
      await field.tool("w-rejected", { effect: "write", approval: "always" });
      await field.flow("rejected", { a: step("w-rejected") }, { tools: ["w-rejected"] });
      const run = await field.start("rejected");
      expect((await decide(await field.review(run), field.who.rita, "reject")).status).toBe(200);
      expect(await field.still(run)).toMatchObject({ status: "failed", error: { code: "review_rejected" } });
      none("w-rejected");
      return { run };
    },
  },
  {
    title: "somebody who is no reviewer decides",
    layer: "policy",
    play: async () => {
      const review = await field.review(await field.start("asks", {}, boss));
      expect(await decide(review, field.who.otto)).toMatchObject({ status: 403 });
      return { resource: "review" };
    },
  },
  {
    title: "a caller redrives a dead letter",
    layer: "policy",
    play: async () => {
      expect(await call("POST", "/v1/dead-letters/dl_01ARZ3NDEKTSV4RRFFQ69G5FAV/redrive", field.who.eve)).toMatchObject({ status: 403 });
      return { resource: "dead_letter" };
    },
  },
];

describe.each([
  ["[ATTACK-8] laundered approvals", LAUNDERING],
  ["[ATTACK-9] one person as two", PERSONS],
])("%s", (_group, attempts) => {
  it.concurrent.for(attempts)("$title", (attempt) => refused(field, attempt));
});
