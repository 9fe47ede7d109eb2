import { abortAllDurableObjects, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { RecordsMessage } from "../../../core/audit/record.ts";
import type { ToolCall, ToolOutcome } from "../../../core/run/calls/call.ts";
import { runEngineOf } from "../../../durable-objects/run-engine/stub.ts";
import { FAR } from "../../support/far.ts";
import { until } from "../../support/patience.ts";
import { define, tool, transform } from "../../support/run/definition.ts";
import { runEngineWorld as world } from "../../support/worlds/run-engine.ts";

const answered = (output: string): ToolOutcome => ({
  result: { ok: true, output },
  reached: "answered",
  status: 200,
  durationMs: 1,
  openings: [],
  findings: [],
});
let messages: RecordsMessage[] = [];

beforeEach(() => {
  messages = [];
  world.now = () => FAR;
  world.send = async (message) => {
    messages.push(structuredClone(message));
  };
  world.authorize = async (question) => ({
    kind: "tool",
    permission: { decision: "allow", policyVersion: "p", reasons: [] },
    facts: { tool: question.kind === "tool" ? question.tool : "", version: 1, effect: "write", idempotency: "key", timeout_ms: 1000 },
  });
  world.callTool = async () => answered("done");
  world.resends = { enter: () => 0, leave: () => {} };
});

const definition = define(
  { a: tool("payments.refund"), b: transform({ cel: "steps.a.output" }, { needs: ["a"] }) },
  { output: { cel: "steps.b.output" } },
);
let count = 0;
const newId = () => `run_test-${++count}`;
const born = (id: string) => ({
  ...{
    id,
    org: "acme",
    user: "ada",
    roles: [],
    subject: "ada",
    definition,
    version: 1,
    digest: "d",
    input: {},
    inputFindings: [],
    metadata: {},
  },
  ...{
    budget: { usd: 1_000_000, tokens: 1000 },
    deadlineAt: null,
    traceId: "0af7651916cd43dd8448eb211c80319c",
    parentSpanId: null,
    redrive: null,
    parent: null,
    callbackUrl: null,
  },
});
const engine = (id: string) => runEngineOf(env.RUN_ENGINE, id);
const start = (id: string, waitMs = 2_000) => engine(id).start(born(id), { epoch: 0, active: [], asOf: FAR }, waitMs);

describe("RunEngine", () => {
  it("[RUN-130] runs to its end while it is awake, and the same start again is the same run", async () => {
    const id = newId();
    expect(await start(id)).toMatchObject({ status: "completed", output: "done" });
    let calls = 0;
    world.callTool = async () => {
      calls++;
      return answered("again");
    };
    expect(await start(id)).toMatchObject({ output: "done" });
    expect(calls).toBe(0);
  });

  it("[RUN-1] what is stored folds to what lived, after an eviction too", async () => {
    const id = newId();
    const before = await start(id);
    expect(await engine(id).replay()).toMatchObject({ identical: true });
    await evictDurableObject(env.RUN_ENGINE.getByName(id));
    expect(await engine(id).view()).toEqual(before);
  });

  it("[RUN-131] asking for a run that nobody bore creates nothing", async () => {
    const id = newId();
    expect(await engine(id).view()).toBeNull();
    expect(await engine(id).events(0)).toBeNull();
    const unborn = engine(id);
    const signal = { id: "sig_1", name: "news", body: 1, findings: [], by: "ada", own: true } as const;
    for (const answer of [await unborn.cancel("ada", ""), await unborn.pause("ada", "", false), await unborn.signal(signal)])
      expect(answer).toMatchObject({ ok: false, error: { code: "not_found" } });
    expect(await unborn.takeCall("reply", 1)).toBeNull();
    const tables = await runInDurableObject(env.RUN_ENGINE.getByName(id), (_run, { storage }) =>
      storage.sql.exec("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '_cf_%'").toArray(),
    );
    expect(tables).toEqual([]);
  });

  it("[RUN-132] dies in mid-call; the alarm repeats the call under its key, and it is no attempt", async () => {
    const id = newId();
    const calls: ToolCall[] = [];
    let dead = false;
    world.callTool = async (call) => {
      calls.push(structuredClone(call));
      return dead ? answered("done") : new Promise<ToolOutcome>(() => {});
    };
    const dying = start(id).catch(() => "aborted");
    await until(() => calls.length === 1);
    dead = true;
    await abortAllDurableObjects();
    expect(await dying).toBe("aborted");
    await runDurableObjectAlarm(env.RUN_ENGINE.getByName(id));
    await until(async () => (await engine(id).view())?.status === "completed");
    expect(calls.map((call) => call.context.key)).toEqual([`${id}/a`, `${id}/a`]);
    expect((await engine(id).view())?.steps[0]).toMatchObject({ attempts: 1 });
  });

  it("[RUN-5] an alarm that the platform dropped is set again by whoever comes by", async () => {
    const id = newId();
    world.callTool = () => new Promise(() => {});
    await start(id, 0);
    const object = env.RUN_ENGINE.getByName(id);
    const alarm = () => runInDurableObject(object, (_run, { storage }) => storage.getAlarm());
    const drop = () => runInDurableObject(object, (_run, { storage }) => storage.deleteAlarm());
    await until(async () => (await alarm()) !== null);
    const visits = [() => start(id, 0), () => engine(id).account(), () => engine(id).view(), () => engine(id).events(0)];
    for (const comeBy of visits) {
      await drop();
      await comeBy();
      expect(await alarm()).toBeGreaterThan(FAR);
    }
  });

  it("[RUN-8] what nobody confirmed is sent again, what is confirmed never", async () => {
    const id = newId();
    await start(id);
    const sent = () => messages.filter((message) => message.source.id === id).flatMap((message) => message.rows);
    await until(() => sent().some((row) => row.run?.status === "completed"));
    const rows = sent().map((row) => row.id);
    messages = [];
    world.now = () => FAR + 30_000;
    await runDurableObjectAlarm(env.RUN_ENGINE.getByName(id));
    expect(sent().map((row) => row.id)).toEqual(rows);
    await engine(id).confirm(rows);
    messages = [];
    world.now = () => FAR + 3_600_000;
    await evictDurableObject(env.RUN_ENGINE.getByName(id));
    await runDurableObjectAlarm(env.RUN_ENGINE.getByName(id));
    expect(sent()).toEqual([]);
  });

  it("[ARCHIVE-6] a run is emptied when its records are confirmed, and not before", async () => {
    const id = newId();
    await start(id);
    const rows = () => messages.filter((message) => message.source.id === id).flatMap((message) => message.rows);
    await until(() => rows().some((row) => row.run?.status === "completed"));
    const seq = rows().reduce((last, row) => Math.max(last, Number(row.id.replace(/^costs\/\d+-/, ""))), 0);
    expect(await engine(id).empty(seq)).toBe(false);
    expect(await engine(id).view()).toMatchObject({ status: "completed" });
    await engine(id).confirm(rows().map((row) => row.id));
    expect(await engine(id).empty(seq - 1)).toBe(false);
    expect(await engine(id).empty(seq)).toBe(true);
    expect(await engine(id).view()).toBeNull();
  });
});
