/** Values that are too large for a row: kept in R2 before the turn is, fetched when the run is read, checked, and never made up. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import type { ToolOutcome } from "../../../core/run/calls/call.ts";
import { valuePrefix } from "../../../core/run/outside/value-key.ts";
import type { ValueStore } from "../../../durable-objects/run-engine/kept-values.ts";
import { runEngineOf } from "../../../durable-objects/run-engine/stub.ts";
import { removeRunValues, runValues } from "../../../workers/archive/run-values.ts";
import { refusalOf } from "../../../workers/ingress/middleware/errors.ts";
import { FAR } from "../../support/far.ts";
import { define, tool, transform } from "../../support/run/definition.ts";
import { runEngineWorld as world } from "../../support/worlds/run-engine.ts";

const refusedCall = (): ToolOutcome => ({
  ...answered(null),
  result: { ok: false, failure: { class: "permanent", code: "tool_error", message: "scripted", retryAfterMs: null } },
  reached: "refused",
});
const answered = (output: Json): ToolOutcome => ({
  result: { ok: true, output },
  reached: "answered",
  status: 200,
  durationMs: 1,
  openings: [],
  findings: [],
});
const definition = define(
  { a: tool("payments.refund"), b: transform({ cel: "steps.a.output" }, { needs: ["a"] }) },
  { output: { cel: "steps.b.output" } },
);
/** Half a megabyte of UTF-16, more of UTF-8, with pairs of surrogates. */
const LONG = `${"ä".repeat(299_999)}${"👍".repeat(150_000)}`;

let count = 0;
const newId = () => `run_large-${++count}`;
const bornWith = (id: string, input: Json) => ({
  ...{ id, org: "acme", user: "ada", roles: [], subject: "ada", definition, version: 1, digest: "d", input, inputFindings: [] },
  ...{ metadata: {}, budget: { usd: 1_000_000, tokens: 1000 }, deadlineAt: null, traceId: "0af7651916cd43dd8448eb211c80319c" },
  ...{ parentSpanId: null, redrive: null, parent: null, callbackUrl: null },
});
const engine = (id: string) => runEngineOf(env.RUN_ENGINE, id);
const object = (id: string) => env.RUN_ENGINE.getByName(id);
const start = (id: string, input: Json = {}, waitMs = 3_000) =>
  engine(id).start(bornWith(id, input), { epoch: 0, active: [], asOf: FAR }, waitMs);
const prefixOf = (id: string) => valuePrefix(env.RUN_ENGINE.idFromName(id).toString());
const keysOf = async (id: string) => (await env.VALUES.list({ prefix: prefixOf(id) })).objects.map(({ key }) => key);
/** How many events the run has; they come in pages of bounded size. */
const eventCount = async (id: string): Promise<number> => {
  for (let last = 0; ; ) {
    const page = await engine(id).events(last);
    if (page === null || page.events.length === 0) return last;
    last = page.events.at(-1)?.seq ?? last;
  }
};
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "answered",
    (error: { code?: string }) => ({ code: error.code, problem: refusalOf(error).code }),
  );
const OUT_OF_REACH = { code: "overloaded", problem: "overloaded" };
const away = async (): Promise<never> => {
  throw new Error("R2 is away");
};
const deployed = runValues(env.VALUES);
/** R2 as it is at the moment; objects keep the port that they were made with. */
let reach: ValueStore = deployed;

beforeEach(() => {
  world.now = () => FAR;
  world.log = () => {};
  reach = deployed;
  world.values = {
    get largerThan() {
      return reach.largerThan;
    },
    put: (...given) => reach.put(...given),
    get: (...given) => reach.get(...given),
  };
  world.authorize = async (question) => ({
    kind: "tool",
    permission: { decision: "allow", policyVersion: "p", reasons: [] },
    facts: { tool: question.kind === "tool" ? question.tool : "", version: 1, effect: "write", idempotency: "none", timeout_ms: 1000 },
  });
  world.callTool = async () => answered({ text: LONG });
});

