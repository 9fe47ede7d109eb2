/** How a run's trace leaves its object: told to the queue, asked for, and known to have left, whatever dies in between. */
import { abortAllDurableObjects, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { TraceMessage } from "../../../core/trace/message.ts";
import { runEngineOf } from "../../../durable-objects/run-engine/stub.ts";
import { FAR } from "../../support/far.ts";
import { until } from "../../support/patience.ts";
import { define, tool } from "../../support/run/definition.ts";
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
});
