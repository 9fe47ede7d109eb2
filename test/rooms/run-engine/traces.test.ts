/** How a run's trace leaves its object: told to the queue, asked for, and known to have left, whatever dies in between. */
import { abortAllDurableObjects, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { TraceMessage } from "../../../core/trace/message.ts";
import { runEngineOf } from "../../../durable-objects/run-engine/stub.ts";
import { FAR } from "../../support/far.ts";
import { until } from "../../support/patience.ts";
import { define, review, tool } from "../../support/run/definition.ts";
import { runEngineWorld as world } from "../../support/worlds/run-engine.ts";

let sent: TraceMessage[] = [];
let count = 0;
const RULE = { sampled: true, slow_ms: 60_000, dear_micro_usd: 1_000_000 };
function newRun(steps: Parameters<typeof define>[0], trace: typeof RULE | null = RULE) {
  const id = `run_traces-${++count}`;
  const birth = {
    ...{ id, org: "traces", user: "ada", roles: [], subject: "ada", definition: define(steps), version: 1, digest: "d", input: {} },
    ...{ inputFindings: [], metadata: {}, budget: { usd: 1_000_000, tokens: 1_000 }, deadlineAt: null },
    ...{ traceId: "0af7651916cd43dd8448eb211c80319c", parentSpanId: null, redrive: null, parent: null, callbackUrl: null },
    ...(trace === null ? {} : { trace }),
  };
  return {
    id,
    /** A fresh stub: one from before the object died stays broken. */
    get run() {
      return runEngineOf(env.RUN_ENGINE, id);
    },
    start: (waitMs: number) => runEngineOf(env.RUN_ENGINE, id).start(birth, { epoch: 0, active: [], asOf: FAR }, waitMs),
    told: () => sent.filter((message) => message.kind === "run" && message.run === id).length,
    alarm: () => runDurableObjectAlarm(env.RUN_ENGINE.getByName(id)),
  };
}
const names = (page: Awaited<ReturnType<ReturnType<typeof newRun>["run"]["takeTrace"]>>): string[] =>
  page === null || page === "busy" ? [] : page.spans.map(nameOf).sort();
const nameOf = (span: string): string => String((JSON.parse(span) as { name: string }).name);
const ONE_STEP = ["decide tool:payments.refund@1", "execute_tool payments.refund", "run specimen", "step a"];
const upToOf = (page: unknown): number => (page as { upTo: number }).upTo;

beforeEach(() => {
  sent = [];
  world.now = () => FAR;
  world.resends = { enter: () => 0, leave: () => {} };
  world.send = async () => {};
  world.traces = { handOver: () => null, send: async (message) => void sent.push(message), olderNames: false };
  world.authorize = async () => ({
    kind: "tool",
    permission: { decision: "allow", policyVersion: "p", reasons: [] },
    facts: { tool: "payments.refund", version: 1, effect: "write", idempotency: "key", timeout_ms: 1_000 },
  });
  world.callTool = async () => ({
    ...{ result: { ok: true, output: { id: "r1" } }, reached: "answered", status: 200, durationMs: 1, openings: [], findings: [] },
  });
  world.openReview = async () => ({ id: "rev_1", until: FAR + 3_600_000 });
});
afterAll(() => {
  world.traces = null;
});

describe("a run's trace", () => {
  it("[OTLP-14] is told to the queue when the run has ended, asked for, and asked for again until it has left", async () => {
    const { run, start, told, alarm } = newRun({ a: tool("payments.refund") });
    await start(3_000);
    await until(() => told() === 1);
    const page = await run.takeTrace();
    expect(names(page)).toEqual(ONE_STEP);
    // While one consumer is at it, another gets nothing; when it could not deliver, the next gets the same.
    expect(await run.takeTrace()).toBe("busy");
    await run.traced(null);
    expect(await run.takeTrace()).toEqual(page);
    await run.traced(upToOf(page));
    expect(await run.takeTrace()).toBeNull();
    world.now = () => FAR + 24 * 3_600_000;
    await alarm();
    expect(told()).toBe(1);
  });

  it("[OTLP-14] a message that was lost is sent again, and an object that died sends what had not left, under the same ids", async () => {
    const made = newRun({ a: tool("payments.refund") });
    const { start, told, alarm } = made;
    await start(3_000);
    await until(() => told() === 1);
    const page = await made.run.takeTrace();
    await abortAllDurableObjects();
    world.now = () => FAR + 10 * 60_000;
    await alarm();
    await until(() => told() === 2);
    expect(await made.run.takeTrace()).toEqual(page);
    await made.run.traced(upToOf(page));
    await abortAllDurableObjects();
    world.now = () => FAR + 24 * 3_600_000;
    await alarm();
    expect(await made.run.takeTrace()).toBeNull();
    expect(told()).toBe(2);
  });

  it("[OTLP-14] a queue that takes nothing is asked again", async () => {
    const { start, told, alarm } = newRun({ a: tool("payments.refund") });
    let tries = 0;
    const { traces } = world;
    world.traces = {
      handOver: () => null,
      olderNames: false,
      send: async () => {
        tries += 1;
        throw new Error("the queue is away");
      },
    };
    await start(3_000);
    await until(() => tries === 1);
    world.traces = traces;
    world.now = () => FAR + 60_000;
    await alarm();
    await until(() => told() === 1);
  });

  it("[OTLP-19] an ended run hands its spans over at once, writes down that they have left, and tells no queue", async () => {
    const handed: { spans: string[]; outcome: "under way" | "left" | "later" }[] = [];
    world.traces = {
      olderNames: false,
      send: async (message) => void sent.push(message),
      handOver: (_org, spans) => {
        const one = { spans: [...spans], outcome: "under way" as const };
        handed.push(one);
        return one;
      },
    };
    const made = newRun({ a: tool("payments.refund") });
    await made.start(3_000);
    await until(() => handed.length === 1);
    expect(handed[0]?.spans.map(nameOf).sort()).toEqual(ONE_STEP);
    // While they are on their way the consumer gets nothing, and the confirmation of the records finds them still there.
    expect(await made.run.takeTrace()).toBe("busy");
    for (const one of handed) one.outcome = "left";
    await made.run.confirm(["1"]);
    expect(await made.run.takeTrace()).toBeNull();
    await abortAllDurableObjects();
    world.now = () => FAR + 24 * 3_600_000;
    await made.alarm();
    expect(await made.run.takeTrace()).toBeNull();
    expect([made.told(), handed.length]).toEqual([0, 1]);
  });

  it("[OTLP-19] what does not leave on the short way is told to the queue: put off, or never heard of again", async () => {
    const handed: { outcome: "under way" | "left" | "later" }[] = [];
    const { traces } = world;
    world.traces = {
      olderNames: false,
      send: async (message) => void sent.push(message),
      handOver: () => {
        const one = { outcome: "under way" as const };
        handed.push(one);
        return one;
      },
    };
    const putOff = newRun({ a: tool("payments.refund") });
    await putOff.start(3_000);
    await until(() => handed.length === 1);
    for (const one of handed) one.outcome = "later";
    await until(() => putOff.told() === 1); // it looks by itself
    expect(names(await putOff.run.takeTrace())).toEqual(ONE_STEP);
    const lost = newRun({ a: tool("payments.refund") });
    await lost.start(3_000);
    await until(() => handed.length === 2);
    world.now = () => FAR + 3 * 60_000;
    await lost.alarm();
    await until(() => lost.told() === 1);
    expect(names(await lost.run.takeTrace())).toEqual(ONE_STEP);
    world.traces = traces;
  });

  it("[OTLP-15] what has happened in a run that waits leaves within the minute, once, and the rest when it goes on", async () => {
    const { run, start, told, alarm } = newRun({ a: tool("payments.refund"), ask: review({ needs: ["a"] }) });
    await start(0);
    await until(async () => (await run.view())?.status === "waiting");
    expect(told()).toBe(0);
    world.now = () => FAR + 50_000;
    await alarm();
    await until(() => told() === 1);
    const page = await run.takeTrace();
    expect(names(page)).toEqual(["decide tool:payments.refund@1", "execute_tool payments.refund", "step a"]);
    await run.traced(upToOf(page));
    world.now = () => FAR + 24 * 3_600_000;
    await alarm();
    expect([told(), await run.takeTrace()]).toEqual([1, null]);
    await run.cancel("ada", "enough");
    await until(() => told() === 2);
    expect(names(await run.takeTrace())).toEqual(expect.arrayContaining(["review ask", "run specimen", "wait review"]));
  });

  it("[OTLP-14] keeps the run until it has left, a week at most; without a collector, or a rule of its own, nothing does", async () => {
    const ended = async (trace: typeof RULE | null) => {
      const made = newRun({ a: tool("payments.refund") }, trace);
      const rows: string[] = [];
      world.send = async (message) => void rows.push(...message.rows.map(({ id }) => id));
      const view = await made.start(3_000);
      await until(() => rows.some((row) => row.startsWith("costs/"))); // with the last records
      await made.run.confirm(rows);
      const events = await made.run.events(0);
      return { ...made, view, seq: events?.events.at(-1)?.seq ?? 0 };
    };
    const traced = await ended(RULE);
    expect(await traced.run.empty(traced.seq)).toBe(false);
    await traced.run.traced(upToOf(await traced.run.takeTrace()));
    expect(await traced.run.empty(traced.seq)).toBe(true);
    const untraced = await ended(null);
    expect(untraced.told()).toBe(0);
    expect(await untraced.run.takeTrace()).toBeNull();
    expect(await untraced.run.empty(untraced.seq)).toBe(true);
    const forsaken = await ended(RULE);
    world.now = () => FAR + 8 * 24 * 3_600_000;
    expect(await forsaken.run.empty(forsaken.seq)).toBe(true);
  });

  it("[OTLP-16] an erased run is exported no more", async () => {
    const { run, start, told } = newRun({ a: tool("payments.refund") });
    const rows: string[] = [];
    world.send = async (message) => void rows.push(...message.rows.map(({ id }) => id));
    await start(3_000);
    await until(() => told() === 1);
    await run.confirm(rows);
    expect(await run.erase()).toBe("erased");
    expect(await run.takeTrace()).toBeNull();
  });
});