describe("a value that is too large for a row", () => {
  it("[RUN-104] is stored once, outside; the run folds again from it after an eviction", async () => {
    const id = newId();
    expect((await start(id, { also: LONG })).output).toEqual({ text: LONG });
    expect(await keysOf(id)).toHaveLength(1);
    const rows = await runInDurableObject(object(id), (_run, { storage }) =>
      storage.sql.exec<{ bytes: number }>("SELECT MAX(LENGTH(events)) + (SELECT LENGTH(body) FROM birth) AS bytes FROM journal").one(),
    );
    expect(rows.bytes).toBeLessThan(20_000);
    await evictDurableObject(object(id));
    expect((await engine(id).view())?.output).toEqual({ text: LONG });
    expect(await engine(id).replay()).toMatchObject({ identical: true });
    const { events, done } = (await engine(id).events((await eventCount(id)) - 1)) ?? { events: [], done: false };
    expect([events.length, done]).toEqual([1, true]);
    expect(events[0]?.data).toMatchObject({ output: { text: LONG } });
    expect((await engine(id).record())?.birth).toMatchObject({ input: { also: LONG } });
  });

  it("[LOAD-9] a run with much to say says it in turns of bounded size, and others are served between them", async () => {
    const id = newId();
    const names = Array.from({ length: 60 }, (_, n) => `s${n}`);
    const steps = Object.fromEntries(
      names.map((name, n) => [name, transform({ cel: "input.text" }, n === 0 ? {} : { needs: [`s${n - 1}`] })]),
    );
    const much = define(steps, { output: "done" });
    let beats = 0;
    const beat = setInterval(() => {
      beats += 1;
    }, 0);
    const birth = { ...bornWith(id, { text: "x".repeat(100_000) }), definition: much };
    const view = await engine(id).start(birth, { epoch: 0, active: [], asOf: FAR }, 10_000);
    const whileItRan = beats;
    const replay = await engine(id).replay();
    clearInterval(beat);
    expect([view.status, replay?.identical]).toEqual(["completed", true]);
    const { rows, largest } = await runInDurableObject(object(id), (_run, { storage }) =>
      storage.sql.exec<{ rows: number; largest: number }>("SELECT COUNT(*) AS rows, MAX(LENGTH(events)) AS largest FROM journal").one(),
    );
    expect(largest).toBeLessThan(400_000);
    expect(rows).toBeGreaterThan(20);
    expect(whileItRan).toBeGreaterThan(20);
    expect(beats - whileItRan).toBeGreaterThan(5);
    expect(await keysOf(id)).toEqual([]);
    expect(await eventCount(id)).toBeGreaterThan(120);
  });

  it("[RUN-106] a start that cannot be stored leaves nothing, says so, and can be repeated", async () => {
    const id = newId();
    reach = { ...deployed, put: away };
    expect(await codeOf(start(id, LONG))).toEqual(OUT_OF_REACH);
    expect(await engine(id).view()).toBeNull();
    reach = deployed;
    expect(await start(id, LONG)).toMatchObject({ status: "completed" });
  });

  it("[RUN-107] that cannot be read is no 500 and no unknown run; nothing is decided without it", async () => {
    const id = newId();
    await start(id);
    await evictDurableObject(object(id));
    reach = { ...deployed, get: away };
    expect(await codeOf(engine(id).view())).toEqual(OUT_OF_REACH);
    expect(await codeOf(start(id))).toEqual(OUT_OF_REACH);
    expect(await codeOf(engine(id).cancel("ada", "why"))).toEqual(OUT_OF_REACH);
    reach = deployed;
    expect(await engine(id).view()).toMatchObject({ status: "completed" });
  });

  it("[RUN-107] a wrong byte is found, also by a replay; what is gone is not made up", async () => {
    const id = newId();
    await start(id);
    const [key = ""] = await keysOf(id);
    const right = (await (await env.VALUES.get(key))?.text()) ?? "";
    await evictDurableObject(object(id));
    await env.VALUES.put(key, right.replace("ä", "a"));
    expect(await codeOf(engine(id).view())).toEqual({ code: "value_damaged", problem: "internal" });
    await env.VALUES.delete(key);
    expect(await codeOf(engine(id).view())).toEqual({ code: "value_damaged", problem: "internal" });
    await env.VALUES.put(key, right);
    expect((await engine(id).view())?.output).toEqual({ text: LONG });
    expect(await engine(id).replay()).toMatchObject({ identical: true });
    await env.VALUES.put(key, right.replace("ä", "a"));
    expect(await codeOf(engine(id).replay())).toEqual({ code: "value_damaged", problem: "internal" });
  });

  it("[ARCHIVE-6] goes with its run, also when nothing refers to it; those of others stay", async () => {
    const [id, other] = [newId(), newId()];
    await Promise.all([start(id), start(other)]);
    await env.VALUES.put(`${prefixOf(id)}orphan`, "{}");
    await removeRunValues(env.VALUES, env.RUN_ENGINE.idFromName(id).toString());
    await removeRunValues(env.VALUES, env.RUN_ENGINE.idFromName(id).toString());
    expect([(await keysOf(id)).length, (await keysOf(other)).length]).toEqual([0, 1]);
  });
});

describe("a run that is larger than one message between objects", () => {
  it("[RUN-150] [RUN-151] is read, replayed, recorded and traced; its outputs are read one by one, its events by pages", async () => {
    const id = newId();
    const output = { text: "x".repeat(200_000) };
    world.callTool = async () => answered(output);
    const ids = Array.from({ length: 200 }, (_, at) => `s${at}`);
    const steps = Object.fromEntries(ids.map((step, at) => [step, tool("payments.refund", at === 0 ? {} : { needs: [`s${at - 1}`] })]));
    const large = define(
      { ...steps, end: transform(1, { needs: ["s199"] }) },
      { output: 1, limits: { usd: 1e9, tokens: 1e9, steps: 400, seconds: 600, confirm_over_usd: 1e9 } },
    );
    const given = { ...bornWith(id, {}), definition: large };
    let view = await engine(id).start(given, { epoch: 0, active: [], asOf: FAR }, 3_000);
    for (let tries = 0; tries < 100 && view.status !== "completed"; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      view = (await engine(id).view()) ?? view;
    }
    expect([view.status, view.error]).toEqual(["completed", null]);
    expect(view.steps[7]?.output).toEqual({ $ref: `/v1/runs/${id}/steps/s7/output` });
    const body = await engine(id).stepOutput("s7");
    expect(await new Response(body).json()).toEqual(output);
    expect(await engine(id).stepOutput("constructor")).toBeNull();
    expect(await engine(id).replay()).toMatchObject({ identical: true });
    expect((await engine(id).record())?.view.steps).toHaveLength(201);
    expect(await engine(id).spans()).not.toBeNull();
    expect(await eventCount(id)).toBeGreaterThan(600);
    expect(await engine(id).cancel("ada", "why")).toMatchObject({ ok: false, error: { code: "conflict" } });
  });

  it("[RUN-212] is continued where it was parked, with everything that it kept", async () => {
    const [id, next] = [newId(), newId()];
    const output = { text: "y".repeat(1_000_000) };
    let isBroken = true;
    world.callTool = async ({ tool: name }) => (name === "mail.send" && isBroken ? refusedCall() : answered(output));
    const ids = Array.from({ length: 36 }, (_, at) => `s${at}`);
    const steps = Object.fromEntries(ids.map((step, at) => [step, tool("payments.refund", at === 0 ? {} : { needs: [`s${at - 1}`] })]));
    const definition = define(
      { ...steps, last: tool("mail.send", { needs: ["s35"] }) },
      {
        output: 1,
        on_failure: "park",
        limits: { usd: 1e9, tokens: 1e9, steps: 400, seconds: 600, confirm_over_usd: 1e9 },
      },
    );
    const ended = async (run: string, status: string) => {
      for (let tries = 0; tries < 200 && (await engine(run).view())?.status !== status; tries++)
        await new Promise((resolve) => setTimeout(resolve, 100));
      return engine(run).view();
    };
    await engine(id).start({ ...bornWith(id, {}), definition }, { epoch: 0, active: [], asOf: FAR }, 0);
    expect(await ended(id, "dead_lettered")).toMatchObject({ status: "dead_lettered", error: { step: "last" } });
    isBroken = false;
    world.outputOf = async (run, step) => (await new Response(await engine(run).stepOutput(step)).json()) as Json;
    world.continueRun = async (_from, start) => void (await engine(start.id).start(start, { epoch: 0, active: [], asOf: FAR }, 0));
    expect(await engine(id).redrive({ user: "otto", root: null }, next, ["operator"])).toMatchObject({ ok: true });
    expect(await ended(next, "completed")).toMatchObject({ status: "completed", error: null, output: 1, redrive_of: id });
    expect(await new Response(await engine(next).stepOutput("s0")).json()).toEqual(output);
    expect(await engine(next).replay()).toMatchObject({ identical: true });
  });
});
